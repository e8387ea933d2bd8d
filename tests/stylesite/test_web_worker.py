"""A real web server with the site's worker, and clients that send as slowly as they can."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from stylesite.web_connections import address_of
from tests.services.processes import end, free_ports, start, wait_until

ROOT = Path(__file__).parents[2]
APP = """
import os
import time
from pathlib import Path

from gallery.busy import NoPlaceError
from gallery.slow_work import Visitor, room
from stylesite import web_clients, web_worker

web_worker.SILENCE_S = float(os.environ.get("SILENCE_S", web_worker.SILENCE_S))
web_clients.LEAST_OVER_S = float(os.environ.get("LEAST_OVER_S", web_clients.LEAST_OVER_S))


def ended(pieces):
    try:
        yield from pieces
    finally:
        room.end()


def application(environ, start_response):
    if environ["PATH_INFO"] == "/work":
        room.begin()
        room.enter()
        time.sleep(15)
    if environ["PATH_INFO"] == "/long":
        room.begin()
        links_of = int(environ["QUERY_STRING"] or 0) or None
        room.count_as(lambda: Visitor(environ["REMOTE_ADDR"], links_of))
        try:
            room.enter(long=True)
        except NoPlaceError:
            start_response("503 Busy", [("Content-Length", "0")])
            return []
        start_response("200 OK", [("Content-Type", "application/zip")])
        return ended(b"z" * 2**16 for _ in range(256))
    if environ["PATH_INFO"] == "/file":
        large = Path(__file__).with_name("large").open("rb")
        start_response("200 OK", [("Content-Length", str(16 * 2**20))])
        return environ["wsgi.file_wrapper"](large)
    if environ["PATH_INFO"] == "/zip":
        start_response("200 OK", [("Content-Type", "application/zip")])
        return (b"z" * 2**16 for _ in range(256))
    size = int(environ.get("CONTENT_LENGTH") or 0)
    got = len(environ["wsgi.input"].read(size)) if size else 0
    start_response("200 OK", [("Content-Length", str(len(str(got))))])
    return [str(got).encode()]
"""


@contextlib.contextmanager
def serving(folder: Path, *options: str, **environment: str) -> Iterator[int]:
    """One worker with eight threads."""
    (folder / "slow_app.py").write_text(APP)
    (folder / "large").write_bytes(bytes(16 * 2**20))
    (number,) = free_ports(1)
    env = {**os.environ, "PYTHONPATH": f"{folder}:{ROOT}", **environment}
    env |= {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{number}", "--threads", "8"]
    command += ["-k", "stylesite.web_worker.FairWorker", *options, "slow_app:application"]
    server = start(command, folder / "log", cwd=ROOT, env=env)
    wait_until(lambda: page(number) is not None, server, folder / "log")
    try:
        yield number
    finally:
        end(server)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with serving(tmp_path) as number:
        yield number


@pytest.fixture(scope="module")
def small_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """It has 36 connections at most, and 10 of an address."""
    with serving(
        tmp_path_factory.mktemp("small"), "--worker-connections", "40", "--keep-alive", "30"
    ) as number:
        yield number


def page(port: int, address: str = "127.0.0.1") -> float | None:
    """Seconds until the page is there; None where nobody answers."""
    began = time.monotonic()
    with contextlib.suppress(OSError), connection(port, address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        if b"200 OK" in client.recv(1000):
            return time.monotonic() - began
    return None


def connection(port: int, address: str) -> socket.socket:
    """From an address of one's own: all of 127.0.0.0/8 is this machine."""
    return socket.create_connection(("127.0.0.1", port), 20, source_address=(address, 0))


def slow(port: int, address: str) -> socket.socket:
    client = connection(port, address)
    client.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx")
    return client


def test_who_sends_slowly_from_one_address_keeps_nobody_else_out(port: int) -> None:
    senders = [slow(port, "127.0.0.2") for _ in range(20)]
    time.sleep(0.5)
    waited = page(port, "127.0.0.3")
    assert waited is not None
    assert waited < 2
    for sender in senders:
        sender.close()


def test_many_slow_senders_are_hung_up_on_but_for_a_few(port: int) -> None:
    """From as many addresses, all threads are theirs for a moment only."""
    senders = [slow(port, f"127.0.0.{n}") for n in range(10, 22)]
    waited = page(port, "127.0.0.3")
    assert waited is not None
    assert waited < 10
    dead = 0
    for sender in senders:
        sender.settimeout(0.1)
        with contextlib.suppress(TimeoutError):
            dead += sender.recv(1) == b""
        sender.close()
    assert 6 <= dead <= 10  # eight threads, of which two may wait


def test_slow_senders_give_way_to_pages_where_most_threads_are_at_slow_work(port: int) -> None:
    """Six of eight are; the two that slow senders may have otherwise are those left for pages."""
    workers = [connection(port, f"127.0.0.{n}") for n in range(10, 16)]
    for client in workers:
        client.sendall(b"GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(0.2)
    senders = [slow(port, f"127.0.0.{n}") for n in (20, 21)]
    time.sleep(0.2)
    waited = page(port, "127.0.0.3")
    assert waited is not None
    assert waited < 10
    for client in (*workers, *senders):
        client.close()


def test_a_slow_upload_is_let_be_where_nobody_needs_the_thread(port: int) -> None:
    client = slow(port, "127.0.0.2")
    for _ in range(9):
        time.sleep(0.5)
        client.sendall(b"y" * 111)
    assert b"200 OK" in client.recv(1000)
    client.close()


def reader(port: int, address: str, path: str) -> socket.socket:
    """Asks for 16 MB and has not read any of it yet."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(20)
    client.bind((address, 0))
    client.connect(("127.0.0.1", port))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    client.setblocking(False)
    return client


@contextlib.contextmanager
def reading(clients: list[socket.socket], size: int) -> Iterator[list[socket.socket]]:
    """Meanwhile each takes `size` bytes ten times a second; the list is of those who still may."""
    over, alive = threading.Event(), list(clients)

    def trickle() -> None:
        while not over.wait(0.1):
            for client in list(alive):
                try:
                    if not client.recv(size):
                        alive.remove(client)
                except BlockingIOError:
                    continue
                except OSError:
                    alive.remove(client)

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        yield alive
    finally:
        over.set()
        thread.join()
        for client in clients:
            client.close()


def is_cut_off(client: socket.socket) -> bool:
    """Whether less than the whole zip comes where it is taken quickly from now on: what lies in
    the systems' buffers comes first."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        select.select([client], [], [], 0.5)
        try:
            data = client.recv(2**20)
        except BlockingIOError:
            continue
        except OSError:
            return True
        if not data or data.endswith(b"\r\n0\r\n\r\n"):
            return not data
    return False


def test_who_reads_slowly_keeps_nobody_out_and_the_slowest_go_first(port: int) -> None:
    """From two addresses, whose shares are all threads; the next visitor is who needs one."""
    slowest = [
        reader(port, f"127.0.0.{2 + n % 2}", path) for n in range(3) for path in ("/file", "/zip")
    ]
    faster = [reader(port, f"127.0.0.{2 + n}", "/file") for n in range(2)]
    with reading(slowest, 330), reading(faster, 20_000) as going_on:
        time.sleep(3.5)
        waited = page(port, "127.0.0.4")
        assert waited is not None
        assert waited < 5
        assert going_on == faster


def test_who_reads_slowly_does_not_keep_out_others_of_the_same_address(port: int) -> None:
    """Four of eight threads are what it may have, and nobody else needs the other four."""
    slowest = [reader(port, "127.0.0.2", "/zip") for _ in range(4)]
    with reading(slowest, 330):
        time.sleep(3.5)
        assert page(port, "127.0.0.2") is not None
        assert sum(map(is_cut_off, slowest)) == 1


def test_a_slow_reader_is_let_be_where_nobody_needs_the_thread(port: int) -> None:
    clients = [reader(port, f"127.0.0.{n}", "/file") for n in range(10, 16)]
    with reading(clients, 330) as going_on:
        time.sleep(3.5)
        assert page(port, "127.0.0.3") is not None
        assert going_on == clients


def begins(port: int, address: str, path: str = "/long") -> bool:
    """Whether a zip begins to come; it is not wanted after all."""
    with connection(port, address) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return b"200 OK" in client.recv(15)


def begins_soon(port: int, address: str, path: str = "/long") -> bool:
    """Within ten seconds or so, a look each fifth of one."""
    return any(begins(port, address, path) or time.sleep(0.2) for _ in range(50))


def test_slow_readers_lose_places_of_slow_work_that_somebody_was_refused(tmp_path: Path) -> None:
    """Three zips are all places there are, and no thread is short."""
    with serving(tmp_path, LEAST_OVER_S="2") as port:
        slowest = [reader(port, f"127.0.0.{n}", "/long") for n in (10, 11)]
        faster = [reader(port, "127.0.0.12", "/long")]
        with reading(slowest, 330), reading(faster, 60_000) as going_on:
            time.sleep(4)
            assert not begins(port, "127.0.0.3")
            assert begins_soon(port, "127.0.0.3")
            assert not begins(port, "127.0.0.10"), "they are behind those who were refused"
            assert going_on == faster
            assert sum(map(is_cut_off, slowest)) == 1, "one place was wanted"


def test_who_has_a_link_and_reads_slowly_keeps_no_other_who_has_one_out(tmp_path: Path) -> None:
    """There is a place for anybody else; those of links of one person are two."""
    with serving(tmp_path, LEAST_OVER_S="2") as port:
        slowest = [reader(port, "127.0.0.10", "/long?7")]
        faster = [reader(port, "127.0.0.11", "/long?7")]
        with reading(slowest, 330), reading(faster, 60_000) as going_on:
            time.sleep(4)
            assert begins(port, "127.0.0.3", "/long?8")
            assert not begins(port, "127.0.0.12", "/long?7")
            assert begins_soon(port, "127.0.0.12", "/long?7")
            assert not begins(port, "127.0.0.10", "/long?7")
            assert begins_soon(port, "127.0.0.12", "/long?7"), "it was of another network"
            assert going_on == faster
            assert is_cut_off(slowest[0])


def test_a_slow_reader_keeps_a_place_that_nobody_else_was_refused(tmp_path: Path) -> None:
    with serving(tmp_path, LEAST_OVER_S="1") as port:
        clients = [reader(port, f"127.0.0.{n}", "/long") for n in (10, 11)]
        with reading(clients, 330):
            time.sleep(7)
            assert not begins(port, "127.0.0.10"), "one each"
            assert begins(port, "127.0.0.3")
            time.sleep(1.5)
            assert not any(map(is_cut_off, clients))


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_who_has_many_addresses_of_a_network_is_one(address: str, whose: str) -> None:
    assert address_of(SimpleNamespace(client=(address, 50_000))) == whose


def test_who_does_not_hang_up_after_an_answer_keeps_nobody_waiting(port: int) -> None:
    """gunicorn waits two seconds for each to do so, in the thread that lets everybody in."""
    clients = [connection(port, f"127.0.0.{n}") for n in range(10, 14)]
    for client in clients:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    time.sleep(0.2)
    waited = page(port, "127.0.0.3")
    assert waited is not None
    assert waited < 1
    for client in clients:
        client.close()


def over(clients: list[socket.socket]) -> list[int]:
    """Which of them were hung up on."""
    found = []
    for at, client in enumerate(clients):
        client.settimeout(0.02)
        try:
            while client.recv(1000):
                pass
        except TimeoutError:
            continue
        except ConnectionError:
            pass
        found.append(at)
    return found


NOTHING, HALF_A_HEAD = b"", b"GET / HTTP/1.1\r\nHost: loc"
NO_BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
networks = count(1)


@contextlib.contextmanager
def having_said(
    port: int, *said: bytes, each: int = 1, addresses: int = 1
) -> Iterator[list[socket.socket]]:
    """`each` connections for each that is said, from one address after the other, all new."""
    network = next(networks)
    with contextlib.ExitStack() as stack:
        clients = []
        for n in range(each * len(said)):
            clients.append(
                stack.enter_context(connection(port, f"127.1.{network}.{1 + n % addresses}"))
            )
            clients[-1].sendall(said[n // each])
        yield clients


def test_who_says_nothing_more_is_hung_up_on_wherever_they_wait(tmp_path: Path) -> None:
    with (
        serving(tmp_path, SILENCE_S="1") as port,
        having_said(port, NOTHING, HALF_A_HEAD, NO_BODY, ASKED) as clients,
        slow(port, "127.0.0.3") as speaking,
    ):
        assert over(clients) == []
        for _ in range(8):
            speaking.sendall(b"y")
            time.sleep(0.4)
        assert over(clients) == [0, 1, 2, 3]
        assert over([speaking]) == []


@pytest.mark.parametrize("said", [NOTHING, HALF_A_HEAD, NO_BODY])
def test_connections_of_one_address_keep_nobody_else_out(small_port: int, said: bytes) -> None:
    with having_said(small_port, said, each=60) as clients:
        waited = page(small_port, "127.0.0.3")
        assert waited is not None
        assert waited < 2
        assert len(over(clients)) == 50


@pytest.mark.parametrize("said", [NOTHING, HALF_A_HEAD, ASKED])
def test_of_too_many_idle_connections_the_oldest_go_first(small_port: int, said: bytes) -> None:
    with having_said(small_port, said, each=10) as clients:
        address = clients[0].getsockname()[0]
        time.sleep(0.3)
        with connection(small_port, address) as one, connection(small_port, address) as two:
            time.sleep(0.1)
            assert over([one, two]) == []
            assert len(over(clients)) == 2


def test_idle_connections_of_many_addresses_keep_nobody_out(small_port: int) -> None:
    """Nobody has too many, but together they have."""
    with having_said(small_port, NOTHING, each=50, addresses=30) as clients:
        waited = page(small_port, "127.0.0.3")
        assert waited is not None
        assert waited < 2
        assert len(over(clients)) >= 14


def test_where_nobody_is_idle_the_longest_queues_make_room(small_port: int) -> None:
    """All ask for something; of each address, four do not wait for a thread of their own."""
    with (
        having_said(small_port, NO_BODY, each=50, addresses=5) as clients,
        connection(small_port, "127.0.0.3") as newcomer,
    ):
        time.sleep(0.3)
        assert over([newcomer]) == []
        gone = over(clients)
        assert len(gone) >= 15
        assert min(gone) >= 20


def test_a_request_that_comes_in_pieces_is_answered(port: int) -> None:
    """Also with a head that is longer than what is read at once; and three in one piece."""
    long = b"X-Long: " + b"x" * 7000 + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\n" + long + b"Y" + long
    whole = head + b"Content-Length: 5\r\n\r\nhello"
    with connection(port, "127.0.0.2") as client:
        for said, cuts in ((ASKED, ()), (ASKED, (9,)), (whole, (20, 9000, len(whole) - 2))):
            for begin, end_ in pairwise((0, *cuts, len(said))):
                client.sendall(said[begin:end_])
                time.sleep(0.1)
            answer = client.recv(1000)
            assert b"200 OK" in answer
        assert answer.endswith(b"5")
        client.sendall(ASKED + whole + ASKED)
        time.sleep(0.5)
        assert client.recv(4000).count(b"200 OK") == 3
