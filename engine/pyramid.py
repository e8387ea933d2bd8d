"""The coarse-to-fine plan of a run: which sizes, how many steps at each, and what that costs.

Torch-free, so that a form can say how long a picture will take before anything is computed. The
step counts were found by looking at results (docs/engine.md); the run itself is `engine.stylize`.
"""

import dataclasses
from dataclasses import dataclass
from typing import Self

from engine.errors import ImageError, ParameterError
from engine.params import Params

MIN_SIDE_PX = 32
"""Four poolings halve a side to 2 here, so that every layer up to conv5_1 still sees something."""

MAX_SIDE_PX = 4096

COARSEST_PX = 128
"""Longer side below which a level would no longer show what the photo is of."""

LEVEL_STEPS = (45, 28, 18)
"""Steps of the coarsest level, the one after it, and every later one; the finest of several always
takes the last number, as its steps cost more than all others together."""

CLASSIC_STEPS = 2000

MOST_TIMES_USUAL = 10
"""A run that goes on until it settles takes at most so many times the usual steps of each level."""

STEP_OVERHEAD_PX = 6_000
"""A step's fixed cost (graph, optimiser, small kernels), in pixels that would take as long."""

BASE_BYTES = 800 * 2**20
"""torch itself and the VGG19 weights, in float32 and bfloat16."""

BYTES_PER_PX = 3_600
"""Features kept for the backward pass and their gradients, in float32, per pixel of a level."""


@dataclass(frozen=True, slots=True)
class Level:
    """One size of the pyramid, in pixels, and the steps spent on it."""

    width: int
    height: int
    steps: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Levels from coarse to fine; the last has the size of the finished picture."""

    levels: tuple[Level, ...]

    @property
    def width(self) -> int:
        """Of the finished picture, in pixels."""
        return self.levels[-1].width

    @property
    def height(self) -> int:
        """Of the finished picture, in pixels."""
        return self.levels[-1].height

    @property
    def total_steps(self) -> int:
        """Steps of the whole run."""
        return sum(level.steps for level in self.levels)

    @property
    def pixel_steps(self) -> int:
        """Pixels painted, over all steps, each step's fixed cost counted as STEP_OVERHEAD_PX.

        Small pictures cost more per pixel; with the constant, time is proportional to this number.
        """
        return sum(step_cost_px(level) * level.steps for level in self.levels)

    @property
    def memory_bytes(self) -> int:
        """The most memory the run needs on the processor; in bfloat16 it stays well below."""
        largest = max(level.width * level.height for level in self.levels)
        return BASE_BYTES + BYTES_PER_PX * largest

    def seconds(self, pixel_steps_per_s: float, overhead_s: float = 0.0) -> float:
        """Time for the run at a measured speed; `overhead_s` is what comes before the first step.

        The speed is best measured as `pixel_steps / seconds` of finished runs.
        """
        return overhead_s + self.pixel_steps / pixel_steps_per_s

    def ended(self, number: int, steps: int) -> Self:
        """This plan where level `number`, from 0, ended after `steps` steps."""
        levels = list(self.levels)
        levels[number] = dataclasses.replace(levels[number], steps=steps)
        return dataclasses.replace(self, levels=tuple(levels))


def step_cost_px(level: Level) -> int:
    """What one step at `level` costs, in the unit of `Plan.pixel_steps`."""
    return level.width * level.height + STEP_OVERHEAD_PX


def plan(width: int, height: int, params: Params, *, earlier_px: int | None = None) -> Plan:
    """The plan for a content image of `width` x `height` pixels.

    The result's longer side is `params.size_px`, larger than the photo or not: whoever asks for 512
    gets 512. Only very long and narrow pictures become longer, so that their short side keeps
    MIN_SIDE_PX. earlier_px: the longer side of a result that the run goes on from; levels up to
    that size are left out, except that the finest is always run. Where `params.stop` is "settled"
    the steps are the most there may be. Raises ImageError, reason "too_narrow", where even
    MAX_SIDE_PX is not enough.
    """
    most = MOST_TIMES_USUAL if params.stop == "settled" else 1
    final = _fitted(width, height, params.size_px)
    if params.objective == "classic":
        return Plan((Level(*final, params.steps or CLASSIC_STEPS * most),))
    sizes = _sizes(width, height, final)
    usual = [LEVEL_STEPS[min(i, len(LEVEL_STEPS) - 1)] for i in range(len(sizes))]
    if len(sizes) > 1:
        usual[-1] = LEVEL_STEPS[-1]
    first = sum(max(size) <= (earlier_px or 0) for size in sizes[:-1])
    sizes, usual = sizes[first:], usual[first:]
    steps = _share(params.steps, usual) if params.steps else [n * most for n in usual]
    return Plan(tuple(Level(*size, n) for size, n in zip(sizes, steps, strict=True) if n > 0))


def check_earlier(width: int, height: int, params: Params, earlier: tuple[int, int] | None) -> None:
    """Raises ParameterError where `earlier`, the size of an earlier result or None, does not go
    with `params.initial`, or has other proportions than the photo of `width` x `height` pixels.

    Each side may be off by 1 % or 2 px, whichever is more, as sizes are rounded.
    """
    if params.initial != "earlier":
        if earlier is None:
            return
        raise ParameterError(
            "There is an earlier picture that would not be used. Set initial to earlier to go on "
            "from it, or leave it out.",
            field="initial",
        )
    if earlier is None:
        raise ParameterError(
            "To go on from an earlier picture, choose that picture; "
            "or set initial to content to start from the photo.",
            field="earlier",
        )
    scale = max(earlier) / max(width, height)
    for side, expected in zip(earlier, (width * scale, height * scale), strict=True):
        if abs(side - expected) > max(2.0, 0.01 * expected):
            raise ParameterError(
                f"The earlier picture ({earlier[0]} × {earlier[1]} px) has other proportions than "
                f"the photo ({width} × {height} px). Choose a picture that was painted from this "
                "photo, or start from the photo.",
                field="earlier",
            )


def _sizes(width: int, height: int, final: tuple[int, int]) -> list[tuple[int, int]]:
    """The sizes of the levels, from coarse to `final`."""
    sizes = [final]
    longest = max(final)
    while longest / 2 >= COARSEST_PX * 0.9:
        longest //= 2
        coarser = _fitted(width, height, longest)
        if max(coarser) >= max(sizes[-1]):
            break
        sizes.append(coarser)
    sizes.reverse()
    return sizes


def _fitted(width: int, height: int, longer_px: int) -> tuple[int, int]:
    scale = max(longer_px / max(width, height), MIN_SIDE_PX / min(width, height))
    fitted = (max(MIN_SIDE_PX, round(width * scale)), max(MIN_SIDE_PX, round(height * scale)))
    if max(fitted) > MAX_SIDE_PX:
        raise ImageError(
            "This picture is too long and narrow to be painted. Please crop it and try again.",
            reason="too_narrow",
        )
    return fitted


def _share(total: int, usual: list[int]) -> list[int]:
    """`total` steps shared out like `usual`; what rounding leaves over goes to the finest level."""
    shares = [total * n // sum(usual) for n in usual]
    shares[-1] += total - sum(shares)
    return shares
