"""Pages of a long list by the place of a row in its order, never by counting rows from the start.

A cursor names the row at the edge of a page by the values it is sorted by, so a page in the middle
of a hundred thousand costs what the first one costs, and nothing is shown twice or left out when
pictures arrive or leave meanwhile.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

from django.db.models import Expression, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)

LARGEST = 2**31 - 1


class BadCursorError(ValueError):
    """A cursor that this list never gave."""


@dataclass(frozen=True, slots=True)
class Order:
    """Columns, the last of them unique, and the expressions of those that the table lacks."""

    columns: tuple[str, ...]
    expressions: dict[str, Expression] = field(default_factory=dict)

    def names(self) -> list[str]:
        return [column.lstrip("-") for column in self.columns]

    def reversed(self) -> Order:
        turned = (name[1:] if name.startswith("-") else f"-{name}" for name in self.columns)
        return Order(tuple(turned), self.expressions)

    def sort(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """``rows`` in order; they carry what their cursors need."""
        needed = {name: self.expressions[name] for name in self.names() if name in self.expressions}
        ordered: QuerySet[Row] = rows.annotate(**needed).order_by(*self.columns)
        return ordered

    def beyond(self, rows: QuerySet[Row], values: Sequence[Any]) -> QuerySet[Row]:
        """``rows`` in order, without those up to the one that has these ``values``.

        The first column's bound is said once more by itself, for databases that find no range of an
        index in alternatives.
        """
        onwards, equal = Q(), Q()
        for column, value in zip(self.columns, values, strict=True):
            name = column.lstrip("-")
            onwards |= equal & Q(**{f"{name}__{'lt' if column.startswith('-') else 'gt'}": value})
            equal &= Q(**{name: value})
        first = self.columns[0]
        bound = f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}"
        return self.sort(rows).filter(onwards, **{bound: values[0]})

    def cursor(self, row: Model, *, backwards: bool = False) -> str:
        return Cursor(tuple(getattr(row, name) for name in self.names()), backwards).text(self)


def _moment(text: Any) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC)  # what has no such moment is no cursor


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise ValueError("not a number of ours")
    return value


def _words(text: Any) -> str:
    if not isinstance(text, str) or "\x00" in text:
        raise ValueError("not words of ours")
    text.encode()  # half a surrogate pair is no text to a database
    return text


READERS: dict[str, Callable[[Any], Any]] = {
    "id": UUID,
    "created_at": _moment,
    "published_at": _moment,
    "trashed_at": _moment,
    "pixels": _number,
    "position": _number,
    "rating": _number,
    "times_used": _number,
    "search_text": _words,
    "sort_title": _words,
}
"""How the value of a column is read back from a cursor."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row at the edge of a page, and whether the wanted page lies before it."""

    values: tuple[Any, ...]
    backwards: bool = False

    def text(self, order: Order) -> str:
        way, columns = "<" if self.backwards else ">", ",".join(order.columns)
        content = [way, columns, *map(_plain, self.values)]
        packed = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, order: Order) -> Self:
        """Raises BadCursorError for one of another order, or that was made up."""
        try:
            packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            way, columns, *values = json.loads(packed)
            if way not in ("<", ">") or columns != ",".join(order.columns):
                raise ValueError("of another list")
            names = order.names()
            read = tuple(READERS[name](one) for name, one in zip(names, values, strict=True))
        except (
            ValueError,
            TypeError,
            AttributeError,
            binascii.Error,
            OverflowError,
            RecursionError,
        ) as error:
            raise BadCursorError(text) from error
        return cls(read, way == "<")


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case UUID():
            return value.hex
    return value


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursors of the pages around them; empty at either end of the list."""

    rows: list[Row]
    onward: str = ""
    back: str = ""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def page(rows: QuerySet[Row], order: Order, cursor: str, size: int) -> Page[Row]:
    """The page of ``size`` rows at ``cursor``, the first one where that is empty: one query.

    Raises BadCursorError.
    """
    at = Cursor.read(cursor, order) if cursor else None
    backwards = at is not None and at.backwards
    way = order.reversed() if backwards else order
    asked = way.beyond(rows, at.values) if at else way.sort(rows)
    found = list(asked[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page([])
    after, before = (True, more) if backwards else (more, at is not None)
    return Page(
        found,
        order.cursor(found[-1]) if after else "",
        order.cursor(found[0], backwards=True) if before else "",
    )


def page_or_first(rows: QuerySet[Row], order: Order, cursor: str, size: int) -> Page[Row]:
    """The same for pages that anybody may link to: what is no cursor of theirs shows the first."""
    try:
        return page(rows, order, cursor, size)
    except BadCursorError:
        return page(rows, order, "", size)


def walk(rows: QuerySet[Row], order: Order, at_once: int) -> Iterator[Row]:
    """All ``rows`` in order, in short queries: nothing stays open while somebody downloads."""
    cursor = ""
    while True:
        found = page(rows, order, cursor, at_once)
        yield from found
        if not (cursor := found.onward):
            return
