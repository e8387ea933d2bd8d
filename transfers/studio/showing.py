"""The form of the studio as templates show it: chosen styles with shares, controls with marks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext as _

from accounts.models import User
from engine.errors import ParameterError
from engine.params import LAYERS, Params
from gallery.models import Style
from gallery.recipes import setting_lines
from transfers.models import SavedSettings
from transfers.studio import controls
from transfers.studio.controls import Control, usual_values, values_of
from transfers.studio.fields import MOST_STYLES
from transfers.studio.form import FROM_ENGINE, StudioForm
from transfers.studio.help_pictures import PICTURES, HelpPicture
from transfers.studio.models import NAME_LENGTH
from transfers.studio.saved import MOST


@dataclass(frozen=True, slots=True)
class ShownStyle:
    """A chosen style. weight: the text of its field. percent: its share of all of them. mask: the
    id of its mask, or nothing."""

    style: Style
    weight: str
    percent: int
    mask: str = ""


@dataclass(frozen=True, slots=True)
class ShownControl:
    """A control with its field, and with what it comes to where nothing is said."""

    control: Control
    field: BoundField
    recommended: str

    @property
    def value(self) -> str:
        value = self.field.value()
        return "" if value is None else str(value)

    @property
    def effective(self) -> str:
        return self.value or self.recommended

    @property
    def recommended_words(self) -> str:
        return self.control.words(self.recommended) if self.recommended else ""

    @property
    def differs(self) -> bool:
        return bool(self.value) and self.value != self.recommended

    @property
    def picture(self) -> HelpPicture | None:
        return PICTURES.get(self.control.name)

    @property
    def lowest(self) -> str:
        return controls.text(self.control.range[0])

    @property
    def highest(self) -> str:
        return controls.text(self.control.range[1])


def context(form: StudioForm, chosen: list[Style]) -> dict[str, Any]:
    """What the templates need beside the form itself. chosen: in the order of choosing."""
    base = form["base"].value() or ""
    usual = usual_values()
    lead = form.leading(chosen)
    recommended = usual if base == FROM_ENGINE or not lead else usual | recommended_of(lead)
    shown = {
        name: [ShownControl(one, form[one.name], recommended.get(one.name, "")) for one in group]
        for name, group in (
            ("basic", controls.BASIC),
            ("finer", controls.FINER),
            ("expert", controls.EXPERT),
        )
    }
    return {
        "controls": shown,
        "finer_count": sum(control.differs for control in shown["finer"]),
        "expert_count": sum(control.differs for control in shown["expert"]),
        "chosen": _shown_styles(form, chosen),
        "most_styles": MOST_STYLES,
        "base": base,
        "usual": json.dumps(usual),
        "layers": LAYERS,
    }


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """Settings that somebody saved. values: of the form’s fields, as JSON. lines: in words."""

    saved: SavedSettings
    values: str
    lines: list[tuple[str, str]]


def own_settings(user: User) -> dict[str, Any]:
    """Those that `user` saved, as far as this version of the engine can read them."""
    shown = []
    for saved in SavedSettings.objects.owned_by(user):
        try:
            initial = settings_initial(saved)
        except ParameterError:
            continue
        size = (_("Size"), f"{saved.params['size_px']} px")
        lines = [*setting_lines(saved.params), size]
        shown.append(OwnSettings(saved, json.dumps(initial), lines))
    return {"own_settings": shown, "most_settings": MOST, "name_length": NAME_LENGTH}


def settings_initial(saved: SavedSettings) -> dict[str, str]:
    """Values of the form's fields. Raises ParameterError where nobody can read them any more."""
    return {"base": FROM_ENGINE, **controls.all_values_of(Params.from_json(saved.params))}


def recommended_of(style: Style) -> dict[str, str]:
    """What `style` recommends, as values of the fields; nothing where it cannot be."""
    try:
        Params.from_json(style.params)
    except ParameterError:
        return {}
    return values_of(style.params)


def _shown_styles(form: StudioForm, chosen: list[Style]) -> list[ShownStyle]:
    texts = [form.weight_text(style) for style in chosen]
    weights = [form.weight_so_far(style) for style in chosen]
    total = sum(weights) or 1.0
    return [
        ShownStyle(style, text, round(100 * weight / total), form.mask_text(style))
        for style, text, weight in zip(chosen, texts, weights, strict=True)
    ]
