"""Fields of the studio's form that read more than one plain value."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engine.errors import ParameterError
from engine.params import Params
from gallery.models import Style
from transfers.forms import ChoicesField
from transfers.studio.controls import Control, refusal

MOST_STYLES = 4
"""Of one picture on the page; every further one makes each less to be seen."""

MOST_LAYERS_TEXT = 600

_LAYER = re.compile(
    r"(?P<name>\w+)(?:\s*[\s=:×*]\s*(?P<weight>[\d.]+(?:e[+-]?\d+)?))?", re.IGNORECASE
)


class StylesField(ChoicesField):
    """One style or several, in the order in which they were chosen."""

    def __init__(self) -> None:
        super().__init__(
            queryset=Style.objects.none(),
            error_messages={
                "required": _("Please choose a style."),
                "invalid_choice": _("That style is no longer here. Please choose another one."),
            },
        )

    def clean(self, value: Any) -> list[Style]:  # type: ignore[override]
        ids = list(dict.fromkeys(str(one) for one in value or []))
        if len(ids) > MOST_STYLES:
            sentence = _("Please choose at most %(most)d styles.")
            raise forms.ValidationError(sentence, params={"most": MOST_STYLES})
        found = {str(style.pk): style for style in super().clean(ids)}
        return [found[one] for one in ids]


class LayersField(forms.CharField):
    """Layers of the network with their weights, as in "relu1_1 1, relu4_1 0.5"."""

    def __init__(self, name: str) -> None:
        super().__init__(required=False, max_length=MOST_LAYERS_TEXT)
        self.name = name

    def clean(self, value: Any) -> dict[str, float] | None:
        said = super().clean(value)
        if not said:
            return None
        try:
            weights = dict(
                _weighted(entry) for entry in re.split(r"[,;\n]+", said) if entry.strip()
            )
            return dict(getattr(Params.from_json({self.name: weights}), self.name))
        except ParameterError as error:
            raise forms.ValidationError(error.sentence) from error


def _weighted(entry: str) -> tuple[str, float]:
    found = _LAYER.fullmatch(entry.strip())
    try:
        if found is None:
            raise ValueError
        return found["name"], float(found["weight"] or 1)
    except ValueError as error:
        sentence = _("Please write each layer with its weight, as in “relu1_1 1, relu4_1 0.5”.")
        raise forms.ValidationError(sentence) from error


def field_for(control: Control) -> forms.Field:
    """The field of a control; none is required, as each may be left to style or engine."""
    if control.kind == "layers":
        return LayersField(control.name)
    if control.kind == "choice":
        invalid = {"invalid_choice": _("Please choose one of those offered.")}
        choices = [("", ""), *control.choices]
        return forms.ChoiceField(required=False, choices=choices, error_messages=invalid)
    sentence = refusal(control)
    words = {"invalid": sentence, "min_value": sentence, "max_value": sentence}
    low, high = control.range
    if control.is_whole:
        return forms.IntegerField(
            required=False, min_value=int(low), max_value=int(high), error_messages=words
        )
    return forms.FloatField(required=False, min_value=low, max_value=high, error_messages=words)
