"""For how long a picture is painted while others wait: a turn, and then it gives way.

It goes back to the queue with a checkpoint, and goes on when its owner's turn comes again, by the
rule of ``fair_share``. So one picture keeps nobody waiting for all of it, and one with nobody
before it is painted without a pause.
"""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from transfers.models import Transfer
from transfers.queue import estimates, fair_share, hosts

TURN_S = 600
"""Giving way and going on costs, on two busy cores, 1 s at 512 px, 10 s at 1024 px and 26 s at 2048
px: of that a checkpoint takes less than 0.1 s; the rest is loading, and a step done again."""

LEAST_STEPS = 10
"""Of a turn, however long they take: a run that goes on does one again, or a few quick ones."""

NEARLY_S = 60
"""Who needs no longer than this is not sent back for it."""


def is_over(transfer: Transfer, held_s: float) -> bool:
    """Whether a worker that has held `transfer` for so long should have it give way.

    Also where nobody waits, long before its pool would end it for time: it is claimed anew, and
    none is lost because a host is slower than the one that its estimate is of.
    """
    if transfer.purpose == Transfer.Purpose.LOOK or held_s < TURN_S:
        return False
    if held_s > settings.LONGEST_CLAIM_S / 2:
        return True
    running = list(Transfer.objects.running())
    if len(running) < hosts.workers_at_work():
        return False  # whoever waits has a free one
    now = next((row for row in running if row.pk == transfer.pk), None)
    if now is None or fair_share.left_s(now, estimates.current_speed()) <= NEARLY_S:
        return False
    return fair_share.somebody_is_before(now)


def may_have_to_give_way(transfer: Transfer) -> bool:
    """Whether a RUNNING `transfer` cannot be finished within its turn."""
    left_s, claimed_at = transfer.seconds_left, transfer.claimed_at
    if transfer.state != Transfer.State.RUNNING or claimed_at is None or left_s is None:
        return False
    held_s = (timezone.now() - claimed_at).total_seconds()
    is_look = transfer.purpose == Transfer.Purpose.LOOK
    return not is_look and left_s > NEARLY_S and held_s + left_s > TURN_S + NEARLY_S
