"""A whole run: from a photo and style images to a painted picture, one `Step` at a time.

`stylize` is a generator: take a step when you like, close it when you have had enough, and give a
step's `checkpoint` back to go on later. What is optimised is in `engine.objective`, how in
`engine.optimizers`, at which sizes in `engine.pyramid`, from what in `engine.start`, for how long
in `engine.settling`.
"""

import dataclasses
import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import torch
from PIL import Image

from engine import checkpoint as checkpoints
from engine.color import in_colors_of, luminance, with_colors_of
from engine.descent import Descent, Values
from engine.devices import device_called, fitted, freed_memory_kept
from engine.images import eight_bits, fit, flatten
from engine.inputs import StyleImage as StyleImage
from engine.inputs import check_styles, pixels_given, run_digest
from engine.ledger import Entry
from engine.masks import coverage, with_photo_outside
from engine.objective import (
    CLASSIC_STYLE_WEIGHT,
    BalancedObjective,
    ClassicObjective,
    KeptOutside,
    Objective,
    default_layers,
)
from engine.optimizers import LBFGS, Adam, Optimizer
from engine.params import Params
from engine.position import Position, resumed
from engine.pyramid import MIN_SIDE_PX, Level, Plan, check_earlier, history_pairs, plan
from engine.regions import WeightedStyle, mask_tensor
from engine.settling import SETTLED_STEPS, UNSEEN_WINDOWS, Settling, Stall
from engine.start import earlier_picture, finer_picture, first_picture
from engine.strength import COARSE_SHARE, DEFAULT_STRENGTH, style_weight
from engine.tensors import to_array, to_image, to_tensor
from engine.vgg import Network, deepest_of, load_network

CLASSIC_LEARNING_RATE = 0.003
BALANCED_LEARNING_RATE = 0.03

REDONE_STEPS = 6
REDONE_PX = 600_000
"""How far a resumed run of L-BFGS goes back in its count: its history is not in the checkpoint, and
without it the few steps left would end above the uninterrupted run's loss. At most so many steps,
and so many pixels over all of them (at least one step): on two cores that is 2 to 4 seconds."""


class Phase(Enum):
    """What a step is doing, for a caller that wants to say so."""

    COMPOSING = "composing"
    """Laying out large shapes, at the coarsest level of several; not after an earlier picture."""
    PAINTING = "painting"
    """Brush strokes, at a middle level."""
    REFINING = "refining"
    """The finished picture's own size."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run. The losses are those of this step's picture.

    index, level count from 1. plan: as it stands after this step, with the steps that settled
    levels really took. content_loss, style_loss and tv_loss are before their weights, total_loss
    is what is minimised.
    """

    index: int
    plan: Plan
    level: int
    levels: int
    width: int
    height: int
    phase: Phase
    content_loss: float
    style_loss: float
    tv_loss: float
    total_loss: float
    _run: "_Run" = dataclasses.field(repr=False)
    _step: int = dataclasses.field(repr=False)
    _picture: torch.Tensor = dataclasses.field(repr=False)
    _state: dict[str, torch.Tensor] = dataclasses.field(repr=False)

    @property
    def total(self) -> int:
        """Steps of the whole run; where it goes on until it settles, the most there can be."""
        return self.plan.total_steps

    @property
    def is_last(self) -> bool:
        """Whether the picture is finished."""
        return self.index == self.total

    def image(self) -> Image.Image:
        """The picture at the finished size; before the last level it is enlarged to that."""
        final = (self.plan.width, self.plan.height)
        picture = to_image(self._picture)
        if picture.size != final:
            picture = picture.resize(final, Image.Resampling.BICUBIC)
        return self._run.dressed(picture)

    def preview(self, max_side_px: int = 512) -> Image.Image:
        """The picture as it stands, longer side at most `max_side_px`, mode RGB."""
        return flatten(self._run.dressed(fit(to_image(self._picture), max_side_px)))

    def checkpoint(self) -> bytes:
        """All that `stylize(resume=...)` needs to go on from this step's picture."""
        state = {name: value.cpu().numpy() for name, value in self._state.items()}
        return checkpoints.Checkpoint(
            run=self._run.digest,
            steps=tuple(level.steps for level in self.plan.levels),
            level=self.level - 1,
            step=self._step,
            picture=to_array(self._picture),
            bounded=self._run.bounded,
            state=state,
        ).pack()


def stylize(
    content: Image.Image,
    styles: Sequence[StyleImage],
    params: Params,
    *,
    earlier: Image.Image | None = None,
    resume: bytes | None = None,
    weights: str = "bundled",
    device: str | None = None,
    threads: int | None = None,
    memory_bytes: int | None = None,
    entry: Entry | None = None,
    network: Network | None = None,
) -> Iterator[Step]:
    """Paints `content` in the manner of `styles`, yielding a Step for each step of the plan.

    content: the photo, and like every picture here of any mode; its transparency is kept. earlier:
    with `params.initial` "earlier" the result that the run goes on from, in the photo's
    proportions: at its size it gets more steps, at a larger one only larger levels are run. resume:
    a Step's checkpoint of the same run; the steps after it follow. L-BFGS, which starts without its
    history, counts back a few steps first (`redone_steps`). weights: see
    `engine.weights.load_weights`. device: "cpu", "cuda", ...; None takes a GPU if there is one.
    threads: for this process from now on. memory_bytes: the most that the run may take, this
    process's own included; None takes what is free. entry: of this process in `engine.ledger`.
    network: a ready one, for `weights`. Same inputs, seed, machine and threads: the same bytes.

    Raises ParameterError, ImageError, WeightsError, CheckpointError, DeviceError before the first
    step, and NumericalError or DeviceError (out of memory) at any.
    """
    check_styles(styles)
    check_earlier(*content.size, params, None if earlier is None else earlier.size)
    if threads is not None:
        torch.set_num_threads(threads)
    run = _Run(
        content,
        tuple(styles),
        params,
        earlier,
        weights,
        device_called(device),
        memory_bytes,
        entry,
        network,
    )
    with freed_memory_kept():
        yield from run.steps(resume)


class _Run:
    """What stays the same over all steps of a run."""

    def __init__(
        self,
        content: Image.Image,
        styles: tuple[StyleImage, ...],
        params: Params,
        earlier: Image.Image | None,
        weights: str,
        device: torch.device,
        memory_bytes: int | None,
        entry: Entry | None,
        network: Network | None,
    ) -> None:
        self.params = params
        self.device = device
        self.plan: Plan = plan(
            *content.size,
            params,
            earlier_px=None if earlier is None else max(earlier.size),
            inputs_px=pixels_given(content, styles, earlier),
        )
        self.classic = params.objective == "classic"
        self.bounded = not self.classic
        self._dtype, self._area_px = fitted(
            self.plan, content.size, params, device, len(styles), memory_bytes, entry
        )
        self._optimizer_kind = params.optimizer or ("adam" if self.classic else "lbfgs")
        pooling = params.pooling or ("max" if self.classic else "average")
        self._network = network or load_network(
            weights, pooling, str(device), deepest=_deepest(params)
        )
        # Of the weights that are in the network, whatever may lie at their path by now.
        self.digest = run_digest(content, styles, params, earlier, self._network.sha256)
        self._original = eight_bits(content)
        self._content = flatten(self._original)
        self._earlier = None if earlier is None else flatten(eight_bits(earlier))
        self._masks = [style.mask for style in styles]
        self._styles = tuple(
            dataclasses.replace(
                s, image=in_colors_of(self._content, eight_bits(s.image), params.keep_colors)
            )
            for s in styles
        )
        if params.keep_colors == "luminance":
            self._content = luminance(self._content)
            self._earlier = self._earlier and luminance(self._earlier)

    def steps(self, resume: bytes | None) -> Iterator[Step]:
        at = Position(self.plan)
        if resume is not None:
            at = resumed(resume, run=self.digest, plan=self.plan, device=self.device)
        while at.level < len(at.plan.levels):
            at = yield from self._paint_level(at)

    def _paint_level(self, at: Position) -> Generator[Step, None, Position]:
        """The steps of a level that are still to do; returns where the run then stands."""
        plan, number, done, picture = at.plan, at.level, at.step, at.picture
        level = plan.levels[number]
        if done == level.steps:
            return Position(plan, number + 1, picture=picture)
        if done == 0 or picture is None:
            picture = self._started(number, picture)
        optimizer = self._optimizer(level)
        optimizer.load_state(at.state)
        if isinstance(optimizer, LBFGS):
            done = max(0, done - redone_steps(level))
        objective = self._objective(level)
        descent = Descent(objective, optimizer, picture, dtype=self._dtype)
        settling, stall = self._settling(anew=done > 0), Stall()
        for step in range(done + 1, level.steps + 1):
            values = descent.step()
            if settling is not None and settling.saw(values.total):
                plan = plan.ended(number, step)
            yield self._step(plan, number, step, descent.picture, values, optimizer.state())
            if step == plan.levels[number].steps:
                break
            if isinstance(optimizer, LBFGS) and stall.saw(values.total):
                # bfloat16 can be what hides the way down, and a new history needs time to settle.
                self._dtype = descent.dtype
                optimizer.forget()
                descent = Descent(objective, optimizer, descent.picture, dtype=torch.float32)
                settling = self._settling(anew=True)
        if not stall.noticed:
            self._dtype = descent.dtype
        return Position(plan, number + 1, picture=descent.picture)

    def _settling(self, *, anew: bool) -> Settling | None:
        """What ends a level early, if anything may. anew: the optimiser has lost its history."""
        if self.params.stop == "steps":
            return None
        window_steps = SETTLED_STEPS[self._optimizer_kind]
        return Settling(window_steps, unseen_steps=UNSEEN_WINDOWS * window_steps if anew else 0)

    def dressed(self, picture: Image.Image) -> Image.Image:
        """`picture` with the photo's colours and transparency, where it is to keep them."""
        original = self._original
        if self.params.keep_colors == "luminance":
            colors = flatten(original).resize(picture.size, Image.Resampling.LANCZOS)
            picture = with_colors_of(picture, colors)
        if self.params.outside_masks == "photo":
            photo = flatten(original).resize(picture.size, Image.Resampling.LANCZOS)
            picture = with_photo_outside(picture, photo, self._masks)
        if original.mode == "RGBA":
            alpha = original.getchannel("A").resize(picture.size, Image.Resampling.LANCZOS)
            picture.putalpha(alpha)
        return picture

    def _step(
        self,
        plan: Plan,
        number: int,
        step: int,
        picture: torch.Tensor,
        values: Values,
        state: dict[str, torch.Tensor],
    ) -> Step:
        levels = plan.levels
        phase = Phase.PAINTING
        if number == len(levels) - 1:
            phase = Phase.REFINING
        elif number == 0 and self._earlier is None:
            phase = Phase.COMPOSING
        return Step(
            index=sum(level.steps for level in levels[:number]) + step,
            plan=plan,
            level=number + 1,
            levels=len(levels),
            width=levels[number].width,
            height=levels[number].height,
            phase=phase,
            content_loss=values.content,
            style_loss=values.style,
            tv_loss=values.tv,
            total_loss=values.total,
            _run=self,
            _step=step,
            _picture=picture,
            _state=state,
        )

    def _started(self, number: int, coarser: torch.Tensor | None) -> torch.Tensor:
        """The picture that a level starts from: (1, 3, h, w)."""
        size = _size(self.plan.levels[number])
        if coarser is not None:
            return finer_picture(coarser, self._content, size)
        if self._earlier is not None:
            return earlier_picture(self._earlier, self._content, size, self.device)
        styles = self._weighted_styles(self.plan.levels[number])
        return first_picture(self._content, styles, self.params, size, self.device)

    def _objective(self, level: Level) -> Objective:
        size = _size(level)
        photo = to_tensor(self._content, size, self.device)
        objective = self._plain_objective(level, photo)
        painted = coverage(self._masks, size)
        if painted is None or self.params.outside_masks == "paint":
            return objective
        return KeptOutside(objective, photo, torch.from_numpy(painted).to(self.device))

    def _plain_objective(self, level: Level, photo: torch.Tensor) -> Objective:
        params = self.params
        weight = style_weight(params.style_strength)
        last = self.plan.levels[-1]
        if self.classic:
            return ClassicObjective(
                self._network,
                photo,
                self._weighted_styles(level),
                content_layers=params.content_layers,
                style_layers=params.style_layers,
                style_weight=CLASSIC_STYLE_WEIGHT * weight / style_weight(DEFAULT_STRENGTH),
                tv_weight=params.tv_weight or 0.0,
                area_px=self._area_px,
            )
        return BalancedObjective(
            self._network,
            photo,
            self._weighted_styles(level),
            content_layers=params.content_layers,
            style_layers=params.style_layers,
            style_weight=weight * (1.0 if _size(level) == _size(last) else COARSE_SHARE),
            tv_weight=1.0 if params.tv_weight is None else params.tv_weight,
            dtype=self._dtype,
            area_px=self._area_px,
        )

    def _weighted_styles(self, level: Level) -> list[WeightedStyle]:
        size = _size(level)
        weighted = []
        for style in self._styles:
            own_size = size if self.classic else self._style_size(style.image, level)
            image = to_tensor(style.image, own_size, self.device)
            mask = None if style.mask is None else mask_tensor(style.mask, size, self.device)
            weighted.append(WeightedStyle(image, style.weight, mask))
        return weighted

    def _style_size(self, style: Image.Image, level: Level) -> tuple[int, int]:
        """The style at the level's area times style_scale squared, in its own proportions."""
        area = level.width * level.height * self.params.style_scale**2
        scale = math.sqrt(area / (style.width * style.height))
        scale = max(scale, MIN_SIDE_PX / min(style.size))
        return round(style.width * scale), round(style.height * scale)

    def _optimizer(self, level: Level) -> Optimizer:
        if self._optimizer_kind == "lbfgs":
            return LBFGS(history=history_pairs(level.width * level.height))
        usual = CLASSIC_LEARNING_RATE if self.classic else BALANCED_LEARNING_RATE
        return Adam(learning_rate=self.params.learning_rate or usual, clip=self.bounded)


def redone_steps(level: Level) -> int:
    """Steps of `level` that a resumed run of L-BFGS does again; see REDONE_STEPS."""
    return min(REDONE_STEPS, max(1, REDONE_PX // (level.width * level.height)))


def _size(level: Level) -> tuple[int, int]:
    return level.width, level.height


def _deepest(params: Params) -> str:
    """The deepest convolution that a run with `params` looks at."""
    content, style = default_layers(params.objective)
    return deepest_of([*(params.content_layers or content), *(params.style_layers or style)])
