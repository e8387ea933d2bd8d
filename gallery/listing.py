"""What somebody looks at of their own artworks: filters, a search and an order.

The wall's page, its further pages, a download of all that is found and the API read the same names
from the query of an address, and write them the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from engine.params import QUALITIES
from gallery import search
from gallery.filters import SIZES, FilterForm
from gallery.models import ArtworkQuerySet
from gallery.paging import Order

ORDERS = {
    "newest": Order(("-created_at", "id")),
    "oldest": Order(("created_at", "-id")),
    "title": Order(("sort_title", "id"), {"sort_title": Lower("title")}),
    "rating": Order(("-rating", "-created_at", "id")),
    "largest": Order(("-pixels", "id"), {"pixels": F("width") * F("height")}),
}
"""Each has an index of its own on the table of artworks."""

NAMES_IN_ADDRESSES = {"since": "from"}  # a word of Python's own


@dataclass(frozen=True, slots=True)
class View:
    """Filters that all hold at once, and the order; what is left out does not narrow anything.

    ``rating`` is the least number of stars, ``since`` and ``until`` are whole days in the site's
    time zone, ``size`` is one of SIZES and ``sort`` one of ORDERS.
    """

    q: str = ""
    style: UUID | None = None
    album: UUID | None = None
    favourite: bool = False
    rating: int = 0
    tag: str = ""
    since: date | None = None
    until: date | None = None
    size: str = ""
    camera: bool = False
    sort: str = "newest"

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> Self:
        """What an address asks for; a value that makes no sense there narrows nothing."""
        return cls.judge(query)[0]

    @classmethod
    def judge(cls, query: Mapping[str, Any]) -> tuple[Self, dict[str, list[str]]]:
        """The same, and sentences about the values that make no sense, by their names."""
        form = FilterForm(query)
        form.is_valid()
        known = {one.name: one.name for one in fields(cls)} | NAMES_IN_ADDRESSES
        given = {own: form.cleaned_data.get(name) for own, name in known.items()}
        errors = {name: [str(said) for said in all_said] for name, all_said in form.errors.items()}
        return cls(**{own: value for own, value in given.items() if value}), errors

    @property
    def order(self) -> Order:
        return ORDERS[self.sort]

    @property
    def narrows(self) -> bool:
        """Whether anything but the order differs from showing everything."""
        return replace(self, sort="newest") != View()

    def apply(self, artworks: ArtworkQuerySet) -> ArtworkQuerySet:
        """Those of ``artworks`` that it lets through, in any order: ``order`` sorts them."""
        found = artworks.filter(self._about_rows())
        if self.style:
            found = found.filter(style_shares__style=self.style)
        if self.album:
            found = found.filter(album_places__album=self.album)
        if self.tag:
            found = found.filter(tags__name=self.tag, tags__owner=F("owner"))
        return search.matching(found, self.q) if self.q else found

    def _about_rows(self) -> Q:
        wanted = Q()
        if self.favourite:
            wanted &= Q(is_favourite=True)
        if self.rating:
            wanted &= Q(rating__gte=self.rating)
        if self.camera:
            wanted &= Q(from_camera=True)
        if self.since:
            wanted &= Q(created_at__gte=_midnight(self.since))
        if self.until:
            wanted &= Q(created_at__lt=_midnight(self.until + timedelta(days=1)))
        return wanted & _of_size(self.size)

    def pairs(self) -> dict[str, str]:
        """What differs from showing everything, by the names of addresses, as text."""
        usual = View()
        differing = {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if getattr(self, one.name) != getattr(usual, one.name)
        }
        return {
            NAMES_IN_ADDRESSES.get(name, name): "1" if value is True else str(value)
            for name, value in differing.items()
        }

    def query(self) -> str:
        """The query of its address, without a question mark; empty when everything is shown."""
        return urlencode(self.pairs())

    def without(self, name: str) -> View:
        """The same without one filter, by its name in addresses."""
        own = {theirs: mine for mine, theirs in NAMES_IN_ADDRESSES.items()}.get(name, name)
        return replace(self, **{own: getattr(View(), own)})


def _of_size(size: str) -> Q:
    """By the longer side, which is what one chooses when ordering a picture."""
    if not size:
        return Q()
    steps = sorted(QUALITIES.values())
    smaller = [0, *steps][list(SIZES).index(size)]
    wanted = Q(width__gt=smaller) | Q(height__gt=smaller)
    if (most := QUALITIES.get(size)) is None:
        return wanted
    return wanted & Q(width__lte=most, height__lte=most)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
