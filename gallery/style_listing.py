"""What the wall of styles shows: filters and an order, read from an address and written to one.

The page, the chooser of a new transfer and the API use the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import NamedTuple, Self
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from gallery.folding import fold
from gallery.models import Collection, Style, StyleQuerySet
from gallery.paging import Order
from gallery.palettes import GROUPS

PAGE_SIZE = 60
MOST_WORDS = 8
MOST_TAGS_SHOWN = 24

GROUP_NAMES = {
    "red": _("Red"),
    "orange": _("Orange"),
    "yellow": _("Yellow"),
    "green": _("Green"),
    "blue": _("Blue"),
    "purple": _("Purple"),
    "pink": _("Pink"),
    "brown": _("Brown"),
    "black": _("Black"),
    "grey": _("Grey"),
    "white": _("White"),
}

SORTS = {
    "house": Order(("position", "search_text", "id")),
    "popular": Order(("-times_used", "search_text", "id")),
    "newest": Order(("-created_at", "id")),
    "title": Order(("search_text", "id")),
}
"""Each ends in the key; ``search_text`` begins with the title, without case and accents."""

SORT_NAMES = {
    "house": _("As hung"),
    "popular": _("Most painted"),
    "newest": _("Newest"),
    "title": _("Title"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Which styles, in which order. Anything in an address that means nothing is left out."""

    own: bool = False
    q: str = ""
    collection: str = ""
    color: str = ""
    tag: str = ""
    sort: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        def said(name: str) -> str:
            return query.get(name, "").replace("\x00", "").strip()[:120]

        own = said("of") == "own"
        color, sort = said("color"), said("sort")
        return cls(
            own=own,
            q=said("q"),
            collection="" if own else said("collection"),
            color=color if color in GROUPS else "",
            tag=said("tag"),
            sort=sort if sort in SORTS and not (own and sort == "house") else "",
        )

    @property
    def order(self) -> Order:
        return SORTS[self.sort or self.usual_sort]

    @property
    def usual_sort(self) -> str:
        return "newest" if self.own else "house"

    @property
    def sorts(self) -> list[tuple[str, object]]:
        """Those to choose from. Own styles hang in no order of the house's."""
        return [pair for pair in SORT_NAMES.items() if not (self.own and pair[0] == "house")]

    @property
    def narrows(self) -> bool:
        """Whether it leaves any style out."""
        return bool(self.q or self.collection or self.color or self.tag)

    def apply(self, styles: StyleQuerySet) -> StyleQuerySet:
        """Those of ``styles`` that are asked for, in no order yet."""
        for word in fold(self.q).split()[:MOST_WORDS]:
            styles = styles.filter(search_text__contains=word)
        if self.collection:
            styles = styles.filter(collections__slug=self.collection)
        if self.color:
            styles = styles.filter(color_groups__contains=f" {self.color} ")
        if self.tag:
            styles = styles.filter(search_text__contains=f"#{fold(self.tag).replace('#', ' ')}#")
        return styles

    def query(self, **changes: str | bool) -> str:
        """The query of an address, with ``changes``, from its first page on."""
        changed = replace(self, **changes)  # type: ignore[arg-type]
        said = {"of": "own" if changed.own else "", "q": changed.q}
        said |= {name: getattr(changed, name) for name in ("collection", "color", "tag", "sort")}
        return urlencode({name: value for name, value in said.items() if value})


class Choice(NamedTuple):
    """One value that a filter can take, with the address that toggles it."""

    name: str
    label: object
    query: str
    chosen: bool


def colors(view: View, there: Counter[str]) -> list[Choice]:
    """The groups of colours that occur, in the order of the rainbow."""
    return [
        Choice(name, GROUP_NAMES[name], view.query(color="" if chosen else name), chosen)
        for name in GROUPS
        if there[name] or name == view.color
        for chosen in [name == view.color]
    ]


def collections(view: View) -> list[Choice]:
    """Those that hold a published preset; "All" comes first."""
    held = Collection.objects.filter(styles__in=Style.objects.presets().order_by()).distinct()
    rows = [
        Choice(one.slug, one.title, view.query(collection=one.slug), one.slug == view.collection)
        for one in held
    ]
    everything = Choice("", _("All"), view.query(collection=""), not view.collection)
    return [everything, *rows] if rows else []


def tags(view: View, there: Counter[str]) -> list[Choice]:
    """The tags that most styles have, in alphabetical order, and the chosen one."""
    names = {name for name, _count in there.most_common(MOST_TAGS_SHOWN)}
    if view.tag:
        names.add(view.tag)
    return [
        Choice(name, name, view.query(tag="" if chosen else name), chosen)
        for name in sorted(names)
        for chosen in [name == view.tag]
    ]


def occurring(styles: StyleQuerySet) -> tuple[Counter[str], Counter[str]]:
    """How many of ``styles`` there are of each group of colours, and of each tag; one query."""
    groups: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for said, words in styles.order_by().values_list("color_groups", "search_text"):
        groups.update(said.split())
        names.update(filter(None, words.rpartition("\n")[2].split("#")))
    return groups, names
