"""``styles.csv``: its columns, its encodings, and what a cell may hold.

UTF-8 with or without the mark that Excel writes, UTF-16 as Excel's "Unicode text", and commas,
semicolons or tabs between the cells. A column that is not there leaves its field alone; an empty
cell empties it, but for what is never empty or what the site fills in by itself: title, state,
position, and what the example shows.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.spreadsheets import bare
from engine.errors import ParameterError
from engine.params import Params
from gallery.forms import TagsField
from gallery.imports.archive import TABLE, ArchiveError
from gallery.models import Style

COLUMNS = (
    "file",
    "title",
    "artist",
    "year",
    "licence",
    "source",
    "tags",
    "collections",
    "description",
    "params",
    "example_alt",
    "state",
    "position",
)

# Names that people write instead.
SYNONYMS = {
    "license": "licence",
    "filename": "file",
    "collection": "collections",
    "credit": "artist",
}

STATES = {
    "published": Style.State.PUBLISHED,
    "draft": Style.State.DRAFT,
    "hidden": Style.State.DRAFT,
}

MAX_ROWS = 5000
MAX_SEPARATORS = 40 * MAX_ROWS
"""Within text, too; each cell takes a hundred times the memory of its separator."""

BETWEEN = "|"
"""Stands between the collections of a cell, and may stand between tags."""


@dataclass
class Row:
    """One line of the table. ``values`` are the fields it speaks of; ``problems`` refuse it."""

    line: int
    file: str
    values: dict[str, Any] = field(default_factory=dict)
    collections: list[str] | None = None
    problems: list[str] = field(default_factory=list)


def read(data: bytes) -> list[Row]:
    """The rows of the table. Raises ArchiveError where it cannot be read as one."""
    text = _decoded(data)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    if text.count(delimiter) > MAX_SEPARATORS:
        raise ArchiveError(_("%(name)s has far too many cells.") % {"name": TABLE})
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((reader.line_num, cells))
            if len(lines) > 1 + MAX_ROWS:
                sentence = _("%(name)s has more than %(most)d rows. Please make several of it.")
                raise ArchiveError(sentence % {"name": TABLE, "most": MAX_ROWS})
    except csv.Error as error:
        sentence = _("%(name)s cannot be read at line %(line)d: %(why)s.")
        values = {"name": TABLE, "line": reader.line_num, "why": error}
        raise ArchiveError(sentence % values) from error
    if not lines:
        raise ArchiveError(_("%(name)s is empty.") % {"name": TABLE})
    columns = _columns(lines[0][1])
    return [_row(number, columns, cells) for number, cells in lines[1:]]


def _decoded(data: bytes) -> str:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = _(
            "%(name)s is not in UTF-8, so its letters cannot be told. In Excel, save it as "
            "“CSV UTF-8”."
        )
        raise ArchiveError(sentence % {"name": TABLE}) from error
    if "\0" in text:
        raise ArchiveError(_("%(name)s is not a table of text.") % {"name": TABLE})
    # What Excel writes first to tell itself the separator.
    return text.partition("\n")[2] if text[:4].lower() == "sep=" else text


def _columns(cells: list[str]) -> list[str]:
    names = [cell.strip().casefold().replace(" ", "_") for cell in cells]
    columns = [SYNONYMS.get(name, name) for name in names]
    while columns and not columns[-1]:
        columns.pop()
    if unknown := [name for name in columns if name not in COLUMNS]:
        sentence = _("%(name)s has a column that is not known: %(column)s. There are: %(columns)s.")
        values = {"name": TABLE, "column": unknown[0][:80] or "–", "columns": ", ".join(COLUMNS)}
        raise ArchiveError(sentence % values)
    if len(columns) > len(set(columns)):
        twice = next(name for name in columns if columns.count(name) > 1)
        sentence = _("%(name)s has the column %(column)s twice.")
        raise ArchiveError(sentence % {"name": TABLE, "column": twice})
    if "file" not in columns:
        sentence = _("%(name)s needs a column called file, with the name of each picture.")
        raise ArchiveError(sentence % {"name": TABLE})
    return columns


def _row(line: int, columns: list[str], cells: list[str]) -> Row:
    given = dict(zip(columns, (bare(cell.strip()) for cell in cells), strict=False))
    row = Row(line=line, file=given.get("file", ""))
    if not row.file:
        row.problems.append(_("It does not say which file its picture is."))
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        row.problems.append(
            _("It has more cells than there are columns; text with the separator needs quotes.")
        )
    for name, cell in given.items():
        try:
            _take(row, name, cell)
        except ValidationError as error:
            row.problems.extend(f"{name}: {sentence}" for sentence in error.messages)
    return row


def _take(row: Row, name: str, cell: str) -> None:
    if name == "collections":
        titles = [" ".join(title.split()) for title in cell.split(BETWEEN)]
        row.collections = list(dict.fromkeys(title for title in titles if title))
    elif name in PARSERS:
        if cell or name in ("tags", "params"):
            row.values[name] = PARSERS[name](cell)
    elif name != "file" and (cell or name not in ("title", "example_alt")):
        row.values[name] = cell


def _tags(cell: str) -> list[str]:
    return list(TagsField(required=False, max_length=300).clean(cell.replace(BETWEEN, ",")))


def _params(cell: str) -> dict[str, Any]:
    """JSON, or ``style_strength=60, style_scale=1.3``."""
    try:
        params = json.loads(cell) if cell.startswith(("{", "[")) else _pairs(cell)
        Params.from_json(params)
    except ParameterError as error:
        raise ValidationError(error.sentence) from error
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("This is not JSON: %(why)s.") % {"why": error}) from error
    return dict(params)


def _pairs(cell: str) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for pair in filter(None, (part.strip() for part in cell.replace(";", ",").split(","))):
        name, _equals, value = (part.strip() for part in pair.partition("="))
        try:
            params[name] = json.loads(value)
        except json.JSONDecodeError:
            params[name] = value
    return params


def _state(cell: str) -> str:
    if cell.casefold() not in STATES:
        raise ValidationError(_("Write published or hidden, or leave it empty."))
    return str(STATES[cell.casefold()].value)


def _position(cell: str) -> int:
    if not cell.isdecimal() or len(cell) > 9:  # so that others find a place behind it
        raise ValidationError(_("Write a whole number of 0 or more, or leave it empty."))
    return int(cell)


PARSERS: dict[str, Callable[[str], Any]] = {
    "tags": _tags,
    "params": _params,
    "state": _state,
    "position": _position,
}
