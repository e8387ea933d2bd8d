"""The order in which one person's waiting transfers are painted, and how they change it.

Whose turn it is among several people is decided in `fair_share`.
"""

from __future__ import annotations

import math
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from engine import pyramid
from engine.params import QUALITIES, Params
from transfers.models import Transfer, TransferQuerySet


class Whither(StrEnum):
    """Where a waiting transfer is moved to."""

    FIRST = "first"
    EARLIER = "earlier"
    LATER = "later"
    LAST = "last"


# A rank is a lane and, within it, the second of submission. Lanes lie further apart than any two
# submissions, and a double of this size still tells a thousandth of a second.
LANE_S = 1e11

FRONT_RANK = 0.0
"""Before everything that nobody has moved."""

DRAFT_PIXEL_STEPS = pyramid.plan(4, 3, Params(size_px=QUALITIES["draft"])).pixel_steps


def usual_rank(pixel_steps: int, created_at: datetime) -> float:
    """The rank of a new transfer: shorter work first, and equally long work as it was submitted.

    Each lane takes twice the work of the lane before it; a draft and less is in the first.
    """
    lane = max(0, round(math.log2(max(1, pixel_steps) / DRAFT_PIXEL_STEPS)))
    return lane * LANE_S + created_at.timestamp()


def move(transfer: Transfer, whither: Whither) -> bool:
    """QUEUED: put `transfer` elsewhere among the waiting ones of its owner.

    Returns whether it was still waiting; one that a worker has claimed meanwhile stays as it is.
    """
    with transaction.atomic():
        waiting = list(_waiting_beside(transfer).select_for_update())
        at = next((n for n, row in enumerate(waiting) if row.pk == transfer.pk), None)
        if at is None:
            return False
        moved = waiting.pop(at)
        places = {
            Whither.FIRST: 0,
            Whither.EARLIER: max(0, at - 1),
            Whither.LATER: at + 1,
            Whither.LAST: len(waiting),
        }
        waiting.insert(places[whither], moved)
        _renumber(waiting, moved)
        transfer.rank = moved.rank
    return True


def _waiting_beside(transfer: Transfer) -> TransferQuerySet:
    waiting = Transfer.objects.queued().filter(owner_id=transfer.owner_id)
    return waiting.only("rank", "created_at").in_own_order()


def _renumber(waiting: list[Transfer], moved: Transfer) -> None:
    """Give `moved` a rank between its neighbours; where none is left between them, all get new
    ones."""
    at = waiting.index(moved)
    lower = waiting[at - 1].rank if at else None
    upper = waiting[at + 1].rank if at + 1 < len(waiting) else None
    rank = _between(lower, upper)
    if rank is not None:
        moved.rank = rank
        Transfer.objects.queued().filter(pk=moved.pk).update(rank=rank)
        return
    for number, row in enumerate(waiting):
        row.rank = float(number)
        Transfer.objects.queued().filter(pk=row.pk).update(rank=row.rank)


def _between(lower: float | None, upper: float | None) -> float | None:
    """A number above `lower` and below `upper`, each None for no limit; None if there is none."""
    if lower is None:
        return 0.0 if upper is None else upper - 1
    if upper is None:
        return lower + 1
    middle = (lower + upper) / 2
    return middle if lower < middle < upper else None
