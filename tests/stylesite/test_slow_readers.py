"""A real web server with the site's worker, and clients that take answers as slowly as they can.

What only real sockets show: that such a client is noticed, and that its thread is somebody else's
once it is hung up on. Who that is, and when, is held without a clock in ``test_fair_turns``,
``test_web_clients`` and ``tests/gallery/test_slow_work``. Nothing here has to be quick.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.stylesite.slow_clients import connection, page, serving

LONG_S = 60
"""Whatever does not come in so long does not come at all."""


def reader(port: int, address: str, path: str) -> socket.socket:
    """Asks for 16 MB, whose beginning lies there: a thread of the server is at it.

    The pieces are those of a network, as otherwise megabytes lie in the server's own buffers.
    """
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
    client.settimeout(LONG_S)
    client.bind((address, 0))
    client.connect(("127.0.0.1", port))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert client.recv(1, socket.MSG_PEEK)
    client.setblocking(False)
    return client


@contextlib.contextmanager
def reading(clients: list[socket.socket]) -> Iterator[None]:
    """Meanwhile each takes 330 bytes ten times a second."""
    over = threading.Event()

    def trickle() -> None:
        while not over.wait(0.1):
            for client in clients:
                with contextlib.suppress(OSError):
                    client.recv(330)

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for client in clients:
            client.close()


def is_cut_off(client: socket.socket) -> bool:
    """Whether nearly all of a zip does not come though it is taken quickly from now on: what lies
    in the systems' buffers comes first."""
    got, until = 0, time.monotonic() + LONG_S
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


def test_who_reads_slowly_keeps_nobody_out(tmp_path: Path) -> None:
    """From two addresses, whose shares are all threads; the next visitor is who needs one."""
    with serving(tmp_path, SLOW_AFTER_S="0.5") as port:
        paths = ("/file", "/zip") * 4
        slow = [reader(port, f"127.0.0.{2 + n // 4}", path) for n, path in enumerate(paths)]
        with reading(slow):
            assert page(port, "127.0.0.4") is not None


def test_who_reads_slowly_does_not_keep_out_others_of_the_same_address(tmp_path: Path) -> None:
    """Four of eight threads are what it may have, and nobody else needs the other four."""
    with serving(tmp_path, SLOW_AFTER_S="0.5", CROWDED_S="0.5") as port:
        slow = [reader(port, "127.0.0.2", "/zip") for _ in range(4)]
        with reading(slow):
            assert page(port, "127.0.0.2") is not None


def test_a_slow_reader_is_let_be_where_nobody_needs_the_thread(tmp_path: Path) -> None:
    """Three are more than a quarter of all threads."""
    with serving(tmp_path, SLOW_AFTER_S="0.2") as port:
        slow = [reader(port, f"127.0.0.{n}", "/file") for n in range(10, 13)]
        with reading(slow):
            time.sleep(1)
            assert page(port, "127.0.0.3") is not None
            assert not any(map(is_cut_off, slow))


def begins(port: int, address: str) -> bool:
    """Whether a zip begins to come; it is not wanted after all."""
    with connection(port, address) as client:
        client.sendall(b"GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return b"200 OK" in client.recv(15)


def begins_sometime(port: int, address: str) -> bool:
    until = time.monotonic() + LONG_S
    while not (has_begun := begins(port, address)) and time.monotonic() < until:
        time.sleep(0.1)
    return has_begun


def test_a_slow_reader_loses_the_place_that_somebody_was_refused(tmp_path: Path) -> None:
    """Three zips are all places there are, and no thread is short. All three have taken too little
    for a while when somebody is refused, and one place is wanted."""
    with serving(tmp_path, LEAST_OVER_S="0.3") as port:
        slow = [reader(port, f"127.0.0.{n}", "/long") for n in range(10, 13)]
        with reading(slow):
            time.sleep(1.5)
            assert not begins(port, "127.0.0.3")
            assert begins_sometime(port, "127.0.0.3")
            assert sum(map(is_cut_off, slow)) == 1
