"""From a fresh clone to an environment that can run: virtual environment and packages.

Standard library only, because nothing else is installed yet. The Makefile calls it before every
target. What needs Django (stylesheet, database, presets, first admin) is ``manage.py prepare``.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
# torch with its libraries takes 5.6 GB unpacked; downloads pass through the temporary folder.
DISK_NEEDED_GB = 9
DOWNLOAD = re.compile(r"Downloading (?:\S*/)?([A-Za-z0-9_.]+?)-\d\S* \(([\d.]+ [kMG]B)\)")
TICK_S = 1.0
QUIET_TICK_S = 20.0


class SetupError(Exception):
    """Setting up cannot go on; the message is one sentence that says what to do."""


def check_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise SetupError(
            f"This is Python {sys.version_info.major}.{sys.version_info.minor}, and Stylesite needs"
            " 3.11 or newer: install python3.11 and run PYTHON=python3.11 make run."
        )


def check_disk(folder: Path) -> None:
    existing = next(path for path in [folder, *folder.parents] if path.exists())
    free_gb = shutil.disk_usage(existing).free / 1e9
    if free_gb < DISK_NEEDED_GB:
        raise SetupError(
            f"Only {free_gb:.1f} GB are free in {existing}, and the installation needs"
            f" {DISK_NEEDED_GB} GB: make room, or set STYLESITE_VENV to a folder on a larger disk."
        )


def python_of(venv: Path) -> str:
    return str(venv / "bin" / "python")


def works(venv: Path) -> bool:
    """Whether ``venv`` holds an interpreter that starts and has pip."""
    python = python_of(venv)
    if not Path(python).exists():
        return False
    probe = [python, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(probe, capture_output=True).returncode == 0


def create_venv(venv: Path) -> None:
    if venv.exists() and any(venv.iterdir()) and not (venv / "pyvenv.cfg").exists():
        raise SetupError(
            f"{venv} holds something other than a virtual environment: set STYLESITE_VENV to a new"
            " folder."
        )
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", venv], capture_output=True, text=True
    )
    if made.returncode and "ensurepip" in made.stdout + made.stderr:
        raise SetupError(
            "Python's venv module is missing: install it (sudo apt-get install python3-venv) and"
            " run this again."
        )
    if made.returncode:
        raise SetupError(
            failure(f"The virtual environment in {venv} could not be made", made.stderr)
        )


def failure(what: str, output: str) -> str:
    if "DO NOT MATCH THE HASHES" in output:
        return (
            f"{what}: a downloaded file is not the one that was checked. Run this again; if it"
            " stays so, somebody between you and the package index changes files."
        )
    if "No space left on device" in output:
        return f"{what}: the disk is full. Make room and run this again."
    lines = output.strip().splitlines() or ["no reason was given"]
    return f"{what}: {lines[-1]}"


def stamp_of(lock: Path) -> str:
    """What the installed packages depend on."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def install(venv: Path, lock: Path) -> None:
    """Install exactly the files whose hashes ``lock`` holds, telling what is being fetched.

    No package is built here: what building one needs would come without a hash.
    """
    command = [python_of(venv), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--require-hashes", "--only-binary", ":all:"]
    command += ["--progress-bar", "off", "-r", str(lock)]
    last_lines: deque[str] = deque(maxlen=20)
    with (
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as pip,
        Ticker() as ticker,
    ):
        for line in lines_of(pip, ticker):
            last_lines.append(line)
            ticker.doing = doing(line) or ticker.doing
    if pip.returncode:
        raise SetupError(failure("The packages could not be installed", "".join(last_lines)))


def lines_of(process: subprocess.Popen[str], ticker: Ticker) -> Iterator[str]:
    """Yield the output line by line, ticking while there is none."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=TICK_S)
        except queue.Empty:
            ticker.tick()
            continue
        if line is None:
            return
        yield line


def doing(line: str) -> str | None:
    """What a line of pip's output says it is doing now, in plain words."""
    if download := DOWNLOAD.search(line):
        return f"downloading {download[1]} ({download[2]})"
    if line.startswith("Installing collected packages"):
        return "unpacking everything"
    return None


class Ticker:
    """One line that says what is going on: in place on a terminal, now and then in a log."""

    def __init__(self) -> None:
        self.doing = "looking up what is needed"
        self.started = self.said = time.monotonic()
        self.terminal = sys.stdout.isatty()

    def __enter__(self) -> Ticker:
        return self

    def __exit__(self, *exc: object) -> None:
        if self.terminal:
            print("\r\033[K", end="", flush=True)

    def tick(self) -> None:
        now = time.monotonic()
        elapsed = f"{int(now - self.started)} s"
        if self.terminal:
            print(f"\r\033[K      {self.doing} … {elapsed}", end="", flush=True)
        elif now - self.said >= QUIET_TICK_S:
            print(f"      {self.doing} … {elapsed}", flush=True)
            self.said = now


def set_up(venv: Path, lock: Path, *, always: bool) -> None:
    check_python()
    if not works(venv):
        check_disk(venv)
        print(f"[1/6] Making a virtual environment in {venv} (about 10 seconds)", flush=True)
        create_venv(venv)
    stamp = venv / f"{lock.stem}.installed"
    wanted = stamp_of(lock)
    installed = stamp.exists() and stamp.read_text() == wanted
    if installed and not always:
        return
    if not installed:
        print(
            "[2/6] Installing the packages: torch is large, so the first time takes 2 to 15"
            " minutes, depending on your connection",
            flush=True,
        )
    install(venv, lock)
    stamp.write_text(wanted)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--always", action="store_true", help="ask pip even if nothing changed")
    arguments = parser.parse_args()
    venv = Path(os.environ.get("STYLESITE_VENV") or ROOT / ".venv").expanduser().resolve()
    lock = ROOT / ("requirements-dev.lock" if arguments.dev else "requirements.lock")
    try:
        set_up(venv, lock, always=arguments.always)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(failure(f"{venv} could not be written", str(error)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; run it again to go on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
