"""A preset's recommended settings as fields with names, beside JSON for all the others.

A field left empty is not stored: then the engine does what it does by itself.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engine.errors import ParameterError
from engine.params import RANGES, Params


def _number(name: str, label: Any, help_text: Any) -> forms.Field:
    low, high = RANGES[name]
    return forms.FloatField(
        label=label, help_text=help_text, required=False, min_value=low, max_value=high
    )


def _whole_number(name: str, label: Any, help_text: Any) -> forms.Field:
    low, high = map(int, RANGES[name])
    return forms.IntegerField(
        label=label, help_text=help_text, required=False, min_value=low, max_value=high
    )


def _choice(label: Any, words: dict[str, Any], usual: Any, help_text: Any = "") -> forms.Field:
    choices = [("", usual), *words.items()]
    return forms.ChoiceField(label=label, help_text=help_text, required=False, choices=choices)


class SettingsForm(forms.Form):
    """Named fields of ``Params``; ``params`` holds what has no field of its own."""

    style_strength = _number(
        "style_strength",
        _("How much style"),
        _("0 leaves the photo nearly alone, 90 is the default, 100 lets the style dominate."),
    )
    style_scale = _number(
        "style_scale",
        _("Brush size"),
        _("1 is the default, 2 is twice as coarse, 0.5 half as coarse."),
    )
    keep_colors = _choice(
        _("Colours"),
        {
            "off": _("the style’s"),
            "luminance": _("the photo’s own, painted in brightness"),
            "histogram": _("the photo’s own, by histogram"),
            "covariance": _("the photo’s own, by covariance"),
        },
        _("as usual (the style’s)"),
    )
    tv_weight = _number(
        "tv_weight",
        _("Smoothness"),
        _("1 is usual; more takes away speckles, and fine lines with them."),
    )
    initial = _choice(  # type: ignore[assignment]  # a form's own `initial` stays an attribute
        _("Starts from"),
        {
            "content": _("the photo"),
            "style": _("the photo in the style’s colours"),
            "noise": _("noise"),
        },
        _("as usual"),
    )
    steps = _whole_number("steps", _("Steps"), _("Empty: as many as the size needs."))
    objective = _choice(
        _("Method"),
        {"balanced": _("balanced"), "classic": _("classic")},
        _("as usual (balanced)"),
        _("Classic cannot change the brush size."),
    )


NAMED: tuple[str, ...] = tuple(SettingsForm.base_fields)


def split(params: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings as initial values of the fields, and what is left for the JSON."""
    named = {name: params[name] for name in NAMED if params.get(name) is not None}
    return named, {name: value for name, value in params.items() if name not in named}


def joined(form: forms.BaseForm) -> dict[str, Any]:
    """The settings that a cleaned ``form`` asks for; its fields win over its JSON.

    Tells the field that the engine's sentence is about.
    """
    values = form.cleaned_data
    further = values.get("params") or {}
    named = {name: values[name] for name in NAMED if values.get(name) not in (None, "")}
    params = {**further, **named} if isinstance(further, dict) else further
    try:
        Params.from_json(params)
    except ParameterError as error:
        field = error.field if error.field in named else "params"
        form.add_error(field, forms.ValidationError(error.sentence, code=error.code))
    return params
