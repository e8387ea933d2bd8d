"""What can befall an installation: each fault strikes one process, or what the stores hold.

A fault is a function of an `Installation` at work. What must hold afterwards is said in the tests.
"""

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from time import sleep

from tests.chaos.installation import Installation

Fault = Callable[[Installation], None]


class NobodyThereError(Exception):
    """The process that the fault wanted to strike is not there right now."""


def parent_of(pid: int) -> int:
    """The parent of a process, from proc(5): field 4; 0 for one that is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def pool_master(site: Installation) -> int:
    """The process that the supervisor started: django-q2's cluster."""
    pool = site.pids("transfers.queue.pool")
    return _only([pid for pid in pool if parent_of(pid) not in pool])


def sentinel(site: Installation) -> int:
    """django-q2's guard, which starts workers, pusher and monitor."""
    master = pool_master(site)
    return _only([pid for pid in site.pids("transfers.queue.pool") if parent_of(pid) == master])


def busy_worker(site: Installation) -> int:
    """The process that holds a running transfer."""
    held = site.ask("SELECT worker FROM transfers_transfer WHERE state = 'running'")
    pids = [int(worker.partition("/")[2].partition(".")[0]) for (worker,) in held]
    return _only([pid for pid in pids if pid in site.processes()])


def any_helper(site: Installation) -> int:
    """A process of the pool below the sentinel that holds no transfer: pusher, monitor, or idle."""
    guard = sentinel(site)
    below = [pid for pid in site.pids("transfers.queue.pool") if parent_of(pid) == guard]
    with contextlib.suppress(NobodyThereError):
        below.remove(busy_worker(site))
    if not below:
        raise NobodyThereError
    return max(below)


def supervisor(site: Installation) -> int:
    return _only(list(site.pids("manage.py work")))


def web_server(site: Installation) -> int:
    servers = site.pids("gunicorn")
    return _only([pid for pid in servers if parent_of(pid) not in servers])


def strike(whom: Callable[[Installation], int], signum: signal.Signals) -> Fault:
    """A signal to one process."""

    def fault(site: Installation) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(whom(site), signum)

    return fault


def strike_group(whom: Callable[[Installation], int], signum: signal.Signals) -> Fault:
    """A signal to the whole process group of one process, as a terminal or an init sends it."""

    def fault(site: Installation) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(os.getpgid(whom(site)), signum)

    return fault


def freeze(whom: Callable[[Installation], int], seconds: float) -> Fault:
    """SIGSTOP, and SIGCONT after some seconds."""

    def fault(site: Installation) -> None:
        pid = whom(site)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            sleep(seconds)
            os.kill(pid, signal.SIGCONT)

    return fault


def lose_wake_ups(site: Installation) -> None:
    """All messages are gone, as if somebody had emptied the table."""
    site.tell("DELETE FROM django_q_ormq")


def double_wake_ups(site: Installation) -> None:
    """Every message is there three times."""
    copied = "INSERT INTO django_q_ormq (key, payload, lock) SELECT key, payload, lock"
    for _time in range(2):
        site.tell(f"{copied} FROM django_q_ormq")


def cut_checkpoints(site: Installation) -> None:
    """Every checkpoint loses its second half, and their painters die before they write anew."""
    strike(busy_worker, signal.SIGKILL)(site)
    site.cut_files("transfers", "checkpoint")


def _only(pids: list[int]) -> int:
    if not pids:
        raise NobodyThereError
    return pids[0]
