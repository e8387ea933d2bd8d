"""The queue played through by the rules of the real one: who is painted when, and gives way when.

Plain arithmetic on what `forecast` has read. A picture that goes on after its turn, because nobody
is before it, has a whole one more before it is asked again, where a worker asks every few seconds;
and nobody comes who is not there yet. So others are told up to a turn too much. Only where a step
takes more than a minute are turns longer than is played, as they have some steps at least.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import NamedTuple
from uuid import UUID

from transfers.queue import fair_share, turns

# Turns that a whole queue is played in, some tenths of a second: where it holds more, they are
# played longer, up to whole pictures.
MOST_TURNS = 10_000


@dataclass(frozen=True, slots=True)
class Turn:
    """When a waiting transfer will start, or go on, and when its picture will be there.

    place: 1 for the one that starts next, 0 for one that is being painted. starts_in_s, ready_in_s:
    seconds from now, None until this machine has been measured. or_later: so many come before it
    that they were not all played through, and it is no sooner than this. waits: others are painted
    before.
    """

    place: int
    starts_in_s: float | None
    ready_in_s: float | None
    or_later: bool = False
    waits: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """A transfer; they compare as `TransferQuerySet.in_own_order` sorts them.

    work_s: what it still needs of a worker. had_s: of its turn, where a worker is at it.
    """

    rank: float
    created_at: datetime
    pk: UUID
    owner_id: int = field(compare=False)
    work_s: float = field(compare=False)
    is_look: bool = field(default=False, compare=False)
    had_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a play begins with.

    rows: those that wait, by owner and each in their order. since: for each, since when its owner
    waits once all rows before it are gone. running: those that workers are at. used_s: what people
    have had lately, as `fair_share` counts it. limits: how many may be painted at once, of whom
    there is a limit. again_s: what it costs to go on after a pause.
    """

    rows: Mapping[int, Sequence[Row]]
    since: Mapping[int, Sequence[datetime]]
    running: Sequence[Row]
    workers: int
    used_s: Mapping[int, float]
    limits: Mapping[int, int]
    again_s: float
    turn_s: float = turns.TURN_S


def turn_s_for(rows: Iterable[Row]) -> float:
    """How long turns are played in a queue of these, so that there are not too many."""
    in_turns_s = sum(row.work_s for row in rows if row.work_s > turns.TURN_S)
    return max(turns.TURN_S, in_turns_s / MOST_TURNS)


class _Claimant(NamedTuple):
    """An owner with something waiting; sorted as `fair_share` chooses. Of several versions of the
    same the last counts."""

    used_s: float
    since: datetime
    owner_id: int
    version: int


class _Painted(NamedTuple):
    """What a worker is at until `end_s`. left_s: what it still needs then, if it is only a turn."""

    end_s: float
    number: int
    row: Row
    left_s: float


class Play:
    """Workers and waiting people as time goes on; played once."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._now_s, self._played, self._numbers = 0.0, 0, count()
        self._used_s = defaultdict(float, setting.used_s)
        self._next = dict.fromkeys(setting.rows, 0)
        self._paused: dict[int, list[tuple[Row, float]]] = defaultdict(list)
        self._versions: Counter[int] = Counter()
        self._claimants: list[_Claimant] = []
        self._busy: list[_Painted] = []
        self._free = setting.workers - len(setting.running)
        self._painted = Counter(row.owner_id for row in setting.running if not row.is_look)
        self._places = count(1)
        self._started = {row.pk: (0, 0.0) for row in setting.running}
        self._turns: dict[UUID, Turn] = {}
        for row in setting.running:
            self._paint(row, row.work_s, had_s=row.had_s)
        for owner_id in setting.rows:
            self._claim(owner_id)

    def to_the_end(self) -> dict[UUID, Turn]:
        """The turns of all that wait or is painted; what may never start is left out."""
        while self._go_on():
            pass
        return self._turns

    def until(self, row: Row, most: int) -> Turn | None:
        """The turn of this one that waits; None for never. No more than `most` turns are played:
        of what comes after those is told that it is later."""
        while row.pk not in self._turns:
            if self._played >= most:
                place, starts_s = self._started.get(row.pk) or (next(self._places), self._now_s)
                ready_s = max(self._now_s, starts_s + row.work_s)
                return Turn(place, starts_s, ready_s, or_later=True)
            if not self._go_on():
                return None
        return self._turns[row.pk]

    def _go_on(self) -> bool:
        """Start what a free worker takes, or let time pass until one has to choose; False where
        nothing more will happen."""
        if self._free > 0 and (claimant := self._first()) is not None:
            self._start(claimant.owner_id)
            return True
        if not self._busy:
            return False
        self._now_s, _number, row, left_s = heapq.heappop(self._busy)
        if left_s <= 0:
            self._leave(row)
            self._tell(row, self._now_s)
        elif self._gives_way(row, left_s):
            self._leave(row)
            self._pause(row, left_s)
        else:
            self._paint(row, left_s)
        return True

    # What workers do

    def _start(self, owner_id: int) -> None:
        row, left_s = self._taken(owner_id)
        self._free -= 1
        self._painted[owner_id] += not row.is_look
        if row.pk not in self._started:
            self._started[row.pk] = next(self._places), self._now_s
        self._use(owner_id, left_s)
        self._paint(row, left_s)
        self._claim(owner_id)

    def _paint(self, row: Row, left_s: float, *, had_s: float = 0.0) -> None:
        """For a turn, or to the end where that is not longer: then it is known when that is."""
        self._played += 1
        part_s = max(0.0, self._setting.turn_s - had_s)
        if row.is_look or left_s <= part_s + turns.NEARLY_S:
            part_s = left_s
            self._tell(row, self._now_s + left_s)
        ends = _Painted(self._now_s + part_s, next(self._numbers), row, left_s - part_s)
        heapq.heappush(self._busy, ends)

    def _leave(self, row: Row) -> None:
        self._free += 1
        self._painted[row.owner_id] -= not row.is_look

    def _pause(self, row: Row, left_s: float) -> None:
        self._use(row.owner_id, -left_s)
        heapq.heappush(self._paused[row.owner_id], (row, left_s + self._setting.again_s))
        self._claim(row.owner_id)

    def _tell(self, row: Row, ready_s: float) -> None:
        place, starts_s = self._started[row.pk]
        self._turns[row.pk] = Turn(place, starts_s, ready_s, waits=starts_s > 0)

    # Whose turn it is

    def _gives_way(self, row: Row, left_s: float) -> bool:
        """As `fair_share.somebody_is_before` says. Its own owner is never before it, as what they
        have had holds all that is left of it."""
        first = self._first()
        if first is None:
            return False
        heapq.heappush(self._claimants, first)
        own_s = round(self._used_s[row.owner_id] - left_s, fair_share.DIGITS)
        since = self._waits_since(row.owner_id)
        own = own_s, row.created_at if since is None else min(since, row.created_at)
        return (first.used_s, first.since) < own

    def _first(self) -> _Claimant | None:
        """Take the next claimant below their limit off the heap."""
        found, passed_over = None, []
        while self._claimants and found is None:
            claimant = heapq.heappop(self._claimants)
            owner_id = claimant.owner_id
            if claimant.version != self._versions[owner_id]:
                continue
            limit = self._setting.limits.get(owner_id, math.inf)
            if self._painted[owner_id] >= limit:
                passed_over.append(claimant)
            else:
                found = claimant
        for claimant in passed_over:
            heapq.heappush(self._claimants, claimant)
        return found

    def _claim(self, owner_id: int) -> None:
        """Let the owner wait with what they have had by now; who has nothing left does not."""
        self._versions[owner_id] += 1
        since = self._waits_since(owner_id)
        if since is not None:
            version, used_s = self._versions[owner_id], self._used_s[owner_id]
            heapq.heappush(self._claimants, _Claimant(used_s, since, owner_id, version))

    def _use(self, owner_id: int, seconds: float) -> None:
        self._used_s[owner_id] = round(self._used_s[owner_id] + seconds, fair_share.DIGITS)

    def _waits_since(self, owner_id: int) -> datetime | None:
        number, since = self._next.get(owner_id, 0), self._setting.since.get(owner_id, ())
        paused = [row.created_at for row, _left_s in self._paused.get(owner_id, ())]
        return min([*since[number : number + 1], *paused], default=None)

    def _taken(self, owner_id: int) -> tuple[Row, float]:
        """What the owner wants painted first, with what it still needs."""
        number, rows = self._next.get(owner_id, 0), self._setting.rows.get(owner_id, ())
        paused = self._paused.get(owner_id)
        if paused and (number >= len(rows) or paused[0][0] < rows[number]):
            return heapq.heappop(paused)
        self._next[owner_id] = number + 1
        return rows[number], rows[number].work_s
