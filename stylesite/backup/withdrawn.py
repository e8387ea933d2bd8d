"""What was withdrawn after a backup was made: a restore must not have it open doors again.

API tokens, share links and booths carry when they ended. The backup knows nothing of later ends;
the site that is replaced does, and every later backup, and the last word on each counts.
"""

from __future__ import annotations

import logging
import zlib
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import ApiToken
from gallery.models import ShareLink
from stylesite.backup import rows
from stylesite.backup.folder import Backup, BackupFolder
from transfers.booth import opening
from transfers.models import Booth

logger = logging.getLogger(__name__)

ENDS: dict[rows.Model, str] = {ApiToken: "revoked_at", ShareLink: "revoked_at", Booth: "ended_at"}
"""What lets in whoever has it, and the column that says since when it does not."""

Words = dict[str, str | None]
"""By the id of each, when it ended; None where it was open when that was written."""

LastWords = dict[rows.Model, Words]


def after(backup: Backup, folder: BackupFolder) -> LastWords:
    """From the later backups in ``folder``, and from this site if it has such tables.

    A backup that cannot be read is passed over: the one that is restored is judged elsewhere.
    """
    later = [other for other in folder.backups() if other.path.name > backup.path.name]
    said: LastWords = {}
    for model, column in ENDS.items():
        said[model] = {}
        for other in later:
            said[model] |= _of_backup(other, model, column)
        said[model] |= _of_site(model, column)
    return said


def _of_backup(backup: Backup, model: rows.Model, column: str) -> Words:
    path = backup.rows / f"{model._meta.label}.jsonl.gz"
    try:
        read = rows.read(path)
        columns = next(read)
        at, number = columns.index(column), columns.index("id")
        return {str(row[number]): row[at] for row in read}
    except (OSError, EOFError, ValueError, StopIteration, zlib.error):
        logger.warning("what had ended in %s cannot be read", backup.path, exc_info=True)
        return {}


def _of_site(model: rows.Model, column: str) -> Words:
    """Its tables may be those of an earlier version."""
    table = model._meta.db_table
    if table not in connection.introspection.table_names():
        return {}
    with connection.cursor() as cursor:
        there = connection.introspection.get_table_description(cursor, table)
    if column not in {one.name for one in there}:
        return {}
    found = model._base_manager.values_list("id", column)
    return {str(number): at and at.isoformat() for number, at in found.iterator()}


def end_again(said: LastWords) -> int:
    """End what the backup has open and the last word says has ended; how many."""
    count = 0
    for model, column in ENDS.items():
        words = {number: at for number, at in said[model].items() if at}
        for one in _open(model, column):
            if at := words.get(str(one.pk)):
                _end(one, column, parse_datetime(at))
                count += 1
    return count


def end_all() -> int:
    """Of everybody: for a restore after somebody broke in, or from a backup of long ago."""
    now, count = timezone.now(), 0
    for model, column in ENDS.items():
        for one in _open(model, column):
            _end(one, column, now)
            count += 1
    return count


def _open(model: rows.Model, column: str) -> list[Any]:
    return list(model._base_manager.filter(**{column: None}))


def _end(one: Any, column: str, at: Any) -> None:
    if isinstance(one, Booth):
        opening.end(one)  # shuts its devices out, too
    type(one)._base_manager.filter(pk=one.pk).update(**{column: at})
