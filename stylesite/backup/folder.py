"""The folder that backups lie in: files once by their content, and one folder a backup.

::

    stylesite-backups.txt     says whose folder this is: nothing is removed where it is missing
    objects/3f/3fa9…          every file of every backup, named by its SHA-256
    objects/3f/3fa9….damaged  what has turned out not to be that file any more
    2026-11-26T03-15-00Z/     one backup, there as a whole or not at all
        manifest.json         versions, migrations, counts
        rows/accounts.User.jsonl.gz, …
        files.sqlite3         name, SHA-256 and size of each file
        SHA256SUMS            of the above, for ``sha256sum -c``

A stored file of the site never changes, so the next backup copies only those that are new. Nobody
but the owner of the folder can read it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from stylesite.backup import BackupError
from stylesite.backup.index import FileIndex

NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ")
FORMAT = 1
CHUNK_BYTES = 2**20
DRAFT, GONE, DAMAGED = ".draft", ".gone", ".damaged"
OBJECT = re.compile(rf"([0-9a-f]{{64}})(?:{re.escape(DAMAGED)})?")
LOCK, MARK = ".lock", "stylesite-backups.txt"
MARK_TEXT = (
    "Backups of a Stylesite site: `manage.py backup` keeps this folder, see docs/backup.md.\n"
)


@dataclass(frozen=True, slots=True)
class Backup:
    """One of them; ``path`` is its folder, whose name says when it was made (UTC)."""

    path: Path

    @property
    def made_at(self) -> datetime:
        return datetime.strptime(self.path.name, "%Y-%m-%dT%H-%M-%SZ").replace(tzinfo=UTC)

    @property
    def rows(self) -> Path:
        return self.path / "rows"

    def manifest(self) -> dict[str, Any]:
        try:
            read: dict[str, Any] = json.loads((self.path / "manifest.json").read_text())
        except (OSError, ValueError) as error:
            raise BackupError(f"{self.path} has no manifest that can be read ({error}).") from error
        if read.get("format") != FORMAT:
            raise BackupError(
                f"{self.path} is written in format {read.get('format')}, and this version of "
                f"Stylesite reads format {FORMAT}: use the version that made it."
            )
        return read

    def index(self) -> FileIndex:
        return FileIndex(self.path / "files.sqlite3", read_only=True)

    def seal(self) -> None:
        """Write down the hashes of all that is in it."""
        lines = [f"{sha256_of(path)}  {path.relative_to(self.path)}" for path in self._parts()]
        _write(self.path / "SHA256SUMS", "\n".join(lines) + "\n")

    def broken_parts(self) -> list[str]:
        """What is in it and is not what was written, or is missing."""
        try:
            lines = (self.path / "SHA256SUMS").read_text().splitlines()
        except (OSError, ValueError):
            return ["SHA256SUMS"]
        said = {name: digest for digest, _space, name in (line.partition("  ") for line in lines)}
        found = {str(path.relative_to(self.path)): path for path in self._parts()}
        names = sorted(said.keys() | found.keys())
        return [n for n in names if n not in found or sha256_of(found[n]) != said.get(n)]

    def _parts(self) -> list[Path]:
        found = (path for path in self.path.rglob("*") if path.is_file())
        return sorted(path for path in found if path.name != "SHA256SUMS")


class BackupFolder:
    """A folder of backups. What writes to it holds its lock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def objects(self) -> Path:
        return self.path / "objects"

    def backups(self) -> list[Backup]:
        """All there are, oldest first."""
        if not self.path.is_dir():
            return []
        names = sorted(p.name for p in self.path.iterdir() if NAME.fullmatch(p.name))
        return [Backup(self.path / name) for name in names]

    def find(self, name: str = "") -> Backup:
        """The one of this name, or the newest."""
        backups = self.backups()
        if not backups:
            raise BackupError(f"There is no backup in {self.path}: name the folder with --from.")
        for backup in backups:
            if backup.path.name == name:
                return backup
        if name:
            listed = ", ".join(backup.path.name for backup in backups)
            raise BackupError(f"There is no backup {name} in {self.path}. There are: {listed}.")
        return backups[-1]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """For whoever writes. Made if it is not there; left-overs of those who died are removed."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._mark()
        self.objects.mkdir(mode=0o700, exist_ok=True)
        with open_private(self.path / LOCK) as lock:
            self._lock(lock, fcntl.LOCK_EX)
            for left in [*self.path.glob(f"{DRAFT}*"), *self.path.glob(f"{GONE}*")]:
                shutil.rmtree(left)
            for left in self.objects.glob(f"{DRAFT}*"):
                left.unlink()
            yield

    @contextmanager
    def held(self) -> Iterator[None]:
        """For whoever reads: nothing is forgotten meanwhile. A copy without a lock needs none."""
        try:
            lock = (self.path / LOCK).open("rb")
        except FileNotFoundError:
            yield
            return
        with lock:
            self._lock(lock, fcntl.LOCK_SH)
            yield

    def _lock(self, lock: IO[Any], how: int) -> None:
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
        except BlockingIOError as error:
            doing = "using" if how == fcntl.LOCK_EX else "writing to"
            raise BackupError(
                f"Somebody else is {doing} {self.path} at this moment: try again later."
            ) from error

    def _mark(self) -> None:
        """Make the folder one of backups. Refuses one that holds anything else."""
        if (self.path / MARK).exists():
            return
        if not self.backups() and any(p.name != LOCK for p in self.path.iterdir()):
            raise BackupError(
                f"{self.path} holds something other than backups: name an empty folder, or a new "
                "one."
            )
        _write(self.path / MARK, MARK_TEXT)

    def draft(self) -> Backup:
        """The beginnings of a backup, which ``publish`` makes one of."""
        draft = Backup(Path(tempfile.mkdtemp(prefix=DRAFT, dir=self.path)))
        draft.rows.mkdir(mode=0o700)
        return draft

    def publish(self, draft: Backup, at: datetime) -> Backup:
        """Make sure that all of it is on the disk, and only then give it its name."""
        draft.seal()
        os.sync()
        made = Backup(self.path / at.strftime("%Y-%m-%dT%H-%M-%SZ"))
        draft.path.rename(made.path)
        sync_folder(self.path)
        return made

    def object(self, digest: str) -> Path:
        return self.objects / digest[:2] / digest

    def damaged(self, digest: str) -> Path:
        """Where a damaged one lies, out of the way of a whole one."""
        return self.object(digest).with_name(digest + DAMAGED)

    def put(self, source: IO[bytes]) -> tuple[str, int, bool]:
        """Keep what is read from ``source``: its SHA-256, its size, and whether it is new here.

        It replaces what is there under its name, which may be damaged.
        """
        hashed, size = hashlib.sha256(), 0
        number, name = tempfile.mkstemp(prefix=DRAFT, dir=self.objects)
        draft = Path(name)
        try:
            with os.fdopen(number, "wb") as target:
                while chunk := source.read(CHUNK_BYTES):
                    hashed.update(chunk)
                    size += target.write(chunk)
            kept = self.object(hashed.hexdigest())
            is_new = not kept.exists()
            kept.parent.mkdir(mode=0o700, exist_ok=True)
            draft.rename(kept)
            self.damaged(kept.name).unlink(missing_ok=True)
        finally:
            draft.unlink(missing_ok=True)
        return hashed.hexdigest(), size, is_new

    def forget(self, backups: list[Backup]) -> None:
        for backup in backups:
            gone = self.path / f"{GONE}-{backup.path.name}"
            backup.path.rename(gone)
            shutil.rmtree(gone)

    def sweep(self) -> int:
        """Remove the files that no backup names any more; returns how many they were.

        Raises BackupError, and removes nothing, where it cannot be told what a backup names.
        """
        with tempfile.TemporaryDirectory(prefix=DRAFT, dir=self.path) as folder:
            named = FileIndex(Path(folder) / "named.sqlite3")
            for backup in self.backups():
                with backup.index() as index:
                    named.name(digest for _name, digest, _size in index.files())
            swept = [
                path
                for path in self.objects.glob("??/*")
                if (is_one := OBJECT.fullmatch(path.name)) and not named.has(is_one[1])
            ]
            named.close()
        for path in swept:
            path.unlink()
        return len(swept)


def open_private(path: Path, mode: str = "wb") -> IO[Any]:
    """Open for writing what only its owner may read."""
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600))


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _write(path: Path, text: str) -> None:
    with open_private(path, "w") as file:
        file.write(text)


def write_manifest(backup: Backup, manifest: dict[str, Any]) -> None:
    _write(backup.path / "manifest.json", json.dumps({"format": FORMAT, **manifest}, indent=1))
