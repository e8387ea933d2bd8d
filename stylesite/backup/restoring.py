"""Making a site of a backup: on SQLite or PostgreSQL, with files in a folder or a bucket.

Nothing is changed before the backup is known to be whole and this version can read it. Then the
files are put back, which harm nobody without rows; then all rows in one transaction: tables as they
were when the backup was made, what was in them, and the migrations since. So a restore that breaks
off leaves the database as it was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.apps.registry import Apps
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from stylesite.backup import BackupError, Say, checking, departed, keys, rows, settling
from stylesite.backup.folder import Backup, BackupFolder
from stylesite.backup.index import FileIndex

COPIES_AT_ONCE = 4
AT_ONCE = 200

# What migrations made for tables' triggers outlives them, and would be made a second time.
TRIGGER_FUNCTIONS = """
SELECT oid::regprocedure FROM pg_proc
WHERE prorettype = 'trigger'::regtype AND pronamespace = current_schema()::regnamespace
"""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Restored:
    rows: int
    files: int
    waiting: int
    """Transfers that go on once workers are started."""
    gone_again: int
    """Accounts that were deleted after this backup: closed, and housekeeping deletes them."""
    same_key: bool
    missing: list[str]


def restore(folder: BackupFolder, backup: Backup, *, force: bool, say: Say) -> Restored:
    """Make this site the one of ``backup``. Raises BackupError before anything is changed."""
    manifest = backup.manifest()
    targets = known_migrations(manifest)
    if not force and settling.has_people():
        raise BackupError(
            "There are people in this site already, and restoring replaces everything: use an "
            "empty database, or --force to lose what is here."
        )
    if faults := checking.faults(folder, backup, say):
        wrong = "; ".join(faults.sentences()[:5])
        raise BackupError(f"This backup is not whole: {wrong}. Take another one.")
    with tempfile.TemporaryDirectory() as scratch, backup.index() as index:
        gone = departed.known(folder)
        before = FileIndex(Path(scratch) / "before.sqlite3")
        before.name(named_by_the_rows_there_are())
        files = _put_files(folder, index, say)
        count = _put_rows(backup, manifest, targets, say)
        say("tidying up")
        gone_again = departed.bury(gone)
        waiting = settling.settle()
        _drop_files(before, index)
        before.close()
    same_key = keys.give_back(backup.path, manifest["key"])
    return Restored(count, files, waiting, gone_again, same_key, manifest["missing"])


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


def named_by_the_rows_there_are() -> Iterator[str]:
    """The files of the site that is about to be replaced."""
    there = set(connection.introspection.table_names())
    for model in rows.tables().values():
        columns = rows.file_columns(model)
        if not columns or model._meta.db_table not in there:
            continue
        with connection.cursor() as cursor:
            has = connection.introspection.get_table_description(cursor, model._meta.db_table)
        columns = [column for column in columns if column in {field.name for field in has}]
        for names in model._base_manager.values_list(*columns).iterator():
            yield from filter(None, names)


def _put_files(folder: BackupFolder, index: FileIndex, say: Say) -> int:
    total, _bytes = index.totals()
    done = 0

    def put(file: tuple[str, str, int]) -> None:
        name, digest, _size = file
        # Names carry what is in them, so one that is there is this file, or a damaged one.
        if default_storage.exists(name):
            default_storage.delete(name)
        with folder.object(digest).open("rb") as source:
            kept = default_storage.save(name, File(source))
        if kept != name:
            raise BackupError(f"The storage keeps {name} as {kept}: restore into an empty one.")

    with ThreadPoolExecutor(COPIES_AT_ONCE) as pool:
        for batch in batches(index.files()):
            for _put in pool.map(put, batch):
                done += 1
            say(f"putting files back, {done} of {total}")
    return done


def _put_rows(
    backup: Backup, manifest: dict[str, Any], targets: list[tuple[str, str]], say: Say
) -> int:
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
    return count


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
    with connection.cursor() as cursor:
        for name in {*names, *({notes} & set(there))}:
            how = " CASCADE" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}{how}")
        if connection.vendor == "postgresql":
            cursor.execute(TRIGGER_FUNCTIONS)
            for (function,) in cursor.fetchall():
                cursor.execute(f"DROP FUNCTION {function}")


def _drop_files(before: FileIndex, index: FileIndex) -> None:
    """Remove the files of the site that was here before."""
    for names in before.unknown():
        for name in names:
            if not index.get(name):
                default_storage.delete(name)


def batches(things: Iterable[T]) -> Iterator[list[T]]:
    walk = iter(things)
    while batch := list(islice(walk, AT_ONCE)):
        yield batch
