"""The parameters of a transfer: their defaults and ranges, stated once.

Torch-free, so that forms, the API and the estimate can use them. A `Params` that exists is valid;
what its values mean for the optimisation is said in `engine.objective` and `engine.pyramid`.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, cast, get_args

from engine.errors import ParameterError

PARAMS_VERSION = 1

Objective = Literal["balanced", "classic"]
Optimizer = Literal["lbfgs", "adam"]
Pooling = Literal["average", "max"]
Initial = Literal["content", "noise", "style", "earlier"]
KeepColors = Literal["off", "luminance", "histogram", "covariance"]
OutsideMasks = Literal["paint", "photo"]
Stop = Literal["steps", "settled"]

QUALITIES: dict[str, int] = {"draft": 256, "standard": 512, "fine": 1024}
"""Name of a quality to the longer side of the finished picture, in pixels."""

RANGES: dict[str, tuple[float, float]] = {
    "size_px": (32, 4096),
    "style_strength": (0, 100),
    "style_scale": (0.25, 4),
    "steps": (1, 20_000),
    "learning_rate": (1e-5, 1),
    "tv_weight": (0, 100),
    "seed": (0, 2**32 - 1),
}
"""Lowest and highest value of every number, both allowed."""

CHOICES: dict[str, tuple[str, ...]] = {
    "objective": get_args(Objective),
    "optimizer": get_args(Optimizer),
    "pooling": get_args(Pooling),
    "initial": get_args(Initial),
    "keep_colors": get_args(KeepColors),
    "outside_masks": get_args(OutsideMasks),
    "stop": get_args(Stop),
}
"""What every named choice may be."""

LAYERS: tuple[str, ...] = tuple(
    f"{kind}{block}_{number}"
    for block, count in enumerate((2, 2, 4, 4, 4), start=1)
    for number in range(1, count + 1)
    for kind in ("conv", "relu")
)
"""Every layer of VGG19 that can be looked at, from the picture on."""

MAX_LAYERS = 16
"""Layers for content, or for style."""

MAX_LAYER_WEIGHT = 1e6

_INTEGERS = frozenset({"size_px", "steps", "seed"})
_LAYER_FIELDS = frozenset({"content_layers", "style_layers"})
_NULLABLE = _LAYER_FIELDS | {
    "optimizer",
    "steps",
    "learning_rate",
    "tv_weight",
    "pooling",
    "initial",
}


class LayerWeights(Mapping[str, float]):
    """Layer names and their weights, from the picture on; cannot be changed, and can be hashed."""

    __slots__ = ("_weights",)

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = {name: weights[name] for name in LAYERS if name in weights}

    def __getitem__(self, name: str) -> float:
        return self._weights[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._weights)

    def __len__(self) -> int:
        return len(self._weights)

    def __hash__(self) -> int:
        return hash(tuple(self._weights.items()))

    def __repr__(self) -> str:
        return f"LayerWeights({self._weights!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How a picture is to be painted. `None` means: what the objective does by itself.

    size_px: longer side of the result. style_strength: 0 leaves the photo nearly alone, 50 is
    half way to the style, 90 the default, 100 lets the style dominate (`engine.strength`).
    style_scale: brush size, the style image's size relative to the picture's. objective: "balanced"
    is normalised so that strength means the same at every size; "classic" is Gatys' un-normalised
    one (`engine.objective`). steps: of the whole run, shared out over the pyramid. learning_rate:
    Adam's only. tv_weight: total variation, 1 being the usual amount. initial: what the run starts
    from: the photo ("content", the classic objective's own), noise, the photo in the style's
    colours ("style", the balanced one's, as far as the strength says), or an earlier result that is
    handed to the run ("earlier"). keep_colors:
    "luminance" paints in brightness only, under the photo's own colours; "histogram" and
    "covariance" paint in full colour, with style images that were given the photo's colours first
    (`engine.color`). stop: "settled" ends each size as soon as its loss hardly falls any more; then
    `steps`, or a multiple of the usual number, is the most there may be. content_layers,
    style_layers: names of LAYERS, at most MAX_LAYERS, and their weights above 0. outside_masks:
    what becomes of places that no style's mask reaches; without masks it has no effect.

    Raises ParameterError, naming the field, for a value of the wrong type or out of range.
    """

    size_px: int = 512
    style_strength: float = 90.0
    style_scale: float = 1.0
    objective: Objective = "balanced"
    optimizer: Optimizer | None = None
    steps: int | None = None
    learning_rate: float | None = None
    tv_weight: float | None = None
    pooling: Pooling | None = None
    initial: Initial | None = None
    keep_colors: KeepColors = "off"
    outside_masks: OutsideMasks = "paint"
    stop: Stop = "steps"
    content_layers: Mapping[str, float] | None = None
    style_layers: Mapping[str, float] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is None and field.name in _NULLABLE:
                continue
            if field.name in CHOICES:
                _check_choice(field.name, value)
            elif field.name in _LAYER_FIELDS:
                object.__setattr__(self, field.name, _checked_layers(field.name, value))
            else:
                object.__setattr__(self, field.name, _checked_number(field.name, value))
        if self.objective == "classic" and self.style_scale != 1:
            raise ParameterError(
                "The classic objective always fits the style to the photo: "
                "leave style_scale at 1, or choose the balanced objective.",
                field="style_scale",
            )

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Parameters from a plain mapping, such as a stored row or a request; see `to_json`.

        Fields left out take their defaults; "version" may be left out and is then this one.
        Raises ParameterError for unknown fields, wrong types, values out of range, other versions.
        """
        if not isinstance(values, Mapping):
            raise ParameterError("Parameters must be an object of names and values.", field="")
        given = dict(values)
        version = given.pop("version", PARAMS_VERSION)
        if isinstance(version, bool) or version != PARAMS_VERSION:
            raise ParameterError(
                f"These parameters have version {str(version)[:60]}; this site reads version "
                f"{PARAMS_VERSION}.",
                field="version",
            )
        known = {field.name for field in dataclasses.fields(cls)}
        for name in given:
            if name not in known:
                raise ParameterError(
                    f"There is no parameter called {str(name)[:60]!r}.", field=str(name)[:60]
                )
        return cls(**given)

    def to_json(self) -> dict[str, str | int | float | dict[str, float] | None]:
        """Every field as a plain value, with the version; `from_json` gives the same back."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        for name in _LAYER_FIELDS:
            values[name] = None if values[name] is None else dict(values[name])
        return {"version": PARAMS_VERSION, **values}


def _check_choice(name: str, value: object) -> None:
    if value not in CHOICES[name]:
        raise ParameterError(f"{name} must be one of: {', '.join(CHOICES[name])}.", field=name)


def _checked_layers(name: str, value: object) -> LayerWeights:
    if not isinstance(value, Mapping) or not 1 <= len(value) <= MAX_LAYERS:
        raise ParameterError(
            f"{name} must name 1 to {MAX_LAYERS} layers, each with its weight.", field=name
        )
    weights = {}
    for layer, weight in value.items():
        if layer not in LAYERS:
            raise ParameterError(
                f"{name} names {str(layer)[:60]!r}, which is no layer. Use names from "
                f"{LAYERS[0]} to {LAYERS[-1]}.",
                field=name,
            )
        number = isinstance(weight, (int, float)) and not isinstance(weight, bool)
        if not number or not 0 < weight <= MAX_LAYER_WEIGHT:
            raise ParameterError(
                f"The weight of {layer} in {name} must be a number above 0, at most "
                f"{MAX_LAYER_WEIGHT:g}.",
                field=name,
            )
        weights[layer] = float(weight)
    return LayerWeights(weights)


def _checked_number(name: str, value: object) -> float:
    kind = "a whole number" if name in _INTEGERS else "a number"
    low, high = RANGES[name]
    allowed = (int,) if name in _INTEGERS else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed):
        raise ParameterError(f"{name} must be {kind}.", field=name)
    number = cast(float, value)
    if not low <= number <= high:
        raise ParameterError(f"{name} must be {kind} from {low:g} to {high:g}.", field=name)
    return number if name in _INTEGERS else float(number)
