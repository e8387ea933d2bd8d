"""What the runs of one machine will take of its memory, so that no two count on the same.

A run takes its memory little by little, most of it at its last size: when another one begins, what
is free is in part what the first still needs. So whoever runs several at once gives each an
`Entry` of one file, in which all of them say what they will take. Those whose processes are gone
count no more. Torch-free.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeVar

from engine.errors import DeviceError, MemoryTakenError
from engine.memory import PAGE_BYTES

_Found = TypeVar("_Found")

_MODE = 0o600
_BORN_AFTER_NAME = 19
"""Of the words in /proc/PID/stat that come after the program's name: when it was started."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of process `pid`, which was born then: numbers of processes come again.

    most_bytes: that its process will hold. waits: it has not begun, as it does not fit yet.
    """

    pid: int
    born: int
    most_bytes: int
    waits: bool

    def is_of(self, pid: int, born: int) -> bool:
        return (self.pid, self.born) == (pid, born)


class Entry:
    """One process's line in the ledger at `path`, from its first run in the context to its end.

    proc: the folder in which the machine tells of its processes. Where it does not, or where `path`
    cannot be written, nobody knows of each other, as without a ledger.
    """

    def __init__(self, path: Path, proc: Path = Path("/proc")) -> None:
        self._path, self._proc = path, proc
        self._pid = os.getpid()
        self._born = _born(proc, self._pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._opened() as file:
            if file is not None:
                _write(file, self._others(file))

    def fit(self, find: Callable[[int | None], tuple[_Found, int]], free: int | None) -> _Found:
        """What `find` finds for the bytes that are free for this run, and not another's.

        find: returns what fits, and the most bytes that the run will then hold; raises DeviceError
        where nothing does. free: what this process may hold, as `engine.memory.free_bytes` counts.
        Raises MemoryTakenError where something fits once the others are done: the run then has its
        place before all that come later.
        """
        with self._opened() as file:
            if file is None or free is None or self._born is None:
                return find(free)[0]
            runs = self._living(file)
            mine = next((at for at, run in enumerate(runs) if self._is_mine(run)), len(runs))
            others = [run for run in runs if not self._is_mine(run)]
            before = runs[:mine]
            promised, held = self._to_come(others, before), self._held(others)
            try:
                found, most_bytes = find(free - promised)
            except DeviceError as short:
                if not others:
                    raise
                _found, most_bytes = find(free + held)  # raises where they are not in its way
                self._put(file, others, mine, most_bytes, waits=True)
                raise MemoryTakenError(short.sentence) from short
            self._put(file, others, mine, most_bytes, waits=False)
            return found

    def _put(
        self, file: IO[str], others: list[Run], at: int, most_bytes: int, *, waits: bool
    ) -> None:
        mine = Run(self._pid, self._born or 0, most_bytes, waits)
        _write(file, [*others[:at], mine, *others[at:]])

    def _is_mine(self, run: Run) -> bool:
        return run.is_of(self._pid, self._born or 0)

    def _others(self, file: IO[str]) -> list[Run]:
        return [run for run in self._living(file) if not self._is_mine(run)]

    def _living(self, file: IO[str]) -> list[Run]:
        return [run for run in _read(file) if _born(self._proc, run.pid) == run.born]

    def _to_come(self, others: list[Run], before: list[Run]) -> int:
        """What those that run will still take, and all of those that waited before this one."""
        running = sum(max(0, run.most_bytes - self._holds(run)) for run in others if not run.waits)
        return running + sum(run.most_bytes for run in before if run.waits)

    def _held(self, others: list[Run]) -> int:
        return sum(self._holds(run) for run in others if not run.waits)

    def _holds(self, run: Run) -> int:
        try:
            pages = (self._proc / str(run.pid) / "statm").read_text().split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * PAGE_BYTES

    @contextmanager
    def _opened(self) -> Iterator[IO[str] | None]:
        """The ledger, which is nobody else's meanwhile; None where there can be none."""
        try:
            number = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        except OSError:
            yield None
            return
        with os.fdopen(number, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


def _born(proc: Path, pid: int) -> int | None:
    try:
        return int(
            (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()[_BORN_AFTER_NAME]
        )
    except (OSError, ValueError, IndexError):
        return None


def _read(file: IO[str]) -> list[Run]:
    """What a process that was killed while it wrote left broken is taken as nothing."""
    file.seek(0)
    try:
        return [Run(**line) for line in json.load(file)]
    except (ValueError, TypeError):
        return []


def _write(file: IO[str], runs: list[Run]) -> None:
    file.seek(0)
    file.truncate()
    json.dump([asdict(run) for run in runs], file)
    file.flush()
