"""Presets as a zip with ``styles.csv``, streamed while it is made; importing it changes nothing.

The pictures are the stored originals. Examples are not in it: they can be painted again.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from typing import IO, Any, cast

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify

from accounts.spreadsheets import guarded
from gallery.files import CHUNK_BYTES, harden
from gallery.imports.archive import TABLE
from gallery.imports.table import BETWEEN, COLUMNS
from gallery.models import Style
from gallery.sending import take_place


def response(styles: QuerySet[Style]) -> StreamingHttpResponse:
    """The zip as a download. Raises BusyError."""
    take_place()
    name = f"styles-{timezone.localdate():%Y-%m-%d}.zip"
    answer = StreamingHttpResponse(stream(styles), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return harden(answer, max_age_s=None)


def stream(styles: QuerySet[Style]) -> Iterator[bytes]:
    """The zip in pieces: one picture's chunk in memory at a time.

    A picture whose file is missing ends it half-way: a download that breaks is seen, one that
    lacks a picture is not.
    """
    chosen = list(styles.prefetch_related("collections"))
    written = _Written()
    with zipfile.ZipFile(cast(IO[bytes], written), "w") as archive:
        archive.writestr(TABLE, table(chosen), compress_type=zipfile.ZIP_DEFLATED)
        yield written.taken()
        for style in chosen:
            entry = zipfile.ZipInfo(file_name(style), timezone.localtime().timetuple()[:6])
            with style.original.open("rb") as picture, archive.open(entry, "w") as target:
                for chunk in picture.chunks(CHUNK_BYTES):
                    target.write(chunk)
                    yield written.taken()
            yield written.taken()
    yield written.taken()


def table(styles: list[Style]) -> bytes:
    """``styles.csv`` of these presets, with the mark by which Excel knows UTF-8.

    Titles and credits are words of whoever offered a style: no cell is a formula.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for style in styles:
        cells = _cells(style)
        writer.writerow([guarded(str(cells[name])) for name in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def file_name(style: Style) -> str:
    """Unlike any other's: two presets never have the same picture and the same title."""
    suffix = str(style.original.name).rpartition(".")[2]
    stem = slugify(style.title)[:60] or "style"
    return f"{stem}-{str(style.pk)[:8]}.{suffix}"


def _cells(style: Style) -> dict[str, Any]:
    return {
        "file": file_name(style),
        "title": style.title,
        "artist": style.artist,
        "year": style.year,
        "licence": style.licence,
        "source": style.source,
        "tags": ", ".join(style.tags),
        "collections": f" {BETWEEN} ".join(str(one) for one in style.collections.all()),
        "description": style.description,
        "params": json.dumps(style.params, ensure_ascii=False) if style.params else "",
        "example_alt": style.example_alt,
        "state": "published" if style.state == Style.State.PUBLISHED else "hidden",
        "position": style.position,
    }


class _Written:
    """What the zip writes to: it cannot go back, so each piece can leave at once."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
