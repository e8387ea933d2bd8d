"""Every address but those of the admin and allauth, with one owner’s things where it varies.

Who gets into which is decided in ``tests/stylesite/access``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLResolver, get_resolver, reverse

from gallery.models import Album, Artwork, Mask, ShareLink, Style
from tests.gallery.films import add_time_lapse
from transfers.models import (
    Booth,
    BroughtRecipe,
    ContentImage,
    SavedSettings,
    Sitting,
    Sweep,
    Transfer,
)

ELSEWHERE = ("admin:", "accounts:", "account_", "mfa_", "socialaccount_", "usersessions_")


def addresses(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every name, with the names of what varies in its address."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            outer = list(pattern.pattern.converters)
            for name, varying in addresses(pattern, inner):
                yield name, outer + varying
        else:
            yield f"{space}{pattern.name}", list(pattern.pattern.converters)


def all_addresses() -> dict[str, list[str]]:
    found = dict(addresses(get_resolver()))
    return {name: parts for name, parts in found.items() if not name.startswith(ELSEWHERE)}


@pytest.fixture
def parts(
    photo: ContentImage,
    own_style: Style,
    finished: Transfer,
    artwork: Artwork,
    album: Album,
    link: ShareLink,
    brought: BroughtRecipe,
    mask: Mask,
    kept: SavedSettings,
    sweep: Sweep,
    booth: Booth,
    sitting: Sitting,
) -> dict[str, object]:
    """What varies in addresses, all of it the same owner's."""
    add_time_lapse(artwork)
    return {
        "act": "dismiss",
        "album_id": album.pk,
        "artwork_id": artwork.pk,
        "booth_id": booth.pk,
        "brought_id": brought.pk,
        "file_format": "png",
        "link_id": link.pk,
        "mask_id": mask.pk,
        "name": "retry",
        "photo_id": photo.pk,
        "rendition": "thumbnail",
        "settings_id": kept.pk,
        "row": 0,
        "column": 0,
        "sitting_id": sitting.pk,
        "slot": "photo",
        "slug": "nothing",
        "step": 1,
        "style_id": own_style.pk,
        "sweep_id": sweep.pk,
        "transfer_id": finished.pk,
        "word": "nonsense",
    }


def address(name: str, parts: dict[str, object]) -> str:
    return reverse(name, kwargs={part: parts[part] for part in all_addresses()[name]})
