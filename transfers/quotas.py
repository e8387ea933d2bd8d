"""What someone uses of the workers, held against their limits.

Checked when a picture is submitted, in the same transaction: what was let in is painted to its end.
Pictures waiting have a limit also where the admin has set none: the queue is everybody's, and a row
of it takes no storage that would be counted.
How many are painted at once is a matter of claiming (``queue.fair_share``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.quotas import Limits, QuotaError, limits_of
from gallery import storage_use
from transfers.durations import spoken
from transfers.models import PastPainting, Transfer
from transfers.queue import estimates, fair_share
from transfers.studies.models import Purpose

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Use:
    """What someone uses, beside what they may.

    running, waiting: without looks; a sheet waits as one, however many cells it has. painting_s:
    within the last 24 hours, with what their unfinished pictures still need.
    """

    limits: Limits
    running: int
    waiting: int
    painting_s: float
    storage_bytes: int


def use_of(user: User) -> Use:
    """What ``user`` uses right now."""
    own, limits = Transfer.objects.at_cost_of(user), limits_of(user)
    return Use(
        limits=replace(limits, waiting=_most_waiting(limits)),
        running=own.running().exclude(purpose=Purpose.LOOK).count(),
        waiting=_waiting(user),
        painting_s=_painting_s(user),
        storage_bytes=storage_use.used_bytes(user),
    )


def check_submission(
    owner: User, pixel_steps: Sequence[int], purpose: Purpose = Purpose.PICTURE
) -> None:
    """Raises QuotaError where ``owner`` may not submit transfers of so much work each.

    A look neither waits among the pictures nor is stored, so it is held against the minutes only;
    a sheet counts as one that waits. Belongs in the transaction that submits them: two at once wait
    for each other here, unless no limit was set for them: the site's own need not be exact.
    """
    limits = limits_of(owner)
    if limits.any:
        User.objects.select_for_update().get(pk=owner.pk)
    if purpose != Purpose.LOOK:
        _check_waiting(owner, limits, 1 if purpose == Purpose.SWEEP else len(pixel_steps))
        storage_use.check_room(owner, 1)
    _check_painting(owner, limits, pixel_steps)


def _check_waiting(owner: User, limits: Limits, more: int) -> None:
    most, waiting = _most_waiting(limits), _waiting(owner)
    if waiting + more <= most:
        return
    sentence = ngettext(
        "You may have %(limit)d picture waiting, and %(waiting)d waits already. "
        "Try again when it is being painted, or cancel it in the studio.",
        "You may have %(limit)d pictures waiting, and %(waiting)d are waiting already. "
        "Try again when some of them are painted, or cancel some in the studio.",
        most,
    )
    raise QuotaError(sentence % {"limit": most, "waiting": waiting}, reason="waiting")


def _most_waiting(limits: Limits) -> int:
    return settings.WAITING_PER_PERSON if limits.waiting is None else limits.waiting


def _waiting(user: User) -> int:
    own = Transfer.objects.at_cost_of(user).queued()
    sheets = own.filter(purpose=Purpose.SWEEP).values("cell__sweep").distinct()
    return own.pictures().count() + sheets.count()


def _check_painting(owner: User, limits: Limits, pixel_steps: Sequence[int]) -> None:
    if limits.painting_minutes_a_day is None:
        return
    speed = estimates.current_speed()
    needed_s = sum(fair_share.work_s(steps, speed) for steps in pixel_steps)
    limit_s = limits.painting_minutes_a_day * 60
    used_s = _painting_s(owner)
    if used_s + needed_s <= limit_s:
        return
    values = {
        "limit": limits.painting_minutes_a_day,
        "left": spoken_minutes(max(0.0, limit_s - used_s)),
        "needed": spoken_minutes(needed_s),
    }
    free_in_s = _room_for_it_in_s(owner, used_s + needed_s - limit_s)
    if needed_s > limit_s:
        sentence = _(
            "You have %(limit)d minutes of painting a day, and this needs %(needed)s. "
            "Choose a smaller size."
        )
    elif free_in_s is None:
        sentence = _(
            "Of your %(limit)d minutes of painting a day, %(left)s are left: what you have waiting "
            "takes the rest. This needs %(needed)s. Choose a smaller size, or cancel something."
        )
    else:
        values["when"] = spoken(free_in_s)
        sentence = _(
            "Of your %(limit)d minutes of painting a day, %(left)s are left, and this needs "
            "%(needed)s. Choose a smaller size, or try again in %(when)s."
        )
    raise QuotaError(sentence % values, reason="painting")


def spoken_minutes(seconds: float) -> str:
    """Minutes with one digit where they are few: ``"0.5"``, ``"12"``."""
    minutes = seconds / 60
    return f"{minutes:.1f}" if minutes < 10 else f"{minutes:.0f}"


def _painting_s(user: User) -> float:
    """Seconds of painting that ended in the last 24 hours, and of what is not finished yet."""
    own, speed = Transfer.objects.at_cost_of(user), estimates.current_speed()
    a_day_ago = timezone.now() - timedelta(seconds=DAY_S)
    ended = own.filter(finished_at__gt=a_day_ago).aggregate(painted_s=Sum("painting_s"))
    past = PastPainting.objects.by(user).since(a_day_ago).aggregate(painted_s=Sum("painting_s"))
    seconds: float = (ended["painted_s"] or 0.0) + (past["painted_s"] or 0.0)
    for row in own.running():
        seconds += row.painting_s + fair_share.left_s(row, speed)
    waiting = own.queued().aggregate(
        count=Count("pk"), left=Sum("pixel_steps_left"), painted_s=Sum("painting_s")
    )
    if waiting["count"]:
        each_s = fair_share.work_s(waiting["left"] / waiting["count"], speed)
        seconds += waiting["painted_s"] + waiting["count"] * each_s
    return seconds


def _room_for_it_in_s(user: User, too_much_s: float) -> float | None:
    """Seconds until so much painting is a day ago; None where that much has not ended yet."""
    now = timezone.now()
    a_day_ago, columns = now - timedelta(seconds=DAY_S), ("finished_at", "painting_s")
    ended = Transfer.objects.at_cost_of(user).filter(finished_at__gt=a_day_ago)
    past = PastPainting.objects.by(user).since(a_day_ago)
    painted = [*ended.values_list(*columns), *past.values_list(*columns)]
    for finished_at, painting_s in sorted((at, s) for at, s in painted if at is not None):
        too_much_s -= painting_s
        if too_much_s <= 0:
            return DAY_S - float((now - finished_at).total_seconds())
    return None
