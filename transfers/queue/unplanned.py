"""Rows without rank and work, as code from before these columns inserts them.

While hosts are brought up to date one after the other, an older one may still take orders. Such a
row would be painted before everything else of its owner and count as no work, in shares, limits
and forecasts. Supervisors plan it within seconds.
"""

from __future__ import annotations

import logging
from datetime import datetime

from engine.errors import EngineError
from engine.params import Params
from transfers import logs
from transfers.models import Transfer
from transfers.queue import own_order
from transfers.queue.submission import Order

logger = logging.getLogger(__name__)

AT_ONCE = 200


def plan(since: datetime | None = None) -> bool:
    """Give rank and work to what waits or is painted without, but to no more than AT_ONCE.

    since: look only at what was submitted after it, as all that waits may be a hundred thousand.
    Returns whether that was all.
    """
    unplanned = Transfer.objects.unfinished().filter(pixel_steps_left=0)
    if since is not None:
        unplanned = unplanned.filter(created_at__gt=since)
    rows = unplanned.select_related("content_image", "continues").order_by("created_at")[:AT_ONCE]
    for row in rows:
        _plan(row)
    return len(rows) < AT_ONCE


def _plan(row: Transfer) -> None:
    try:
        params = Params.from_json(row.params)
        order = Order(
            content_image=row.content_image, styles=[], params=params, continues=row.continues
        )
        planned = order.plan()
    except EngineError:
        return  # Its worker will say so.
    left = planned.pixel_steps - planned.pixel_steps_until(row.checkpoint_step)
    if left == 0 or (row.checkpoint_step and params.stop == "settled"):
        return  # It is painted to the end; one that settles may be so before its last step.
    asked = Transfer.objects.unfinished().filter(
        pk=row.pk, pixel_steps_left=0, checkpoint_step=row.checkpoint_step
    )
    if not asked.update(pixel_steps_left=left):
        return
    # Not one that its owner has moved meanwhile.
    rank = own_order.usual_rank(planned.pixel_steps, row.created_at)
    Transfer.objects.filter(pk=row.pk, rank=0).update(rank=rank)
    logger.info(
        "transfer %s: planned, as older code had left it without", row.pk, extra=logs.about(row)
    )
