"""A run made only to measure how fast this machine paints."""

from collections.abc import Callable

from PIL import Image

from engine.pace import Pace
from engine.params import Objective, Params
from engine.stylize import StyleImage, stylize

CALIBRATION_PX = 256
CALIBRATION_STEPS = 20
CALIBRATION_S = 3.0
"""A calibration ends after so many steps or seconds, whichever comes first."""


def calibrated(
    weights: str,
    *,
    objective: Objective = "balanced",
    device: str | None = None,
    threads: int | None = None,
    gives_way: Callable[[], bool] = lambda: False,
) -> Pace | None:
    """Paints pictures drawn here for some seconds: its pace; None where it gave way after a step.

    weights, device, threads: as `engine.stylize.stylize` takes them, and raises what it raises.
    """
    photo, style = (
        Image.effect_noise((CALIBRATION_PX, CALIBRATION_PX), spread).convert("RGB")
        for spread in (60, 120)
    )
    # From an earlier picture of the same size only that size is painted.
    params = Params(
        size_px=CALIBRATION_PX, steps=CALIBRATION_STEPS, objective=objective, initial="earlier"
    )
    pace = Pace()
    for step in stylize(
        photo,
        [StyleImage(style)],
        params,
        earlier=photo,
        weights=weights,
        device=device,
        threads=threads,
    ):
        pace.saw(step)
        if gives_way():
            return None
        if pace.painting_s > CALIBRATION_S:
            break
    return pace
