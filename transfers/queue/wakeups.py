"""Messages that wake a worker up, and what keeps them in step with the rows.

A message says "there is work", never which: whoever takes it claims the next row. So a lost one
only has to be sent again, and one too many wakes a worker who finds nothing to do.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.tasks import async_task

from transfers.models import Transfer
from transfers.queue import fair_share

# A free worker takes a message within a second. One that nobody took for this long counts as lost.
RING_AGAIN_S = 5

# Messages taken by a pool stay in the table, locked, until they are done. The pool no longer needs
# them there; after this long they are removed, so that those of a killed pool never come back.
TAKEN_KEPT_S = 60


def ring(transfer: Transfer) -> None:
    """Wake a worker for `transfer`; inside a transaction the message appears with its commit."""
    async_task("transfers.queue.tasks.wake", str(transfer.pk), save=False)
    Transfer.objects.filter(pk=transfer.pk).update(rung_at=timezone.now())


def ring_for_calibration() -> None:
    """Ask a worker to measure how fast this machine paints."""
    async_task("transfers.queue.tasks.calibrate", save=False)


def forget_taken_by_the_dead() -> None:
    """Before a pool starts: drop the messages that an earlier pool had taken and did not finish."""
    _messages().filter(lock__gt=timezone.now()).delete()


def ring_missing() -> int:
    """When a pool starts: send as many messages as there are waiting rows without one.

    Returns how many were sent. Only the count matters, as any message claims any row.
    """
    with transaction.atomic():
        waiting_messages = _messages().count()
        missing = max(0, Transfer.objects.queued().count() - waiting_messages)
        for transfer in Transfer.objects.queued().order_by("rung_at")[:missing]:
            ring(transfer)
    return missing


def ring_lost(free_workers: int) -> int:
    """While a pool runs: ring again for waiting rows that nobody came for.

    `free_workers` is how many workers are doing nothing: more messages than that wait rightly. So
    does what is of people who have as much painted at once as they may; once one of theirs ends,
    the next look rings.
    """
    long_ago = timezone.now() - timedelta(seconds=RING_AGAIN_S)
    overdue = Transfer.objects.queued().filter(Q(rung_at=None) | Q(rung_at__lt=long_ago))
    if free_workers <= 0 or not overdue.exists():
        return 0
    startable = [each.owner_id for each in fair_share.startable_owners()]
    rung = 0
    for transfer in overdue.filter(owner__in=startable).order_by("rung_at")[:free_workers]:
        with transaction.atomic():
            ring(transfer)
        rung += 1
    return rung


def purge_taken() -> int:
    """Remove messages that a pool took more than TAKEN_KEPT_S ago; returns how many."""
    taken_before = timezone.now() - timedelta(seconds=TAKEN_KEPT_S)
    lock_s = timedelta(seconds=Conf.RETRY)
    now = timezone.now()
    purged, _rows = _messages().filter(lock__gt=now, lock__lt=taken_before + lock_s).delete()
    return purged


def _messages() -> models.QuerySet[Any]:
    messages: models.QuerySet[Any] = OrmQ.objects.filter(key=Conf.CLUSTER_NAME)
    return messages
