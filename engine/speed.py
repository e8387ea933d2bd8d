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
from typing import Any

from engine.files import write_whole
from engine.pace import Pace, Speed, blended
from engine.params import Objective

FILE_NAME = "engine-speeds.json"
MOST_FILE_BYTES = 2**20
VERSION = 1

LEAST_PIXEL_STEPS_PER_S = 1.0
"""Nothing is so slow; a file that says so is damaged."""


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
    return speed if usable and speed.pixel_steps_per_s >= LEAST_PIXEL_STEPS_PER_S else None


def learn(setting: Setting, pace: Pace) -> None:
    """Takes a finished run's pace into the speed of `setting`, unless it was too short a run."""
    seen = pace.speed()
    if seen is None or not pace.teaches:
        return
    known = known_speed(setting)
    if known is not None and known.runs > 0:
        seen = Speed(
            blended(known.pixel_steps_per_s, seen.pixel_steps_per_s),
            blended(known.overhead_s, seen.overhead_s),
            known.runs,
        )
    _keep(setting, Speed(seen.pixel_steps_per_s, seen.overhead_s, seen.runs + 1))


def calibrate(setting: Setting, weights: str) -> Speed | None:
    """Measures `setting` on pictures drawn here, for some seconds, and keeps what it finds.

    None where the clock is too coarse for this machine. Raises what `engine.stylize` raises.
    """
    from engine.calibration import calibrated

    pace = calibrated(
        weights, objective=setting.objective, device=setting.device, threads=setting.threads
    )
    speed = None if pace is None else pace.speed()
    if speed is not None:
        _keep(setting, speed)
    return speed


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
