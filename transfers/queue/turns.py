"""For how long a picture is painted while others wait: a turn, and then it gives way.

It goes back to the queue with a checkpoint, and goes on when its owner's turn comes again, by the
rule of ``fair_share``. So one picture keeps nobody waiting for all of it, and one with nobody
before it is painted without a pause.
"""

from __future__ import annotations

from django.conf import settings

from transfers.models import Transfer
from transfers.queue import estimates, fair_share, hosts

TURN_S = 600
"""What it costs to give way and go on, on two cores: 1 s at 512 px, 8 s at 1024 px and 20 s at 2048
px, of which a checkpoint is less than 0.1 s; the rest is loading, and a step that is done again."""

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
