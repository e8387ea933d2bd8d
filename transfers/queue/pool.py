"""One pool of workers: django-q2's cluster, started so that it can be stopped without loss.

`manage.py work` starts it with `python -m transfers.queue.pool`. It differs from `manage.py
qcluster` in that no process outlives its parent, that SIGTERM first asks the workers to give back
what they hold, and that torch is loaded before the fork, once for all workers (loaded, never
used: computing before a fork makes the child hang).
"""

from __future__ import annotations

import logging
import os
import signal
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from time import sleep
from types import FrameType

import django

LOOK_S = 0.1

# Threads that wait for each other by spinning burn the cores that pages need, and a second busy
# process then slows a step tenfold (measured on 2 cores: 1.9 s instead of 0.2 s at 256 px).
# OpenMP reads this when torch is loaded.
ENVIRONMENT = {"OMP_WAIT_POLICY": "PASSIVE"}

STEPS_BACK = 5
"""Niceness: where painting and pages share processors, somebody waits for the page."""


def main() -> int:
    """Run until SIGTERM or SIGINT (0), or until the pool dies (1)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stylesite.settings")
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    step_back()
    stopping: list[int] = []

    def ask_to_stop(signum: int, _frame: FrameType | None) -> None:
        stopping.append(signum)

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    django.setup()

    from django_q.cluster import Cluster

    from transfers.queue import draining, processes

    import_module("transfers.queue.tasks")
    processes.tie_forks_to_this_process()
    cluster = Cluster()
    # The cluster has set handlers that stop it from within a signal; ours only take a note.
    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    if stopping:
        return 0
    cluster.start()
    while not stopping and cluster.sentinel.is_alive():
        sleep(LOOK_S)
    if not stopping:
        return 1
    draining.begin()
    cluster.stop()
    return 0


def step_back() -> None:
    """Let everything else on the machine go first, and the pages above all.

    Linux weighs whole sessions against each other where it groups them (sched(7), autogroup), and
    heeds niceness within them alone; the pool is a session of its own.
    """
    os.nice(STEPS_BACK)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # no such groups here
            Path("/proc/self/autogroup").write_text(str(STEPS_BACK))


if __name__ == "__main__":
    status = main()
    logging.shutdown()
    # Taking torch apart in good order lasts a second or two, which a stop does not have.
    os._exit(status)
