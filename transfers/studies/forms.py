"""What a sheet is to compare: two settings with their values, and the size of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from engine.errors import EngineError
from engine.params import QUALITIES
from transfers.forms import QUALITY_LABELS
from transfers.queue.submission import Order
from transfers.studies.axes import AXES, Axis, AxisError, Value
from transfers.studies.sweeps import Wish

SIDES = ("rows", "columns")
USUAL = {"rows": "style_strength", "columns": "style_scale"}
CELL_QUALITIES = ("draft", "standard")

OWN_FIELDS = frozenset(
    {"csrfmiddlewaretoken", "act", "cells"}
    | {side + suffix for side in SIDES for suffix in ("", "_shown", "_values")}
)
"""What of a POST belongs to this form; all else says what the full painting is to be."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two settings as the page shows it. said: the values as they were typed or ticked;
    problem: what is wrong with them."""

    name: str
    legend: str
    axis: Axis
    said: list[str]
    problem: str = ""


class SweepForm(forms.Form):
    """base: the full painting. Whoever changes a setting without JavaScript asks for its values
    first: values that are those of another setting are never taken for it."""

    rows = forms.ChoiceField(
        label=gettext_lazy("What changes from row to row"),
        choices=[(axis.name, axis.label) for axis in AXES.values()],
        initial=USUAL["rows"],
    )
    columns = forms.ChoiceField(
        label=gettext_lazy("What changes from column to column"),
        choices=[(axis.name, axis.label) for axis in AXES.values()],
        initial=USUAL["columns"],
    )
    cells = forms.ChoiceField(
        label=gettext_lazy("Size of the small pictures"),
        choices=[(name, QUALITY_LABELS[name]) for name in CELL_QUALITIES],
        initial="draft",
    )

    def __init__(self, data: QueryDict, *, user: User, base: Order) -> None:
        given = data.copy()
        for side, usual in USUAL.items():
            given.setdefault(side, usual)
        given.setdefault("cells", "draft")
        super().__init__(given)
        self.user, self.base = user, base
        self._problems: dict[str, str] = {}

    @property
    def is_chosen(self) -> bool:
        """Whether the values that were sent are those of the settings that were sent with them."""
        return all(self.data.get(side) == self.data.get(f"{side}_shown") for side in SIDES)

    def sides(self) -> list[Side]:
        legends = {"rows": _("From row to row"), "columns": _("From column to column")}
        shown = []
        for side in SIDES:
            axis = AXES.get(self.data.get(side, "")) or AXES[USUAL[side]]
            said = self._said(side, axis)
            shown.append(Side(side, legends[side], axis, said, self._problems.get(side, "")))
        return shown

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        sides = {side: self._side(side, values) for side in SIDES}
        rows, columns = sides["rows"], sides["columns"]
        if rows is None or columns is None or "cells" not in values:
            return values
        wish = Wish(self.base, rows, columns, QUALITIES[values["cells"]])
        try:
            values["orders"] = wish.orders()
            for order in values["orders"]:
                order.pixel_steps()
        except EngineError as error:
            self.add_error(None, error.sentence)
        else:
            values["wish"] = wish
        return values

    def _side(self, side: str, values: dict[str, Any]) -> tuple[Axis, list[Value]] | None:
        if side not in values:
            return None
        axis = AXES[values[side]]
        try:
            return axis, axis.judged(axis.read(self._said(side, axis)), self.user)
        except AxisError as error:
            self._problems[side] = error.sentence
            self.add_error(side, error.sentence)
            return None

    def _said(self, side: str, axis: Axis) -> list[str]:
        """Values as text: those that were sent for this very setting, else some to begin with."""
        if self.data.get(f"{side}_shown") == axis.name:
            return list(self.data.getlist(f"{side}_values"))  # type: ignore[attr-defined]
        if axis.name == "style":
            return [str(style.pk) for style, _weight in self.base.styles]
        if axis.name == "photo":
            return [str(self.base.content_image.pk)]
        return list(axis.suggested)
