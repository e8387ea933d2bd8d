"""Which request gets a thread, and what becomes of its place, without a server or a clock."""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import _DEFER, ThreadWorker

from gallery.slow_work import room
from stylesite import web_worker
from stylesite.web_clients import Watched
from stylesite.web_connections import Connection
from stylesite.web_worker import CROWDED_S, REMEMBERED_S, FairWorker

ADDRESS = "203.0.113.7"
Come = Callable[..., Connection]


class Pool:
    """Threads that begin with what they are given, and never come to an end by themselves."""

    def __init__(self) -> None:
        self.given: list[Any] = []

    def submit(self, _handle: Any, conn: Any) -> Future[Any]:
        self.given.append(conn)
        return Future()


class Client(Watched):
    """Somebody has waited for it for long, where it is slow."""

    bytes_a_s = float("inf")
    is_cut_off = False

    def waited_s(self, now: float) -> float:
        return 100.0 if self.bytes_a_s < float("inf") else 0.0

    def is_waited_for(self) -> bool:
        return self.bytes_a_s < float("inf")

    def rate(self, now: float) -> float:
        return self.bytes_a_s

    def hang_up(self) -> None:
        self.is_cut_off = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(web_worker, "monotonic", lambda: clock.now)
    return clock


@pytest.fixture
def worker(clock: SimpleNamespace) -> Iterator[FairWorker]:
    cfg = Config()
    cfg.set("threads", 8)
    worker = FairWorker(1, os.getppid(), [], None, 30, cfg, None)
    worker.tpool, worker.poller = Pool(), selectors.DefaultSelector()
    yield worker
    worker.poller.close()
    worker.tmp.close()


@pytest.fixture
def come(worker: FairWorker) -> Iterator[Come]:
    """A request comes from an address, and gets a thread if it may."""
    sockets: list[socket.socket] = []

    def come(address: str = ADDRESS, bytes_a_s: float = float("inf")) -> Connection:
        ours, theirs = socket.socketpair()
        theirs.close()  # they leave once they are answered
        sockets.append(ours)
        conn = Connection(worker._held, worker.cfg, Client(ours), (address, 50_000), ("", 80))
        worker.nr_conns += 1
        worker.enqueue_req(conn)
        conn.sock.bytes_a_s = bytes_a_s
        conn.sock.thread = len(sockets) if conn in worker.tpool.given else 0
        return conn

    yield come
    for one in sockets:
        one.close()


def answered(worker: FairWorker, conn: Connection) -> None:
    over: Future[bool] = Future()
    over.set_result(False)
    worker.finish_request(conn, over)


def test_an_address_has_half_of_the_threads_and_its_others_come_in_turn(
    worker: FairWorker, come: Come
) -> None:
    first = [come() for _ in range(7)]
    other = come("203.0.113.8")
    assert worker.tpool.given == [*first[:4], other]
    for conn in first[:3]:
        answered(worker, conn)
    assert worker.tpool.given == [*first[:4], other, *first[4:]]
    for conn in (*first[3:], other):
        answered(worker, conn)
    assert (worker.nr_conns, dict(worker._served), dict(worker._queued)) == (0, {}, {})


def test_nobody_overtakes_those_of_their_address_who_came_first(
    worker: FairWorker, come: Come, clock: SimpleNamespace
) -> None:
    worker._remember(f"{ADDRESS}/32", clock.now)
    first, second = come(), come()
    clock.now += REMEMBERED_S
    worker._slow_at.clear()  # nobody has looked yet
    third = come()
    assert worker.tpool.given == [first, second, third]


def test_what_waits_of_a_slow_address_begins_when_that_is_forgotten(
    worker: FairWorker, come: Come, clock: SimpleNamespace
) -> None:
    """Though none of the address comes to an end meanwhile, and nothing else comes from it."""
    worker._remember(f"{ADDRESS}/32", clock.now)
    waiting = [come() for _ in range(6)]
    worker.notify()
    assert worker.tpool.given == waiting[:1]
    clock.now += REMEMBERED_S - 1
    worker.notify()
    assert worker.tpool.given == waiting[:1]
    clock.now += 1
    worker.notify()
    assert worker.tpool.given == waiting[:4]


def test_an_address_that_is_slow_has_one_thread_when_its_others_have_ended(
    worker: FairWorker, come: Come, clock: SimpleNamespace
) -> None:
    before = [come() for _ in range(4)]
    worker._remember(f"{ADDRESS}/32", clock.now)
    after = [come() for _ in range(2)]
    for conn in before[:3]:
        answered(worker, conn)
    assert worker.tpool.given == before
    answered(worker, before[3])
    assert worker.tpool.given == [*before, after[0]]


def test_of_many_slow_addresses_the_oldest_are_forgotten(
    worker: FairWorker, come: Come, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_worker, "MOST_REMEMBERED", 1)
    worker._remember(f"{ADDRESS}/32", clock.now)
    waiting = [come(), come()]
    worker._remember("203.0.113.8/32", clock.now)
    assert worker.tpool.given == waiting


def test_who_leaves_after_an_answer_takes_no_thread_for_it(worker: FairWorker, come: Come) -> None:
    conn = come()
    waits: Future[object] = Future()
    waits.set_result(_DEFER)
    conn.sock._leaving_since = time.monotonic()
    worker.finish_request(conn, waits)
    assert list(worker.pending_conns) == [conn]
    worker.on_pending_socket_readable(conn, conn.sock)
    assert worker.tpool.given == [conn], "once, for what it asked"
    assert (worker.nr_conns, list(worker.pending_conns), conn.sock.fileno()) == (0, [], -1)


@pytest.mark.parametrize("error", [None, RuntimeError, SystemExit])
def test_a_place_at_slow_work_is_given_back_however_a_request_ends(
    worker: FairWorker,
    come: Come,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException] | None,
) -> None:
    conn = come()

    def handle(_worker: ThreadWorker, conn: Connection) -> bool:
        room.begin()
        room.enter()
        assert room.threads()
        assert conn.sock.thread
        if error:
            raise error
        return False

    monkeypatch.setattr(ThreadWorker, "handle", handle)
    with pytest.raises(error) if error else nullcontext():
        worker.handle(conn)
    assert not room.threads()
    assert not conn.sock.thread, "it is somebody else’s now"


def cut_off(*conns: Connection) -> list[Connection]:
    return [conn for conn in conns if conn.sock.is_cut_off]


def test_where_an_address_keeps_itself_out_its_slowest_gives_way(
    worker: FairWorker, come: Come, clock: SimpleNamespace
) -> None:
    """Nobody else’s, and they are not made to wait for it afterwards."""
    others = [come("203.0.113.8", bytes_a_s=10) for _ in range(4)]
    slow = [come(bytes_a_s=1000 * n) for n in (3, 1, 2, 4)]
    waiting = come()
    clock.now += CROWDED_S - 1
    worker.notify()
    assert not cut_off(*others, *slow)
    clock.now += 1
    worker.notify()
    assert cut_off(*others, *slow) == [slow[1]]
    answered(worker, slow[1])
    assert worker.tpool.given[-1] is waiting
    assert not worker._slow_at


def test_nobody_gives_way_to_their_own_where_one_of_them_is_not_slow(
    worker: FairWorker, come: Come, clock: SimpleNamespace
) -> None:
    """It comes to an end by itself."""
    served = [come(bytes_a_s=n) for n in (10, 20, 30, 50_000)]
    come()
    clock.now += 60
    worker.notify()
    assert not cut_off(*served)


def test_one_that_was_hung_up_on_keeps_others_of_its_address_no_longer_than_those(
    worker: FairWorker, come: Come, clock: SimpleNamespace
) -> None:
    worker._remember(f"{ADDRESS}/32", clock.now)
    slow, _waiting = come(bytes_a_s=1000), come()
    clock.now += CROWDED_S
    worker.notify()
    assert cut_off(slow) == [slow]
