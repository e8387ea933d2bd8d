"""What one picture may take of a worker, so that nobody holds one for days with a single order.

Held against the estimate that pages tell, before anything waits. That others do not wait for all of
what is allowed is the business of ``queue.turns``.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import ngettext

from engine.errors import ParameterError
from transfers.durations import spoken
from transfers.models import MachineSpeed
from transfers.queue import estimates, fair_share

HOUR_S = 3600


class TooLongError(ParameterError):
    """Painting it would take longer than a picture may take here."""


def refusal(pixel_steps: int, speed: MachineSpeed | None) -> str:
    """Why a picture of so much work is not taken, or an empty string for one that is.

    speed: of the machine; before it is measured, one is assumed.
    """
    needed_s = fair_share.work_s(pixel_steps, speed)
    if needed_s <= settings.LONGEST_PICTURE_S:
        return ""
    hours = settings.LONGEST_PICTURE_S // HOUR_S
    sentence = ngettext(
        "Such a picture would take %(time)s to paint, more than the %(hours)d hour that one may "
        "take here. Choose a smaller size or fewer steps.",
        "Such a picture would take %(time)s to paint, more than the %(hours)d hours that one may "
        "take here. Choose a smaller size or fewer steps.",
        hours,
    )
    return sentence % {"time": spoken(needed_s), "hours": hours}


def check(works: Iterable[tuple[int, int | None]]) -> None:
    """Raises TooLongError for the longest of these, pixel steps each, where it is too long.

    With each, the steps that were asked for, if any: then they are what to change, else the size.
    """
    pixel_steps, steps = max(works, key=lambda work: work[0], default=(0, None))
    if sentence := refusal(pixel_steps, estimates.current_speed()):
        raise TooLongError(sentence, field="steps" if steps else "size_px")
