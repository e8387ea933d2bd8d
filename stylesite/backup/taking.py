"""Making a backup while the site runs: people upload, workers paint, files come and go.

A file of the site is written once, before the row that names it, and goes after it. So the rows of
one moment are written first and then the files that they name. What has gone meanwhile had its row
changed or deleted: then the rows are written anew. The second time nearly all files are there, and
it takes a moment only.
"""

from __future__ import annotations

import platform
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from stylesite.backup import BackupError, Say, keys, rows
from stylesite.backup.folder import Backup, BackupFolder, write_manifest
from stylesite.backup.index import FileIndex
from transfers.models import Transfer

COPIES_AT_ONCE = 4
MOST_ROUNDS = 8
LONGEST_WAIT = timedelta(seconds=2)


@dataclass(slots=True)
class Taken:
    """What was done."""

    backup: Backup
    tables: dict[str, Any] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    new_files: int = 0
    new_bytes: int = 0
    missing: list[str] = field(default_factory=list)
    """Named by rows, and not in the site's storage: they were not there before, either."""
    rounds: int = 0
    warnings: list[str] = field(default_factory=list)
    """What is wrong with the folder; the backup itself is made."""

    @property
    def row_count(self) -> int:
        return sum(table["rows"] for table in self.tables.values())


def take(folder: BackupFolder, *, keep: int, say: Say) -> Taken:
    """Make a backup of the site as it is, and forget all but the last ``keep``."""
    check_migrated()
    with folder.locked():
        before = folder.backups()
        now = moment_after(before[-1] if before else None)
        draft = folder.draft()
        try:
            taken = _Taking(folder, draft, before[-1] if before else None, say).run()
            keys.keep(draft.path)
            write_manifest(draft, _manifest(taken, now))
            taken.backup = folder.publish(draft, now)
        except BaseException:
            shutil.rmtree(draft.path, ignore_errors=True)
            raise
        if outdated := folder.backups()[:-keep]:
            say(f"forgetting {len(outdated)} older")
            try:
                folder.forget(outdated)
                folder.sweep()
            except BackupError as error:
                taken.warnings.append(_unreadable(error))
            except OSError as error:
                taken.warnings.append(
                    f"{error.filename or folder.path}: {error.strerror or error}. What is outdated "
                    "stays until that is mended."
                )
    return taken


def _unreadable(error: BackupError) -> str:
    """Without its list of files, it cannot be told what a backup needs."""
    return (
        f"{error} Files that no backup needs stay meanwhile: run this with --verify, and remove "
        "the backups that it names as broken."
    )


def moment_after(last: Backup | None) -> datetime:
    """Now, in whole seconds, by which backups are named and in whose order they are forgotten."""
    while True:
        now = datetime.now(UTC).replace(microsecond=0)
        if last is None or last.made_at < now:
            return now
        if last.made_at > now + LONGEST_WAIT:
            raise BackupError(
                f"{last.path} says that it was made at a time still to come: set the clock of this "
                "machine or, if the clock is right, remove that backup. No other can follow it."
            )
        time.sleep(0.1)  # two within a second


def check_migrated() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise BackupError("The database is not up to date: run `python manage.py migrate` first.")


class _Taking:
    def __init__(self, folder: BackupFolder, draft: Backup, last: Backup | None, say: Say) -> None:
        self._folder, self._draft, self._say = folder, draft, say
        self._taken = Taken(draft)
        # What is known of a file stays true: the last backup's, then that of the rounds before.
        self._last = self._index_of(last) if last else None
        self._copied = FileIndex(draft.path / "copied.sqlite3")
        self._named_path = draft.path / "files.sqlite3"

    def _index_of(self, last: Backup) -> FileIndex | None:
        try:
            return last.index()
        except BackupError as error:
            self._taken.warnings.append(_unreadable(error))
            return None

    def run(self) -> Taken:
        missing: set[str] | None = None
        while self._taken.rounds < MOST_ROUNDS:
            self._taken.rounds += 1
            named = self._write_rows()
            missing_before, missing = missing, set(self._copy(named))
            named.drop(missing)
            self._taken.files, self._taken.bytes = named.totals()
            named.close()
            # What was missing all along is no row's that has changed meanwhile.
            if not missing or missing == missing_before:
                break
        self._taken.missing = sorted(missing or ())
        self._copied.close()
        (self._draft.path / "copied.sqlite3").unlink()
        if self._last:
            self._last.close()
        return self._taken

    def _write_rows(self) -> FileIndex:
        """Write all tables as of one moment, and note the files that they name."""
        self._named_path.unlink(missing_ok=True)
        named = FileIndex(self._named_path)
        with rows.snapshot():
            self._copy_what_is_soon_replaced(named)
            for label, model in rows.tables().items():
                self._say(f"writing {label}")
                count = 0
                for names in rows.write(model, self._draft.rows / f"{label}.jsonl.gz"):
                    count += 1
                    named.name(names)
                self._taken.tables[label] = {"rows": count, "last": rows.last_number(model)}
        return named

    def _copy_what_is_soon_replaced(self, named: FileIndex) -> None:
        """Checkpoints give way to the next within seconds, and writing all rows may take longer."""
        for names in Transfer.objects.unfinished().values_list("checkpoint", "time_lapse"):
            named.name(filter(None, names))
        self._copy(named)

    def _copy(self, named: FileIndex) -> list[str]:
        """Bring the files that are not here yet; returns those that are not there any more."""
        missing, done = [], 0
        with ThreadPoolExecutor(COPIES_AT_ONCE) as pool:
            for names in named.unknown():
                new = []
                for name in names:
                    if known := self._known(name):
                        named.know(name, *known)
                    else:
                        new.append(name)
                for name, got in zip(new, pool.map(self._bring, new), strict=True):
                    if got is None:
                        missing.append(name)
                        continue
                    digest, size, is_new = got
                    named.know(name, digest, size)
                    self._copied.know(name, digest, size)
                    self._taken.new_files += is_new
                    self._taken.new_bytes += size * is_new
                done += len(names)
                self._say(f"copying files, {done} looked at, {self._taken.new_files} new")
        return missing

    def _known(self, name: str) -> tuple[str, int] | None:
        known = self._copied.get(name) or self._known_to_last(name)
        if known is None:
            return None
        try:
            whole = self._folder.object(known[0]).stat().st_size == known[1]
        except FileNotFoundError:
            return None
        return known if whole else None

    def _known_to_last(self, name: str) -> tuple[str, int] | None:
        if self._last is None:
            return None
        try:
            return self._last.get(name)
        except BackupError as error:  # then all files are looked at
            self._last.close()
            self._last = None
            self._taken.warnings.append(_unreadable(error))
            return None

    def _bring(self, name: str) -> tuple[str, int, bool] | None:
        try:
            with default_storage.open(name) as source:
                return self._folder.put(source)
        except FileNotFoundError:
            return None


def _manifest(taken: Taken, now: datetime) -> dict[str, Any]:
    applied = MigrationRecorder(connection).applied_migrations()
    version = ".".join(map(str, connection.get_database_version()))
    return {
        "made_at": now.isoformat(),
        "stylesite": settings.VERSION,
        "python": platform.python_version(),
        "database": f"{connection.display_name} {version}",
        "files_in": "a bucket" if settings.S3_BUCKET else "a folder",
        "key": keys.fingerprint(settings.SECRET_KEY),
        "migrations": sorted(applied),
        "tables": taken.tables,
        "files": taken.files,
        "bytes": taken.bytes,
        "missing": taken.missing,
    }
