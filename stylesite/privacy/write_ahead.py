"""SQLite's write-ahead log, a file beside the database that holds what was written of late.

What is deleted stays in it, old pages and all, until something else is written over it. So that a
quiet site does not keep somebody's address there for weeks, housekeeping empties it.
"""

from __future__ import annotations

from django.db import connection

PATIENCE_MS = 200
"""Writers wait for as long; whoever reads longer, such as a backup, is left to the next round."""


def empty(_most: int) -> int:
    """A chore of housekeeping, after all that delete. Always 0: nothing of it is ever left over."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (usual_ms,) = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.fetchall()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual_ms}")
    return 0
