"""How long a transfer will take, from the speed measured on this machine.

Torch-free: pages ask before anything is painted. As long as nothing has been measured the answer
is None, and pages say that we do not know yet. How long a transfer waits is in `forecast`.
"""

from __future__ import annotations

from django.db.models import Case, When
from django.utils import timezone

from engine import pyramid
from engine.pace import Pace, blended
from engine.params import Params
from transfers.models import MachineSpeed, Transfer
from transfers.queue import workers

# How much the usual speed weighs against what a run shows itself, in seconds of watching.
USUAL_COUNTS_S = 3.0


def seconds_for(
    width: int, height: int, params: Params, *, earlier_px: int | None = None
) -> float | None:
    """Seconds from a worker's claim to the saved picture, for a photo of `width` × `height` px.

    earlier_px: the longer side of the picture that painting goes on from. None until this machine
    has been measured. Raises engine.errors.ImageError for a picture too long and narrow.
    """
    speed = current_speed()
    if speed is None:
        return None
    planned = pyramid.plan(width, height, params, earlier_px=earlier_px)
    return work_s(planned.pixel_steps, speed)


def current_speed() -> MachineSpeed | None:
    """This host's speed; pages served by a host that never paints use the last one measured."""
    here_first = Case(When(host=workers.host(), then=0), default=1)
    return MachineSpeed.objects.order_by(here_first, "-measured_at").first()


def seconds_to_paint(transfer: Transfer, speed: MachineSpeed | None) -> float | None:
    """Seconds from a worker's claim to the saved picture; what a checkpoint holds counts as done.

    None until this machine has been measured.
    """
    return None if speed is None else work_s(transfer.pixel_steps_left, speed)


def work_s(pixel_steps: float, speed: MachineSpeed) -> float:
    """Seconds that a machine of this speed needs for so much work, files included."""
    return speed.overhead_s + pixel_steps / speed.pixel_steps_per_s


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

    def __init__(self, usual: MachineSpeed | None) -> None:
        self._usual = usual
        self._began: tuple[int, float] | None = None

    def after(
        self, plan: pyramid.Plan, index: int, now_s: float, *, last: int | None = None
    ) -> float | None:
        """After step `index` of `plan`, at `now_s` on any steady clock; None until known.

        plan: as it stands after the step, as levels may settle before their last step. last: the
        step that painting ends with, if not the plan's last.
        """
        if self._began is None:
            self._began = (index, now_s)
        first, began_s = self._began
        until_now = plan.pixel_steps_until(index)
        painted: float = until_now - plan.pixel_steps_until(first)
        watched_s = now_s - began_s
        if self._usual is not None:
            painted += self._usual.pixel_steps_per_s * USUAL_COUNTS_S
            watched_s += USUAL_COUNTS_S
        if painted <= 0 or watched_s <= 0:
            return None
        until_last = plan.pixel_steps_until(last or plan.total_steps)
        return (until_last - until_now) * watched_s / painted
