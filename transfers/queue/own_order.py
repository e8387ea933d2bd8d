"""The order in which one person's waiting transfers are painted, and how they change it.

Whose turn it is among several people is decided in `fair_share`.
"""

from __future__ import annotations

import math
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

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

DRAFT_PIXEL_STEPS = pyramid.plan(4, 3, Params(size_px=QUALITIES["draft"])).pixel_steps


def usual_rank(pixel_steps: int, created_at: datetime) -> float:
    """The rank of a new transfer: shorter work first, and equally long work as it was submitted.

    Each lane takes twice the work of the lane before it; a draft and less is in the first.
    """
    lane = max(0, round(math.log2(max(1, pixel_steps) / DRAFT_PIXEL_STEPS)))
    return lane * LANE_S + created_at.timestamp()


def front_rank(owner_id: int) -> float:
    """Below that of everything this owner has waiting."""
    waiting = Transfer.objects.queued().filter(owner_id=owner_id)
    lowest = waiting.in_own_order().values_list("rank", flat=True).first()
    return 0.0 if lowest is None else lowest - 1


def move(transfer: Transfer, whither: Whither) -> bool:
    """QUEUED: put `transfer` elsewhere among the waiting ones of its owner.

    Earlier and later are by one of their pictures, as their list of what waits shows them; looks,
    cells of sheets and what guests of their booths want are passed along the way. Returns whether
    it was still waiting; one that a worker has claimed meanwhile stays as it is.
    """
    with transaction.atomic():
        waiting = list(_waiting_beside(transfer).select_for_update())
        at = next((n for n, row in enumerate(waiting) if row.pk == transfer.pk), None)
        if at is None:
            return False
        moved = waiting.pop(at)
        listed = [n for n, row in enumerate(waiting) if row.is_picture and row.booth_id is None]
        places = {
            Whither.FIRST: 0,
            Whither.EARLIER: max((n for n in listed if n < at), default=at),
            Whither.LATER: min((n + 1 for n in listed if n >= at), default=at),
            Whither.LAST: len(waiting),
        }
        waiting.insert(places[whither], moved)
        _renumber(waiting, moved)
        transfer.rank = moved.rank
    return True


def _waiting_beside(transfer: Transfer) -> TransferQuerySet:
    waiting = Transfer.objects.queued().filter(owner_id=transfer.owner_id)
    return waiting.only("rank", "created_at", "purpose", "booth").in_own_order()


def _renumber(waiting: list[Transfer], moved: Transfer) -> None:
    """Give `moved` a rank between its neighbours, and as few others a new one as are in the way.

    Pictures that were submitted together may have the same rank, and each move halves the room.
    """
    first = last = waiting.index(moved)
    while (ranks := _spread(waiting, first, last)) is None:
        first, last = max(0, first - 1), min(len(waiting) - 1, last + 1)
    for row, rank in zip(waiting[first : last + 1], ranks, strict=True):
        row.rank = rank
    # What a worker has claimed meanwhile gets a rank that nobody looks at any more.
    Transfer.objects.bulk_update(waiting[first : last + 1], ["rank"])


def _spread(waiting: list[Transfer], first: int, last: int) -> list[float] | None:
    """Ranks for rows `first` to `last`, evenly between the rows around them; None where they do
    not fit there."""
    count = last - first + 1
    lower = waiting[first - 1].rank if first else None
    upper = waiting[last + 1].rank if last + 1 < len(waiting) else None
    if lower is None and upper is None:
        return [float(number) for number in range(count)]
    if lower is None:
        lower = (upper or 0.0) - count - 1
    if upper is None:
        upper = lower + count + 1
    step = (upper - lower) / (count + 1)
    ranks = [lower + step * number for number in range(1, count + 1)]
    around = [lower, *ranks, upper]
    return ranks if all(a < b for a, b in pairwise(around)) else None
