"""When waiting transfers will start: the queue played through, by the rules of the real one.

Every page that shows a waiting transfer asks, so a long queue is not played through every time.
"""

from __future__ import annotations

import dataclasses
import math
from bisect import bisect
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import accumulate
from threading import Lock
from time import monotonic
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.models import User
from accounts.quotas import limits_of_all
from transfers.models import Transfer
from transfers.queue import estimates, fair_share, hosts, own_order, turns
from transfers.queue.play import Play, Row, Setting, Turn, turn_s_for

# Of a process's time, what playing the queue through may take: one of a hundred thousand transfers
# takes about a second, and is looked at every twenty.
MOST_SHARE = 0.05

# How many turns are played for one that is not there, in some hundredths of a second: each asks for
# their own, so it cannot be kept as the turns of those that wait are.
MOST_PLAYED = 3000

# What took less than this is played through each time, so that short queues are told as they are.
QUICK_S = 0.02


def turn_of(transfer: Transfer) -> Turn | None:
    """The turn of `transfer`; None when it is not waiting."""
    return turns_of([transfer]).get(transfer.pk)


def turns_of(transfers: Iterable[Transfer]) -> dict[UUID, Turn]:
    """The turns of those of `transfers` that wait, or that may have to give way, by their ids.

    Of a long queue, those that were submitted since it was last looked at are left out.
    """
    asked = {
        row.pk
        for row in transfers
        if row.state == Transfer.State.QUEUED or turns.may_have_to_give_way(row)
    }
    if not asked:
        return {}
    found = _seen.queue().turns
    if not asked <= found.keys():  # some were submitted since it was looked at
        found = _seen.queue(anew=True).turns
    return {pk: found[pk] for pk in asked if pk in found}


def turn_of_another(owner: User, pixel_steps: int, *, is_look: bool = False) -> Turn | None:
    """The turn of a transfer of so much work if `owner` submitted it now; None for never.

    is_look: it would come before all else of theirs.
    """
    return _turns_if_there(owner, [pixel_steps], is_look)[0]


def turns_of_others(owner: User, works: Sequence[int]) -> list[Turn | None]:
    """The same for each of several, of which `owner` would submit one."""
    return _turns_if_there(owner, works, is_look=False)


def _turns_if_there(owner: User, works: Sequence[int], is_look: bool) -> list[Turn | None]:
    if not works:
        return []
    queue, now, rows = _seen.queue(), timezone.now(), []
    for pixel_steps in works:
        rank = -math.inf if is_look else own_order.usual_rank(pixel_steps, now)
        work_s = fair_share.work_s(pixel_steps, queue.speed)
        rows.append(Row(rank, now, uuid4(), owner.pk, work_s, is_look))
    found = queue.turns_if_there(owner.pk, rows)
    return [found.get(row.pk) for row in rows]


class _Queue:
    """All that waits and all that is painted, as it was at one moment."""

    def __init__(self) -> None:
        self.speed = estimates.current_speed()
        rows: dict[int, list[Row]] = defaultdict(list)
        waiting = Transfer.objects.queued().in_own_order()
        columns = ("rank", "created_at", "pk", "owner_id", "pixel_steps_left", "purpose")
        for rank, created_at, pk, owner_id, left, purpose in waiting.values_list(*columns):
            work_s = fair_share.work_s(left, self.speed)
            is_look = purpose == Transfer.Purpose.LOOK
            rows[owner_id].append(Row(rank, created_at, pk, owner_id, work_s, is_look))
        self._painted = list(Transfer.objects.running())
        owners = rows.keys() | {row.owner_id for row in self._painted}
        self._setting = Setting(
            rows=rows,
            since={owner: _earliest_from_each_on(own) for owner, own in rows.items()},
            running=self._running(),
            workers=hosts.workers_at_work(),
            used_s=self._painted_lately_s(owners),
            limits=_running_limits(owners),
            again_s=fair_share.work_s(0, self.speed),
        )
        self.turns = self._told(self._played_through())

    def turns_if_there(self, owner_id: int, others: Sequence[Row]) -> dict[UUID, Turn]:
        """The turns of rows that are not there, each if this owner had it and none of the others.

        Of the one that comes after too many, and of those behind it, nobody plays on to the end.
        """
        known = self._setting
        used_s = {**known.used_s, **self._painted_lately_s([owner_id])}
        limits = {**known.limits, **_running_limits([owner_id])}
        own, own_since = known.rows.get(owner_id, []), known.since.get(owner_id, [])
        told: dict[UUID, Turn] = {}
        last: Turn | None = None
        for another in sorted(others):
            if last is not None and last.or_later:
                ready_in_s = (last.starts_in_s or 0.0) + another.work_s
                last = dataclasses.replace(last, ready_in_s=ready_in_s)
            else:
                at = bisect(own, another)
                # What is behind it is not played; the latest of all, it makes nobody wait longer.
                rows = {**known.rows, owner_id: [*own[:at], another]}
                waits_since = own_since[at] if at < len(own) else another.created_at
                since = {**known.since, owner_id: [*own_since[:at], waits_since]}
                setting = dataclasses.replace(
                    known, rows=rows, since=since, used_s=used_s, limits=limits
                )
                last = Play(setting).until(another, MOST_PLAYED)
            if last is not None:
                told[another.pk] = last
        return self._told(told)

    def _played_through(self) -> dict[UUID, Turn]:
        waiting = [row for own in self._setting.rows.values() for row in own]
        turn_s = turn_s_for([*waiting, *self._setting.running])
        return Play(dataclasses.replace(self._setting, turn_s=turn_s)).to_the_end()

    def _running(self) -> list[Row]:
        now = timezone.now()
        return [
            Row(
                row.rank,
                row.created_at,
                row.pk,
                row.owner_id,
                fair_share.left_s(row, self.speed),
                row.purpose == Transfer.Purpose.LOOK,
                (now - row.claimed_at).total_seconds() if row.claimed_at else 0.0,
            )
            for row in self._painted
        ]

    def _painted_lately_s(self, owner_ids: Collection[int]) -> dict[int, float]:
        return fair_share.painted_lately_s(owner_ids, self._painted, self.speed)

    def _told(self, found: dict[UUID, Turn]) -> dict[UUID, Turn]:
        """Places alone, before the machine is measured."""
        if self.speed is not None:
            return found
        return {
            pk: dataclasses.replace(turn, starts_in_s=None, ready_in_s=None)
            for pk, turn in found.items()
        }


def _running_limits(owner_ids: Collection[int]) -> dict[int, int]:
    """How much may be painted at once of each of these people; who has no limit is left out."""
    limits = limits_of_all(owner_ids)
    return {owner: each.running for owner, each in limits.items() if each.running is not None}


def _earliest_from_each_on(rows: Sequence[Row]) -> list[datetime]:
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
