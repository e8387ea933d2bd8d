"""Files of the store that no row of any table names: found, counted, and removed when told to.

What is left over goes by its note (``leftovers``). Here is for what has none: files from before
there were notes, of a restore that broke off, of a probe that died. The whole store is walked, and
held against the names in all rows, on the disk, as there may be millions of either.

Whoever does this with the database of another site, or an old one, would lose pictures by it. So
there are ``doubts``.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Self, TypeVar

from django.core.files.storage import default_storage
from django.utils import timezone

from gallery import leftovers
from gallery.files import FilesUnavailableError, StoredFile

logger = logging.getLogger(__name__)

OLDER_THAN = timedelta(days=1)
"""What is younger may be about to get its row."""

AT_ONCE = 500
PROBES = "probes"
"""Where ``stylesite.operating.readiness`` tries whether the store takes files."""

T = TypeVar("T")


class Strays:
    """One walk through the store. First ``find`` them all; the counts are whole afterwards."""

    def __init__(self) -> None:
        self.stored = self.named_here = self.young = self.count = self.bytes = 0
        self._before = timezone.now() - OLDER_THAN
        self._newest: datetime | None = None
        self._newest_named: datetime | None = None
        self._rows = sqlite3.connect("")  # a file of its own that nobody sees, and gone in the end
        self._rows.execute("PRAGMA journal_mode = OFF")
        for table in ("named", "stray"):
            self._rows.execute(f"CREATE TABLE {table} (name TEXT PRIMARY KEY) WITHOUT ROWID")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._rows.close()

    @property
    def named(self) -> int:
        """How many files rows name, wherever those are."""
        count: int = self._rows.execute("SELECT count(*) FROM named").fetchone()[0]
        return count

    def find(self) -> Iterator[StoredFile]:
        """Those that are old enough. Names are read first: who gets a row meanwhile is young."""
        for rows, columns in leftovers.tables():
            for names in rows.values_list(*columns).iterator(AT_ONCE):
                self._note("named", filter(None, names))
        for files in batches(self._walk()):
            named = self._named_among([file.name for file in files])
            for file in files:
                if self._is_stray(file, file.name in named):
                    self._note("stray", [file.name])
                    yield file

    def doubts(self) -> list[str]:
        """What speaks against it that this database is that of this store, in sentences."""
        found = []
        if self.stored and not self.named_here:
            found.append("No row names any file of this store.")
        elif 2 * self.named_here < self.stored:
            found.append(f"Rows name only {self.named_here} of the {self.stored} files here.")
        if 2 * self.named_here < self.named:
            found.append(f"Of the {self.named} files that rows name, {self.named_here} are here.")
        if self._newest and self._newest_named and self._newest > self._newest_named:
            found.append(
                f"A file without a row is of {self._newest:%Y-%m-%d}, and no file with one is as "
                "new: the database may be an older one."
            )
        return found

    def remove(self) -> int:
        """Remove what was found and still has no row; return how many went.

        One that does not go is logged. Raises FilesUnavailableError where the store is away.
        """
        gone = 0
        found = self._rows.execute("SELECT name FROM stray ORDER BY name")
        for names in batches(name for (name,) in found):
            for name in sorted(leftovers.unnamed(names)):
                try:
                    default_storage.delete(name)
                except FilesUnavailableError:
                    raise
                except OSError:
                    logger.warning("%s could not be removed", name, exc_info=True)
                else:
                    gone += 1
        return gone

    def _walk(self) -> Iterator[StoredFile]:
        """Where the site writes, and names as it gives them: what else is there is not ours."""
        for folder in sorted(folders()):
            for file in default_storage.walk(folder):  # type: ignore[attr-defined]  # DiskFiles, S3Files
                if file.name.isascii() and file.name.isprintable():
                    yield file

    def _is_stray(self, file: StoredFile, named: bool) -> bool:
        self.stored += 1
        if named:
            self.named_here += 1
            self._newest_named = max(self._newest_named or file.modified_at, file.modified_at)
        elif file.modified_at >= self._before:
            self.young += 1
        else:
            self._newest = max(self._newest or file.modified_at, file.modified_at)
            self.count += 1
            self.bytes += file.bytes
            return True
        return False

    def _note(self, table: str, names: Iterable[str]) -> None:
        values = ((name,) for name in names)
        self._rows.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?)", values)  # noqa: S608

    def _named_among(self, names: list[str]) -> set[str]:
        marks = ", ".join("?" * len(names))
        asked = f"SELECT name FROM named WHERE name IN ({marks})"  # noqa: S608
        return {name for (name,) in self._rows.execute(asked, names)}


def folders() -> set[str]:
    """The first part of all names that the site gives to files."""
    return {PROBES} | {
        _folder(rows.model, column) for rows, columns in leftovers.tables() for column in columns
    }


def _folder(model: type[Any], column: str) -> str:
    """A field that names no folder leaves it to who writes, who calls it as all others do."""
    name: str = model._meta.get_field(column).generate_filename(model(), "x")
    folder, slash, _rest = name.partition("/")
    return folder if slash else f"{model._meta.model_name}s"


def batches(things: Iterable[T]) -> Iterator[list[T]]:
    walk = iter(things)
    while batch := list(islice(walk, AT_ONCE)):
        yield batch
