"""The files of a backup: name, SHA-256 and size, on the disk, as a site may have millions."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from stylesite.backup import BackupError

AT_ONCE = 500


class FileIndex:
    """A small SQLite file. Names come first, and what is known of each later.

    Raises BackupError where it is damaged or cannot be written.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        with self._asked():
            if read_only:
                self._rows = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
                return
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
            self._rows = sqlite3.connect(path)
            # A crash costs the whole draft anyway.
            self._rows.execute("PRAGMA journal_mode = OFF")
            self._rows.execute("PRAGMA synchronous = OFF")
            self._rows.execute(
                "CREATE TABLE IF NOT EXISTS file"
                " (name TEXT PRIMARY KEY, sha256 TEXT, bytes INTEGER) WITHOUT ROWID"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        with self._asked():
            self._rows.commit()
            self._rows.close()

    def name(self, names: Iterable[str]) -> None:
        """Files that belong to the backup, of which nothing is known yet."""
        with self._asked():
            self._rows.executemany(
                "INSERT OR IGNORE INTO file (name) VALUES (?)", ((name,) for name in names)
            )

    def know(self, name: str, sha256: str, size: int) -> None:
        with self._asked():
            self._rows.execute("REPLACE INTO file VALUES (?, ?, ?)", (name, sha256, size))

    def drop(self, names: Iterable[str]) -> None:
        with self._asked():
            self._rows.executemany("DELETE FROM file WHERE name = ?", ((name,) for name in names))

    def get(self, name: str) -> tuple[str, int] | None:
        asked = "SELECT sha256, bytes FROM file WHERE name = ? AND sha256 IS NOT NULL"
        with self._asked():
            found: tuple[str, int] | None = self._rows.execute(asked, (name,)).fetchone()
        return found

    def unknown(self) -> Iterator[list[str]]:
        """Names of which nothing is known, some at a time; what is learnt meanwhile is fine."""
        last = ""
        while True:
            asked = "SELECT name FROM file WHERE sha256 IS NULL AND name > ? ORDER BY name LIMIT ?"
            with self._asked():
                names = [name for (name,) in self._rows.execute(asked, (last, AT_ONCE))]
            if not names:
                return
            yield names
            last = names[-1]

    def files(self) -> Iterator[tuple[str, str, int]]:
        """Name, SHA-256 and size of all of which that is known, by name."""
        asked = "SELECT * FROM file WHERE sha256 IS NOT NULL ORDER BY name"
        with self._asked():
            yield from self._rows.execute(asked)

    def totals(self) -> tuple[int, int]:
        """How many files, and how many bytes they are."""
        asked = "SELECT count(*), coalesce(sum(bytes), 0) FROM file WHERE sha256 IS NOT NULL"
        with self._asked():
            count, size = self._rows.execute(asked).fetchone()
        return count, size

    def has(self, name: str) -> bool:
        asked = "SELECT 1 FROM file WHERE name = ?"
        with self._asked():
            return self._rows.execute(asked, (name,)).fetchone() is not None

    @contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise BackupError(
                f"{self._path}, a list of files, cannot be read or written ({error}): make room if "
                "the disk is full; otherwise it is damaged, and so is its backup."
            ) from error
