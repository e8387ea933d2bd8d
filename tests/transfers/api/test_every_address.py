"""Who gets into which address: one table of all there are, but Django's admin and allauth's.

An address that is in no list fails the first tests. Those of a booth's device, and what such a
device gets of all others, are in ``tests/transfers/booth/test_guard.py``. What each page does with
whom it lets in, its own tests say; links and what is published, ``tests/gallery/test_*_access.py``;
tokens and their scopes, ``test_access``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve, reverse

from accounts.models import User
from gallery.models import Album, Artwork, Mask, ShareLink, Style
from tests.gallery.films import add_time_lapse
from tests.transfers.api.test_access import READS, WRITES
from transfers.booth.guard import GUESTS
from transfers.models import (
    Booth,
    BroughtRecipe,
    ContentImage,
    SavedSettings,
    Sitting,
    Sweep,
    Transfer,
)

pytestmark = pytest.mark.django_db

FOR_EVERYBODY = {
    "home",
    "gallery:styles",
    "gallery:style",
    "gallery:style-file",
    "gallery:explore",
    "gallery:explored",
    "gallery:explored-file",
    "gallery:explored-report",
    "gallery:profile",
    "privacy:closed",
    "privacy:policy",
    "transfers:sample-photo",
}
WITH_A_TOKEN = {
    "metrics",
    "privacy:restore",
    "transfers:unsubscribe",
    "gallery:shared",
    "gallery:shared-download",
    "gallery:shared-download-all",
    "gallery:shared-file",
    "gallery:shared-picture",
    "gallery:shared-report",
    "transfers:guest-delete",
    "transfers:guest-download",
    "transfers:guest-file",
    "transfers:guest-picture",
}
"""What opens it is in the address, a header or the session, whoever asks."""

SIGNED_IN = {
    "gallery:album-add",
    "gallery:albums",
    "gallery:bulk",
    "gallery:compare",
    "gallery:empty-trash",
    "gallery:list",
    "gallery:more",
    "gallery:profile-edit",
    "gallery:publish",
    "gallery:shares",
    "gallery:statistics",
    "gallery:style-add",
    "gallery:style-name",
    "gallery:trash",
    "gallery:trash-bulk",
    "gallery:undo-trash",
    "gallery:unpublish",
    "gallery:zip",
    "privacy:copy",
    "privacy:data",
    "privacy:delete",
    "transfers:booth-add",
    "transfers:booths",
    "transfers:camera",
    "transfers:cancel-waiting",
    "transfers:estimates",
    "transfers:list",
    "transfers:look",
    "transfers:many",
    "transfers:many-summary",
    "transfers:new",
    "transfers:notices",
    "transfers:notices-secret",
    "transfers:notices-test",
    "transfers:photos",
    "transfers:photos-delete",
    "transfers:recipe-import",
    "transfers:settings-save",
    "transfers:style-choices",
    "transfers:sweep-new",
    "transfers:sweep-summary",
    "transfers:sweeps",
    "transfers:use",
}
"""Of nobody in particular: everybody sees what is their own."""

STAFF = {
    "gallery:report-decide",
    "gallery:report-file",
    "gallery:reports",
    "transfers:examples",
    "transfers:queue",
    "transfers:queue-act",
}
OWNERS = {
    "gallery:album",
    "gallery:album-arrange",
    "gallery:album-cover",
    "gallery:album-delete",
    "gallery:album-edit",
    "gallery:album-move",
    "gallery:album-pictures",
    "gallery:album-put-back",
    "gallery:album-remove",
    "gallery:album-share",
    "gallery:annotate",
    "gallery:artwork",
    "gallery:artwork-albums",
    "gallery:artwork-file",
    "gallery:artwork-share",
    "gallery:delete",
    "gallery:download",
    "gallery:download-as",
    "gallery:favourite",
    "gallery:mask-file",
    "gallery:rate",
    "gallery:recipe-file",
    "gallery:rename",
    "gallery:restore",
    "gallery:share",
    "gallery:share-again",
    "gallery:share-restore",
    "gallery:share-withdraw",
    "gallery:style-delete",
    "gallery:style-edit",
    "gallery:style-offer",
    "gallery:style-offer-withdraw",
    "gallery:style-restore",
    "gallery:tag",
    "gallery:time-lapse",
    "gallery:time-lapse-animation",
    "gallery:time-lapse-delete",
    "gallery:time-lapse-frame",
    "gallery:time-lapse-keep",
    "transfers:booth",
    "transfers:booth-delete",
    "transfers:booth-edit",
    "transfers:booth-end",
    "transfers:booth-picture",
    "transfers:booth-picture-delete",
    "transfers:booth-start",
    "transfers:cancel",
    "transfers:continue",
    "transfers:detail",
    "transfers:keep",
    "transfers:look-cancel",
    "transfers:look-keep",
    "transfers:look-state",
    "transfers:move",
    "transfers:photo-file",
    "transfers:preview",
    "transfers:progress",
    "transfers:recipe",
    "transfers:recipe-accept",
    "transfers:recipe-check",
    "transfers:recipe-forget",
    "transfers:recipe-give",
    "transfers:recipe-let-go",
    "transfers:recipe-picture",
    "transfers:recipe-repeat",
    "transfers:retry",
    "transfers:settings-change",
    "transfers:settings-delete",
    "transfers:settings-put-back",
    "transfers:sweep",
    "transfers:sweep-again",
    "transfers:sweep-cancel",
    "transfers:sweep-cell",
    "transfers:sweep-delete",
    "transfers:sweep-keep",
    "transfers:sweep-paint",
    "transfers:sweep-picture",
    "transfers:sweep-state",
    "transfers:tried",
    "transfers:try",
    "transfers:up-to",
}
"""Somebody's thing: others, and visitors, find nothing."""

API_FOR_EVERYBODY = {"api:docs", "api:openapi", "api:problems", "api:None"}

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


def assert_asked_to_sign_in_or_nothing_found(visitor: Client, asked: str) -> None:
    answers = [visitor.get(asked), visitor.post(asked)]
    assert {answer.status_code for answer in answers} <= {302, 404, 405}
    assert {answer.status_code for answer in answers} != {405}
    for answer in answers:
        if answer.status_code == 302:
            assert answer["Location"].startswith("/accounts/login/")


def test_every_page_is_in_one_of_the_lists() -> None:
    pages = {name for name in all_addresses() if not name.startswith("api:")}
    lists = [FOR_EVERYBODY, WITH_A_TOKEN, SIGNED_IN, STAFF, OWNERS, GUESTS]
    assert pages == set().union(*lists)
    assert len(pages) == sum(map(len, lists))


def test_every_operation_of_the_api_is_in_its_table() -> None:
    things = "album link mask photo style transfer artwork recipe settings sheet"
    filled = dict.fromkeys(things.split())
    filled |= dict.fromkeys(filled, "00000000-0000-0000-0000-000000000000")
    asked = [path.format(**filled) for path in [*READS, *(row[1] for row in WRITES)]]
    names = {resolve("/api/v1" + path.partition("?")[0]).view_name for path in asked}
    api = {name for name in all_addresses() if name.startswith("api:")}
    assert api - API_FOR_EVERYBODY == names


@pytest.mark.parametrize("name", sorted(OWNERS))
def test_somebodys_thing_is_nobody_elses(
    client: Client, user: User, stranger: User, parts: dict[str, object], name: str
) -> None:
    asked = address(name, parts)
    assert_asked_to_sign_in_or_nothing_found(client, asked)
    client.force_login(stranger)
    answers = {client.get(asked).status_code, client.post(asked).status_code}
    assert answers <= {404, 405}
    assert 404 in answers


def test_somebodys_thing_is_theirs(signed_in: Client, parts: dict[str, object]) -> None:
    """Otherwise the others found nothing for another reason."""
    missing = set()
    for name in OWNERS:
        response = signed_in.get(address(name, parts))
        response.getvalue()
        if response.status_code not in (200, 302, 405):
            missing.add(name)
    # This transfer is a picture without a preview, this recipe was not brought in one, and the
    # guest's is not painted yet.
    assert missing == {
        "transfers:booth-picture",
        "transfers:look-state",
        "transfers:preview",
        "transfers:recipe-check",
        "transfers:recipe-picture",
    }


@pytest.mark.parametrize("name", sorted(SIGNED_IN))
def test_visitors_are_asked_to_sign_in(client: Client, name: str) -> None:
    assert_asked_to_sign_in_or_nothing_found(client, address(name, {"word": "nonsense"}))


@pytest.mark.parametrize("name", sorted(STAFF))
def test_only_staff_see_what_is_theirs(
    client: Client, stranger: User, parts: dict[str, object], name: str
) -> None:
    asked = address(name, parts)
    for other in (None, stranger):
        if other:
            client.force_login(other)
        for answer in (client.get(asked), client.post(asked)):
            assert answer.status_code in (302, 403, 404, 405)
            if answer.status_code == 302:
                assert "/login/" in answer["Location"]
