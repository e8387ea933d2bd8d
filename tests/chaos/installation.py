"""Whole installations in folders of their own: real processes, real stores, the real VGG19.

One machine has SQLite and a disk, many hosts share PostgreSQL and S3. The tests look from outside,
as an operator would: at rows with SQL, at files in their store, at processes in /proc.
"""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any

import psycopg

from tests.services.postgres import Postgres
from tests.services.s3 import S3

ROOT = Path(__file__).parents[2]

# Seconds of a transfer to be struck in the middle, and then ended by `finish`: enough on a machine
# that turns out four times as fast as it was when its speed was measured.
LONG_S = 80

# The longest until what was started is at work, which no test asks to be quick: on a machine with
# nothing else to do it is ten.
START_S = 120

# The longest that a management command may take, beside all that else runs.
COMMAND_S = 180

# As many steps as take about so many seconds here, at 192 px.
SUBMIT = """
from accounts.models import User
from engine.params import Params
from engine.pyramid import plan
from gallery.models import Style
from transfers.models import ContentImage, MachineSpeed
from transfers.queue import steering, submission
owner = User.objects.get(email="{owner}")
photo, style = ContentImage.objects.filter(owner=owner).get(), Style.objects.get()
one = plan(192, 144, Params(size_px=192, steps=1)).pixel_steps
steps = max({least}, int({seconds} * MachineSpeed.objects.earliest("pk").pixel_steps_per_s / one))
for seed in range({count}):
    params = Params(size_px=192, steps=steps, seed=seed)
    print(submission.submit(owner, photo, [(style, 1.0)], params).pk.hex)
"""


class Installation:
    """One machine: a data folder with everything in it, and the processes started on it."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.log = data_dir.with_suffix(".log")
        self.prefix: list[str] = []
        """Words before each command that goes on, such as a program that pins it to a core."""
        self._started: list[subprocess.Popen[bytes]] = []
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("STYLESITE_", "DJANGO_"))},
            "DJANGO_SETTINGS_MODULE": "stylesite.settings",
            "OMP_WAIT_POLICY": "PASSIVE",
            "PYTHONUNBUFFERED": "1",
            "STYLESITE_DATA_DIR": str(data_dir),
            "STYLESITE_SECRET_KEY": "for tests only, known to everyone who reads this",
            "STYLESITE_STATIC_HASHED": "false",
        }

    def manage(self, *words: str) -> str:
        """Run a management command to its end."""
        command = [sys.executable, "manage.py", *words]
        run = subprocess.run(
            command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=COMMAND_S
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def failing(self, *words: str) -> str:
        """Run a management command that must end with 1, and return what it wrote."""
        command = [sys.executable, "manage.py", *words]
        run = subprocess.run(
            command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=COMMAND_S
        )
        assert run.returncode == 1, run.stderr
        return run.stdout

    def refused(self, *words: str) -> str:
        """Run a management command that must fail, and return the sentence it says."""
        command = [sys.executable, "manage.py", *words]
        run = subprocess.run(
            command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=COMMAND_S
        )
        assert run.returncode == 1
        assert run.stderr.count("\n") == 1, run.stderr
        return run.stderr.strip()

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a management command that goes on, as from a terminal of its own."""
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                [*self.prefix, sys.executable, "manage.py", *words],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started.append(started)
        return started

    def submit(
        self,
        *,
        seconds: float,
        count: int = 1,
        owner: str = "ada@example.org",
        least_steps: int = 0,
    ) -> list[str]:
        """Queue transfers that take about so long each; returns their ids."""
        least = max(least_steps, 24 if seconds > 5 else 4)
        code = SUBMIT.format(seconds=seconds, count=count, least=least, owner=owner)
        return [line for line in self.manage("shell", "-v0", "-c", code).split() if len(line) == 32]

    def log_of_submit(self, *, seconds: float) -> str:
        """Queue one transfer that takes about so long, and return what that logged."""
        code = SUBMIT.format(seconds=seconds, count=1, least=24, owner="ada@example.org")
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
        run = subprocess.run(
            command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=COMMAND_S
        )
        assert run.returncode == 0, run.stderr
        return run.stderr

    def keep(self, pk: str) -> None:
        """End a transfer as its owner does who is content with the picture as it is."""
        code = "from transfers.models import Transfer; from transfers.queue import steering; "
        code += f"print(steering.request_keep(Transfer.objects.get(pk='{pk}')))"
        assert "True" in self.manage("shell", "-v0", "-c", code)

    def finish(self, pk: str) -> None:
        """End a transfer at once, and wait for its artwork."""
        self.keep(pk)
        self.wait_for_state(pk, "succeeded", 60)

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database answers; values stand for question marks."""
        connection = sqlite3.connect(self.data_dir / "db.sqlite3", timeout=20)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def tell(self, sql: str, *values: object) -> None:
        """Change the database; values stand for question marks."""
        connection = sqlite3.connect(self.data_dir / "db.sqlite3", timeout=20)
        try:
            with connection:
                connection.execute(sql, values)
        finally:
            connection.close()

    def cut_files(self, folder: str, kind: str) -> int:
        """Take the second half of every stored file of a kind; returns how many were cut."""
        paths = list((self.data_dir / "media" / folder).rglob(f"*{kind}-*"))
        for path in paths:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return len(paths)

    def ages_s(self, folder: str) -> dict[str, float]:
        """The names of all stored files below a folder, and how long ago each was written."""
        media = self.data_dir / "media"
        found = {}
        for path in (media / folder).rglob("*"):
            with contextlib.suppress(FileNotFoundError):  # replaced meanwhile by the next one
                if path.is_file():
                    found[str(path.relative_to(media))] = time() - path.stat().st_mtime
        return found

    def transfer(self, pk: str, columns: str) -> tuple[Any, ...]:
        return self.ask(f"SELECT {columns} FROM transfers_transfer WHERE id = ?", pk)[0]

    def artworks(self) -> int:
        return int(self.ask("SELECT count(*) FROM gallery_artwork")[0][0])

    def worker_of(self, pk: str) -> int:
        """The process that paints a transfer."""
        (worker,) = self.transfer(pk, "worker")
        return int(worker.partition("/")[2].partition(".")[0])

    def resumed_at(self) -> int:
        """The step that the last attempt began with; the engine redoes a few to find its way."""
        return int(re.findall(r"begins at step (\d+)", self.tail())[-1])

    def processes(self) -> dict[int, str]:
        """Every living process of this installation, by its environment, with its command line."""
        found = {}
        mark = f"STYLESITE_DATA_DIR={self.data_dir}\0".encode()
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (path / "environ").read_bytes() + b"\0":
                    found[int(path.name)] = (path / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
        return {pid: words for pid, words in found.items() if words}

    def pids(self, words: str) -> set[int]:
        return {pid for pid, command in self.processes().items() if words in command}

    def tail(self) -> str:
        return self.log.read_text()[-6000:] if self.log.exists() else ""

    def wait_for(self, condition: Callable[[], Any], seconds: float, what: str) -> float:
        """Wait until `condition` holds; returns how long that took."""
        began = monotonic()
        while not condition():
            waited = monotonic() - began
            assert waited < seconds, f"waited {waited:.1f} s for {what}\n{self.tail()}"
            sleep(0.05)
        return monotonic() - began

    def wait_for_state(self, pk: str, state: str, seconds: float) -> float:
        return self.wait_for(
            lambda: self.transfer(pk, "state") == (state,), seconds, f"{pk} to be {state}"
        )

    def stop_everything(self) -> None:
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in self._started:
            process.wait()


class SharedInstallation(Installation):
    """One of the hosts that share a database and a bucket, both called `name`."""

    def __init__(self, data_dir: Path, postgres: Postgres, s3: S3, name: str) -> None:
        super().__init__(data_dir)
        data_dir.mkdir(parents=True, exist_ok=True)
        self.postgres, self.s3, self.name = postgres, s3, name
        self.env["STYLESITE_DATABASE_URL"] = postgres.url(name)
        self.env |= s3.settings(name)

    def another_host(self, data_dir: Path) -> "SharedInstallation":
        """A second host of the same site, with a data folder of its own."""
        return SharedInstallation(data_dir, self.postgres, self.s3, self.name)

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.postgres.url(self.name), autocommit=True) as connection:
            return connection.execute(sql.replace("?", "%s"), values).fetchall()  # type: ignore[call-overload]

    def ages_s(self, folder: str) -> dict[str, float]:
        files = self.s3.files(self.name, f"{folder}/")
        return {name: time() - written.timestamp() for name, written in files.items()}

    def tell(self, sql: str, *values: object) -> None:
        with psycopg.connect(self.postgres.url(self.name), autocommit=True) as connection:
            connection.execute(sql.replace("?", "%s"), values)  # type: ignore[call-overload]

    def cut_files(self, folder: str, kind: str) -> int:
        names = [name for name in self.s3.files(self.name, f"{folder}/") if f"{kind}-" in name]
        for name in names:
            self.s3.cut(self.name, name)
        return len(names)


def ready(site: Installation) -> str:
    """Wait for the sentence that says it is ready, and return the address it names."""
    pattern = re.compile(r"ready at (http://\S+)")
    site.wait_for(lambda: pattern.search(site.tail()), START_S, "the ready sentence")
    found = pattern.search(site.tail())
    assert found is not None
    return found[1]
