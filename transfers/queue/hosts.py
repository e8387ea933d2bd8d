"""Hosts announce themselves here, so that an operator sees who is at work and who is not.

The supervisor of a host keeps its row fresh and takes it away when it stops in good order. Nothing
is decided by these rows: leases decide who may paint, and workers ask nobody.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from transfers.models import MachineSpeed, Transfer, WorkerHost
from transfers.queue import workers

ANNOUNCE_S = 3.0

# A host that was killed is shown as gone for this long, so that somebody notices, and then no more:
# containers get a new name each time.
REMEMBERED_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class HostStatus:
    """One host and what its workers do; `pixel_steps_per_s` is None until it was measured."""

    host: WorkerHost
    busy: int
    pixel_steps_per_s: float | None

    @property
    def free(self) -> int:
        """Workers that could take a transfer now: none on a host that is gone or stopping."""
        if self.host.is_gone or self.host.state != WorkerHost.State.WORKING:
            return 0
        return max(0, self.host.workers - self.busy)

    @property
    def megapixel_steps_per_s(self) -> float | None:
        speed = self.pixel_steps_per_s
        return None if speed is None else speed / 1e6


def announce(started_at: datetime, state: WorkerHost.State = WorkerHost.State.WORKING) -> None:
    """Say that this host is there, since when, and what it has."""
    now = timezone.now()
    WorkerHost.objects.update_or_create(
        name=workers.host(),
        defaults={
            "state": state,
            "workers": settings.WORKERS,
            "threads_per_worker": workers.threads_per_worker(),
            "version": settings.VERSION,
            "started_at": started_at,
            "seen_at": now,
        },
    )


def leave() -> None:
    """Take this host's row away: it has stopped in good order."""
    WorkerHost.objects.filter(name=workers.host()).delete()


def forget_long_gone() -> int:
    """Remove the hosts that were last seen REMEMBERED_S ago; returns how many."""
    long_ago = timezone.now() - timedelta(seconds=REMEMBERED_S)
    gone, _rows = WorkerHost.objects.filter(seen_at__lt=long_ago).delete()
    return gone


def workers_at_work() -> int:
    """Workers of all hosts that are at work; before any has announced itself, as many as here."""
    known = WorkerHost.objects.filter(state=WorkerHost.State.WORKING)
    return sum(host.workers for host in known if not host.is_gone) or int(settings.WORKERS)


def statuses() -> list[HostStatus]:
    """Every host that is known, by name. Three queries, however many hosts and transfers."""
    speeds = dict(MachineSpeed.objects.values_list("host", "pixel_steps_per_s"))
    held = Transfer.objects.running().values_list("worker", flat=True)
    busy = Counter(workers.host_of(worker) for worker in held)
    return [
        HostStatus(host, busy[host.name], speeds.get(host.name))
        for host in WorkerHost.objects.order_by("name")
    ]
