"""A real web server with the site's worker, and clients that send as slowly as they can."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from stylesite.web_worker import address_of
from tests.services.processes import end, free_ports, start, wait_until

ROOT = Path(__file__).parents[2]
APP = """
import time
from pathlib import Path

from gallery.slow_work import room


def application(environ, start_response):
    if environ["PATH_INFO"] == "/work":
        room.begin()
        room.enter()
        time.sleep(15)
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


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """One worker with eight threads."""
    (tmp_path / "slow_app.py").write_text(APP)
    (tmp_path / "large").write_bytes(bytes(16 * 2**20))
    (number,) = free_ports(1)
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    env |= {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{number}", "--threads", "8"]
    command += ["-k", "stylesite.web_worker.FairWorker", "slow_app:application"]
    server = start(command, tmp_path / "log", cwd=ROOT, env=env)
    wait_until(lambda: page(number) is not None, server, tmp_path / "log")
    yield number
    end(server)


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
    yield alive
    over.set()
    thread.join()
    for client in clients:
        client.close()


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


def test_a_slow_reader_is_let_be_where_nobody_needs_the_thread(port: int) -> None:
    clients = [reader(port, f"127.0.0.{n}", "/file") for n in range(10, 16)]
    with reading(clients, 330) as going_on:
        time.sleep(3.5)
        assert page(port, "127.0.0.3") is not None
        assert going_on == clients


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
