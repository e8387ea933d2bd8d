"""What people show to everybody: single pictures, under a profile with a name of their choice.

A published picture is seen while its owner's profile is public and no admin has taken it down;
``ArtworkQuerySet.published`` is the one place that says so. Unpublishing works at once, as every
page and file asks it anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from gallery.models import Artwork, ArtworkQuerySet, Profile, Style, StyleQuerySet

PAGE_SIZE = 48


def publish(artworks: Iterable[Artwork], *, with_photo: bool = False) -> int:
    """Show ``artworks``, which the caller has fetched through their owner; return how many.

    Those that were published already keep their place in time; the photo is as said now. What is
    in the trash or was taken down stays where it is.
    """
    wanted = Artwork.objects.filter(pk__in=[artwork.pk for artwork in artworks]).shareable()
    wanted.filter(published_at=None).update(published_at=timezone.now())
    return wanted.update(publishes_before=with_photo)


def unpublish(artworks: Iterable[Artwork]) -> int:
    """Take ``artworks`` from everybody's sight at once; return how many were published."""
    shown = Artwork.objects.filter(
        pk__in=[artwork.pk for artwork in artworks], published_at__isnull=False
    )
    return shown.update(published_at=None, publishes_before=False)


def profile_of(user: User) -> Profile | None:
    return Profile.objects.filter(owner=user).first()


def require_public_gallery() -> None:
    """Http404 where the site has no public gallery."""
    if not settings.PUBLIC_GALLERY:
        raise Http404


def styles_seen() -> StyleQuerySet:
    """The presets in which something published was painted: what Explore can be filtered by.

    Personal styles are their owner's business.
    """
    shown = Artwork.objects.published().filter(style_shares__style=OuterRef("pk"))
    return Style.objects.presets().filter(Exists(shown))


class Page(NamedTuple):
    """Some pictures, newest first, and the word that leads on; empty at the end."""

    artworks: list[Artwork]
    after: str


def page(published: ArtworkQuerySet, after: str, size: int = PAGE_SIZE) -> Page:
    """The ``size`` pictures that follow ``after``: the first ones for "" and for what is no place.

    Asking where the last page ended, instead of counting pages, is as quick at the end as at the
    beginning, and nothing is shown twice while others publish.
    """
    rows = published.select_related("owner__profile").order_by("-published_at", "id")
    if place := _place(after):
        at, pk = place
        rows = rows.filter(Q(published_at__lt=at) | Q(published_at=at, id__gt=pk))
    found = list(rows[: size + 1])
    more = len(found) > size
    last = found[size - 1] if more else None
    return Page(
        found[:size],
        f"{last.published_at.isoformat()}_{last.pk}" if last and last.published_at else "",
    )


def _place(after: str) -> tuple[datetime, UUID] | None:
    said, _sep, pk = after.partition("_")
    try:
        at = parse_datetime(said)
        return (at, UUID(pk)) if at and at.tzinfo else None
    except ValueError:
        return None
