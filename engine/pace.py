"""What a run shows of this machine's speed while it is painted.

Torch-free. Where speeds are kept is up to the caller: `engine.speed` for the terminal command, the
database for the site.
"""

from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from engine.pyramid import Plan

NEWEST_SHARE = 0.3
"""Weight of the newest run; the last handful of runs decide, a single odd one does not."""

LEAST_WATCHED_S = 1.0
"""A run that was shorter says more about the setting up of its levels than about its speed."""


@dataclass(frozen=True, slots=True)
class Speed:
    """pixel_steps_per_s: in the unit of `Plan.pixel_steps`. overhead_s: before the first step.

    runs: how many finished runs it was learned from; 0 is a calibration.
    """

    pixel_steps_per_s: float
    overhead_s: float
    runs: int


class Made(Protocol):
    """A step of a run, as far as its speed is concerned: see `engine.stylize.Step`."""

    @property
    def index(self) -> int:
        """Counts from 1."""

    @property
    def plan(self) -> Plan:
        """As it stands after this step."""


class Pace:
    """What a run shows of the speed, between the first step seen and the last.

    The first step belongs to the overhead: it includes loading the network and warming up.
    """

    def __init__(self) -> None:
        self._began_s = monotonic()
        self._first: tuple[int, float] | None = None
        self._last: tuple[Made, float] | None = None

    def saw(self, step: Made) -> None:
        """Notes that `step` has just been made."""
        now_s = monotonic()
        self._last = (step, now_s)
        if self._first is None:
            self._first = (step.index, now_s)

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return monotonic() - self._began_s

    @property
    def since_last_s(self) -> float:
        """Seconds since the last step seen; 0 before the first."""
        return monotonic() - self._last[1] if self._last else 0.0

    @property
    def teaches(self) -> bool:
        """Whether it was watched for long enough to be remembered."""
        return self.painting_s >= LEAST_WATCHED_S

    @property
    def painting_s(self) -> float:
        """Seconds from the first step to the last one seen."""
        return self._last[1] - self._first[1] if self._first and self._last else 0.0

    def speed(self) -> Speed | None:
        """The speed so far; None before the second step."""
        if self._first is None or self._last is None or self.painting_s <= 0:
            return None
        (first, first_s), (step, _) = self._first, self._last
        before = step.plan.pixel_steps_until(first)
        painted = step.plan.pixel_steps_until(step.index) - before
        if painted <= 0:
            return None
        per_s = painted / self.painting_s
        own_s = step.plan.first_step_cost_px(first) / per_s
        return Speed(per_s, max(0.0, first_s - self._began_s - own_s), 0)


def blended(known: float, newest: float) -> float:
    """A figure known from earlier runs, and the newest run's, of which NEWEST_SHARE counts."""
    return (1 - NEWEST_SHARE) * known + NEWEST_SHARE * newest
