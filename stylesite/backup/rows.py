"""Tables as lines of JSON, the same from SQLite and PostgreSQL: what is in them, not how.

The first line of a table names its columns, each other line is a row. All tables are written but
those whose rows mean nothing elsewhere or a day later.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.apps.registry import Apps
from django.db import DEFAULT_DB_ALIAS, connection, models, transaction
from django.db.models import sql
from django.utils.duration import duration_iso_string

from stylesite.backup import BackupError
from stylesite.backup.folder import open_private
from transfers.models import Transfer

AT_ONCE = 1000

LEFT_OUT = frozenset(
    {
        "sessions.Session",  # everybody signs in again
        "usersessions.UserSession",
        "accounts.Letter",  # there are links in them, and they are on their way within seconds
        "django_q.OrmQ",  # wake-ups only, and they are rung again
        "django_q.Task",
        "django_q.Schedule",
        "transfers.WorkerHost",  # hosts announce themselves
        "gallery.StyleImport",  # a zip that waits for its curator, a day at most
    }
)

Model = type[models.Model]


@contextmanager
def snapshot() -> Iterator[None]:
    """All that is read inside is of one moment. Nobody who writes has to wait."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with transaction.atomic():
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield
            return
        # Not `atomic`: the site's transactions on SQLite begin as writers.
        cursor.execute("BEGIN")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def tables(registry: Apps = apps) -> dict[str, Model]:
    """Every table that is backed up, by its label."""
    found = every_table(registry).items()
    return {label: model for label, model in found if label not in LEFT_OUT}


def every_table(registry: Apps = apps) -> dict[str, Model]:
    """Also those that are left out."""
    found = registry.get_models(include_auto_created=True)
    mine = {m._meta.label: m for m in found if m._meta.managed and not m._meta.proxy}
    return dict(sorted(mine.items()))


def file_columns(model: Model) -> list[str]:
    fields = model._meta.concrete_fields
    return [field.attname for field in fields if isinstance(field, models.FileField)]


def write(model: Model, path: Path) -> Iterator[list[str]]:
    """Write a table, and yield the names of the files in each row: one list a row.

    Not the preview of a transfer that is being painted: it gives way to the next within a second,
    and so does the one that is shown after a restore.
    """
    columns = [field.attname for field in model._meta.concrete_fields]
    files = [columns.index(name) for name in file_columns(model)]
    preview = columns.index("preview") if model is Transfer else -1
    state = columns.index("state") if model is Transfer else -1
    rows = model._base_manager.order_by("pk").values_list(*columns)
    with open_private(path) as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
        packed.write(_line(columns))
        for row in rows.iterator(AT_ONCE):
            packed.write(_line(row))
            passing = preview >= 0 and row[state] == Transfer.State.RUNNING
            yield [row[at] for at in files if row[at] and not (passing and at == preview)]


def read(path: Path) -> Iterator[list[Any]]:
    """The columns, then row after row, as JSON has them."""
    with gzip.open(path, "rb") as lines:
        for line in lines:
            yield json.loads(line)


def insert(model: Model, rows: Iterator[list[Any]]) -> int:
    """Put what ``read`` gives into the table of ``model``, as it is; returns how many rows."""
    named = {field.attname: field for field in model._meta.concrete_fields}
    columns = next(rows)
    if unknown := set(columns) - set(named):
        raise BackupError(f"{model._meta.label} has no {', '.join(sorted(unknown))}.")
    fields = [named[name] for name in columns]
    count, batch = 0, []
    for row in rows:
        values = (field.to_python(value) for field, value in zip(fields, row, strict=True))
        batch.append(model(**dict(zip(columns, values, strict=True))))
        if len(batch) == AT_ONCE:
            count += _insert(model, fields, batch)
            batch = []
    return count + _insert(model, fields, batch)


def _insert(model: Model, fields: Sequence[models.Field[Any, Any]], batch: list[Any]) -> int:
    """As ``bulk_create`` does, but no field changes its value on the way, such as the time of the
    last change."""
    size = connection.ops.bulk_batch_size(fields, batch) or 1
    for at in range(0, len(batch), size):
        query = sql.InsertQuery(model)
        query.insert_values(fields, batch[at : at + size], raw=True)
        query.get_compiler(using=DEFAULT_DB_ALIAS).execute_sql()
    return len(batch)


def last_number(model: Model) -> int | None:
    """The last number that the database gave to a row of ``model``, also if that row is gone:
    numbers are never given twice. None where rows have random ids."""
    if not isinstance(model._meta.pk, models.AutoField):
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", _key_column(model))
            (sequence,) = cursor.fetchone()
            cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608  # the server's own word
        else:
            table = model._meta.db_table
            cursor.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = %s", [table])
        (number,) = cursor.fetchone()
    return number or 0


def number_after(model: Model, last: int) -> None:
    """Let the next row of ``model`` get a higher number than ``last``, and than those there are."""
    highest = model._base_manager.aggregate(highest=models.Max("pk"))["highest"]
    last = max(last, highest or 0)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            asked = "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)"
            cursor.execute(asked, [*_key_column(model), max(last, 1), last > 0])
            return
        table = model._meta.db_table
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])


def _key_column(model: Model) -> list[str]:
    """As PostgreSQL wants it told: the table in quotes, the column without."""
    return [connection.ops.quote_name(model._meta.db_table), "id"]


def _line(values: Sequence[Any]) -> bytes:
    return json.dumps(values, default=_plain, separators=(",", ":")).encode() + b"\n"


def _plain(value: object) -> str:
    """What JSON lacks, in the form that the field's ``to_python`` reads."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in a backup")
