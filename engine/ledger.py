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
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from engine.errors import DeviceError, MemoryTakenError
from engine.memory import PAGE_BYTES

_Found = TypeVar("_Found")

_FLAGS, _MODE = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
_MOST_BYTES = 2**20
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


class Entry:
    """One process's line in the ledger at `path`, from its first run in the context to its end.

    proc: the folder in which the machine tells of its processes. Where it does not, or where `path`
    is somebody else's or cannot be written, nobody knows of each other, as without a ledger.
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
        with self._opened() as ledger:
            if ledger is not None:
                _write(ledger, [run for run in self._living(ledger) if not self._is_mine(run)])

    def fit(
        self, find: Callable[[int | None], tuple[_Found, int]], free: int | None, least_bytes: int
    ) -> _Found:
        """What `find` finds for the bytes that are free for this run, and not another's.

        find: returns what fits, and the most bytes that the run will then hold; raises DeviceError
        where nothing does. free: what this process may hold, as `engine.memory.free_bytes` counts.
        least_bytes: without which nothing fits. Raises MemoryTakenError where something fits once
        the others are done: the run then has its place before all that come later.
        """
        with self._opened() as ledger:
            if ledger is None or free is None or self._born is None:
                return find(free)[0]
            runs = self._living(ledger)
            mine = next((at for at, run in enumerate(runs) if self._is_mine(run)), len(runs))
            others = [run for run in runs if not self._is_mine(run)]

            def put(most_bytes: int, *, waits: bool) -> None:
                run = Run(self._pid, self._born or 0, most_bytes, waits)
                _write(ledger, [*others[:mine], run, *others[mine:]])

            try:
                found, most_bytes = find(free - self._to_come(others, before=runs[:mine]))
            except DeviceError as short:
                if not others:
                    raise
                find(free + self._held(others))  # raises where they are not in its way
                put(least_bytes, waits=True)
                raise MemoryTakenError(short.sentence) from short
            put(most_bytes, waits=False)
            return found

    def _is_mine(self, run: Run) -> bool:
        return (run.pid, run.born) == (self._pid, self._born)

    def _living(self, ledger: int) -> list[Run]:
        return [run for run in _read(ledger) if _born(self._proc, run.pid) == run.born]

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
    def _opened(self) -> Iterator[int | None]:
        """The ledger's descriptor, nobody else's meanwhile; None where there can be none."""
        ledger = self._locked()
        try:
            yield ledger
        finally:
            if ledger is not None:
                os.close(ledger)

    def _locked(self) -> int | None:
        with suppress(OSError):
            ledger = os.open(self._path, _FLAGS, _MODE)
            try:
                # One of somebody else's could keep everybody waiting.
                if os.fstat(ledger).st_uid == os.geteuid():
                    fcntl.flock(ledger, fcntl.LOCK_EX)
                    return ledger
            except OSError:
                pass
            os.close(ledger)
        return None


def _born(proc: Path, pid: int) -> int | None:
    try:
        said = (proc / str(pid) / "stat").read_text().rpartition(")")[2]
        return int(said.split()[_BORN_AFTER_NAME])
    except (OSError, ValueError, IndexError):
        return None


def _read(ledger: int) -> list[Run]:
    """What a process that was killed while it wrote left broken is taken as nothing."""
    try:
        return [Run(**line) for line in json.loads(os.pread(ledger, _MOST_BYTES, 0))]
    except (ValueError, TypeError):
        return []


def _write(ledger: int, runs: list[Run]) -> None:
    """On a full disk what stood there stays."""
    data = json.dumps([asdict(run) for run in runs]).encode()
    with suppress(OSError):
        os.pwrite(ledger, data, 0)
        os.ftruncate(ledger, len(data))
