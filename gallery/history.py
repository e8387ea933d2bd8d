"""Who changed what of a preset or a collection, with the old and the new value.

Kept as Django's own log entries, which the admin's history page shows: one entry for each act, in
words, whether it came from a form, an action, an import or the example's worker. A table with
copies of whole rows would know no more of what a curator asks, and would copy the personal styles
of everybody, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from gallery.models import Collection, Style

STYLE_FIELDS = (
    "title",
    "description",
    "artist",
    "year",
    "licence",
    "source",
    "tags",
    "params",
    "example_alt",
    "state",
    "position",
)
COLLECTION_FIELDS = ("title", "slug", "description", "position")

Snapshot = Mapping[str, str]


def snapshot(thing: Style | Collection) -> Snapshot:
    """Everything that a history tells of ``thing``, by its label; of files, which one it is."""
    if isinstance(thing, Collection):
        values = _fields(thing, COLLECTION_FIELDS)
        presets = thing.styles.order_by("title").values_list("title", flat=True)
        return values | {_("Presets"): ", ".join(presets) if thing.pk else ""}
    values = _fields(thing, STYLE_FIELDS)
    values[_("Collections")] = ", ".join(str(collection) for collection in thing.collections.all())
    values[_("Picture")] = _picture(thing)
    values[_("Example")] = _file_name(str(thing.example.name or ""))
    values[_("Photo of the example")] = _file_name(str(thing.example_photo.name or ""))
    return values


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """A line for each value that differs: ``Licence: – → CC0-1.0``."""
    return [
        f"{label}: {before.get(label) or '–'} → {value or '–'}"
        for label, value in after.items()
        if before.get(label, "") != value
    ]


def note_changes(
    by: User | None, thing: Style | Collection, before: Snapshot, how: str = ""
) -> list[str]:
    """Write down what has changed since ``before``, and return it; nothing where nothing has.

    ``how`` is a sentence put before it, such as which file an import read.
    """
    lines = changes(before, snapshot(thing))
    if lines:
        note(by, thing, "\n".join([how, *lines] if how else lines))
    return lines


def note_added(by: User | None, thing: Style | Collection, how: str) -> None:
    _write(by, thing, ADDITION, how)


def note(by: User | None, thing: Style | Collection, text: str) -> None:
    _write(by, thing, CHANGE, text)


def _write(by: User | None, thing: Style | Collection, flag: int, text: str) -> None:
    """An entry belongs to somebody; what nobody did any more (their account is gone) has none."""
    if by is not None:
        LogEntry.objects.log_actions(by.pk, [thing], flag, text, single_object=True)


def _fields(thing: models.Model, names: tuple[str, ...]) -> dict[str, str]:
    return {
        capfirst(str(thing._meta.get_field(name).verbose_name)): _words(thing, name)  # type: ignore[union-attr]
        for name in names
    }


def _words(thing: models.Model, name: str) -> str:
    value = getattr(thing, name)
    if name == "tags":
        return ", ".join(value)
    if name == "params":
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    if name == "state":
        return str(Style.State(value).label)
    return str(value)


def _picture(style: Style) -> str:
    return f"{style.width} × {style.height} px, {style.version}" if style.sha256 else ""


def _file_name(name: str) -> str:
    return name.rpartition("/")[2]
