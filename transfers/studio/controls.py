"""The settings of the engine as controls that people understand: names, help, words for choices.

What a value may be is said once, in `engine.params`; here is only how it is asked for. Values of
fields are text, as a form sends them, and empty where nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from engine.params import CHOICES, QUALITIES, RANGES, Params

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise

Kind = Literal["slider", "number", "choice", "layers"]

OWN_SIZE = "own"
"""The quality that stands for a size of one's own, `size_px`."""

ELSEWHERE = frozenset({"size_px", "outside_masks"})
"""Settings that are asked for beside the photo and the qualities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """How one field of `engine.params.Params` is asked for.

    scale: how a slider's way is shared out: evenly, by equal factors, or with most of it for small
    values. low, high: what its ends mean. choices: words for those values that are offered.
    """

    name: str
    label: Words
    help: Words
    kind: Kind
    scale: Literal["even", "factors", "small"] = "even"
    low: Words = ""
    high: Words = ""
    unit: str = ""
    choices: tuple[tuple[str, Words], ...] = ()

    @property
    def range(self) -> tuple[float, float]:
        return RANGES[self.name]

    @property
    def is_whole(self) -> bool:
        return isinstance(getattr(Params(), self.name), int) or self.name == "steps"

    def words(self, value: str) -> str:
        """A value of the field, as the page says it."""
        return str(dict(self.choices).get(value, f"{value} {self.unit}".strip()))


BASIC = (
    Control(
        name="style_strength",
        label=_("How much style"),
        help=_("How far the picture goes from your photo towards the style."),
        kind="slider",
        low=_("subtle"),
        high=_("bold"),
    ),
)

FINER = (
    Control(
        name="style_scale",
        label=_("Brush size"),
        help=_("How large the style’s strokes and shapes become."),
        kind="slider",
        scale="factors",
        low=_("fine"),
        high=_("broad"),
        unit="×",
    ),
    Control(
        name="keep_colors",
        label=_("Colours"),
        help=_("Those of the style, or those that your photo has."),
        kind="choice",
        choices=(
            ("off", _("The style’s colours")),
            ("luminance", _("Your photo’s: only light and dark are painted")),
            ("histogram", _("Your photo’s, matched shade by shade")),
            ("covariance", _("Your photo’s, matched as a whole")),
        ),
    ),
    Control(
        name="tv_weight",
        label=_("Smoothing"),
        help=_("Calms the finest grain. A lot of it makes the picture soft."),
        kind="slider",
        scale="small",
        low=_("grainy"),
        high=_("soft"),
    ),
    Control(
        name="initial",
        label=_("Begin with"),
        help=_("What is on the canvas before the first stroke."),
        kind="choice",
        choices=(
            ("style", _("Your photo in the style’s colours")),
            ("content", _("Your photo as it is")),
            ("noise", _("Nothing but noise: freer, takes longer")),
        ),
    ),
    Control(
        name="stop",
        label=_("Paint until"),
        help=_("After the usual steps, or for as long as the picture still gets better."),
        kind="choice",
        choices=(("steps", _("the steps are done")), ("settled", _("it settles"))),
    ),
    Control(
        name="steps",
        label=_("Steps"),
        help=_("Empty: as many as the size needs. With “until it settles”, the most there may be."),
        kind="number",
    ),
    Control(
        name="seed",
        label=_("Seed"),
        help=_("The same number gives the same picture again; another one, another hand."),
        kind="number",
    ),
)

EXPERT = (
    Control(
        name="objective",
        label=_("Method"),
        help=_("Balanced means the same at every size. Classic is Gatys’ own, and slow."),
        kind="choice",
        choices=(("balanced", _("Balanced")), ("classic", _("Classic"))),
    ),
    Control(
        name="optimizer",
        label=_("Optimiser"),
        help=_("How the pixels are moved: L-BFGS in few large steps, Adam in many small ones."),
        kind="choice",
        choices=(("lbfgs", "L-BFGS"), ("adam", "Adam")),
    ),
    Control(
        name="learning_rate",
        label=_("Learning rate"),
        help=_("How large Adam’s steps are. L-BFGS has no use for it."),
        kind="number",
    ),
    Control(
        name="pooling",
        label=_("Pooling"),
        help=_("How the network looks closer and closer. Maximum is livelier and leaves a grid."),
        kind="choice",
        choices=(("average", _("By average")), ("max", _("By maximum"))),
    ),
    Control(
        name="style_layers",
        label=_("Layers for the style"),
        help=_("Early layers are grain and colour, late ones are shapes."),
        kind="layers",
    ),
    Control(
        name="content_layers",
        label=_("Layers for the photo"),
        help=_("Early layers keep every edge of the photo, late ones only what is on it."),
        kind="layers",
    ),
)

CONTROLS = (*BASIC, *FINER, *EXPERT)
NAMES = tuple(control.name for control in CONTROLS)


def refusal(control: Control) -> Words:
    """What is said of a number that is none, or out of range."""
    low, high = control.range
    sentence = (
        _("Please give a whole number from {low} to {high}, or leave it empty.")
        if control.is_whole
        else _("Please give a number from {low} to {high}, or leave it empty.")
    )
    return format_lazy(sentence, low=text(low), high=text(high))


def values_of(params: Mapping[str, Any]) -> dict[str, str]:
    """Settings as values of the fields; those that are None or not asked for are left out."""
    return {
        name: text(params[name])
        for name in NAMES
        if params.get(name) is not None and _is_offered(name, params[name])
    }


def all_values_of(params: Params) -> dict[str, str]:
    """The same of complete settings, size included; what is as usual is left empty."""
    usual = values_of(Params().to_json())
    said = values_of(params.to_json())
    values = {name: value for name, value in said.items() if usual.get(name) != value}
    quality = next((name for name, px in QUALITIES.items() if px == params.size_px), OWN_SIZE)
    values["quality"] = quality
    if quality == OWN_SIZE:
        values["size_px"] = str(params.size_px)
    return values


def usual_values() -> dict[str, str]:
    """What the engine does where nothing is said, as far as it is one value."""
    return values_of(Params().to_json()) | {"tv_weight": "1"}


def text(value: Any) -> str:
    """A setting as a form sends it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{layer} {text(weight)}" for layer, weight in value.items())
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _is_offered(name: str, value: Any) -> bool:
    """Whether the page has it. "earlier", which is asked for elsewhere, it has not."""
    control = next(control for control in CONTROLS if control.name == name)
    return control.kind != "choice" or value in dict(control.choices)


def not_asked_for() -> Iterator[str]:
    """Settings of the engine, and choices of them, that no control has: for a test to look at."""
    for field in fields(Params):
        if field.name not in NAMES and field.name not in ELSEWHERE:
            yield field.name
    for control in CONTROLS:
        for value in CHOICES.get(control.name, ()):
            if value not in dict(control.choices):
                yield f"{control.name}={value}"
