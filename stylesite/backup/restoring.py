"""Making a site of a backup: on SQLite or PostgreSQL, with files in a folder or a bucket.

Nothing is changed before the backup is known to be whole and this version can read it. Then the
files are put back, which harm nobody without rows; then all rows in one transaction: tables as they
were when the backup was made, what was in them, the migrations since, and what makes the work go
on. So a restore that breaks off leaves the database as it was. What is left to do after that
transaction cannot undo it: where it fails, that is said, and the site is restored.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.apps.registry import Apps
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from stylesite.backup import BackupError, Say, checking, departed, keys, rows, settling, withdrawn
from stylesite.backup.folder import Backup, BackupFolder
from stylesite.backup.index import FileIndex

COPIES_AT_ONCE = 4
AT_ONCE = 200

# What migrations made for tables' triggers outlives them, and would be made a second time. What an
# extension brought is not theirs.
TRIGGER_FUNCTIONS = """
SELECT DISTINCT tgfoid::regprocedure FROM pg_trigger
JOIN pg_class ON pg_class.oid = tgrelid
JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE NOT tgisinternal AND relname = ANY(%s)
AND relnamespace = current_schema()::regnamespace
AND pronamespace = current_schema()::regnamespace
AND NOT EXISTS (
    SELECT FROM pg_depend
    WHERE classid = 'pg_proc'::regclass AND objid = tgfoid AND deptype = 'e'
)
"""

T = TypeVar("T")

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Restored:
    rows: int
    files: int
    waiting: int
    """Transfers that go on once workers are started."""
    gone_again: int
    """Accounts that were deleted after this backup: closed, and housekeeping deletes them."""
    missing: list[str]
    """Files that rows name and the backup has not; or not any more, where that was allowed."""
    ended_again: int = 0
    """API tokens, share links and booths that were open in the backup, and are not any more."""
    same_key: bool = True
    undone: list[str] = field(default_factory=list)
    """What failed when all rows were there, each with what to do."""


@dataclass(frozen=True, slots=True)
class Since:
    """What is known of the time after a backup."""

    gone: list[dict[str, str]]
    ended: withdrawn.LastWords
    withdraw_all: bool

    def end_again(self) -> int:
        return withdrawn.end_all() if self.withdraw_all else withdrawn.end_again(self.ended)


def restore(
    folder: BackupFolder,
    backup: Backup,
    *,
    force: bool,
    without_damaged: bool = False,
    withdraw: bool = False,
    say: Say,
) -> Restored:
    """Make this site the one of ``backup``. Raises BackupError, with the database as it was.

    ``withdraw``: no API token, share link or booth is open afterwards; else those are not that are
    known to have ended since.
    """
    manifest = backup.manifest()
    targets = known_migrations(manifest)
    if not force and settling.has_people():
        raise BackupError(
            "There are people in this site already, and restoring replaces everything: use an "
            "empty database, or --force to lose what is here."
        )
    broken = files_to_leave_out(checking.faults(folder, backup, say), without_damaged)
    since = Since(departed.known(folder), withdrawn.after(backup, folder), withdraw)
    with (
        tempfile.TemporaryDirectory() as scratch,
        backup.index() as index,
        FileIndex(Path(scratch) / "before.sqlite3") as before,
    ):
        note_files_that_go(before, manifest["missing"], index)
        files = _put_files(folder, index, broken, say)
        done = _put_rows(backup, manifest, targets, since, say)
        done.files, done.missing = files, sorted([*manifest["missing"], *broken])
        say("tidying up")
        finish(done, backup, manifest["key"], before)
    return done


def files_to_leave_out(faults: checking.Faults, without_damaged: bool) -> frozenset[str]:
    """Those that cannot be put back; BackupError where that is not wanted or all is lost."""
    if faults.parts or (faults and not without_damaged):
        other = "" if faults.parts else ", or leave these files out with --without-damaged"
        raise BackupError(
            f"This backup is not whole: {'; '.join(faults.sentences()[:5])}. Take another one"
            f"{other}."
        )
    return faults.files


def finish(done: Restored, backup: Backup, key: str, before: FileIndex) -> None:
    """What no transaction holds. The site is restored, whatever becomes of it."""
    try:
        done.same_key = keys.give_back(backup.path, key)
    except OSError as error:
        done.undone.append(
            f"The site's key could not be put back ({error.strerror or error}): copy "
            f"{backup.path / keys.NAME} to {settings.DATA_DIR / keys.NAME} before you start it."
        )
    if left := _drop_files(before):
        done.undone.append(
            f"{len(left)} files of the site that was here before could not be removed, and nothing "
            f"names them any more: {', '.join(left[:5])}{' …' if left[5:] else ''}."
        )


def known_migrations(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """The last migrations of each app at the time of the backup; BackupError for unknown ones."""
    executor = MigrationExecutor(connection)
    applied = {(app, name) for app, name in manifest["migrations"]}
    graph = executor.loader.graph
    if unknown := sorted(key for key in applied if key not in graph.nodes):
        raise BackupError(
            f"This backup was made by Stylesite {manifest['stylesite']}, which has migrations that "
            f"this version does not know ({'.'.join(unknown[0])}): install that version or a newer "
            "one, and restore there."
        )
    return [
        key
        for key in sorted(applied)
        if not any(
            child.key in applied and child.key[0] == key[0]
            for child in graph.node_map[key].children
        )
    ]


def note_files_that_go(before: FileIndex, missing: list[str], index: FileIndex) -> None:
    """Those of the site that is about to be replaced that no row of the backup names.

    Rows name also what was missing when it was made; here it may be.
    """
    before.name(named_by_the_rows_there_are())
    before.drop(missing)
    before.drop(name for name, _digest, _size in index.files())


def named_by_the_rows_there_are() -> Iterator[str]:
    """The files of the site that is about to be replaced."""
    there = set(connection.introspection.table_names())
    for model in rows.every_table().values():
        columns = rows.file_columns(model)
        if not columns or model._meta.db_table not in there:
            continue
        with connection.cursor() as cursor:
            has = connection.introspection.get_table_description(cursor, model._meta.db_table)
        columns = [column for column in columns if column in {field.name for field in has}]
        for names in model._base_manager.values_list(*columns).iterator():
            yield from filter(None, names)


def _put_files(folder: BackupFolder, index: FileIndex, broken: frozenset[str], say: Say) -> int:
    total, _bytes = index.totals()
    done = 0

    def clear(file: tuple[str, str, int]) -> None:
        """Names carry what is in them, so one that is there is this file, or a damaged one."""
        name, _digest, _size = file
        if name not in broken and default_storage.exists(name):
            default_storage.delete(name)

    def put(file: tuple[str, str, int]) -> bool:
        name, digest, _size = file
        if name in broken:
            return False
        with folder.object(digest).open("rb") as source:
            kept = default_storage.save(name, File(source))
        if kept != name:
            raise BackupError(f"The storage keeps {name} as {kept}: restore into an empty one.")
        return True

    with ThreadPoolExecutor(COPIES_AT_ONCE) as pool:
        for batch in batches(index.files()):
            # One after the other: with the last file of a row its folder goes, too.
            list(pool.map(clear, batch))
            done += sum(pool.map(put, batch))
            say(f"putting files back, {done} of {total}")
    return done


def _put_rows(
    backup: Backup,
    manifest: dict[str, Any],
    targets: list[tuple[str, str]],
    since: Since,
    say: Say,
) -> Restored:
    count = 0
    with constraints_at_the_end(), transaction.atomic():
        say("making the tables")
        drop_tables()
        executor = MigrationExecutor(connection)
        state = executor.migrate(targets)
        models = _models(state.apps, manifest)
        defer_constraints()
        for model in models.values():
            model._base_manager.all().delete()  # what migrations have put there
        for label, model in models.items():
            say(f"reading {label}")
            found = rows.insert(model, rows.read(backup.rows / f"{label}.jsonl.gz"))
            if found != manifest["tables"][label]["rows"]:
                raise BackupError(f"{label} has {found} rows, not those that were written.")
            if (last := manifest["tables"][label]["last"]) is not None:
                rows.number_after(model, last)
            count += found
        connection.check_constraints()
        say("bringing the database up to date")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        return Restored(
            rows=count,
            files=0,
            gone_again=departed.bury(since.gone),
            ended_again=since.end_again(),
            waiting=settling.settle(),
            missing=[],
        )


def _models(apps: Apps, manifest: dict[str, Any]) -> dict[str, rows.Model]:
    there = rows.tables(apps)
    if unknown := sorted(manifest["tables"].keys() - there.keys()):
        raise BackupError(f"This backup has tables that its migrations do not make: {unknown}.")
    return {label: there[label] for label in manifest["tables"]}


@contextmanager
def constraints_at_the_end() -> Iterator[None]:
    """Rows come table by table, and refer to each other across tables. PostgreSQL waits with such
    checks by itself."""
    off = connection.vendor == "sqlite" and connection.disable_constraint_checking()
    try:
        yield
    finally:
        if off:
            connection.enable_constraint_checking()


def defer_constraints() -> None:
    """Migrations tell PostgreSQL to look at once, and that holds for the whole transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def drop_tables() -> None:
    """The site's own, what guards them, and the notes of its migrations. Others stay."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    notes = MigrationRecorder.Migration._meta.db_table
    there = connection.introspection.table_names()
    functions = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(TRIGGER_FUNCTIONS, [list(names)])
            functions = cursor.fetchall()
        for name in {*names, *({notes} & set(there))}:
            how = " CASCADE" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}{how}")
        for (function,) in functions:
            cursor.execute(f"DROP FUNCTION {function}")


def _drop_files(before: FileIndex) -> list[str]:
    """Remove the files of the site that was here before; returns those that would not go."""
    left = []
    for names in before.unknown():
        for name in names:
            try:
                default_storage.delete(name)
            except Exception:  # each storage has errors of its own
                logger.warning("%s could not be removed", name, exc_info=True)
                left.append(name)
    return left


def batches(things: Iterable[T]) -> Iterator[list[T]]:
    walk = iter(things)
    while batch := list(islice(walk, AT_ONCE)):
        yield batch
