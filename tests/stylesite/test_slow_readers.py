"""A real web server with the site's worker, and clients that take answers as slowly as they can."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.stylesite.slow_clients import connection, page, port, serving

__all__ = ["port"]

MUCH = 2**16


def reader(port: int, address: str, path: str, takes: int = 4096) -> socket.socket:
    """Asks for 16 MB and has not read any of it yet; `takes` is how much lies there meanwhile.

    The pieces are those of a network, as otherwise megabytes lie in the server's own buffers.
    """
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, takes)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
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
    """Whether nearly all of a zip does not come though it is taken quickly from now on: what lies
    in the systems' buffers comes first."""
    got, until = 0, time.monotonic() + 15
    while got < 15 * 2**20 and time.monotonic() < until:
        select.select([client], [], [], 0.5)
        try:
            data = client.recv(2**20)
        except BlockingIOError:
            continue
        except OSError:
            return True
        if not data:
            return True
        got += len(data)
    return False


def test_who_reads_slowly_keeps_nobody_out_and_the_slowest_go_first(port: int) -> None:
    """From two addresses, whose shares are all threads; the next visitor is who needs one."""
    slowest = [
        reader(port, f"127.0.0.{2 + n % 2}", path) for n in range(3) for path in ("/file", "/zip")
    ]
    faster = [reader(port, f"127.0.0.{2 + n}", "/file", MUCH) for n in range(2)]
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
        faster = [reader(port, "127.0.0.12", "/long", MUCH)]
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
        faster = [reader(port, "127.0.0.11", "/long?7", MUCH)]
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
