"""What the operator's page of the queue shows: rows put side by side. Nothing is changed here.

Neither photos nor titles are among it: running a site is no reason to look at people's pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Count, Exists, Min, OuterRef
from django.utils import timezone

from transfers.models import Transfer
from transfers.notify import outbox
from transfers.queue import fair_share, hosts, workers

# A living worker beats every 5 s. One that missed two beats is worth a look; after 30 s its
# transfer is taken from it.
SILENT_S = 15

MOST_ROWS = 50
MOST_WAITING = 10
MOST_FAILED = 20
FAILED_LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Running:
    """A transfer that a worker holds, with what tells whether that worker still lives."""

    transfer: Transfer
    silent_s: float

    @property
    def is_silent(self) -> bool:
        return self.silent_s > SILENT_S

    @property
    def host(self) -> str:
        return workers.host_of(self.transfer.worker)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many transfers of one person wait, and since when the oldest does; one that was painted
    in part, since then."""

    email: str
    count: int
    oldest_at: datetime


class Overview:
    """The queue at one moment. Every part is one query, bounded however long the queue is."""

    def __init__(self) -> None:
        self.at = timezone.now()

    @cached_property
    def hosts(self) -> list[hosts.HostStatus]:
        return hosts.statuses()

    @property
    def someone_paints(self) -> bool:
        return any(not status.host.is_gone for status in self.hosts)

    @cached_property
    def running(self) -> list[Running]:
        """Silent ones first, then the longest at work."""
        rows = Transfer.objects.running().select_related("owner").order_by("started_at")
        shown = [Running(row, self._since(row.heartbeat_at)) for row in rows[:MOST_ROWS]]
        return sorted(shown, key=lambda row: not row.is_silent)

    @cached_property
    def waiting_by_owner(self) -> list[Waiting]:
        """Everybody who waits, who has waited longest first."""
        rows = (
            Transfer.objects.queued()
            .values_list("owner__email")
            .annotate(count=Count("*"), oldest_at=Min(fair_share.WAITS_SINCE))
            .order_by("oldest_at")
        )
        return [Waiting(*row) for row in rows]

    @property
    def waiting(self) -> int:
        return sum(row.count for row in self.waiting_by_owner)

    @property
    def oldest_s(self) -> float | None:
        """How long the oldest waiting transfer has been waiting; None when none waits."""
        oldest = self.waiting_by_owner[:1]
        return self._since(oldest[0].oldest_at) if oldest else None

    @cached_property
    def oldest_waiting(self) -> list[Transfer]:
        rows = Transfer.objects.queued().select_related("owner").order_by("created_at")
        return list(rows[:MOST_WAITING])

    @cached_property
    def failed(self) -> list[Transfer]:
        """The latest failed pictures; `is_retried` says whether somebody has tried again since."""
        retries = Transfer.objects.filter(retry_of=OuterRef("pk"))
        rows = (
            Transfer.objects.pictures()
            .failed()
            .filter(finished_at__gte=self.at - FAILED_LATELY)
            .annotate(is_retried=Exists(retries))
            .select_related("owner")
            .order_by("-finished_at")
        )
        return list(rows[:MOST_FAILED])

    @cached_property
    def notices(self) -> list[outbox.Waiting]:
        """What people are still to be told, and what could not be told them, by channel."""
        return outbox.waiting()

    def _since(self, then: datetime | None) -> float:
        return max(0.0, (self.at - then).total_seconds()) if then else 0.0
