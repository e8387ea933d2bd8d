"""Accounts that were deleted after a backup was made: a restore must not bring them back.

What is deleted leaves a tombstone (``stylesite.privacy.tombstones``). A backup holds those of its
time; those from after it are in the site that is replaced, and in every later backup.
"""

from __future__ import annotations

import logging
import zlib
from pathlib import Path

from django.db import connection

from stylesite.backup import rows
from stylesite.backup.folder import BackupFolder
from stylesite.privacy import tombstones
from stylesite.privacy.models import Tombstone

logger = logging.getLogger(__name__)


def known(folder: BackupFolder) -> list[dict[str, str]]:
    """The tombstones of this site, if it has any, and of every backup in ``folder``.

    A backup that cannot be read is passed over: the one that is restored is judged elsewhere.
    """
    here = connection.introspection.table_names()
    found = tombstones.all_of() if Tombstone._meta.db_table in here else []
    for backup in folder.backups():
        path = backup.rows / f"{Tombstone._meta.label}.jsonl.gz"
        try:
            found += _read(path) if path.exists() else []
        except (OSError, EOFError, ValueError, zlib.error):  # what gzip and JSON raise
            logger.warning("the tombstones of %s cannot be read", backup.path, exc_info=True)
    return found


def _read(path: Path) -> list[dict[str, str]]:
    read = rows.read(path)
    columns = next(read)
    named = [dict(zip(columns, row, strict=True)) for row in read]
    return [{"digest": row["digest"], "erased_at": row["erased_at"]} for row in named]


def bury(known: list[dict[str, str]]) -> int:
    """Have those of them deleted once more who are there again; how many."""
    return tombstones.apply(known)
