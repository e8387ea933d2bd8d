"""A real web server with the site's worker, and clients that send as slowly as they can."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.processes import end, free_ports, start, wait_until

ROOT = Path(__file__).parents[2]
APP = """
def application(environ, start_response):
    size = int(environ.get("CONTENT_LENGTH") or 0)
    got = len(environ["wsgi.input"].read(size)) if size else 0
    start_response("200 OK", [("Content-Length", str(len(str(got))))])
    return [str(got).encode()]
"""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """One worker with eight threads."""
    (tmp_path / "slow_app.py").write_text(APP)
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


def test_a_slow_upload_is_let_be_where_nobody_needs_the_thread(port: int) -> None:
    client = slow(port, "127.0.0.2")
    for _ in range(9):
        time.sleep(0.5)
        client.sendall(b"y" * 111)
    assert b"200 OK" in client.recv(1000)
    client.close()
