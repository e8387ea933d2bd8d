"""What each row of the table would do, told before anything is done.

A picture is known by the SHA-256 of its file: of the one that an earlier import brought, or of the
stored original, which is what an export hands out. So the same file never becomes two presets.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from PIL import Image

from accounts.models import User
from engine.errors import ImageError
from gallery import curation, look_alikes
from gallery.busy import BusyError
from gallery.forms import TagsField, title_from_file_name
from gallery.imports.archive import Archive
from gallery.imports.table import Row
from gallery.models import Collection, Style
from gallery.reading import read_image, upload_limits
from gallery.styles import ORIGINAL_SIDE_PX

COLLECTION_TITLE_LENGTH = 80
FILE_FIELDS = ["owner", "original", "display", "thumbnail", "width", "height", "sha256", "bytes"]


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


"""Finds the presets that look like a picture, each with how many bits of their looks differ."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What holds for all rows of an import.

    publish: put on the wall whatever has its credit and licence, where the row does not say.
    collection: a title that every preset is put into, besides those of its row.
    """

    by: User | None = None
    publish: bool = False
    collection: str = ""
    source: str = ""


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


@dataclass
class Verdict:
    """What a row would do. ``notes`` are remarks; ``reasons`` say why it is refused.

    ``failed``: for a reason of ours, so that the same row may do another time.
    """

    row: Row
    kind: Kind = Kind.REFUSED
    style: Style | None = None
    digest: str = ""
    image: Image.Image | None = None
    values: dict[str, Any] = field(default_factory=dict)
    collections: list[str] | None = None
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    failed: bool = False

    @property
    def title(self) -> str:
        given = self.values.get("title") or (self.style.title if self.style else "")
        return str(given or title_from_file_name(self.row.file))


class Judge:
    """Looks at the rows of one archive, one after the other."""

    def __init__(self, archive: Archive, wishes: Wishes) -> None:
        self.archive = archive
        self.wishes = wishes
        self.used: set[str] = set()
        self._lines: dict[str, int] = {}
        self._position = curation.next_position()

    def verdicts(self, rows: list[Row]) -> Iterator[Verdict]:
        """One after the other, so that whoever carries out may do so in between."""
        for row in rows:
            yield self._judged(row)

    def _judged(self, row: Row) -> Verdict:
        verdict = Verdict(row=row, reasons=list(row.problems))
        found = self.archive.find(row.file) if row.file else None
        if row.file and found is None:
            verdict.reasons.append(_("There is no file of this name."))
        if found is None:
            return verdict
        self.used.add(found)
        data = self._bytes(found, verdict)
        if data is None or verdict.reasons:
            return verdict
        self._recognise(data, verdict)
        if not verdict.reasons:
            self._compare(verdict)
        if verdict.kind == Kind.NEW and not verdict.reasons:
            self._look_at(data, verdict)
        if verdict.reasons:
            verdict.kind = Kind.REFUSED
        return verdict

    def _bytes(self, found: str, verdict: Verdict) -> bytes | None:
        try:
            data = self.archive.read(found)
        except OSError:
            verdict.reasons.append(_("Its file is damaged and cannot be read."))
            return None
        if data is None:
            megabytes = upload_limits().max_bytes // 2**20
            verdict.reasons.append(_("Its file is larger than %(mb)s MB.") % {"mb": megabytes})
        return data

    def _recognise(self, data: bytes, verdict: Verdict) -> None:
        verdict.digest = hashlib.sha256(data).hexdigest()
        line = self._lines.setdefault(verdict.digest, verdict.row.line)
        if line != verdict.row.line:
            verdict.reasons.append(
                _("It is the same picture as in line %(line)d.") % {"line": line}
            )
        verdict.style = known(verdict.digest)

    def _compare(self, verdict: Verdict) -> None:
        row, style = verdict.row, verdict.style
        verdict.values = dict(row.values)
        if style is None:
            verdict.values.setdefault("title", title_from_file_name(row.file))
            if "position" not in row.values:
                verdict.values["position"] = self._position
                self._position += curation.POSITION_STEP
        self._choose_collections(verdict)
        self._choose_state(verdict)
        _check_lengths(verdict)
        verdict.changes = list(_changes(verdict))
        changed = Kind.CHANGED if verdict.changes else Kind.UNCHANGED
        verdict.kind = Kind.NEW if style is None else changed

    def _choose_collections(self, verdict: Verdict) -> None:
        titles = verdict.row.collections
        if self.wishes.collection:
            held = _titles(verdict.style) if titles is None else titles
            titles = [*held, self.wishes.collection]
        if titles is None:
            return
        verdict.collections = list(dict.fromkeys(self._spelled(title) for title in titles))
        for title in verdict.collections:
            if title.casefold() in self._collections:
                continue
            if len(title) > COLLECTION_TITLE_LENGTH:
                verdict.reasons.append(_("The title of a collection is too long."))
                continue
            if self.wishes.by and not self.wishes.by.has_perm("gallery.add_collection"):
                sentence = _("There is no collection “%(title)s”, and you may not add one.")
                verdict.reasons.append(sentence % {"title": title})
            else:
                verdict.notes.append(_("new collection “%(title)s”") % {"title": title})
                self._collections[title.casefold()] = title  # told once

    def _spelled(self, title: str) -> str:
        return self._collections.get(title.casefold(), title)

    @cached_property
    def _collections(self) -> dict[str, str]:
        titles = Collection.objects.values_list("title", flat=True)
        return {title.casefold(): title for title in titles}

    def _choose_state(self, verdict: Verdict) -> None:
        """Nothing is published without its credit and licence, and nothing published loses them."""
        style, published = verdict.style, Style.State.PUBLISHED
        was = style.state if style else Style.State.DRAFT
        wished = verdict.row.values.get("state") or (published if self.wishes.publish else was)
        shown = Style(**{name: _value(verdict, name) for name in curation.REQUIRED})
        words = get_text_list(curation.lacking(shown), _("and"))
        if wished == published and words:
            if was != published:
                wished = Style.State.DRAFT
                verdict.notes.append(_("stays hidden: %(missing)s") % {"missing": words})
            elif style and not curation.lacking(style):
                sentence = _("It is published, and would have %(missing)s.")
                verdict.reasons.append(sentence % {"missing": words})
        verdict.values["state"] = str(wished)

    def _look_at(self, data: bytes, verdict: Verdict) -> None:
        try:
            who = self.wishes.by and self.wishes.by.pk
            verdict.image = read_image(io.BytesIO(data), who, longest_px=ORIGINAL_SIDE_PX)
        except ImageError as error:
            verdict.reasons.append(error.sentence)
            verdict.failed = isinstance(error, BusyError)
            return
        for alike, _bits in look_alikes.find(verdict.image, curation.presets()):
            verdict.notes.append(_("looks like “%(title)s”") % {"title": alike.title})


def known(digest: str) -> Style | None:
    """The preset whose picture came from this file, or is this file."""
    brought = curation.presets().filter(source_sha256=digest).first()
    return brought or curation.presets().filter(sha256=digest).first()


def _titles(style: Style | None) -> list[str]:
    return [str(title) for title in style.collections.all()] if style else []


def _value(verdict: Verdict, name: str) -> Any:
    """What a field would hold afterwards."""
    old = getattr(verdict.style, name) if verdict.style else getattr(Style(), name)
    return verdict.values.get(name, old)


def _changes(verdict: Verdict) -> Iterator[Change]:
    """Each field that would get another value; of a new preset, each that would get one."""
    style = verdict.style
    for name, new in verdict.values.items():
        old = getattr(style, name) if style else getattr(Style(), name)
        if name == "state" and style is None:
            old = ""
        if new != _as_typed(name, old):
            label = capfirst(str(Style._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
            yield Change(label, _words(name, old), _words(name, new))
    held = _titles(style)
    if verdict.collections is not None and sorted(held) != sorted(verdict.collections):
        yield Change(_("Collections"), ", ".join(held), ", ".join(verdict.collections))


def _as_typed(name: str, value: Any) -> Any:
    """A stored value as it would come back from a cell."""
    if name == "tags":
        try:
            return list(TagsField(required=False).clean(", ".join(value)))
        except ValidationError:
            return value
    return value.strip() if isinstance(value, str) else value


def _words(name: str, value: Any) -> str:
    if name == "tags":
        return ", ".join(value)
    if name == "params":
        return ", ".join(f"{key} = {one}" for key, one in value.items())
    if name == "state" and value:
        return str(Style.State(value).label)
    return str(value)


def _check_lengths(verdict: Verdict) -> None:
    """What the columns of the database allow; the sentence names the field."""
    try:
        Style(**verdict.values).clean_fields(exclude=FILE_FIELDS)
    except ValidationError as error:
        for name, sentences in error.message_dict.items():
            verdict.reasons.extend(f"{name}: {sentence}" for sentence in sentences)
