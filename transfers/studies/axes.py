"""What a sheet can compare: the settings, their values, and what a value does to an order.

Each axis reads its values from a form or from JSON, names them for people, and turns the order of
the whole sheet into that of a cell. What a setting may be is decided by ``engine.params``.
"""

from __future__ import annotations

import dataclasses
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from engine.errors import EngineError
from engine.params import QUALITIES, RANGES
from gallery.models import Style
from transfers.forms import QUALITY_LABELS
from transfers.models import ContentImage, Sweep
from transfers.queue.submission import Order
from transfers.studio import controls

Words = str | Promise
M = TypeVar("M", bound=Model)


class AxisError(EngineError):
    """The values of an axis are no good; `sentence` says why, fit for who chose them."""

    code = "axis"


@dataclass(frozen=True, slots=True)
class Axis(ABC):
    """A setting that a sheet compares.

    suggested: values to begin with, as a form shows them.
    """

    name: str
    label: Words
    suggested: tuple[str, ...] = ()

    def read(self, said: Iterable[str]) -> list[Any]:
        """Values from the strings of a form. Raises AxisError."""
        return list(said)

    def choices(self) -> list[tuple[str, Words]]:
        """All that there is to choose from, with names; empty where values are free."""
        return []

    def judged(self, values: Sequence[Any], user: User) -> list[Value]:
        """`values` as an axis of `user`'s sheet. Raises AxisError."""
        if not values:
            raise AxisError(_("Please choose at least one value for this."))
        if len(values) > Sweep.MOST_VALUES:
            sentence = ngettext(
                "Please choose at most %(most)d value for this.",
                "Please choose at most %(most)d values for this.",
                Sweep.MOST_VALUES,
            )
            raise AxisError(sentence % {"most": Sweep.MOST_VALUES})
        judged = [self._judged(value, user) for value in values]
        if len({one.value for one in judged}) < len(judged):
            raise AxisError(_("Please choose each value only once."))
        return judged

    @abstractmethod
    def _judged(self, value: Any, user: User) -> Value: ...


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an axis: as JSON, for people, and as it changes an order."""

    value: Any
    label: str
    changes: dict[str, Any]
    """Of the order's settings."""
    styles: Sequence[tuple[Style, float]] | None = None
    photo: ContentImage | None = None

    def applied(self, order: Order) -> Order:
        """`order` with this value. Raises engine.errors.ParameterError where it does not go with
        the other settings."""
        params = dataclasses.replace(order.params, **self.changes)
        changed = dataclasses.replace(order, params=params)
        if self.styles is not None:
            changed = dataclasses.replace(changed, styles=self.styles, masks={})
        if self.photo is not None:  # masks were painted on the other one
            changed = dataclasses.replace(changed, content_image=self.photo, masks={}, protect=None)
        return changed


@dataclass(frozen=True, slots=True)
class NumberAxis(Axis):
    """A number of `engine.params`. pattern: how it is shown; whole: without a fraction."""

    pattern: str = "{:g}"
    whole: bool = False

    @property
    def low(self) -> str:
        return f"{RANGES[self.name][0]:.12g}"

    @property
    def high(self) -> str:
        return f"{RANGES[self.name][1]:.12g}"

    def read(self, said: Iterable[str]) -> list[Any]:
        words = [word for text in said for word in re.split(r"[,;\s]+", text) if word]
        return [self._number(word) for word in words[: Sweep.MOST_VALUES + 1]]

    def _number(self, word: str) -> float:
        try:
            return int(word) if self.whole else float(word)
        except ValueError:
            raise self._refused() from None

    def _judged(self, value: Any, user: User) -> Value:
        low, high = RANGES[self.name]
        allowed = (int,) if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, allowed) or not low <= value <= high:
            raise self._refused()
        number = value if self.whole else float(value)
        return Value(number, self.pattern.format(number), {self.name: number})

    def _refused(self) -> AxisError:
        sentence = (
            _("%(setting)s is a whole number from %(low)s to %(high)s.")
            if self.whole
            else _("%(setting)s is a number from %(low)s to %(high)s.")
        )
        return AxisError(sentence % {"setting": self.label, "low": self.low, "high": self.high})


@dataclass(frozen=True, slots=True)
class ChoiceAxis(Axis):
    """A named choice of `engine.params`."""

    named: tuple[tuple[str, Words], ...] = ()

    def choices(self) -> list[tuple[str, Words]]:
        return list(self.named)

    def _judged(self, value: Any, user: User) -> Value:
        label = dict(self.named).get(value) if isinstance(value, str) else None
        if label is None:
            sentence = _("%(setting)s is one of: %(all)s.")
            names = ", ".join(name for name, _label in self.named)
            raise AxisError(sentence % {"setting": self.label, "all": names})
        return Value(value, str(label), self._changes(value))

    def _changes(self, value: str) -> dict[str, Any]:
        return {self.name: value}


@dataclass(frozen=True, slots=True)
class QualityAxis(ChoiceAxis):
    """The size of the picture; cells of such a sheet have the sizes that they compare."""

    def _changes(self, value: str) -> dict[str, Any]:
        return {"size_px": QUALITIES[value]}


@dataclass(frozen=True, slots=True)
class StyleAxis(Axis):
    """Styles that its owner may use, each alone instead of those of the sheet."""

    def _judged(self, value: Any, user: User) -> Value:
        style = _one(Style.objects.usable_by(user), value)
        if style is None:
            raise AxisError(_("One of the styles is no longer here. Please choose again."))
        return Value(str(style.pk), style.title, {}, styles=[(style, 1.0)])


@dataclass(frozen=True, slots=True)
class PhotoAxis(Axis):
    """Photos of its owner instead of that of the sheet."""

    def _judged(self, value: Any, user: User) -> Value:
        photo = _one(ContentImage.objects.owned_by(user), value)
        if photo is None:
            raise AxisError(_("One of the photos is no longer here. Please choose again."))
        return Value(str(photo.pk), photo.title, {}, photo=photo)


def _one(rows: QuerySet[M], value: Any) -> M | None:
    """The row with this id; None also for what is no id at all."""
    try:
        return rows.filter(pk=UUID(value)).first() if isinstance(value, str) else None
    except ValueError:
        return None


def _number(name: str, *suggested: str) -> NumberAxis:
    control = CONTROLS[name]
    plain = "{}" if control.is_whole else "{:g}"
    pattern = f"{plain} {control.unit}".strip()
    return NumberAxis(name, control.label, suggested, pattern, control.is_whole)


def _choice(name: str, *suggested: str) -> ChoiceAxis:
    return ChoiceAxis(name, CONTROLS[name].label, suggested, CONTROLS[name].choices)


CONTROLS = {control.name: control for control in controls.CONTROLS}

AXES: dict[str, Axis] = {
    axis.name: axis
    for axis in (
        _number("style_strength", "40", "70", "90"),
        _number("style_scale", "0.5", "1", "2"),
        StyleAxis("style", gettext_lazy("Style")),
        PhotoAxis("photo", gettext_lazy("Photo")),
        _choice("keep_colors", "off", "luminance"),
        _number("tv_weight", "0", "1", "5"),
        _choice("initial", "content", "style"),
        _number("seed", "0", "1", "2"),
        _choice("pooling", "average", "max"),
        QualityAxis(
            "quality",
            gettext_lazy("Size"),
            ("draft", "standard"),
            tuple(
                (name, format_lazy("{} ({} px)", label, QUALITIES[name]))
                for name, label in QUALITY_LABELS.items()
            ),
        ),
    )
}
"""By the names that forms and the API use, in the order in which a page offers them."""


def named(name: object) -> Axis:
    """Raises AxisError where no axis is called so."""
    axis = AXES.get(name) if isinstance(name, str) else None
    if axis is None:
        raise AxisError(_("Please choose what to compare: one of the settings in the list."))
    return axis
