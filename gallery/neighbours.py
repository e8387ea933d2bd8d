"""Which picture comes before another and which after it, in any order of any selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from gallery.models import Artwork

NEWEST_FIRST = ("-created_at", "id")

Pair = tuple[Artwork | None, Artwork | None]


def neighbours(shown: Artwork, works: QuerySet[Artwork], keys: Sequence[str]) -> Pair:
    """The one before ``shown`` and the one after it in ``works``, ordered by ``keys``.

    ``keys`` are as for ``order_by``, columns or annotations that are never null, and tell any two
    rows apart. ``shown`` itself may have left ``works`` since: its place is still known, unless
    it is ordered by an annotation.
    """
    names = [key.removeprefix("-") for key in keys]
    if all(hasattr(shown, name) for name in names):
        place = {name: getattr(shown, name) for name in names}
    else:
        found = works.filter(pk=shown.pk).values(*names).first()
        if found is None:
            return None, None
        place = found
    after = works.filter(_beyond(place, keys)).order_by(*keys).first()
    backwards = [_turned(key) for key in keys]
    before = works.filter(_beyond(place, backwards)).order_by(*backwards).first()
    return before, after


def _turned(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _beyond(place: dict[str, Any], keys: Sequence[str]) -> Q:
    """What comes after ``place``: a later first key, or the same and a later second one, …"""
    later, same = Q(), Q()
    for key in keys:
        name = key.removeprefix("-")
        step = Q(**{f"{name}__{'lt' if key.startswith('-') else 'gt'}": place[name]})
        later |= same & step
        same &= Q(**{name: place[name]})
    return later
