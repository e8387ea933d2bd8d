"""gunicorn's worker with threads, for a site that meets those who are as slow as they can.

A thread reads a request to its end and sends the answer to its end, so whoever sends or takes a
byte a second keeps one, and a dozen of them would keep everybody out. Here a request gets a thread
when its head is there, for which there are 15 seconds; no address has more than half of a worker's
threads and a quarter of its connections (``web_connections``), and who is silent while they send is
hung up on. Where somebody waits for a thread and more than a quarter of them wait for slow clients,
or more than three quarters for those or at slow work (``gallery.slow_work``), the slowest are hung
up on; so is who takes what slow work makes by less than 20 kB/s, where somebody else was refused a
place at it that theirs would be. While nobody needs what they have, nobody is disturbed. An address
that was hung up on has one thread at a time for a while. Where all threads that an address may have
wait for slow clients, the slowest give way to others of it. A proxy that takes in whole requests
and answers before it passes them on does better still: where there is one
(STYLESITE_TRUSTED_PROXIES), all connections are its own, and count as nobody's.

gunicorn waits two seconds for each client to hang up after the last answer, in the thread that
lets everybody in. Here they are waited for beside everything else.
"""

from __future__ import annotations

import contextlib
import selectors
import threading
from collections import Counter, defaultdict, deque
from functools import partial
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import _DEFER, ThreadWorker

from gallery import slow_work
from stylesite.web_clients import LEAST_BYTES_A_S, LEAVING_S, Watched
from stylesite.web_connections import Connection, Held

SLOW_AFTER_S = 3.0
"""So long may a thread wait for a client in one request before the client counts as slow."""

SHORT_AFTER_S = 0.5
"""So long may somebody wait for a thread before it is taken from those who are slow."""

CROWDED_S = 5.0
"""So long for one that others of the same address have: most of them are the same people."""

JUST_COME_S = 1.0
"""So long is a connection not yet idle for others to find room."""

SILENCE_S = 15.0
REMEMBERED_S = 120.0
MOST_REMEMBERED = 10_000


class FairWorker(ThreadWorker):  # type: ignore[misc]
    """All but `handle` runs in the one thread that accepts, so nothing here needs a lock."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held = Held(self.worker_connections)
        self._listening: dict[Any, None] = {}
        self._served: Counter[str] = Counter()
        self._queued: dict[str, deque[Any]] = defaultdict(deque)
        self._at_work: set[Any] = set()
        self._slow_at: dict[str, float] = {}
        self._short_since: float | None = None

    def accept(self, listener: Any) -> None:
        """As gunicorn does, but for the thread that waits for the first byte there."""
        try:
            plain, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        sock = plain if self.cfg.is_ssl else Watched(plain)
        conn = Connection(self._held, self.cfg, sock, client, listener.getsockname())
        if self.cfg.is_ssl:
            self.enqueue_req(conn)
        else:
            self._listen(conn)

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        if not isinstance(client, Watched):
            super().on_client_socket_readable(conn, client)
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._listen(conn)
        self._hear(conn, client)

    def on_pending_socket_readable(self, conn: Any, client: Any) -> None:
        """Whoever is leaving says something more or is gone, which needs no thread."""
        if not (isinstance(client, Watched) and client.is_leaving()):
            super().on_pending_socket_readable(conn, client)
        elif client.has_left():
            self._close(conn)

    def enqueue_req(self, conn: Any) -> None:
        self._held.set_busy(conn)
        conn.asked_at = monotonic()
        if isinstance(conn.sock, Watched):
            conn.sock.begin()
        self._queued[conn.address].append(conn)
        self._begin_with(conn.address)

    def handle(self, conn: Any) -> Any:
        """As gunicorn does; its word for one that waits for no thread is _DEFER."""
        client = conn.sock
        if not isinstance(client, Watched):
            return super().handle(conn)
        client.thread = threading.get_ident()
        try:
            if not client.is_leaving() and (goes_on := super().handle(conn)):
                return goes_on
            return _DEFER if self.alive and not client.has_left() else False
        finally:
            slow_work.room.end()  # also where Django never came to say that all is sent
            client.thread = 0

    def finish_request(self, conn: Any, fs: Any) -> None:
        address = conn.address
        self._at_work.discard(conn)
        self._served[address] -= 1
        if not self._served[address]:
            del self._served[address]
        self._held.set_idle(conn)
        super().finish_request(conn, fs)
        self._begin_with(address)

    def notify(self) -> None:
        """Between two rounds: nothing of what is closed here is still to be told of something."""
        super().notify()
        now = monotonic()
        self._forget_the_slow(now)
        self._hang_up_on_the_silent(now)
        self._hang_up_on_the_many(now)
        self._hang_up_on_the_slow(now)

    def _listen(self, conn: Any) -> None:
        conn.timeout = monotonic() + SILENCE_S
        self._listening[conn] = None
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._hear, conn))

    def _hear(self, conn: Any, client: Watched) -> None:
        try:
            if not client.hear():
                return
        except OSError:
            self._close(conn)
            return
        self.poller.unregister(client)
        del self._listening[conn]
        conn.data_ready = True
        self.enqueue_req(conn)

    def _begin_with(self, address: str) -> None:
        """As many requests of ``address`` as may have a thread, the first to have come first."""
        queue = self._queued[address]
        while queue and (not address or self._served[address] < self._most_for(address)):
            conn = queue.popleft()
            self._served[address] += 1
            self._at_work.add(conn)
            super().enqueue_req(conn)
        if not queue:
            del self._queued[address]

    def _close(self, conn: Any) -> None:
        """One that no thread has, wherever it waits."""
        self._listening.pop(conn, None)
        queue = self._queued.get(conn.address, deque())
        for waiting in (self.keepalived_conns, self.pending_conns, queue):
            with contextlib.suppress(ValueError):
                waiting.remove(conn)
        with contextlib.suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def _hang_up_on_the_silent(self, now: float) -> None:
        """On who has not said what they want; a worker that stops waits as long as for others."""
        early_s = 0.0 if self.alive else SILENCE_S - LEAVING_S
        while self._listening:
            conn = next(iter(self._listening))  # the first to have begun
            if conn.timeout - early_s > now:
                break
            self._close(conn)

    def _hang_up_on_the_many(self, now: float) -> None:
        """Until others find room: on the longest idle, then the last of the longest queue; on who
        has only just come when there is nobody else."""
        held = self._held
        while conn := held.idle_where_too_many():
            self._close(conn)
        while held.are_too_many():
            idle = held.idle_since(now - JUST_COME_S)
            if not (conn := idle or self._last_of_longest_queue() or held.idle_since(now)):
                break
            self._close(conn)

    def _last_of_longest_queue(self) -> Any | None:
        longest = max(self._queued.values(), key=len, default=None)
        return longest[-1] if longest else None

    def _most_for(self, address: str) -> int:
        return 1 if address in self._slow_at else max(1, self.cfg.threads // 2)

    def _hang_up_on_the_slow(self, now: float) -> None:
        at_work = [conn for conn in self._at_work if isinstance(conn.sock, Watched)]
        watched = [conn for conn in at_work if conn.sock.thread]
        slow = [conn for conn in watched if conn.sock.silent_s(now) > SILENCE_S]
        waiting = [conn for conn in watched if conn.sock.waited_s(now) > SLOW_AFTER_S]
        surplus = self._surplus({conn.sock.thread for conn in waiting})
        if self._is_short(now) and surplus > 0:
            slow += sorted(waiting, key=lambda conn: conn.sock.rate(now))[:surplus]
        for conn in [*slow, *self._slow_at_work(watched, now)]:
            conn.sock.hang_up()
            self._remember(conn.address, now)
        for conn in self._slow_before_their_own(waiting, now):
            conn.sock.hang_up()

    def _slow_at_work(self, watched: list[Any], now: float) -> list[Any]:
        """Those who have a place of slow work that somebody else wants, and make too little use of
        it, the slowest first; they get no other for a while."""
        short = [conn for conn in watched if conn.sock.falls_short(now)]
        slow = []
        for conn in sorted(short, key=lambda conn: conn.sock.rate(now)):
            if slow_work.room.is_wanted(thread := conn.sock.thread):
                slow_work.room.bar(thread)
                slow.append(conn)
        return slow

    def _slow_before_their_own(self, waiting: list[Any], now: float) -> list[Any]:
        """Of addresses whose threads all wait for clients that send or take too little, while
        others of them wait for one: the slowest, so that one is free. As nobody else is concerned,
        the address does not count as slow for it."""
        found = []
        crowded = [queue[0] for queue in self._queued.values() if queue]
        for address in {c.address for c in crowded if now - c.asked_at >= CROWDED_S}:
            theirs = [c for c in waiting if c.address == address and c.sock.is_waited_for()]
            slow = [c for c in theirs if c.sock.rate(now) < LEAST_BYTES_A_S]
            if len(slow) == (served := self._served[address]):
                too_many = served - self._most_for(address) + 1
                found += sorted(slow, key=lambda conn: conn.sock.rate(now))[:too_many]
        return found

    def _surplus(self, waiting: set[int]) -> int:
        """How many threads too many wait for slow clients: a quarter of all may, and with those at
        slow work three quarters."""
        threads: int = self.cfg.threads
        quarter, taken = threads // 4, waiting | slow_work.room.threads()
        return max(len(waiting) - quarter, len(taken) - (threads - quarter))

    def _is_short(self, now: float) -> bool:
        """Whether somebody has been waiting for a thread."""
        if len(self._at_work) <= self.cfg.threads:
            self._short_since = None
        elif self._short_since is None:
            self._short_since = now
        return self._short_since is not None and now - self._short_since >= SHORT_AFTER_S

    def _remember(self, address: str, now: float) -> None:
        if not address:
            return
        self._slow_at.pop(address, None)
        self._slow_at[address] = now
        if len(self._slow_at) > MOST_REMEMBERED:
            self._forget(next(iter(self._slow_at)))

    def _forget_the_slow(self, now: float) -> None:
        """What waited because its address was slow is not left to wait for what it sends next."""
        while self._slow_at:
            address, at = next(iter(self._slow_at.items()))  # the longest ago
            if now - at < REMEMBERED_S:
                break
            self._forget(address)

    def _forget(self, address: str) -> None:
        del self._slow_at[address]
        self._begin_with(address)
