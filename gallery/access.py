"""Who may open what in the gallery.

A stranger's picture answers like one that does not exist, to visitors and to other people alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import User
from gallery.models import Album, Artwork, ShareLink, Style


def own_artwork(user: User, artwork_id: UUID) -> Artwork:
    """The artwork of ``user`` that is not in the trash; Http404 for any other."""
    return get_object_or_404(Artwork.objects.visible_to(user), pk=artwork_id)


def own_style(user: User, style_id: UUID) -> Style:
    """The personal style of ``user`` that is not in the trash; Http404 for any other."""
    return get_object_or_404(Style.objects.owned_by(user), pk=style_id)


def visible_style(style_id: UUID, viewer: Callable[[], User | AnonymousUser]) -> Style:
    """A style that may be looked at, in the trash or not; Http404 otherwise.

    Published presets are for everyone, so ``viewer`` is only called for the others: then the answer
    does not depend on who asks, and shared caches may keep it. Hidden presets are for staff.
    """
    style = get_object_or_404(Style, pk=style_id)
    if style.is_public:
        return style
    user = viewer()
    allowed = user.is_staff if style.is_preset else style.owner_id == user.pk
    if not (user.is_authenticated and allowed):
        raise Http404
    return style


def own_artworks(user: User, ids: Iterable[str]) -> list[Artwork]:
    """Those of ``user`` that are not in the trash, in the order named; others are passed over."""
    wanted = list(dict.fromkeys(pk for pk in map(as_uuid, ids) if pk))
    found = Artwork.objects.visible_to(user).in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


def own_album(user: User, album_id: UUID) -> Album:
    """The album of ``user``; Http404 for any other."""
    return get_object_or_404(Album, pk=album_id, owner=user)


def own_link(user: User, link_id: UUID) -> ShareLink:
    """The share link of ``user``, ended or not; Http404 for any other."""
    links = ShareLink.objects.select_related("album", "artwork")
    return get_object_or_404(links, pk=link_id, owner=user)


def as_uuid(word: str) -> UUID | None:
    """An id that somebody sent; None for what is none."""
    try:
        return UUID(word)
    except ValueError:
        return None
