"""A whole run: from a photo and style images to a painted picture, one `Step` at a time.

`stylize` is a generator: take a step when you like, close it when you have had enough, and give a
step's `checkpoint` back to go on later. What is optimised is in `engine.objective`, how in
`engine.optimizers`, at which sizes in `engine.pyramid`.
"""

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import torch
from PIL import Image

from engine import checkpoint as checkpoints
from engine.color import luminance, matched_luminance, with_colors_of
from engine.descent import Descent, Values
from engine.errors import DeviceError, ParameterError
from engine.images import fit, flatten
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
from engine.pyramid import MIN_SIDE_PX, Level, Plan, plan
from engine.regions import WeightedStyle, coverage, mask_tensor, mask_values, with_photo_outside
from engine.tensors import from_array, resized, to_array, to_image, to_tensor
from engine.vgg import Network, deepest_of, load_network

CLASSIC_LEARNING_RATE = 0.003
BALANCED_LEARNING_RATE = 0.02

STRENGTHS = ((0.0, 0.05), (50.0, 7.0), (100.0, 20.0))
"""Style strength to the style's weight over the content in the balanced objective. Between these
the weight grows by equal factors; they were chosen by eye (docs/engine.md)."""

DETAIL = 0.4
"""Share of the photo's fine detail that a finer level starts with."""

NOISE = 0.03
"""Standard deviation of the noise that the coarsest level starts with; flat areas need a seed."""

AREA_PX = 1_200_000
"""Pixels that the network computes at once; larger pictures are painted in tiles, exactly the same,
which takes about one and a half times the work and bounds the memory."""

REDONE_STEPS = 6
REDONE_PX = 600_000
"""How far a resumed run of L-BFGS goes back in its count: its history is not in the checkpoint, and
without it the few steps left would end above the uninterrupted run's loss. At most so many steps,
and so many pixels over all of them (at least one step): on two cores that is 2 to 4 seconds."""


class Phase(Enum):
    """What a step is doing, for a caller that wants to say so."""

    COMPOSING = "composing"
    """Laying out large shapes, at the coarsest level of several."""
    PAINTING = "painting"
    """Brush strokes, at a middle level."""
    REFINING = "refining"
    """The finished picture's own size."""


@dataclass(frozen=True, slots=True)
class StyleImage:
    """A style image (any mode, any size) and its weight in a blend, more than 0.

    mask: where it paints, as a grey picture that is stretched over the photo: white paints, black
    does not, grey shares. None paints what the other styles' masks leave, or everywhere.
    """

    image: Image.Image
    weight: float = 1.0
    mask: Image.Image | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run. The losses are those of this step's picture.

    index, level count from 1. content_loss, style_loss and tv_loss are before their weights,
    total_loss is what is minimised.
    """

    index: int
    total: int
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
    def is_last(self) -> bool:
        """Whether the picture is finished."""
        return self.index == self.total

    def image(self) -> Image.Image:
        """The picture at the finished size; before the last level it is enlarged to that."""
        final = (self._run.plan.width, self._run.plan.height)
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
    resume: bytes | None = None,
    weights: str = "bundled",
    device: str | None = None,
    threads: int | None = None,
    network: Network | None = None,
) -> Iterator[Step]:
    """Paints `content` in the manner of `styles`, yielding a Step for each step of the plan.

    resume: a Step's checkpoint of the same run; the steps after it follow. L-BFGS, which starts
    without its history, counts back a few steps of the level first (`redone_steps`). weights: see
    `engine.weights.load_weights`. device: "cpu", "cuda", ...; None takes a GPU if there is one.
    threads: for this process, from now on. network: a ready network instead of `weights`.
    The same inputs, seed, machine and threads give the same picture, byte for byte.

    Raises ParameterError, ImageError, WeightsError, CheckpointError, DeviceError before the first
    step, and NumericalError or DeviceError (out of memory) at any.
    """
    _check_styles(styles)
    if threads is not None:
        torch.set_num_threads(threads)
    run = _Run(content, tuple(styles), params, weights, _device(device), network)
    yield from run.steps(resume)


class _Run:
    """What stays the same over all steps of a run."""

    def __init__(
        self,
        content: Image.Image,
        styles: tuple[StyleImage, ...],
        params: Params,
        weights: str,
        device: torch.device,
        network: Network | None,
    ) -> None:
        self.params = params
        self.device = device
        self.plan: Plan = plan(*content.size, params)
        self.digest = _digest(content, styles, params, weights)
        self.classic = params.objective == "classic"
        self.bounded = not self.classic
        pooling = params.pooling or ("max" if self.classic else "average")
        self._network = network or load_network(
            weights, pooling, str(device), deepest=_deepest(params)
        )
        self._original = content
        self._content = flatten(content)
        self._masks = [style.mask for style in styles]
        self._styles = styles
        if params.keep_colors == "luminance":
            self._content = luminance(self._content)
            self._styles = tuple(
                dataclasses.replace(s, image=matched_luminance(flatten(s.image), self._content))
                for s in styles
            )
        self._dtype = torch.float32 if self.classic else fast_dtype(device)

    def steps(self, resume: bytes | None) -> Iterator[Step]:
        done_levels, done_steps, picture = 0, 0, None
        state: dict[str, torch.Tensor] = {}
        if resume is not None:
            kept = checkpoints.unpack(resume, run=self.digest)
            done_levels, done_steps = kept.level, kept.step
            picture = from_array(kept.picture, self.device)
            state = {n: torch.from_numpy(a).to(self.device) for n, a in kept.state.items()}
        for number, level in enumerate(self.plan.levels[done_levels:], start=done_levels):
            if done_steps == 0 or picture is None:
                picture = self._started(number, picture)
            optimizer = self._optimizer()
            optimizer.load_state(state)
            if isinstance(optimizer, LBFGS) and done_steps < level.steps:
                done_steps = max(0, done_steps - redone_steps(level))
            descent = Descent(self._objective(level), optimizer, picture, dtype=self._dtype)
            for step in range(done_steps + 1, level.steps + 1):
                values = descent.step()
                picture = descent.picture
                yield self._step(number, step, picture, values, optimizer.state())
            self._dtype = descent.dtype
            done_steps = 0
            state = {}

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
        number: int,
        step: int,
        picture: torch.Tensor,
        values: Values,
        state: dict[str, torch.Tensor],
    ) -> Step:
        levels = self.plan.levels
        phase = Phase.COMPOSING if number == 0 else Phase.PAINTING
        if number == len(levels) - 1:
            phase = Phase.REFINING
        return Step(
            index=sum(level.steps for level in levels[:number]) + step,
            total=self.plan.total_steps,
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
        level = self.plan.levels[number]
        size = (level.width, level.height)
        photo = to_tensor(self._content, size, self.device)
        generator = torch.Generator().manual_seed(self.params.seed)
        if coarser is not None:
            blurred = to_tensor(self._content, _size(coarser), self.device)
            detail = photo - resized(blurred, size)
            return (resized(coarser, size) + DETAIL * detail).clamp(0, 1)
        noise = torch.randn(photo.shape, generator=generator).to(photo)
        if self.params.initial == "noise":
            return (0.5 + 0.15 * noise).clamp(0, 1)
        if self.classic:
            return photo
        return (photo + NOISE * noise).clamp(0, 1)

    def _objective(self, level: Level) -> Objective:
        size = (level.width, level.height)
        photo = to_tensor(self._content, size, self.device)
        objective = self._plain_objective(level, photo)
        painted = coverage(self._masks, size)
        if painted is None or self.params.outside_masks == "paint":
            return objective
        return KeptOutside(objective, photo, torch.from_numpy(painted).to(self.device))

    def _plain_objective(self, level: Level, photo: torch.Tensor) -> Objective:
        params = self.params
        weight = style_weight(params.style_strength)
        if self.classic:
            return ClassicObjective(
                self._network,
                photo,
                self._weighted_styles(level),
                content_layers=params.content_layers,
                style_layers=params.style_layers,
                style_weight=CLASSIC_STYLE_WEIGHT * weight / style_weight(50.0),
                tv_weight=params.tv_weight or 0.0,
                area_px=AREA_PX,
            )
        return BalancedObjective(
            self._network,
            photo,
            self._weighted_styles(level),
            content_layers=params.content_layers,
            style_layers=params.style_layers,
            style_weight=weight,
            tv_weight=1.0 if params.tv_weight is None else params.tv_weight,
            dtype=self._dtype,
            area_px=AREA_PX,
        )

    def _weighted_styles(self, level: Level) -> list[WeightedStyle]:
        size = (level.width, level.height)
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

    def _optimizer(self) -> Optimizer:
        kind = self.params.optimizer or ("adam" if self.classic else "lbfgs")
        if kind == "lbfgs":
            return LBFGS()
        usual = CLASSIC_LEARNING_RATE if self.classic else BALANCED_LEARNING_RATE
        return Adam(learning_rate=self.params.learning_rate or usual, clip=self.bounded)


def redone_steps(level: Level) -> int:
    """Steps of `level` that a resumed run of L-BFGS does again; see REDONE_STEPS."""
    return min(REDONE_STEPS, max(1, REDONE_PX // (level.width * level.height)))


def style_weight(strength: float) -> float:
    """The balanced objective's style weight at a style strength of 0..100; see STRENGTHS."""
    (low, light), (high, heavy) = STRENGTHS[:2] if strength <= STRENGTHS[1][0] else STRENGTHS[1:]
    return float(light * (heavy / light) ** ((strength - low) / (high - low)))


def fast_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the hardware multiplies it natively, else float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    able = torch.cpu.get_capabilities()
    native = able.get("avx512_bf16", False) or able.get("amx_bf16", False)
    return torch.bfloat16 if device.type == "cpu" and native else torch.float32


def _device(name: str | None) -> torch.device:
    wanted = name or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise DeviceError(
            f"There is no device {wanted!r} on this machine. Use cpu, or leave it out."
        ) from error
    return device


def _check_styles(styles: Sequence[StyleImage]) -> None:
    if not styles:
        raise ParameterError("Choose at least one style image.", field="styles")
    if any(not (math.isfinite(s.weight) and s.weight > 0) for s in styles):
        raise ParameterError("Every style's weight must be a number above 0.", field="styles")
    if not any(s.mask is None or mask_values(s.mask, s.mask.size).any() for s in styles):
        raise ParameterError(
            "The masks are black everywhere, so no style would paint anything. "
            "Make a part of a mask white.",
            field="styles",
        )


def _deepest(params: Params) -> str:
    """The deepest convolution that a run with `params` looks at."""
    content, style = default_layers(params.objective)
    return deepest_of([*(params.content_layers or content), *(params.style_layers or style)])


def _size(image: torch.Tensor) -> tuple[int, int]:
    return image.shape[3], image.shape[2]


def _digest(
    content: Image.Image, styles: Sequence[StyleImage], params: Params, weights: str
) -> str:
    """Everything that decides a run's course, as a hash."""
    digest = hashlib.sha256(json.dumps([params.to_json(), weights], sort_keys=True).encode())
    pictures = [("content", content, 1.0)]
    for style in styles:
        pictures.append(("style", style.image, style.weight))
        if style.mask is not None:
            pictures.append(("mask", style.mask, 1.0))
    for role, image, weight in pictures:
        digest.update(f"{role} {image.mode} {image.size} {weight!r}".encode())
        digest.update(image.tobytes())
    return digest.hexdigest()
