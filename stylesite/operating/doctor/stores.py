"""Where data are kept: disk, storage of pictures, database, cache, backups; and the presets."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.db import Error as DatabaseError
from django.db import connection
from django.db.utils import NotSupportedError

from gallery.models import Style
from stylesite import steady_cache
from stylesite.backup.folder import BackupFolder
from stylesite.management.commands.up import MIN_FREE_BYTES
from stylesite.operating import readiness
from stylesite.operating.doctor.findings import Finding, note, ok, wrong

# Below this a busy day of fine pictures, at some 10 MB each, could fill the disk.
SOON_FULL_BYTES = 2 * 2**30

# One that is made every night may take its time, or be left out once.
BACKUP_OLD_AFTER = timedelta(days=2)

# Hosts that share a folder need not agree on the second.
CLOCKS_DIFFER_BY = timedelta(minutes=1)


def disk() -> Iterator[Finding]:
    """Whether the disk of the data folder has room."""
    free = shutil.disk_usage(settings.DATA_DIR).free
    room = f"The disk of the data folder {settings.DATA_DIR} has {free / 2**30:.1f} GB left"
    if free < MIN_FREE_BYTES:
        yield wrong(f"{room}, too little to start: make room, or set STYLESITE_DATA_DIR.")
    elif free < SOON_FULL_BYTES:
        yield note(f"{room}: make room before it is full.")
    else:
        yield ok(f"{room}.")


def storage() -> Iterator[Finding]:
    """Whether pictures can be written, read and removed."""
    try:
        readiness.ask_storage()
    except readiness.NotReadyError as error:
        reason = error.__cause__
        yield wrong(f"{error} It says: {reason}." if reason else str(error))
        return
    yield ok("A file could be written to the storage of pictures, read and removed.")


def database() -> Iterator[Finding]:
    """Whether the database answers, is up to date, and is of a kind that is supported."""
    try:
        readiness.ask_database()
    except readiness.NotReadyError as error:
        yield wrong(str(error))
        return
    yield ok("The database answers and has every migration.")
    if connection.vendor == "sqlite":
        yield from _sqlite()
    else:
        yield from _server()


def _sqlite() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        (mode,) = cursor.fetchone()
    if mode == "wal":
        yield ok("SQLite writes ahead, so pages can read while a worker writes.")
    else:
        yield wrong(
            f"SQLite is in mode {mode}, so pages wait for workers: put the data folder on a local "
            "disk, as network file systems do not allow WAL."
        )


def _server() -> Iterator[Finding]:
    found = ".".join(str(part) for part in connection.get_database_version())
    name = connection.display_name
    try:
        connection.check_database_version_supported()
    except NotSupportedError:
        least = ".".join(str(n) for n in connection.features.minimum_database_version or ())
        yield wrong(f"{name} is {found}: upgrade it to {least} or newer.")
    else:
        yield ok(f"{name} {found} is supported.")


def cache_check() -> Iterator[Finding]:
    """Whether caches keep what they are given: limits on sign-ins are counted there."""
    if settings.REDIS_URL and steady_cache.is_away():
        yield wrong(
            "Redis does not answer, so limits are counted in the database meanwhile: check that it "
            "runs, and STYLESITE_REDIS_URL. The log says what it met."
        )
    for alias in settings.CACHES:
        in_redis = settings.REDIS_URL and alias == "default"
        yield from _keeps(caches[alias], "Redis" if in_redis else "the database")


def _keeps(cache: BaseCache, where: str) -> Iterator[Finding]:
    key, value = f"doctor-{secrets.token_hex(8)}", secrets.token_hex(8)
    try:
        cache.set(key, value, 60)
        same = cache.get(key) == value
        cache.delete(key)
    except DatabaseError as error:
        yield wrong(
            f"The cache in {where} does not answer ({type(error).__name__}), so limits do not "
            "hold: run `python manage.py createcachetable`."
        )
        return
    if same:
        yield ok(f"The cache in {where} keeps what it is given.")
    else:
        yield wrong(f"The cache in {where} forgets what it is given, so limits do not hold.")


def presets() -> Iterator[Finding]:
    """Whether newcomers find styles to choose from."""
    count = Style.objects.presets().count()
    if count:
        yield ok(f"Presets on the wall: {count}.")
    else:
        yield wrong("No preset is published: run `python manage.py load_presets`.")


def backups() -> Iterator[Finding]:
    """Whether the site is backed up, where backups are known of."""
    if not settings.BACKUP_DIR:
        yield note("No backups are known of: set STYLESITE_BACKUP_DIR (docs/backup.md).")
        return
    made = BackupFolder(Path(settings.BACKUP_DIR).expanduser()).backups()
    if not made:
        yield wrong(f"There is no backup in {settings.BACKUP_DIR}: run `python manage.py backup`.")
        return
    last = made[-1].made_at
    said = f"The last backup in {settings.BACKUP_DIR} was made at {last:%Y-%m-%d %H:%M} UTC"
    age = datetime.now(UTC) - last
    if age < -CLOCKS_DIFFER_BY:
        yield wrong(
            f"{said}, which is still to come, and no other can follow it: set this machine's clock "
            "or, if the clock is right, remove that backup."
        )
    elif age > BACKUP_OLD_AFTER:
        yield wrong(f"{said}: find out why `python manage.py backup` did not run since.")
    else:
        yield ok(f"{said}.")
