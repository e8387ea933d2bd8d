"""What people show to everybody: single pictures, under a profile with a name of their choice.

A published picture is seen while its owner's profile is public and no admin has taken it down;
``ArtworkQuerySet.published`` is the one place that says so. Unpublishing works at once, as every
page and file asks it anew.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.forms import ModelForm
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from gallery import paging
from gallery.models import Artwork, ArtworkQuerySet, Profile, Style, StyleQuerySet
from gallery.paging import Order, Page

PAGE_SIZE = 48

LATEST_FIRST = Order(("-published_at", "id"))


def publish(artworks: Iterable[Artwork], *, with_photo: bool = False) -> int:
    """Show ``artworks``, which the caller has fetched through their owner; return how many.

    Those that were published already keep their place in time; the photo is as said now. What is
    in the trash or was taken down stays where it is.
    """
    wanted = _shareable(artworks)
    wanted.filter(published_at=None).update(published_at=timezone.now())
    return wanted.update(publishes_before=with_photo)


def changed_by(artworks: Iterable[Artwork], *, with_photo: bool) -> ArtworkQuerySet:
    """Those of ``artworks`` that ``publish`` would show, or show in another way than now."""
    as_wanted = Q(published_at__isnull=False, publishes_before=with_photo)
    return _shareable(artworks).exclude(as_wanted)


def unpublish(artworks: Iterable[Artwork]) -> int:
    """Take ``artworks`` from everybody's sight at once; return how many were published."""
    shown = Artwork.objects.filter(
        pk__in=[artwork.pk for artwork in artworks], published_at__isnull=False
    )
    return shown.update(published_at=None, publishes_before=False)


def profile_of(user: User) -> Profile | None:
    return Profile.objects.filter(owner=user).first()


def save_profile(form: ModelForm[Profile]) -> bool:
    """Save a valid form; False, with a sentence in it, where another request was faster."""
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        form.add_error(
            "handle", _("This was saved or taken in the same moment. Please look at it again.")
        )
        return False
    return True


def require_public_gallery() -> None:
    """Http404 where the site has no public gallery."""
    if not settings.PUBLIC_GALLERY:
        raise Http404


def styles_seen() -> StyleQuerySet:
    """The presets in which something published was painted: what Explore can be filtered by.

    Personal styles are their owner's business.
    """
    shown = Artwork.objects.published().filter(style_shares__style=OuterRef("pk"))
    return Style.objects.presets().filter(Exists(shown), times_used__gt=0)


def page(published: ArtworkQuerySet, cursor: str, size: int = PAGE_SIZE) -> Page[Artwork]:
    """Some of what is published, the latest first; what is no cursor shows the first page."""
    rows = published.select_related("owner__profile")
    return paging.page_or_first(rows, LATEST_FIRST, cursor, size)


def _shareable(artworks: Iterable[Artwork]) -> ArtworkQuerySet:
    return Artwork.objects.filter(pk__in=[artwork.pk for artwork in artworks]).shareable()
