"""A whole installation under gunicorn, and what is looked at from outside while it is fed."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

ROOT = Path(__file__).parents[2]

BOOTHS = 40
"""Of each person."""

SETUP = """
import io, json
from PIL import Image
from accounts import tokens
from accounts.models import ApiToken, User
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpResponse
from django.test import Client
from gallery.recipe_files import RecipeFile
from gallery.styles import add_style
from tests.fuzz.guided import EXAMPLE
from transfers.booth import devices
from transfers.models import Booth
from transfers.photos import add_photo
from transfers.repeating.bringing import keep
people = []
def device(user, style):
    booth = Booth.objects.create(owner=user, title="Party", quality="draft", most_an_hour=600)
    booth.styles.add(style)
    response = HttpResponse()
    devices.keep_open(response, booth)
    return response.cookies[devices.COOKIE].value
def session(user):
    client = Client(); client.force_login(user)
    return client.cookies["sessionid"].value
for number in range({people}):
    user = User.objects.create_user(f"p{{number}}@example.org", "correct horse battery")
    scopes = list(ApiToken.Scope.values)
    token = tokens.issue(user, "fuzz", scopes, None)[1]
    curator = User.objects.create_superuser(f"c{{number}}@example.org", "correct horse battery")
    file = io.BytesIO(); Image.new("RGB", (64, 48), (number, 9, 9)).save(file, "PNG")
    photo = add_photo(user, file, "upload")
    style = add_style(owner=user, image=Image.new("RGB", (64, 48), (9, number, 9)), title="Ink")
    people.append({{
        "token": token, "session": session(user), "curator": session(curator),
        "photo": str(photo.pk), "style": str(style.pk),
        "recipe": str(keep(user, RecipeFile.from_json(EXAMPLE)).pk),
        "devices": [device(user, style) for _booth in range({booths})],
    }})
print(json.dumps(people))
"""

NAMED = """
import json
from django.apps import apps
from django.db.models import FileField
named, rows = set(), {}
for model in apps.get_models():
    for field in model._meta.fields:
        if isinstance(field, FileField):
            named |= set(model._base_manager.values_list(field.name, flat=True)) - {"", None}
    rows[model.__name__] = model._base_manager.count()
print(json.dumps([sorted(named), rows]))
"""


@dataclass(frozen=True)
class Person:
    """Somebody with an account, with a photo, a style and a recipe that lacks all it needs, with
    guests at their booths, and a curator beside them."""

    token: str
    session: str
    curator: str
    photo: str
    style: str
    recipe: str
    devices: Iterator[str]
    """In turn and without end, as a booth takes only so many photos a minute."""


class Site:
    """Web server only: nothing is painted. Gone with its folder when it is closed."""

    def __init__(self, people: int) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="stylesite-fuzz-")
        folder = Path(self._folder.name)
        self.data_dir, self.temporary = folder / "data", folder / "tmp"
        self.temporary.mkdir()
        self.log = folder / "log"
        self._env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "stylesite.settings",
            "STYLESITE_DATA_DIR": str(self.data_dir),
            "STYLESITE_SECRET_KEY": "for tests only, known to everyone who reads this",
            "STYLESITE_STATIC_HASHED": "false",
            "STYLESITE_API_WRITES_PER_MINUTE": "1000000",
            "STYLESITE_API_READS_PER_MINUTE": "1000000",
            "STYLESITE_PAGE_WRITES_PER_MINUTE": "1000000",
            "TMPDIR": str(self.temporary),
        }
        self._manage("migrate", "-v0")
        self._manage("createcachetable")
        made = self._shell(SETUP.format(people=people, booths=BOOTHS))
        self.people = [
            Person(**{**one, "devices": itertools.cycle(one["devices"])})
            for one in json.loads(made)
        ]
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        address = f"127.0.0.1:{self.port}"
        with self.log.open("wb") as log:
            self._server = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", "-c", "python:stylesite.web_server"),
                    *("--bind", address),
                ],
                cwd=ROOT,
                env=self._env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()

    def processes(self) -> dict[int, str]:
        """The server's processes that stay, by their ids: its workers and their decoders."""
        workers = _children(self._server.pid)
        decoders = [child for worker in workers for child in _children(worker)]
        return dict.fromkeys(workers, "worker") | dict.fromkeys(decoders, "decoder")

    def resident_mb(self) -> dict[str, float]:
        """Memory of the workers and of the decoders together, and of the largest that decodes."""
        held = {"worker": 0.0, "decoder": 0.0, "a file": 0.0}
        for pid, role in self.processes().items():
            held[role] += _resident_mb(pid)
            if role == "decoder":
                at_work = [_resident_mb(child) for child in _children(pid)]
                held["a file"] = max([held["a file"], *at_work])
        return held

    def stored(self) -> set[str]:
        media = self.data_dir / "media"
        return {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}

    def named(self) -> tuple[set[str], dict[str, int]]:
        """The files that any row names, and how many rows there are."""
        files, rows = json.loads(self._shell(NAMED))
        return set(files), rows

    def complaints(self) -> list[str]:
        """What the log says that should not be there."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if re.search(r"Traceback| ERROR | CRITICAL |Error:", line)]

    def close(self) -> None:
        try:
            os.killpg(self._server.pid, signal.SIGTERM)
            self._server.wait(15)
        except (subprocess.TimeoutExpired, ProcessLookupError):
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
        self._folder.cleanup()

    def _wait(self) -> None:
        deadline = monotonic() + 60
        while monotonic() < deadline:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                sleep(0.2)
        raise RuntimeError(self.log.read_text()[-3000:])

    def _manage(self, *words: str) -> str:
        run = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self._env,
            capture_output=True,
            text=True,
        )
        if run.returncode:
            raise RuntimeError(run.stderr)
        return run.stdout

    def _shell(self, code: str) -> str:
        return self._manage("shell", "-v0", "-c", code).strip().splitlines()[-1]


def _children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task").iterdir()
        return [int(one) for task in listed for one in (task / "children").read_text().split()]
    except OSError:
        return []


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
