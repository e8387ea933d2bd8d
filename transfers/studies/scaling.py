"""The same painting, smaller: what a study has to change so that it shows what the picture will be.

Strength, brush size, seed and all else mean the same at every size, so they stay. Only a number of
steps that was asked for is the whole pyramid's, and a smaller picture has fewer levels.
"""

from __future__ import annotations

import dataclasses

from engine.params import Params
from transfers.queue.submission import Order


def scaled(order: Order, side_px: int) -> Order:
    """`order` at `side_px` on its longer side, if it is larger.

    Raises engine.errors.EngineError where it cannot be painted at either size.
    """
    params = order.params
    if params.size_px <= side_px:
        return order
    smaller = dataclasses.replace(params, size_px=side_px, steps=_steps(order, side_px))
    return dataclasses.replace(order, params=smaller)


def _steps(order: Order, side_px: int) -> int | None:
    """Those of the levels up to `side_px`, where a number was asked for; the classic objective has
    no levels, and its steps are all of one size."""
    params: Params = order.params
    if params.steps is None or params.objective == "classic":
        return params.steps
    levels = order.plan().levels
    small = [level for level in levels if max(level.width, level.height) <= side_px]
    return sum(level.steps for level in small or levels[:1])
