"""When waiting transfers will start: the queue played through, by the rules of the real one.

Every page that shows a waiting transfer asks, so a long queue is not played through every time.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from time import monotonic
from typing import NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from transfers.models import Transfer
from transfers.queue import estimates, fair_share, own_order

# Of a process's time, what playing the queue through may take: one of a hundred thousand transfers
# takes about a second, and is looked at every twenty.
MOST_SHARE = 0.05

# What took less than this is played through each time, so that short queues are told as they are.
QUICK_S = 0.02


@dataclass(frozen=True, slots=True)
class Turn:
    """When a waiting transfer will start, and when its picture will be there.

    place: 1 for the one that starts next. starts_in_s, ready_in_s: seconds from now, None until
    this machine has been measured.
    """

    place: int
    starts_in_s: float | None
    ready_in_s: float | None


def turn_of(transfer: Transfer) -> Turn | None:
    """The turn of `transfer`; None when it is not waiting."""
    return turns_of([transfer]).get(transfer.pk)


def turns_of(transfers: Iterable[Transfer]) -> dict[UUID, Turn]:
    """The turns of those of `transfers` that wait, by their ids."""
    waiting = {row.pk for row in transfers if row.state == Transfer.State.QUEUED}
    if not waiting:
        return {}
    turns = _seen.queue().turns
    if not waiting <= turns.keys():  # some were submitted since it was looked at
        turns = _seen.queue(anew=True).turns
    return {pk: turns[pk] for pk in waiting if pk in turns}


def turn_of_another(owner: User, pixel_steps: int) -> Turn:
    """When a transfer of so much work would start if `owner` submitted it now."""
    now = timezone.now()
    another = _Row(own_order.usual_rank(pixel_steps, now), now, uuid4(), pixel_steps)
    return _seen.queue().played(another, owner.pk)[another.pk]


@dataclass(frozen=True, slots=True, order=True)
class _Row:
    """A waiting transfer; they compare as `TransferQuerySet.in_own_order` sorts them."""

    rank: float
    created_at: datetime
    pk: UUID
    pixel_steps_left: int


class _Queue:
    """All that waits and all that is painted, as it was at one moment."""

    def __init__(self) -> None:
        self._speed = estimates.current_speed()
        self._rows: dict[int, list[_Row]] = defaultdict(list)
        waiting = Transfer.objects.queued().in_own_order()
        columns = ("owner_id", "rank", "created_at", "pk", "pixel_steps_left")
        for owner_id, rank, created_at, pk, left in waiting.values_list(*columns):
            self._rows[owner_id].append(_Row(rank, created_at, pk, left))
        self._used_s = fair_share.painted_lately_s(self._rows)
        self._busy_s = [fair_share.left_s(row, self._speed) for row in Transfer.objects.running()]
        self.turns = self.played()

    def played(self, another: _Row | None = None, owner_id: int = 0) -> dict[UUID, Turn]:
        """The turns of all that waits, or until `another` of this owner, which waits as well."""
        queues = dict(self._rows)
        if another is not None:
            queues[owner_id] = sorted([*queues.get(owner_id, []), another])
        since = {owner: _earliest_from_each_on(rows) for owner, rows in queues.items()}
        owners = [
            _Claimant(self._used_s.get(owner, 0.0), since[owner][0], owner, 0) for owner in queues
        ]
        heapq.heapify(owners)
        idle = max(0, settings.WORKERS - len(self._busy_s))
        free_at = self._busy_s + [0.0] * idle
        heapq.heapify(free_at)
        turns: dict[UUID, Turn] = {}
        while owners:
            used_s, _since, owner, number = heapq.heappop(owners)
            row = queues[owner][number]
            starts_in_s = heapq.heappop(free_at)
            work_s = fair_share.work_s(row.pixel_steps_left, self._speed)
            turns[row.pk] = self._turn(len(turns) + 1, starts_in_s, work_s)
            if row is another:
                break
            heapq.heappush(free_at, starts_in_s + work_s)
            if number + 1 < len(queues[owner]):
                following = since[owner][number + 1]
                used_s = round(used_s + work_s, fair_share.DIGITS)
                heapq.heappush(owners, _Claimant(used_s, following, owner, number + 1))
        return turns

    def _turn(self, place: int, starts_in_s: float, work_s: float) -> Turn:
        if self._speed is None:
            return Turn(place, None, None)
        return Turn(place, starts_in_s, starts_in_s + work_s)


class _Claimant(NamedTuple):
    """An owner and the number of their row that is next; sorted as `fair_share` chooses."""

    used_s: float
    since: datetime
    owner_id: int
    number: int


def _earliest_from_each_on(rows: Sequence[_Row]) -> list[datetime]:
    """For each row, since when its owner waits once all rows before it are gone."""
    earliest = list(accumulate((row.created_at for row in reversed(rows)), min))
    earliest.reverse()
    return earliest


class _Seen:
    """The queue as this process has last looked at it."""

    def __init__(self) -> None:
        self._queue: _Queue | None = None
        self._valid_until = 0.0

    def queue(self, *, anew: bool = False) -> _Queue:
        if self._queue is None or anew or monotonic() >= self._valid_until:
            began = monotonic()
            self._queue = _Queue()
            took_s = monotonic() - began
            self._valid_until = began + took_s / MOST_SHARE if took_s > QUICK_S else 0.0
        return self._queue


_seen = _Seen()
