"""Who holds a transfer: names for worker processes, and whether one is still alive.

A name says host, process and when it started, so that the supervisor of a host can tell at once
that a worker was killed, instead of waiting for its lease to expire. It says too which start of
which machine that was: of two machines that share a name, neither may call the other's dead.
"""

from __future__ import annotations

import mmap
import os
import socket
from functools import cache
from pathlib import Path

from django.conf import settings


@cache
def host() -> str:
    """This machine, or this container: two containers may share a host name, but not processes."""
    namespace = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    return f"{socket.gethostname()[:60]}~{namespace}"


@cache
def system() -> str:
    """This start of this machine: two machines may share even a name, but not a boot."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()
    return f"{host()}~{boot[:8]}"


def this_worker() -> str:
    """The name of the process that calls."""
    return f"{system()}/{os.getpid()}.{_started(os.getpid())}"


def host_of(worker: str) -> str:
    """The host, as `host` names it, of a worker's name; empty for what is no such name."""
    return worker.rpartition("/")[0].rpartition("~")[0]


def threads_per_worker() -> int:
    """The cores this process may use, shared out between the workers of this host."""
    return max(1, len(os.sched_getaffinity(0)) // settings.WORKERS)


def is_dead(worker: str) -> bool:
    """Whether a process of this machine is gone; False for those of others and of earlier boots."""
    where, _slash, process = worker.partition("/")
    if where != system():
        return False
    pid, _dot, started = process.partition(".")
    return not pid.isdigit() or _started(int(pid)) != started


def resident_bytes(worker: str) -> int:
    """Memory that the process behind a name of this system holds; 0 for any other."""
    if is_dead(worker) or worker.partition("/")[0] != system():
        return 0
    pages = _statm(process_of(worker))
    return pages * mmap.PAGESIZE


def process_of(worker: str) -> int:
    """The process number in a worker's name."""
    return int(worker.partition("/")[2].partition(".")[0])


def _statm(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0


def _started(pid: int) -> str | None:
    """Clock ticks from boot to the start of a process (proc(5), field 22); None for a dead one.

    Process numbers are used again, so the number alone would mistake a stranger for the worker.
    """
    try:
        line = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field, the program's name in parentheses, may itself hold spaces and parentheses.
    fields = line.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]
