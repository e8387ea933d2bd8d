"""When waiting transfers will start: the queue played through, by the rules of the real one.

Every page that shows a waiting transfer asks, so a long queue is not played through every time.
"""

from __future__ import annotations

import dataclasses
import heapq
import math
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from threading import Lock
from time import monotonic
from typing import NamedTuple
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.models import User
from accounts.quotas import limits_of_all
from transfers.models import Transfer
from transfers.queue import estimates, fair_share, hosts, own_order

# Of a process's time, what playing the queue through may take: one of a hundred thousand transfers
# takes about a second, and is looked at every twenty.
MOST_SHARE = 0.05

# How many rows are played through for one that is not there, in some hundredths of a second: each
# asks for their own, so it cannot be kept as the turns of those that wait are.
MOST_PLAYED = 3000

# What took less than this is played through each time, so that short queues are told as they are.
QUICK_S = 0.02


@dataclass(frozen=True, slots=True)
class Turn:
    """When a waiting transfer will start, and when its picture will be there.

    place: 1 for the one that starts next. starts_in_s, ready_in_s: seconds from now, None until
    this machine has been measured. or_later: so many come before it that they were not all played
    through, and it is no sooner than this.
    """

    place: int
    starts_in_s: float | None
    ready_in_s: float | None
    or_later: bool = False


def turn_of(transfer: Transfer) -> Turn | None:
    """The turn of `transfer`; None when it is not waiting."""
    return turns_of([transfer]).get(transfer.pk)


def turns_of(transfers: Iterable[Transfer]) -> dict[UUID, Turn]:
    """The turns of those of `transfers` that wait, by their ids.

    Of a long queue, those that were submitted since it was last looked at are left out.
    """
    waiting = {row.pk for row in transfers if row.state == Transfer.State.QUEUED}
    if not waiting:
        return {}
    turns = _seen.queue().turns
    if not waiting <= turns.keys():  # some were submitted since it was looked at
        turns = _seen.queue(anew=True).turns
    return {pk: turns[pk] for pk in waiting if pk in turns}


def turn_of_another(owner: User, pixel_steps: int, *, is_look: bool = False) -> Turn | None:
    """The turn of a transfer of so much work if `owner` submitted it now; None for never.

    is_look: it would come before all else of theirs.
    """
    return _turns_if_there(owner, [pixel_steps], is_look)[0]


def turns_of_others(owner: User, works: Sequence[int]) -> list[Turn | None]:
    """The same for each of several, of which `owner` would submit one."""
    return _turns_if_there(owner, works, is_look=False)


def _turns_if_there(owner: User, works: Sequence[int], is_look: bool) -> list[Turn | None]:
    now, rows = timezone.now(), []
    for pixel_steps in works:
        rank = -math.inf if is_look else own_order.usual_rank(pixel_steps, now)
        rows.append(_Row(rank, now, uuid4(), pixel_steps, is_look))
    turns = _seen.queue().turns_if_there(owner.pk, rows) if rows else {}
    return [turns.get(row.pk) for row in rows]


@dataclass(frozen=True, slots=True, order=True)
class _Row:
    """A waiting transfer; they compare as `TransferQuerySet.in_own_order` sorts them."""

    rank: float
    created_at: datetime
    pk: UUID
    pixel_steps_left: int
    is_look: bool = False


class _Queue:
    """All that waits and all that is painted, as it was at one moment."""

    def __init__(self) -> None:
        self._speed = estimates.current_speed()
        self._workers = hosts.workers_at_work()
        self._rows: dict[int, list[_Row]] = defaultdict(list)
        waiting = Transfer.objects.queued().in_own_order()
        columns = ("owner_id", "rank", "created_at", "pk", "pixel_steps_left", "purpose")
        for owner_id, rank, created_at, pk, left, purpose in waiting.values_list(*columns):
            row = _Row(rank, created_at, pk, left, purpose == Transfer.Purpose.LOOK)
            self._rows[owner_id].append(row)
        self._running = list(Transfer.objects.running())
        self._used_s = self._painted_lately_s(self._rows)
        self._limits = _running_limits(self._rows)
        self._since = {owner: _earliest_from_each_on(own) for owner, own in self._rows.items()}
        self.turns = self._played(self._rows, self._since, self._used_s, self._limits)

    def turns_if_there(self, owner_id: int, others: Sequence[_Row]) -> dict[UUID, Turn]:
        """The turns of rows that are not there, each if this owner had it and none of the others.

        Of the one that comes after too many, and of those behind it, nobody plays on to the end.
        """
        used_s = {**self._used_s, **self._painted_lately_s([owner_id])}
        limits = {**self._limits, **_running_limits([owner_id])}
        own, own_since = self._rows.get(owner_id, []), self._since.get(owner_id, [])
        turns: dict[UUID, Turn] = {}
        last: Turn | None = None
        for another in sorted(others):
            if last is not None and last.or_later:
                last = self._later(last.place, last.starts_in_s or 0.0, another)
            else:
                at = bisect(own, another)
                # What is behind it is not played; the latest of all, it makes nobody wait longer.
                rows = {**self._rows, owner_id: [*own[:at], another]}
                waits_since = own_since[at] if at < len(own) else another.created_at
                since = {**self._since, owner_id: [*own_since[:at], waits_since]}
                last = self._played(rows, since, used_s, limits, until=another).get(another.pk)
            if last is not None:
                turns[another.pk] = last
        return turns

    def _painted_lately_s(self, owner_ids: Collection[int]) -> dict[int, float]:
        return fair_share.painted_lately_s(owner_ids, self._running, self._speed)

    def _played(
        self,
        rows: Mapping[int, Sequence[_Row]],
        since: Mapping[int, Sequence[datetime]],
        used_s: Mapping[int, float],
        limits: Mapping[int, int],
        until: _Row | None = None,
    ) -> dict[UUID, Turn]:
        """The turns of these rows, by owner and each in their order.

        With `until`, up to that of this one, and not beyond `MOST_PLAYED`: who comes after those
        is told that it is later.
        """
        claimants = [_Claimant(used_s.get(owner, 0.0), since[owner][0], owner, 0) for owner in rows]
        heapq.heapify(claimants)
        running = [
            _Painted(
                fair_share.left_s(row, self._speed),
                row.owner_id,
                row.purpose == Transfer.Purpose.LOOK,
            )
            for row in self._running
        ]
        painters = _Painters(running, self._workers, limits)
        turns: dict[UUID, Turn] = {}
        while (claimant := painters.next_of(claimants)) is not None:
            used, _since, owner, number = claimant
            row = rows[owner][number]
            work_s = fair_share.work_s(row.pixel_steps_left, self._speed)
            turns[row.pk] = self._turn(len(turns) + 1, painters.now_s, work_s)
            if row is until:
                break
            if until is not None and len(turns) >= MOST_PLAYED:
                turns[until.pk] = self._later(len(turns) + 1, painters.now_s, until)
                break
            painters.paint(owner, work_s, is_look=row.is_look)
            if number + 1 < len(rows[owner]):
                used = round(used + work_s, fair_share.DIGITS)
                following = _Claimant(used, since[owner][number + 1], owner, number + 1)
                heapq.heappush(claimants, following)
        return turns

    def _turn(self, place: int, starts_in_s: float, work_s: float) -> Turn:
        if self._speed is None:
            return Turn(place, None, None)
        return Turn(place, starts_in_s, starts_in_s + work_s)

    def _later(self, place: int, starts_in_s: float, row: _Row) -> Turn:
        work_s = fair_share.work_s(row.pixel_steps_left, self._speed)
        return dataclasses.replace(self._turn(place, starts_in_s, work_s), or_later=True)


class _Claimant(NamedTuple):
    """An owner and the number of their row that is next; sorted as `fair_share` chooses."""

    used_s: float
    since: datetime
    owner_id: int
    number: int


class _Painted(NamedTuple):
    """What a worker is at. end_s: from now, when it is ready; a look counts for no limit."""

    end_s: float
    owner_id: int
    is_look: bool


class _Painters:
    """The workers, as time goes on: who is painted for, until when, and who has their limit."""

    def __init__(
        self, running: Sequence[_Painted], workers: int, limits: Mapping[int, int]
    ) -> None:
        self.now_s = 0.0
        self._ends = list(running)
        heapq.heapify(self._ends)
        self._free = max(0, workers - len(running))
        self._painted = Counter(each.owner_id for each in running if not each.is_look)
        self._limits = limits

    def next_of(self, claimants: list[_Claimant]) -> _Claimant | None:
        """Take the next claimant off the heap, at the time when a worker is free for them.

        None where none of them may ever start.
        """
        while True:
            if self._free and (found := self._first_below_their_limit(claimants)):
                return found
            if not self._ends:
                return None
            self._wait()

    def paint(self, owner_id: int, work_s: float, *, is_look: bool) -> None:
        """Give a free worker so much work of this owner."""
        self._free -= 1
        self._painted[owner_id] += not is_look
        heapq.heappush(self._ends, _Painted(self.now_s + work_s, owner_id, is_look))

    def _first_below_their_limit(self, claimants: list[_Claimant]) -> _Claimant | None:
        found, passed_over = None, []
        while claimants and found is None:
            claimant = heapq.heappop(claimants)
            if self._painted[claimant.owner_id] < self._limits.get(claimant.owner_id, math.inf):
                found = claimant
            else:
                passed_over.append(claimant)
        for claimant in passed_over:
            heapq.heappush(claimants, claimant)
        return found

    def _wait(self) -> None:
        """Let time pass until the next worker is free."""
        self.now_s, owner_id, was_look = heapq.heappop(self._ends)
        self._painted[owner_id] -= not was_look
        self._free += 1


def _running_limits(owner_ids: Collection[int]) -> dict[int, int]:
    """How much may be painted at once of each of these people; who has no limit is left out."""
    limits = limits_of_all(owner_ids)
    return {owner: each.running for owner, each in limits.items() if each.running is not None}


def _earliest_from_each_on(rows: Sequence[_Row]) -> list[datetime]:
    """For each row, since when its owner waits once all rows before it are gone."""
    earliest = list(accumulate((row.created_at for row in reversed(rows)), min))
    earliest.reverse()
    return earliest


class _Seen:
    """The queue as this process has last looked at it.

    One thread looks at a time; the others are answered from what was seen before.
    """

    def __init__(self) -> None:
        self._queue: _Queue | None = None
        self._quick = True
        self._valid_until = 0.0
        self._looking = Lock()

    def queue(self, *, anew: bool = False) -> _Queue:
        known = self._queue
        if known is not None and monotonic() < self._valid_until and not (anew and self._quick):
            return known
        if not self._looking.acquire(blocking=known is None) and known is not None:
            return known
        try:
            began = monotonic()
            self._queue = _Queue()
            took_s = monotonic() - began
        finally:
            self._looking.release()
        self._quick = took_s <= QUICK_S
        self._valid_until = 0.0 if self._quick else began + took_s / MOST_SHARE
        return self._queue


_seen = _Seen()
