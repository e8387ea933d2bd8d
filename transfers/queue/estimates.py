"""How long a transfer will take and how long it waits, from the speed measured on this machine.

Torch-free: pages ask before anything is painted. As long as nothing has been measured the answer
is None, and pages say that we do not know yet.
"""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from engine import pyramid
from engine.pace import Pace, blended
from engine.params import Params
from transfers.models import MachineSpeed, Transfer, TransferQuerySet
from transfers.queue import workers

# How much the usual speed weighs against what a run shows itself, in seconds of watching.
USUAL_COUNTS_S = 3.0


def seconds_for(width: int, height: int, params: Params) -> float | None:
    """Seconds from a worker's claim to the saved picture, for a photo of `width` × `height` px.

    None until this machine has been measured. Raises engine.errors.ImageError for a picture too
    long and narrow to be painted.
    """
    speed = current_speed()
    if speed is None:
        return None
    return pyramid.plan(width, height, params).seconds(speed.pixel_steps_per_s, speed.overhead_s)


def current_speed() -> MachineSpeed | None:
    """This host's speed; pages served by a host that never paints use the last one measured."""
    measured = MachineSpeed.objects.order_by("-measured_at")
    return measured.filter(host=workers.host()).first() or measured.first()


def place_in_queue(transfer: Transfer) -> int | None:
    """1 for the transfer that starts next; None when it is not waiting."""
    if transfer.state != Transfer.State.QUEUED:
        return None
    return _ahead_of(transfer).count() + 1


def seconds_until_start(transfer: Transfer) -> float | None:
    """How long a waiting transfer still waits: what is painted and what is ahead of it, shared
    between the workers. None when it is not waiting or nothing has been measured."""
    speed = current_speed()
    if transfer.state != Transfer.State.QUEUED or speed is None:
        return None
    total = 0.0
    for row in Transfer.objects.running().select_related("content_image"):
        total += _full_seconds(row, speed) if row.seconds_left is None else row.seconds_left
    for row in _ahead_of(transfer).select_related("content_image"):
        total += _full_seconds(row, speed)
    return total / settings.WORKERS


def learn(pace: Pace, saving_s: float) -> None:
    """Take what a run showed, and the seconds after its last step, into this host's speed."""
    seen = pace.speed()
    if seen is None:
        return
    pixel_steps_per_s, overhead_s = seen.pixel_steps_per_s, seen.overhead_s + saving_s
    known = MachineSpeed.objects.filter(host=workers.host()).first()
    if known is not None:
        pixel_steps_per_s = blended(known.pixel_steps_per_s, pixel_steps_per_s)
        overhead_s = blended(known.overhead_s, overhead_s)
    MachineSpeed.objects.update_or_create(
        host=workers.host(),
        defaults={
            "pixel_steps_per_s": pixel_steps_per_s,
            "overhead_s": overhead_s,
            "measured_at": timezone.now(),
        },
    )


def is_measured() -> bool:
    """Whether this host's speed is known."""
    return MachineSpeed.objects.filter(host=workers.host()).exists()


class TimeLeft:
    """Seconds until a running transfer is finished, from its own pace.

    The host's usual speed counts like a few seconds of watching, so that the first steps, slowed
    by warming up, do not make the answer jump.
    """

    def __init__(self, plan: pyramid.Plan, usual: MachineSpeed | None) -> None:
        self._plan = plan
        self._usual = usual
        self._began: tuple[int, float] | None = None

    def after(self, index: int, now_s: float) -> float | None:
        """After step `index` of the run, at `now_s` on any steady clock; None until known."""
        if self._began is None:
            self._began = (index, now_s)
        first, began_s = self._began
        until_now = self._plan.pixel_steps_until(index)
        painted: float = until_now - self._plan.pixel_steps_until(first)
        watched_s = now_s - began_s
        if self._usual is not None:
            painted += self._usual.pixel_steps_per_s * USUAL_COUNTS_S
            watched_s += USUAL_COUNTS_S
        if painted <= 0 or watched_s <= 0:
            return None
        return (self._plan.pixel_steps - until_now) * watched_s / painted


def _ahead_of(transfer: Transfer) -> TransferQuerySet:
    earlier = Q(created_at__lt=transfer.created_at)
    same_moment = Q(created_at=transfer.created_at, pk__lt=transfer.pk)
    return Transfer.objects.queued().filter(earlier | same_moment)


def _full_seconds(transfer: Transfer, speed: MachineSpeed) -> float:
    photo = transfer.content_image
    plan = pyramid.plan(photo.width, photo.height, Params.from_json(transfer.params))
    return plan.seconds(speed.pixel_steps_per_s, speed.overhead_s)
