"""The connections of one web process: whose they are, and which go when there are too many.

A connection is idle while no whole head of a request is there: it is new, or kept for the next
request, or all is said. Then it costs no thread, only a place, and may be closed: browsers open
another without a word. Which request gets a thread is decided in ``web_worker``.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from time import monotonic
from typing import Any

from django.conf import settings
from gunicorn.workers.gthread import TConn

from accounts import networks


class Connection(TConn):  # type: ignore[misc]
    def __init__(self, held: Held, cfg: Any, sock: Any, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.address = address_of(self)
        self.asked_at = 0.0
        self._held = held
        held.add(self)

    def close(self, graceful: bool = False) -> None:
        self._held.remove(self)
        with contextlib.suppress(OSError):  # gunicorn would count it as closed twice
            super().close(graceful)


class Held:
    """Of one process: nine tenths of what it may have, and a quarter for each address."""

    def __init__(self, most: int) -> None:
        self._most, self._most_of_one = most - max(1, most // 10), max(1, most // 4)
        self._all: set[Any] = set()
        self._idle: dict[Any, float] = {}  # since when; the longest first
        self._count: Counter[str] = Counter()
        self._crowded: set[str] = set()

    def add(self, conn: Any) -> None:
        self._all.add(conn)
        self.set_idle(conn)
        self._count[conn.address] += 1
        if conn.address and self._count[conn.address] > self._most_of_one:
            self._crowded.add(conn.address)

    def remove(self, conn: Any) -> None:
        if conn not in self._all:
            return
        self._all.discard(conn)
        self._idle.pop(conn, None)
        self._count[conn.address] -= 1
        if self._count[conn.address] <= self._most_of_one:
            self._crowded.discard(conn.address)
        if not self._count[conn.address]:
            del self._count[conn.address]

    def set_idle(self, conn: Any) -> None:
        self._idle[conn] = monotonic()

    def set_busy(self, conn: Any) -> None:
        self._idle.pop(conn, None)

    def are_too_many(self) -> bool:
        return len(self._all) > self._most

    def idle_where_too_many(self) -> Any | None:
        """The longest idle of an address that has more than its share."""
        if not self._crowded:
            return None
        return next((conn for conn in self._idle if conn.address in self._crowded), None)

    def idle_since(self, then: float) -> Any | None:
        """The longest idle of all, where it has been so long."""
        conn = next(iter(self._idle), None)
        return conn if conn and self._idle[conn] <= then else None


def address_of(conn: Any) -> str:
    """Whose connection it is; "" where nobody can tell: behind a proxy, or a socket file."""
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT or not isinstance(conn.client, tuple):
        return ""
    address = networks.parsed(conn.client[0])
    return str(networks.network_of(address, networks.ONES_OWN_BITS)) if address else ""
