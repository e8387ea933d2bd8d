"""How fast this machine paints, learned from finished runs of the terminal command.

Kept in a small file of the user's cache, and no more than a cache: one that is missing, damaged or
cannot be written is as good as none. Loads torch only to measure. The site keeps the speeds of its
hosts in its database instead (`transfers.queue.estimates`).
"""

import json
import math
import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from PIL import Image

from engine.files import write_whole
from engine.params import Objective, Params

if TYPE_CHECKING:
    from engine.stylize import Step

FILE_NAME = "engine-speeds.json"
MOST_FILE_BYTES = 2**20
VERSION = 1

NEWEST_SHARE = 0.3
"""Weight of the newest run; the last handful of runs decide, a single odd one does not."""

LEAST_WATCHED_S = 1.0
"""A run that was shorter says more about the setting up of its levels than about its speed."""

CALIBRATION_PX = 256
CALIBRATION_STEPS = 20
CALIBRATION_S = 3.0
"""A calibration ends after so many steps or seconds, whichever comes first."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What decides a speed on a machine. The objective stands for the data type: the classic one
    is computed in float32."""

    device: str
    threads: int
    objective: Objective

    @property
    def key(self) -> str:
        """Its name in the file; home folders may be shared by several machines."""
        return f"{platform.node()} {self.device} {self.threads} {self.objective}"


@dataclass(frozen=True, slots=True)
class Speed:
    """pixel_steps_per_s: in the unit of `Plan.pixel_steps`. overhead_s: before the first step.

    runs: how many finished runs it was learned from; 0 is a calibration.
    """

    pixel_steps_per_s: float
    overhead_s: float
    runs: int


def setting_of(device: str | None, threads: int | None, objective: Objective) -> Setting:
    """The setting of a run that is asked for so; None is what `engine.stylize` takes by itself.

    Loads torch. Raises DeviceError where there is no such device.
    """
    import torch

    from engine.devices import device_called

    return Setting(str(device_called(device)), threads or torch.get_num_threads(), objective)


def known_speed(setting: Setting) -> Speed | None:
    """What is kept for `setting`; None where nothing usable is."""
    kept = _read().get(setting.key)
    try:
        speed = Speed(**kept)  # type: ignore[arg-type]
        numbers = (speed.pixel_steps_per_s, speed.overhead_s, speed.runs)
        usable = all(type(n) in {int, float} and math.isfinite(n) and n >= 0 for n in numbers)
    except (TypeError, OverflowError):
        return None
    return speed if usable and speed.pixel_steps_per_s > 0 else None


def learn(setting: Setting, pace: "Pace") -> None:
    """Takes a finished run's pace into the speed of `setting`, unless it was too short a run."""
    seen = pace.speed()
    if seen is None or pace.painting_s < LEAST_WATCHED_S:
        return
    known = known_speed(setting)
    if known is not None and known.runs > 0:
        seen = Speed(
            _blend(known.pixel_steps_per_s, seen.pixel_steps_per_s),
            _blend(known.overhead_s, seen.overhead_s),
            known.runs,
        )
    _keep(setting, Speed(seen.pixel_steps_per_s, seen.overhead_s, seen.runs + 1))


def calibrate(setting: Setting, weights: str) -> Speed | None:
    """Measures `setting` on pictures drawn here, for some seconds, and keeps what it finds.

    None where the clock is too coarse for this machine. Raises what `engine.stylize` raises.
    """
    from engine.stylize import StyleImage, stylize

    photo, style = (
        Image.effect_noise((CALIBRATION_PX, CALIBRATION_PX), spread).convert("RGB")
        for spread in (60, 120)
    )
    # From an earlier picture of the same size only that size is painted.
    params = Params(
        size_px=CALIBRATION_PX,
        steps=CALIBRATION_STEPS,
        objective=setting.objective,
        initial="earlier",
    )
    pace = Pace()
    for step in stylize(
        photo,
        [StyleImage(style)],
        params,
        earlier=photo,
        weights=weights,
        device=setting.device,
        threads=setting.threads,
    ):
        pace.saw(step)
        if pace.painting_s > CALIBRATION_S:
            break
    speed = pace.speed()
    if speed is not None:
        _keep(setting, speed)
    return speed


class Pace:
    """What a run shows of the speed, between the first step seen and the last.

    The first step belongs to the overhead: it includes loading the network and warming up.
    """

    def __init__(self) -> None:
        self._began_s = monotonic()
        self._first: tuple[int, float] | None = None
        self._last: tuple[Step, float] | None = None

    def saw(self, step: "Step") -> None:
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
        own_s = (before - step.plan.pixel_steps_until(first - 1)) / per_s
        return Speed(per_s, max(0.0, first_s - self._began_s - own_s), 0)


def cache_file() -> Path | None:
    """Where the speeds are kept; None where there is no place for them."""
    own, shared = os.environ.get("STYLESITE_ENGINE_CACHE"), os.environ.get("XDG_CACHE_HOME")
    if own:
        return Path(own) / FILE_NAME
    if shared and os.path.isabs(shared):
        return Path(shared) / "stylesite" / FILE_NAME
    with suppress(RuntimeError):
        return Path.home() / ".cache" / "stylesite" / FILE_NAME
    return None


def _blend(known: float, newest: float) -> float:
    return (1 - NEWEST_SHARE) * known + NEWEST_SHARE * newest


def _read() -> Mapping[str, Any]:
    path = cache_file()
    try:
        if path is None:
            return {}
        with path.open("rb") as file:
            kept = json.loads(file.read(MOST_FILE_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(kept, dict) or kept.get("version") != VERSION:
        return {}
    speeds = kept.get("speeds")
    return speeds if isinstance(speeds, dict) else {}


def _keep(setting: Setting, speed: Speed) -> None:
    path = cache_file()
    if path is None:
        return
    kept = {"version": VERSION, "speeds": {**_read(), setting.key: asdict(speed)}}
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(kept, indent=1).encode())
