"""How a transfer's losses went: a few hundred numbers, kept beside each checkpoint.

Whoever goes on from a checkpoint has all that led there, as with the frames of a time-lapse.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol, Self

from transfers.models import LossCurve, Transfer

MOST = 200
"""Points of a curve; beyond it every other one goes, so that a long run stays as small."""

DIGITS = 4
"""Of each loss: more than any chart shows, and a third of what JSON would take."""


class Painted(Protocol):
    """What of an `engine.stylize.Step` a point is made of."""

    @property
    def index(self) -> int: ...
    @property
    def level(self) -> int: ...
    @property
    def content_loss(self) -> float: ...
    @property
    def style_loss(self) -> float: ...


@dataclass(slots=True)
class Curve:
    """points: step, level, content loss and style loss, in the order of the steps."""

    points: list[tuple[int, int, float, float]] = field(default_factory=list)
    _every: int = 1

    @classmethod
    def of(cls, transfer: Transfer) -> Self:
        """That of its earlier attempts; empty where there were none."""
        kept = LossCurve.objects.filter(transfer=transfer).first()
        points = kept.rows() if kept else []
        gaps = [later[0] - earlier[0] for earlier, later in pairwise(points)]
        return cls(points, max(gaps, default=1))

    def saw(self, step: Painted) -> None:
        """A run that goes on from a checkpoint does some steps again, or all of them."""
        while self.points and self.points[-1][0] >= step.index:
            self.points.pop()
        if not (math.isfinite(step.content_loss) and math.isfinite(step.style_loss)):
            return
        is_new_level = not self.points or self.points[-1][1] != step.level
        if is_new_level or step.index - self.points[-1][0] >= self._every:
            losses = (_short(step.content_loss), _short(step.style_loss))
            self.points.append((step.index, step.level, *losses))
        if len(self.points) > MOST:
            self._every *= 2
            self.points = _thinned(self.points, self._every)

    def columns(self) -> dict[str, list[Any]]:
        """As it is stored."""
        names = LossCurve.COLUMNS
        return {name: [point[n] for point in self.points] for n, name in enumerate(names)}


def _thinned(
    points: list[tuple[int, int, float, float]], every: int
) -> list[tuple[int, int, float, float]]:
    """Those that lie `every` steps apart, and the first of each level."""
    kept: list[tuple[int, int, float, float]] = []
    for point in points:
        if not kept or point[1] != kept[-1][1] or point[0] - kept[-1][0] >= every:
            kept.append(point)
    return kept


def _short(loss: float) -> float:
    return float(f"{loss:.{DIGITS}g}")
