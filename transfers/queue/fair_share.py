"""Whose turn it is: the next transfer is of whoever has had the least painting lately.

All that decides is on the rows of the transfers themselves, so there are no accounts that could go
wrong when a worker dies. Which of a person's own transfers is next is decided in `own_order`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.quotas import limits_of_all
from transfers.models import MachineSpeed, PastPainting, Transfer
from transfers.queue import estimates
from transfers.studies.models import Purpose

# Painting that ended within so many seconds counts. Who painted all night may paint in the morning.
LATELY_S = 3600

# Sums are compared to a hundredth of a second, so that people who have had the same are equal.
DIGITS = 2

# What machines are taken to do until they are measured; only to weigh transfers by.
UNMEASURED = MachineSpeed(pixel_steps_per_s=500_000, overhead_s=1)

WAITS_SINCE = Coalesce(F("heartbeat_at"), F("created_at"))
"""Of a QUEUED row, for whoever watches over the queue: one that was painted in part waits since
then. Whose turn it is goes by when it was submitted."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Someone with waiting transfers."""

    owner_id: int
    since: datetime


def next_in_turn() -> Transfer | None:
    """The waiting transfer that a free worker takes next; None when none waits that may start.

    Who has as much painted at once as they may (`accounts.quotas`) is passed over, and who has a
    worker already that waits for memory: large pictures of theirs would keep all of them idle. Of
    several people who have had equally little, the one who has waited longest comes first.
    """
    waiting, running = _below_their_limit()
    if not waiting:
        return None
    used_s = painted_lately_s(
        [each.owner_id for each in waiting], running, estimates.current_speed()
    )
    turn = min(waiting, key=lambda each: (used_s.get(each.owner_id, 0.0), each.since))
    own = Transfer.objects.queued().filter(owner_id=turn.owner_id)
    return own.only("owner").in_own_order().first()


def somebody_is_before(transfer: Transfer) -> bool:
    """Whether a free worker would take somebody else's if a RUNNING `transfer` were put back now.

    What its owner has waiting besides is no reason to put it back: their order is their own.
    """
    waiting, running = _below_their_limit()
    owner_id = transfer.owner_id
    others = [each for each in waiting if each.owner_id != owner_id]
    if not others:
        return False
    others_running = [row for row in running if row.pk != transfer.pk]
    used_s = painted_lately_s(
        [owner_id, *(each.owner_id for each in others)],
        others_running,
        estimates.current_speed(),
    )
    own_s = round(used_s.get(owner_id, 0.0) + lately_s(transfer.painting_s), DIGITS)
    own_since = [each.since for each in waiting if each.owner_id == owner_id]
    own = own_s, min([transfer.created_at, *own_since])
    return min((used_s.get(each.owner_id, 0.0), each.since) for each in others) < own


def startable_owners() -> list[Waiting]:
    """Everyone of whom a free worker could take something now."""
    waiting, _running = _below_their_limit()
    return waiting


def may_start(transfer: Transfer) -> bool:
    """Whether its owner may have one more painted right now.

    Belongs in the transaction that claims it: two workers that want transfers of the same limited
    person wait for each other here.
    """
    limits = limits_of_all([transfer.owner_id]).get(transfer.owner_id)
    if limits is None or limits.running is None:
        return True
    User.objects.select_for_update().get(pk=transfer.owner_id)
    running = Transfer.objects.running().filter(owner_id=transfer.owner_id)
    return not _at_their_limit({transfer.owner_id}, running)


def _below_their_limit() -> tuple[list[Waiting], list[Transfer]]:
    """Who waits and may have one more painted, and what is painted now."""
    waiting = waiting_owners()
    if not waiting:
        return [], []
    running = list(Transfer.objects.running())
    full = _at_their_limit({each.owner_id for each in waiting}, running)
    full |= {row.owner_id for row in running if row.activity == Transfer.Activity.MEMORY}
    return [each for each in waiting if each.owner_id not in full], running


def _at_their_limit(owner_ids: Collection[int], running: Iterable[Transfer]) -> set[int]:
    """Those of these people of whom as much is running already as may be at once.

    A look keeps nobody's picture waiting: it does not count.
    """
    painted = Counter(row.owner_id for row in running if row.purpose != Purpose.LOOK)
    limits = limits_of_all([owner_id for owner_id in owner_ids if painted[owner_id]])
    return {
        owner_id
        for owner_id, limit in limits.items()
        if limit.running is not None and painted[owner_id] >= limit.running
    }


def waiting_owners() -> list[Waiting]:
    """Everyone who has transfers waiting, and since when.

    Jumps from owner to owner in the index instead of reading all waiting rows (a loose index scan),
    so that somebody's hundred thousand rows cost as little as one.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAITING_OWNERS)
        rows = cursor.fetchall()
    return [Waiting(owner_id, _as_datetime(since)) for owner_id, since in rows if since is not None]


def painted_lately_s(
    owner_ids: Collection[int], running: Iterable[Transfer], speed: MachineSpeed | None
) -> dict[int, float]:
    """Seconds of painting that these people have had lately; people without any are left out.

    What is running counts with all the time that it still needs: two free workers that choose in
    the same moment would otherwise both choose the same person. What is back in the queue, painted
    in part, counts like what has ended.
    """
    lately = timezone.now() - timedelta(seconds=LATELY_S)
    # Summed up here, and all people's: to name a thousand of them, or to group by them, would keep
    # the database from using the indexes of what ended or was put back lately.
    ended = Transfer.objects.filter(finished_at__gt=lately)
    paused = Transfer.objects.queued().filter(heartbeat_at__gt=lately)
    past = PastPainting.objects.since(lately)
    columns = ("owner_id", "painting_s")
    painted = ended.values_list(*columns).union(
        paused.values_list(*columns), past.values_list(*columns), all=True
    )
    used_s: dict[int, float] = defaultdict(float)
    for owner_id, seconds in painted:
        used_s[owner_id] += lately_s(seconds)
    for row in running:
        used_s[row.owner_id] += lately_s(row.painting_s) + left_s(row, speed)
    return {owner_id: round(used_s[owner_id], DIGITS) for owner_id in owner_ids if used_s[owner_id]}


def lately_s(painting_s: float) -> float:
    """What of the time that one picture was painted for counts: no more than can have been lately,
    as one that is painted in turns may have had its first a day ago."""
    return min(painting_s, LATELY_S)


def left_s(running: Transfer, speed: MachineSpeed | None) -> float:
    """Seconds that a running transfer still needs."""
    if running.seconds_left is not None:
        return running.seconds_left
    return work_s(running.pixel_steps_left, speed)


def work_s(pixel_steps: float, speed: MachineSpeed | None) -> float:
    """Seconds that so much work takes on a machine of this speed, or of an assumed one."""
    return estimates.work_s(pixel_steps, speed or UNMEASURED)


_WAITING_OWNERS = """
WITH RECURSIVE owner (id) AS (
    SELECT min(owner_id) FROM transfers_transfer WHERE state = 'queued'
    UNION ALL
    SELECT (
        SELECT min(owner_id) FROM transfers_transfer
        WHERE state = 'queued' AND owner_id > owner.id
    )
    FROM owner WHERE owner.id IS NOT NULL
)
SELECT id, (
    SELECT min(created_at) FROM transfers_transfer WHERE state = 'queued' AND owner_id = owner.id
)
FROM owner WHERE id IS NOT NULL
"""


def _as_datetime(value: datetime | str) -> datetime:
    """A time as the database gives it to a query that Django did not write: SQLite as text."""
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC)
