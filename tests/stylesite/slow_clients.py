"""A web server with the site's worker, for clients that are as slow as they can."""

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
import os
import time
from pathlib import Path

from gallery.busy import NoPlaceError
from gallery.slow_work import room
from stylesite import web_clients, web_worker

for module in (web_clients, web_worker):
    for name in {"CROWDED_S", "LEAST_OVER_S", "SILENCE_S", "SLOW_AFTER_S"} & os.environ.keys():
        if hasattr(module, name):
            setattr(module, name, float(os.environ[name]))


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
        room.count_as(lambda: environ["REMOTE_ADDR"])
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
