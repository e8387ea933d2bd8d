"""Paging by the last row seen: the hundredth page costs what the first does, and a row that comes
or goes meanwhile moves no other to a second page.

The order names columns, none of them nullable, ending in one that tells any two rows apart.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, Q, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    rows: list[M]
    after: str
    """What the next page begins after; empty at the end."""


def page(queryset: QuerySet[M], order: tuple[str, ...], after: str, size: int) -> Page[M]:
    """``size`` rows in this ``order`` (as ``order_by`` takes it), from behind ``after`` on.

    An ``after`` that nobody was given shows the first page.
    """
    ordered = queryset.order_by(*order)
    if values := _read(queryset.model, order, after):
        ordered = ordered.filter(_behind(order, values))
    rows = list(ordered[: size + 1])
    more = rows[size:]
    return Page(rows[:size], _written(rows[size - 1], order) if more else "")


def _behind(order: tuple[str, ...], values: list[Any]) -> Q:
    """Later in the first column, or the same there and later in the second, and so on."""
    behind = Q(pk__in=[])
    same: dict[str, Any] = {}
    for name, value in zip(order, values, strict=True):
        column = name.removeprefix("-")
        later = "lt" if name.startswith("-") else "gt"
        behind |= Q(**same, **{f"{column}__{later}": value})
        same[column] = value
    return behind


def _written(row: Model, order: tuple[str, ...]) -> str:
    values = [_plain(getattr(row, name.removeprefix("-"))) for name in order]
    return base64.urlsafe_b64encode(json.dumps(values, cls=DjangoJSONEncoder).encode()).decode()


def _plain(value: Any) -> Any:
    # DjangoJSONEncoder would cut microseconds off, and rows of the same millisecond with them.
    return value.isoformat() if isinstance(value, datetime) else value


def _read(model: type[Model], order: tuple[str, ...], after: str) -> list[Any] | None:
    if not after:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(after.encode()))
        columns = [model._meta.get_field(name.removeprefix("-")) for name in order]
        if not isinstance(values, list) or len(values) != len(columns):
            return None
        return [_of_column(field, value) for field, value in zip(columns, values, strict=True)]
    except (ValueError, binascii.Error, ValidationError, TypeError):
        return None


def _of_column(field: Any, value: Any) -> Any:
    if not isinstance(field, Field) or not isinstance(value, (str, int)) or "\x00" in str(value):
        raise ValueError("not a value of this column")
    python = field.to_python(value)
    if isinstance(python, int) and abs(python) > 2**31:
        raise ValueError("beyond the column")
    if isinstance(python, datetime) and python.tzinfo is None:
        raise ValueError("a time without its zone")
    return python
