"""What a supervisor takes back: transfers whose workers have died.

How it notices, and how often it looks, is in ``supervisor``.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from transfers import logs
from transfers.models import Transfer
from transfers.notify import outbox
from transfers.queue import wakeups, workers
from transfers.queue.transitions import BACK_IN_QUEUE, drop_files, failure, held

logger = logging.getLogger(__name__)


def from_the_dead(*, spend_attempt: bool = True, by_lease: bool = True) -> int:
    """Free what dead workers held: RUNNING → QUEUED, or → FAILED when the attempts are used up.

    A worker is dead when its process on this host is gone or, unless `by_lease` is False, when its
    lease has expired. Returns how many rows changed. The UPDATE looks at the lease once more, so a
    worker that beats in the same moment keeps its transfer. `spend_attempt` is False when we ended
    the workers of this host ourselves; those of others spend one all the same.
    """
    return sum(_take_back(transfer, spend_attempt) for transfer in _abandoned(by_lease))


def _take_back(transfer: Transfer, spend_attempt: bool) -> bool:
    row = held(transfer)
    if not workers.is_dead(transfer.worker):
        row = row.filter(_lease_expired())
        spend_attempt = True
    if spend_attempt and transfer.attempts >= settings.TRANSFER_MAX_ATTEMPTS:
        sentence = _(
            "Painting was interrupted several times, so we stopped trying. "
            "Please try again, perhaps in a smaller size."
        )
        with transaction.atomic():
            if not row.update(**failure(sentence, "", "attempts"), rescues=F("rescues") + 1):
                return False
            outbox.note_end(transfer, Transfer.State.FAILED)
        drop_files(transfer, preview=False)
        logger.error(
            "transfer %s: failed, its workers died", transfer.pk, extra=logs.about(transfer)
        )
        return True
    # A worker that we ended ourselves was not lost, and spends nothing.
    spent: dict[str, Any] = (
        {"rescues": F("rescues") + 1} if spend_attempt else {"attempts": F("attempts") - 1}
    )
    with transaction.atomic():
        if not row.update(**BACK_IN_QUEUE, **spent):
            return False
        wakeups.ring(transfer)
    logger.warning(
        "transfer %s: rescued from %s at step %d",
        transfer.pk,
        transfer.worker,
        transfer.checkpoint_step,
        extra=logs.about(transfer),
    )
    return True


def _lease_expired() -> Q:
    """By the database's clock, as heartbeats are: those of two hosts may differ by minutes."""
    return Q(heartbeat_at__lt=Now() - timedelta(seconds=settings.TRANSFER_LEASE_S))


def _abandoned(by_lease: bool) -> list[Transfer]:
    """What is RUNNING and nobody works at: its worker here is gone, or its lease has expired."""
    running = Transfer.objects.running()
    dead = [transfer for transfer in running if workers.is_dead(transfer.worker)]
    if not by_lease:
        return dead
    expired = running.filter(_lease_expired()).exclude(pk__in=[transfer.pk for transfer in dead])
    return [*dead, *expired]
