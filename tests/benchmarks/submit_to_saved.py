"""How long a person waits: from submitting a photo to the saved picture, on the real site.

`python -m tests.benchmarks.submit_to_saved` starts web and worker on a data folder of their own,
signs up, and paints one of scikit-image's photos in each quality; every number is read from the
site's own rows. Run it on an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import APIRequestContext, FilePayload, sync_playwright
from skimage import data

ROOT = Path(__file__).parent.parent.parent
QUALITIES = ("draft", "standard", "fine")
START_LIMIT_S = 90
PAINT_LIMIT_S = 900


@dataclass(frozen=True)
class Measured:
    """One transfer, from the person's click to the row that says it is saved."""

    quality: str
    size: str
    steps: int
    seconds: float
    painting_s: float
    content_loss: float
    style_loss: float


class Visitor:
    """A signed-up person without a browser: cookies, forms and nothing else."""

    def __init__(self, requests: APIRequestContext) -> None:
        self.requests = requests

    def post(self, path: str, fields: dict[str, str], file: FilePayload | None = None) -> str:
        """Send a form as multipart; returns the address that it led to."""
        self.requests.get(path)
        cookies = self.requests.storage_state()["cookies"]
        token = next(cookie["value"] for cookie in cookies if cookie["name"] == "csrftoken")
        form: dict[str, str | FilePayload] = {**fields, "csrfmiddlewaretoken": token}
        if file is not None:
            form["image"] = file
        return self.requests.post(path, multipart=form, fail_on_status_code=True).url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_site(data_dir: Path) -> Iterator[str]:
    """The site as `make run` starts it, on a free port; yields its address."""
    env = {**os.environ, "STYLESITE_DATA_DIR": str(data_dir)}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "prepare"], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    address = f"http://localhost:{port}"
    site = subprocess.Popen(
        [*manage, "up", "--port", str(port)], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    )
    try:
        wait_until_up(address)
        yield address
    finally:
        site.send_signal(signal.SIGINT)
        site.wait(20)


def wait_until_up(address: str) -> None:
    for _ in range(START_LIMIT_S * 2):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        else:
            return
    raise SystemExit(f"{address} did not answer within {START_LIMIT_S} s")


def query(database: Path, statement: str, *values: str) -> dict[str, object]:
    """The first row that a statement finds, read behind the site's back."""
    with sqlite3.connect(database, timeout=20) as connection:
        connection.row_factory = sqlite3.Row
        row = connection.execute(statement, values).fetchone()
    connection.close()
    return dict(row) if row else {}


def paint(
    visitor: Visitor, database: Path, photo: FilePayload, slug: str, quality: str
) -> Measured:
    style = query(database, "select id, params from gallery_style where slug = ?", slug)
    strength = json.loads(str(style["params"])).get("style_strength", 50)
    fields = {"style": str(style["id"]), "quality": quality, "style_strength": str(int(strength))}
    started = time.monotonic()
    page = visitor.post("/new/", fields, photo)
    found = re.search(r"/transfers/([0-9a-f-]{36})/", page)
    if found is None:
        raise SystemExit(f"The form led to {page} instead of a transfer.")
    while time.monotonic() - started < PAINT_LIMIT_S:
        row = query(
            database,
            "select t.*, a.width, a.height from transfers_transfer t"
            " left join gallery_artwork a on a.id = t.artwork_id where t.id = ?",
            found[1].replace("-", ""),
        )
        if row["state"] == "succeeded":
            return Measured(
                quality=quality,
                size=f"{row['width']} × {row['height']}",
                steps=int(str(row["total_steps"])),
                seconds=time.monotonic() - started,
                painting_s=float(str(row["painting_s"])),
                content_loss=float(str(row["content_loss"])),
                style_loss=float(str(row["style_loss"])),
            )
        if row["state"] in ("failed", "cancelled"):
            raise SystemExit(f"The transfer {row['state']}: {row['error']}")
        time.sleep(0.2)
    raise SystemExit(f"Nothing was saved within {PAINT_LIMIT_S} s.")


def square_photo() -> FilePayload:
    photo = Image.fromarray(data.coffee()).crop((100, 0, 500, 400))
    png = io.BytesIO()
    photo.save(png, "PNG")
    return {"name": "coffee.png", "mimeType": "image/png", "buffer": png.getvalue()}


def main() -> None:
    parser = argparse.ArgumentParser(description="From submit to saved picture, on the real site.")
    parser.add_argument("--quality", action="append", choices=QUALITIES)
    parser.add_argument("--style", default="swirling-impasto", help="slug of a preset")
    arguments = parser.parse_args()
    photo = square_photo()
    print(f"{os.cpu_count()} cores; preset {arguments.style}\n")
    print("| quality | size | steps | to saved | painting | content loss | style loss |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with (
        tempfile.TemporaryDirectory(prefix="stylesite-bench-") as folder,
        running_site(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        visitor = Visitor(playwright.request.new_context(base_url=address))
        account = {"email": "bench@example.org", "password1": "a bench of oak"}
        visitor.post("/accounts/signup/", account)
        for quality in arguments.quality or QUALITIES:
            one = paint(visitor, Path(folder) / "db.sqlite3", photo, arguments.style, quality)
            print(
                f"| {one.quality} | {one.size} | {one.steps} | {one.seconds:.1f} s"
                f" | {one.painting_s:.1f} s | {one.content_loss:.4g} | {one.style_loss:.4g} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
