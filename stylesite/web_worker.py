"""gunicorn's worker with threads, for a site that meets those who send as slowly as they can.

A thread reads a request to its end, so whoever sends a byte a second keeps one, and a dozen of them
would keep everybody out. Here no address has more than half of a worker's threads; who is silent is
hung up on; and where more than a quarter of the threads wait for slow senders, the slowest are. An
address that was hung up on has one thread at a time for a while. A proxy that takes in whole
requests before it passes them on does better still: where there is one (STYLESITE_TRUSTED_PROXIES),
all connections are its own, and count as nobody's.
"""

from __future__ import annotations

import contextlib
import socket
from collections import Counter, defaultdict, deque
from time import monotonic
from typing import Any

from django.conf import settings
from gunicorn.workers.gthread import ThreadWorker

SLOW_AFTER_S = 3.0
"""So long may a thread wait for what a request is made of before it counts as slow."""

SILENCE_S = 15.0
REMEMBERED_S = 120.0
MOST_REMEMBERED = 10_000


class Watched:
    """A client's socket that knows how long somebody has waited for it to say something."""

    def __init__(self, plain: socket.socket) -> None:
        self._plain = plain
        self.begin()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)

    def begin(self) -> None:
        """A request begins."""
        self._waited_s, self._received = 0.0, 0
        self._waiting_since: float | None = None

    def recv(self, *given: Any) -> bytes:
        self._waiting_since = since = monotonic()
        try:
            data = self._plain.recv(*given)
        finally:
            self._waiting_since = None
            self._waited_s += monotonic() - since
        self._received += len(data)
        return data

    def silent_s(self, now: float) -> float:
        """How long somebody has waited now; 0 when nobody waits."""
        since = self._waiting_since
        return now - since if since is not None else 0.0

    def waited_s(self, now: float) -> float:
        return self._waited_s + self.silent_s(now)

    def rate(self, now: float) -> float:
        """Bytes in a second of waiting."""
        return self._received / max(self.waited_s(now), 0.001)

    def hang_up(self) -> None:
        """Whoever waits for it goes on at once, with nothing."""
        with contextlib.suppress(OSError):
            self._plain.shutdown(socket.SHUT_RDWR)


class FairWorker(ThreadWorker):  # type: ignore[misc]
    """All but `handle` runs in the one thread that accepts, so nothing here needs a lock."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._served: Counter[str] = Counter()
        self._queued: dict[str, deque[Any]] = defaultdict(deque)
        self._at_work: set[Any] = set()
        self._slow_at: dict[str, float] = {}

    def enqueue_req(self, conn: Any) -> None:
        if not isinstance(conn.sock, Watched) and not self.cfg.is_ssl:
            conn.sock = Watched(conn.sock)
        address = address_of(conn)
        if address and self._served[address] >= self._most_for(address):
            self._queued[address].append(conn)
            return
        self._served[address] += 1
        self._at_work.add(conn)
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        if isinstance(conn.sock, Watched):
            conn.sock.begin()
        return super().handle(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        address = address_of(conn)
        self._at_work.discard(conn)
        self._served[address] -= 1
        if not self._served[address]:
            del self._served[address]
        super().finish_request(conn, fs)
        if waiting := self._queued.get(address):
            self.enqueue_req(waiting.popleft())
        elif address in self._queued:
            del self._queued[address]

    def notify(self) -> None:
        super().notify()
        self._hang_up_on_the_slow(monotonic())

    def _most_for(self, address: str) -> int:
        was_slow = monotonic() - self._slow_at.get(address, float("-inf")) < REMEMBERED_S
        return 1 if was_slow else max(1, self.cfg.threads // 2)

    def _hang_up_on_the_slow(self, now: float) -> None:
        watched = [conn for conn in self._at_work if isinstance(conn.sock, Watched)]
        slow = [conn for conn in watched if conn.sock.silent_s(now) > SILENCE_S]
        waiting = [conn for conn in watched if conn.sock.waited_s(now) > SLOW_AFTER_S]
        if (surplus := len(waiting) - self.cfg.threads // 4) > 0:
            slow += sorted(waiting, key=lambda conn: conn.sock.rate(now))[:surplus]
        for conn in slow:
            conn.sock.hang_up()
            self._remember(address_of(conn), now)

    def _remember(self, address: str, now: float) -> None:
        if not address:
            return
        self._slow_at.pop(address, None)
        self._slow_at[address] = now
        if len(self._slow_at) > MOST_REMEMBERED:
            del self._slow_at[next(iter(self._slow_at))]


def address_of(conn: Any) -> str:
    """Whose thread it would be; "" where nobody can tell: behind a proxy, or a socket file."""
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT or not isinstance(conn.client, tuple):
        return ""
    return str(conn.client[0])
