"""The one clock that leases are measured by: the database's, as hosts' own clocks differ."""

from __future__ import annotations

import time

from django.db import connection


def database_time_s() -> float:
    """Seconds since 1970 by the database's clock; SQLite has none but this machine's."""
    if connection.vendor != "postgresql":
        return time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        return float(cursor.fetchone()[0])


class JumpGuard:
    """Notices that the clock was set, or that this machine slept, by a steady clock beside it.

    A clock that goes forward by an hour makes every lease look expired until its worker beats.
    """

    JUMP_S = 5.0

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._apart_s: float | None = None
        self._jumped_at = float("-inf")

    def jumped_lately(self) -> bool:
        """Whether it jumped less than `patience_s` ago; asked about once a second."""
        steady_s = time.monotonic()
        apart_s = database_time_s() - steady_s
        if self._apart_s is not None and abs(apart_s - self._apart_s) > self.JUMP_S:
            self._jumped_at = steady_s
        self._apart_s = apart_s
        return steady_s - self._jumped_at < self._patience_s
