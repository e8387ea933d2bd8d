"""Child processes that leave nothing behind: each in a session of its own, tied to its parent.

A child gets a session so that Ctrl-C in a terminal reaches only the command that was typed, which
then stops its children in order. Linux ends it when its parent dies, however the parent dies.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, sleep

logger = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1  # prctl(2)
_M_MMAP_THRESHOLD = -3  # mallopt(3)
_libc = ctypes.CDLL(None, use_errno=True)

LARGE_BYTES = 2**20

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
# A child that lived this long was well: the next restart does not wait longer than the last.
LIVED_WELL_S = 60.0


def die_with_parent(parent_pid: int, signum: int = signal.SIGKILL) -> None:
    """In a child: get `signum` when the parent dies, also if it died before this call."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
    if os.getppid() != parent_pid:
        os._exit(1)


def give_memory_back() -> None:
    """Let what is as large as a picture go back to the system as soon as it is free.

    glibc learns from the first large pieces to keep those of up to 32 MB, between smaller ones that
    are still in use. Told a limit, it learns nothing; other C libraries are not asked.
    """
    if hasattr(_libc, "mallopt"):
        _libc.mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)


def tie_forks_to_this_process() -> None:
    """From now on every process forked from this one, and from those, dies with its parent.

    A forked process counts as parent of its own forks, so a whole pool falls like dominoes.
    """
    parent = [os.getpid()]

    def in_child() -> None:
        die_with_parent(parent[0])
        parent[0] = os.getpid()

    os.register_at_fork(after_in_child=in_child)


def session_members(session: int) -> list[int]:
    """The living processes of a session, from proc(5): field 3 is the state, 6 the session."""
    members = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] not in "ZX" and int(fields[3]) == session:
            members.append(int(path.parent.name))
    return members


class Child:
    """A command that should be running: started, restarted with growing pauses, stopped."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        when_parent_dies: int,
        pass_fds: Sequence[int] = (),
        cwd: str | os.PathLike[str] | None = None,
    ) -> None:
        self.name = name
        self._command = list(command)
        self._when_parent_dies = when_parent_dies
        self._pass_fds = tuple(pass_fds)
        self._cwd = cwd
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause_s = FIRST_PAUSE_S

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def processes(self) -> int:
        """How many processes live in its session: itself and all that it started."""
        return 0 if self._process is None else len(session_members(self._process.pid))

    @property
    def quick_deaths(self) -> bool:
        """Whether it keeps dying soon after it starts."""
        return self._pause_s >= 8 * FIRST_PAUSE_S

    def start(self) -> None:
        """Start it. What an earlier run may have left over is killed first."""
        self.kill()
        me, signum = os.getpid(), self._when_parent_dies
        self._process = subprocess.Popen(
            self._command,
            cwd=self._cwd,
            start_new_session=True,
            pass_fds=self._pass_fds,
            preexec_fn=lambda: die_with_parent(me, signum),
        )
        self._started_at = monotonic()

    def restart_if_dead(self) -> bool:
        """Start it again if it has died and its pause is over; whether it was started."""
        if self.is_running:
            return False
        lived_s = monotonic() - self._started_at
        if lived_s >= LIVED_WELL_S:
            self._pause_s = FIRST_PAUSE_S
        if lived_s < self._pause_s:
            return False
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        logger.warning("%s has stopped, starting it again", self.name)
        self.start()
        return True

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the child itself; it knows how to end the processes it started."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self, deadline: float) -> bool:
        """Wait for its end until `deadline` on the monotonic clock; whether it has ended."""
        while self.is_running and monotonic() < deadline:
            sleep(0.05)
        return not self.is_running

    def kill(self) -> None:
        """SIGKILL to all of its session that still lives."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
