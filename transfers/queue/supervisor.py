"""Watches over a pool of workers from outside, as django-q2 cannot watch over itself.

Every second: start the pool again if it died or hangs, free what dead workers held, ring again
where nobody came; and keep the sender of notices at work beside it. Simple rather than clever: it
looks at rows and processes, asks the pool nothing, and a pool in doubt is killed and started anew,
which costs a few seconds of work.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from types import FrameType

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from transfers import logs
from transfers.models import Transfer, TransferQuerySet, WorkerHost
from transfers.notify.keeper import Keeper
from transfers.queue import estimates, fair_share, hosts, rescue, unplanned, wakeups, workers
from transfers.queue.clock import JumpGuard
from transfers.queue.processes import Child

logger = logging.getLogger(__name__)

LOOK_S = 1.0
PURGE_S = 10.0

CLOCKS_DIFFER = timedelta(minutes=5)

# Of the ten seconds that a stop may take, what the workers have to give back their transfers. `up`
# waits for this process a second and a half longer.
DRAIN_S = 8.0

# When the database was away, nobody could beat. Its workers get this long to say that they live.
BEAT_AGAIN_S = 4.0

# A free worker that has been rung for takes a transfer within a second. When none does for this
# long, the pool hangs: a worker killed while idle keeps a lock that all others wait for.
NOBODY_CAME_S = 12.0

# A pool that was whole and has lost one of its processes for this long does not get it back: its
# own guard, which would start workers again, is dead or waits for somebody who is.
NOT_WHOLE_S = 8.0

# A plan's memory is known to about a tenth (engine.pyramid).
MEMORY_TOLERANCE = 0.1


class Supervisor:
    """One pool, one sender of notices and their care, until SIGTERM, SIGINT or SIGHUP."""

    def __init__(self) -> None:
        self._pool = Child(
            "the pool of workers",
            [sys.executable, "-m", "transfers.queue.pool"],
            when_parent_dies=signal.SIGKILL,
            cwd=settings.BASE_DIR,
        )
        self._sender = Keeper()
        self._stopping = threading.Event()
        self._waiting_since: float | None = None
        self._whole_at: float | None = None
        self._clock = JumpGuard(settings.TRANSFER_LEASE_S)
        self._purged_at = 0.0
        self._planned_since: datetime | None = None
        self._started_at = timezone.now()
        self._announced_at = 0.0
        self._away_at = float("-inf")

    def run(self) -> None:
        """Keep the pool at work; returns when told to stop and everything has ended."""
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, self._ask_to_stop)
        self._through(self._announce)
        self._through(self._start_pool)
        self._through(self._sender.start)
        while not self._stopping.wait(LOOK_S):
            self._through(self._sender.look)
            self._through(self._announce)
            self._through(self._look)
        self._drain()

    def _ask_to_stop(self, _signum: int, _frame: FrameType | None) -> None:
        self._stopping.set()

    def _through(self, act: Callable[[], None]) -> None:
        """Act, and outlive what goes wrong: a database away for a moment must not end the care."""
        try:
            act()
        except DatabaseError:
            logger.exception("the database does not answer, trying again")
            connection.close()
            self._away_at = monotonic()
        except Exception:
            logger.exception("the supervisor stumbled, going on")

    def _start_pool(self) -> None:
        """Begin with a clean slate: nothing is held, nothing is taken, everything is rung."""
        self._pool.kill()
        self._waiting_since = self._whole_at = None
        rescue.from_the_dead(spend_attempt=False)
        wakeups.forget_taken_by_the_dead()
        wakeups.ring_missing()
        if not estimates.is_measured():
            wakeups.ring_for_calibration()
        self._pool.start()

    def _look(self) -> None:
        if self._pool.restart_if_dead():
            self._waiting_since = self._whole_at = None
            wakeups.forget_taken_by_the_dead()
            wakeups.ring_missing()
        if self._was_away():
            return
        self._stop_the_insatiable()
        rescue.from_the_dead(by_lease=not self._clock.jumped_lately())
        free = self._free_workers()
        wakeups.ring_lost(free)
        if self._has_lost_processes():
            logger.error("the pool is not whole for %.0f s, starting it again", NOT_WHOLE_S)
            self._start_pool()
        elif self._hangs(free):
            logger.error("nobody came for %.0f s, starting the pool again", NOBODY_CAME_S)
            self._start_pool()
        if monotonic() - self._purged_at > PURGE_S:
            self._purged_at = monotonic()
            wakeups.purge_taken()
            hosts.forget_long_gone()
            self._plan_unplanned()

    def _plan_unplanned(self) -> None:
        """All that there is at the first look; then what came since, by clocks that may differ."""
        began = timezone.now()
        if unplanned.plan(self._planned_since):
            self._planned_since = began - CLOCKS_DIFFER

    def _stop_the_insatiable(self) -> None:
        """Kill workers beyond their memory: the system would choose its victim less well."""
        if settings.WORKER_MEMORY_BYTES is None:
            return
        most_bytes = settings.WORKER_MEMORY_BYTES * (1 + MEMORY_TOLERANCE)
        for transfer in self._painted_here():
            held_bytes = workers.resident_bytes(transfer.worker)
            if held_bytes > most_bytes:
                logger.error(
                    "transfer %s: its worker holds %d MB and is stopped",
                    transfer.pk,
                    held_bytes // 2**20,
                    extra=logs.about(transfer),
                )
                with contextlib.suppress(ProcessLookupError):
                    os.kill(workers.process_of(transfer.worker), signal.SIGKILL)

    def _announce(self) -> None:
        if monotonic() - self._announced_at >= hosts.ANNOUNCE_S:
            self._announced_at = monotonic()
            hosts.announce(self._started_at)

    def _was_away(self) -> bool:
        """Whether the database is only just back; raises the database's error while it is not."""
        connection.ensure_connection()
        return monotonic() - self._away_at < BEAT_AGAIN_S

    def _free_workers(self) -> int:
        return int(settings.WORKERS) - self._painted_here().count()

    def _painted_here(self) -> TransferQuerySet:
        return Transfer.objects.running().filter(worker__startswith=f"{workers.system()}/")

    def _hangs(self, free: int) -> bool:
        if free <= 0 or not self._is_complete() or fair_share.next_in_turn() is None:
            self._waiting_since = None
            return False
        if self._waiting_since is None:
            self._waiting_since = monotonic()
        return monotonic() - self._waiting_since > NOBODY_CAME_S

    def _has_lost_processes(self) -> bool:
        if self._is_complete():
            self._whole_at = monotonic()
        return self._whole_at is not None and monotonic() - self._whole_at > NOT_WHOLE_S

    def _is_complete(self) -> bool:
        """Whether the pool is up: itself, its sentinel, pusher, monitor and all its workers."""
        return self._pool.processes() >= settings.WORKERS + 4

    def _drain(self) -> None:
        """Let the workers give back what they hold; what is not back in time goes back anyway."""
        logger.info("stopping: transfers go back to the queue")
        deadline = monotonic() + DRAIN_S
        self._pool.ask_to_stop()
        self._sender.ask_to_stop()
        self._through(lambda: hosts.announce(self._started_at, WorkerHost.State.STOPPING))
        if not self._pool.wait(deadline):
            logger.warning("the workers did not stop within %.0f s and are killed", DRAIN_S)
        self._pool.kill()
        self._sender.stop(deadline)
        self._through(
            lambda: logger.info("%d given back", rescue.from_the_dead(spend_attempt=False))
        )
        self._through(hosts.leave)
        connection.close()
