"""An upload on its way when the site is stopped, or its process killed, is nowhere afterwards."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.chaos.installation import Installation, ready

pytestmark = [pytest.mark.chaos, pytest.mark.long]

MARK = b"52.5162746N 13.3777041E"
HALF_BYTES = 3 * 2**20
SIGN_IN = """
from accounts.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.get(email="ada@example.org"))
print(client.cookies["sessionid"].value)
"""


@pytest.fixture
def temporary(site: Installation, tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    site.env["TMPDIR"] = str(folder)
    return folder


def send_half(site: Installation, address: str) -> socket.socket:
    """Begin to send a photo of six megabytes as somebody who is signed in."""
    session, token = site.manage("shell", "-v0", "-c", SIGN_IN).split()[-1], "t" * 32
    name = 'form-data; name="image"; filename="home.jpg"'
    head = f"--x\r\nContent-Disposition: {name}\r\nContent-Type: image/jpeg\r\n\r\n"
    photo = b"\xff\xd8\xff\xe1" + MARK + bytes(HALF_BYTES)
    request = (
        f"POST /styles/add/ HTTP/1.1\r\nHost: localhost\r\nX-CSRFToken: {token}\r\n"
        f"Cookie: csrftoken={token}; sessionid={session}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {2 * HALF_BYTES}\r\n\r\n"
    )
    where = urlsplit(address)
    client = socket.create_connection((where.hostname, where.port))
    client.sendall((request + head).encode() + photo)
    return client


def holder(site: Installation, temporary: Path) -> int | None:
    """The process of the web server that has the beginning of the photo open."""
    for pid in site.pids("gunicorn"):
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            with suppress(OSError):
                inside = os.readlink(link).startswith(f"{temporary}/")
                if inside and MARK in link.read_bytes()[:100]:
                    return pid
    return None


def holding(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and MARK in path.read_bytes()]


@pytest.mark.parametrize("way", ["the site is stopped", "its process is killed"])
def test_nothing_stays_of_an_upload_that_was_cut_off(
    site: Installation, temporary: Path, way: str
) -> None:
    up = site.start("up", "--port", "0")
    with closing(send_half(site, ready(site))):
        site.wait_for(lambda: holder(site, temporary), 20, "the photo to arrive")
        if way == "the site is stopped":
            up.terminate()
            assert up.wait(15) == 0
        else:
            worker = holder(site, temporary)
            assert worker
            os.kill(worker, signal.SIGKILL)
            site.wait_for(lambda: worker not in site.processes(), 10, "the process to be gone")
    assert holding(temporary) == holding(site.data_dir) == []
