"""The server that docs/setup.md describes, run as it stands there before answers of this site."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.test import Client

ROOT = Path(__file__).parents[2]
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
KEPT = ("Permissions-Policy", "Referrer-Policy", "X-Frame-Options", "X-Content-Type-Options")
KEPT += ("Content-Security-Policy", "Cross-Origin-Resource-Policy", "Cross-Origin-Opener-Policy")

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


class Site(BaseHTTPRequestHandler):
    """Sends nginx to a file, with the headers that the site itself gives."""

    headers_of_site: dict[str, str]

    def do_GET(self) -> None:
        self.send_response(200)
        for name, value in self.headers_of_site.items():
            self.send_header(name, value)
        self.send_header("X-Accel-Redirect", "/protected/a.webp")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def port(tmp_path: Path, client: Client) -> Iterator[int]:
    answer = client.get("/healthz")
    Site.headers_of_site = {name: answer[name] for name in KEPT} | {"Vary": "Cookie"}
    site = HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    (tmp_path / "a.webp").write_bytes(b"pixels")
    text = (ROOT / "docs" / "setup.md").read_text()
    start = text.index("    location / {", text.index("listen 443"))
    said = text[start : text.index("\n}\n", start)]
    said = said.replace("127.0.0.1:8000", f"127.0.0.1:{site.server_port}")
    said = said.replace("/srv/stylesite/var/media/", f"{tmp_path}/")
    folders = " ".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = tmp_path / "nginx.conf"
    config.write_text(
        f"user root; daemon off; pid {tmp_path}/pid; error_log stderr; events {{}} http {{ "
        f"access_log off; {folders} server {{ listen 127.0.0.1:{port};\n{said}\n}} }}"
    )
    nginx = subprocess.Popen([str(NGINX), "-c", str(config)], stderr=subprocess.DEVNULL)
    try:
        deadline = monotonic() + 10
        while monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                sleep(0.05)
        yield port
    finally:
        nginx.terminate()
        nginx.wait()
        site.shutdown()
        site.server_close()


@pytest.mark.django_db
@pytest.mark.parametrize(("part", "status"), [("bytes=0-", 206), ("bytes=900-", 416)])
def test_every_safety_header_passes_through_nginx(port: int, part: str, status: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/anything", headers={"Range": part})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == status
    # Of an error of its own nginx says each twice.
    found = {name: set(answer.headers.get_all(name, [])) for name in Site.headers_of_site}
    assert found == {name: {value} for name, value in Site.headers_of_site.items()}
