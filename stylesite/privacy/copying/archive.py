"""The zip of everything, piece by piece: pictures first, then what is said about them.

As in ``gallery.zips`` nothing is put together beforehand. It may take long, and meanwhile things
may go: a row that is gone is left out, a file that cannot be read is named in a text at the end.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Generator, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from django.core.files.base import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _
from zipstream import ZipStream

from accounts.models import User
from gallery import artwork_recipes, recipe_files
from gallery.files import CHUNK_BYTES
from gallery.models import Artwork, Mask, Style, StyleImport, TimeLapse
from gallery.zips import Names
from stylesite.privacy.copying import account, rows
from transfers.models import BroughtRecipe, ContentImage

logger = logging.getLogger(__name__)

ROWS_AT_ONCE = 100

FOLDERS: dict[type[models.Model], tuple[str, tuple[str, ...]]] = {
    Artwork: ("artworks", ("original", "before")),
    ContentImage: ("photos", ("original",)),
    Style: ("styles", ("original", "uncropped")),
    Mask: ("masks", ("original",)),
    BroughtRecipe: ("recipes", ("original",)),
    StyleImport: ("imports", ("file",)),
}
"""Where the files of a kind of row go, and which of them: not what was made smaller of them."""

SAID_OF_FILES = {"before": ".before", "uncropped": ".whole"}
"""Behind the title, in which no dot is left."""


class Copy:
    """One copy being written."""

    def __init__(self, user: User) -> None:
        self._user = user
        self._archive = ZipStream()
        self._names: dict[str, Names] = {}
        self._missing: list[str] = []
        self._places: dict[tuple[type[models.Model], Any], dict[str, str]] = {}

    def pieces(self) -> Generator[bytes, None, None]:
        yield from self._text("README.txt", account.readme(self._user))
        yield from self._text("account.json", _json(account.as_json(self._user)))
        for model in FOLDERS:
            for row in _walk(model, self._user):
                yield from self._files_of(row)
        for model in rows.tables():
            yield from self._entry(rows.file_name(model), self._table(model))
        if self._missing:
            said = [_("These files could not be read:"), "", *self._missing, ""]
            yield from self._text(_("Left out") + ".txt", "\n".join(said))
        yield from self._archive.finalize()

    def _files_of(self, row: models.Model) -> Iterator[bytes]:
        folder, fields = FOLDERS[type(row)]
        names = self._names.setdefault(folder, Names())
        title = str(row.pk) if isinstance(row, Mask) else str(row).replace(".", " ")
        place = f"{folder}/{names.claim(title, '')}"
        for field in fields:
            yield from self._file_of(row, field, place)
        if isinstance(row, Artwork):
            if time_lapse := TimeLapse.objects.filter(pk=row.pk).first():
                yield from self._file_of(time_lapse, "file", f"{place}.time-lapse")
            if recipe := _recipe(row):
                yield from self._entry(f"{place}.recipe.json", [recipe])

    def _file_of(self, row: models.Model, field: str, place: str) -> Iterator[bytes]:
        file: FieldFile = getattr(row, field)
        if not file:
            return
        name = place + SAID_OF_FILES.get(field, "") + PurePosixPath(str(file.name)).suffix
        self._places.setdefault((type(row), row.pk), {})[field] = name
        yield from self._file(file, name)

    def _file(self, file: FieldFile, name: str) -> Iterator[bytes]:
        try:
            opened = file.storage.open(str(file.name))
        except OSError:
            logger.warning("a copy leaves out %s: it cannot be read", file.name)
            self._missing.append(name)
            return
        with opened:
            yield from self._entry(name, self._read(opened, name))

    def _read(self, opened: File[bytes], name: str) -> Iterator[bytes]:
        """What breaks off is named, and all the rest is not lost for it."""
        try:
            while piece := opened.read(CHUNK_BYTES):
                yield piece
        except OSError:
            logger.warning("a copy holds only a part of %s", opened.name, exc_info=True)
            self._missing.append(_("%(name)s (only a part is here)") % {"name": name})

    def _table(self, model: type[models.Model]) -> Iterator[bytes]:
        """A list of objects, written row by row."""
        begun = False
        for row in _walk(model, self._user):
            said = rows.as_json(row, self._places.get((model, row.pk), {}))
            yield (",\n" if begun else "[\n").encode() + _json(said).encode()
            begun = True
        yield b"\n]\n" if begun else b"[]\n"

    def _text(self, name: str, text: str) -> Iterator[bytes]:
        yield from self._entry(name, [text.encode()])

    def _entry(self, name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        self._archive.add(pieces, name)
        yield from self._archive.file()


def _walk(model: type[models.Model], user: User) -> Iterator[models.Model]:
    """The rows as they are when each is written, without a query that stays open for minutes."""
    theirs = rows.of(model, user)
    keys = list(theirs.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), ROWS_AT_ONCE):
        yield from theirs.filter(pk__in=keys[start : start + ROWS_AT_ONCE]).order_by("pk")


def _recipe(artwork: Artwork) -> bytes:
    """As a file that this site reads again; empty where less is known, or its masks are gone."""
    try:
        return artwork_recipes.of_artwork(artwork).to_bytes()
    except (recipe_files.RecipeFileError, OSError):
        return b""


def _json(said: Any) -> str:
    return json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
