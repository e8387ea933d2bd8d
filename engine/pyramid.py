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

COARSEST_PX = 256
"""Longer side below which a level would no longer show what the photo is of."""

LEVEL_STEPS = {"lbfgs": 13, "adam": 24}
"""Steps of each level. More bring the picture nearer still, by less and less."""

FROM_NOISE_TIMES = 6
"""So many times the steps at the coarsest level of a run from noise: it has the photo to find."""

CLASSIC_STEPS = 2000

MOST_TIMES_USUAL = 10
"""A run that goes on until it settles takes at most so many times the usual steps of each level."""

STEP_OVERHEAD_PX = 6_000
"""A step's fixed cost (graph, optimiser, small kernels), in pixels that would take as long."""

SETUP_STEPS = 2
"""What setting up a level costs, in steps of it: the features of photo and style image, and the
losses of the picture that it starts from."""

TILED_TIMES = 1.8
"""What a pixel of a picture painted in tiles costs, in pixels of one computed at once. A second
forward pass makes three passes of two, and tiles overlap by a quarter: 1.5 times 1.25. Measured:
a step took 7.26 times as long at 2048 px as at 1024 px, 1.82 times what its pixels say."""

AREAS_PX = (1_200_000, 600_000, 300_000, 150_000)
"""Pixels that the network computes at once, the first unless memory is short; larger pictures are
painted in tiles, exactly the same, which bounds the memory and takes the longer the smaller."""

BASE_BYTES = 800 * 2**20
"""torch itself and the VGG19 weights."""

FEATURES_PER_PX = 640
"""Values of features and their gradients that the network holds, per pixel that it computes."""

STYLE_BYTES_PER_PX = 12
"""A style image in float32, per pixel of its own."""

INPUT_BYTES_PER_PX = 6
"""Of the pictures that a run is given, which it keeps as large as they came. Pillow's pixel has 4;
a transparent picture is kept on white as well."""

RECOLORED_BYTES_PER_PX = 4
"""More of them where the photo's colours are kept: the pictures in what they are painted in."""

WHOLE_BYTES_PER_PX = 240
"""The picture, its gradient, the photo's features and what the optimiser works with, per pixel."""

HISTORY_BYTES_PER_PX = 24
"""A pair of the optimiser's history, or Adam's two moments; in float32."""

MOST_HISTORY, LEAST_HISTORY = 20, 6
HISTORY_PX = 3_000_000
"""Pairs that L-BFGS keeps: the most, unless they would be of more pixels together than that, and
the least in any case. In 14 steps, 5 were as good as 20; long runs need more."""


@dataclass(frozen=True, slots=True)
class Level:
    """One size of the pyramid, in pixels, and the steps spent on it."""

    width: int
    height: int
    steps: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Levels from coarse to fine; the last has the size of the finished picture.

    style_scale: of the style images that are looked at. most_pairs: of the optimiser's history.
    inputs_bytes: of the pictures that the run is given; 0 where they are not known yet.
    """

    levels: tuple[Level, ...]
    style_scale: float = 1.0
    most_pairs: int = MOST_HISTORY
    inputs_bytes: int = 0

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
        return self.pixel_steps_until(self.total_steps)

    def pixel_steps_until(self, steps: int) -> int:
        """What of `pixel_steps` the first `steps` steps of the run take.

        Setting up a level counts as SETUP_STEPS steps of it.
        """
        cost = 0
        for level in self.levels:
            done = min(steps, level.steps)
            if done > 0:
                cost += (done + SETUP_STEPS) * step_cost_px(level)
            steps -= done
        return cost

    def first_step_cost_px(self, index: int) -> int:
        """What step `index`, counted from 1, takes in a run that begins or goes on with it: its
        level is set up first. In the unit of `pixel_steps`."""
        for level in self.levels:
            if index <= level.steps:
                return (1 + SETUP_STEPS) * step_cost_px(level)
            index -= level.steps
        raise IndexError(index)

    def memory_bytes(
        self, area_px: int = AREAS_PX[0], value_bytes: int = 4, styles: int = 1
    ) -> int:
        """The most memory that the run needs, to about a tenth (docs/engine.md).

        area_px: pixels that the network computes at once. value_bytes: of a number in the network,
        4 in float32, 2 in bfloat16. styles: how many style images there are.
        """
        style_bytes_per_px = STYLE_BYTES_PER_PX * styles * self.style_scale**2
        return self.inputs_bytes + max(
            self._level_bytes(level, area_px, value_bytes, style_bytes_per_px)
            for level in self.levels
        )

    def _level_bytes(
        self, level: Level, area_px: int, value_bytes: int, style_bytes_per_px: float
    ) -> int:
        pixels = level.width * level.height
        pairs = min(level.steps, self.most_pairs, history_pairs(pixels))
        whole = WHOLE_BYTES_PER_PX + style_bytes_per_px + HISTORY_BYTES_PER_PX * pairs
        computed = FEATURES_PER_PX * value_bytes * min(pixels, area_px)
        return BASE_BYTES + computed + round(whole * pixels)

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


def history_pairs(pixels: int) -> int:
    """Pairs of steps and gradients that L-BFGS keeps for a picture of so many pixels."""
    return min(MOST_HISTORY, max(LEAST_HISTORY, HISTORY_PX // pixels))


def step_cost_px(level: Level) -> int:
    """What one step at `level` costs, in the unit of `Plan.pixel_steps`, where memory is not short:
    smaller tiles than need be would cost more."""
    pixels = level.width * level.height
    times = TILED_TIMES if pixels > AREAS_PX[0] else 1.0
    return round(times * pixels) + STEP_OVERHEAD_PX


def plan(
    width: int,
    height: int,
    params: Params,
    *,
    earlier_px: int | None = None,
    inputs_px: int = 0,
) -> Plan:
    """The plan for a content image of `width` x `height` pixels.

    The result's longer side is `params.size_px`, larger than the photo or not: whoever asks for 512
    gets 512. Only very long and narrow pictures become longer, so that their short side keeps
    MIN_SIDE_PX. earlier_px: the longer side of a result that the run goes on from; levels up to
    that size are left out, except that the finest is always run. inputs_px: of all
    pictures that the run is given, together. Where `params.stop` is "settled" the steps are the
    most there may be. Raises ImageError, reason "too_narrow", where even MAX_SIDE_PX is not enough.
    """
    most = MOST_TIMES_USUAL if params.stop == "settled" else 1
    usual_optimizer = "adam" if params.objective == "classic" else "lbfgs"
    optimizer = params.optimizer or usual_optimizer
    pairs = 1 if optimizer == "adam" else MOST_HISTORY
    recolored = 0 if params.keep_colors == "off" else RECOLORED_BYTES_PER_PX
    inputs_bytes = (INPUT_BYTES_PER_PX + recolored) * inputs_px
    final = _fitted(width, height, params.size_px)
    if params.objective == "classic":
        only = Level(*final, params.steps or CLASSIC_STEPS * most)
        return Plan((only,), most_pairs=pairs, inputs_bytes=inputs_bytes)
    sizes = _sizes(width, height, final)
    usual = [LEVEL_STEPS[optimizer]] * len(sizes)
    if params.initial == "noise":
        usual[0] *= FROM_NOISE_TIMES
    first = sum(max(size) <= (earlier_px or 0) for size in sizes[:-1])
    sizes, usual = sizes[first:], usual[first:]
    steps = _share(params.steps, usual) if params.steps else [n * most for n in usual]
    levels = tuple(Level(*size, n) for size, n in zip(sizes, steps, strict=True) if n > 0)
    return Plan(levels, params.style_scale, pairs, inputs_bytes)


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
