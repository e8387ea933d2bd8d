"""The filters of the wall as a form: how addresses name them and what their values may be.

What they do to a list, ``listing`` says; what there is to choose from, ``choices_of``.
"""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery import tags
from gallery.models import MOST_STARS, Album, Style

SORTS = {
    "newest": _("Newest first"),
    "oldest": _("Oldest first"),
    "title": _("Title, A to Z"),
    "rating": _("Most stars first"),
    "largest": _("Largest first"),
}

SIZES = {
    "draft": _("Draft, up to 256 px"),
    "standard": _("Standard, up to 512 px"),
    "fine": _("Fine, up to 1024 px"),
    "larger": _("Larger than 1024 px"),
}
"""By the longer side; the first three are ``engine.params.QUALITIES``."""

ANYTHING = {
    "style": _("Any style"),
    "album": _("Any album"),
    "tag": _("Any tag"),
}
"""What one chooses from among one's own things, and the words for not choosing."""

DAYS = {"from": _("From"), "until": _("Until")}

YEARS = range(1970, 3000)

Choices = dict[str, list[tuple[str, str]]]


class FlagField(forms.BooleanField):
    """A tick: ``1`` in addresses, ``true`` in the API, ``on`` from a browser."""

    class Tick(forms.CheckboxInput):
        def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
            said = str(data.get(name, "")).lower()
            return {"": False, "0": False, "false": False, "1": True, "true": True, "on": True}.get(
                said, said
            )

    widget = Tick

    def to_python(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(gettext("This is 1 or left out."))
        return value


class DayField(forms.DateField):
    """A day as 2026-11-25, whatever the language."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    input_formats = ["%Y-%m-%d"]
    default_error_messages = {"invalid": _("A day is written as 2026-11-25.")}

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day is not None and day.year not in YEARS:
            raise ValidationError(gettext("There are no pictures of that year."))
        return day


def _star_choices() -> list[tuple[str, Any]]:
    return [("", _("Any number of stars"))] + [
        (str(stars), stars_or_more(stars)) for stars in range(1, MOST_STARS + 1)
    ]


def stars_or_more(stars: int) -> str:
    words = ngettext("%(count)d star or more", "%(count)d stars or more", stars)
    return words % {"count": stars}


class FilterForm(forms.Form):
    """Needs the ``choices`` of its owner only to be shown.

    A value need not be among them: what is gone meanwhile narrows the wall to nothing.
    """

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=list(SORTS.items()),
        error_messages={"invalid_choice": _("There is no order “%(value)s”.")},
    )
    style = forms.UUIDField(
        label=_("Style"),
        required=False,
        widget=forms.Select,
        error_messages={"invalid": _("There is no such style.")},
    )
    album = forms.UUIDField(
        label=_("Album"),
        required=False,
        widget=forms.Select,
        error_messages={"invalid": _("There is no such album.")},
    )
    tag = forms.CharField(label=_("Tag"), required=False, max_length=40, widget=forms.Select)
    rating = forms.TypedChoiceField(
        label=_("Stars"),
        required=False,
        coerce=int,
        choices=_star_choices,
        error_messages={"invalid_choice": _("Stars go from 1 to 5, not to “%(value)s”.")},
    )
    size = forms.ChoiceField(
        label=_("Size"),
        required=False,
        choices=[("", _("Any size")), *SIZES.items()],
        error_messages={"invalid_choice": _("There is no size “%(value)s”.")},
    )
    favourite = FlagField(label=_("Favourites only"), required=False)
    camera = FlagField(label=_("Taken with the camera"), required=False)

    def __init__(self, data: Any = None, choices: Choices | None = None) -> None:
        super().__init__(data)
        for name, label in DAYS.items():
            self.fields[name] = DayField(label=label, required=False)
        for name, anything in ANYTHING.items():
            widget = cast(forms.Select, self.fields[name].widget)
            widget.choices = [("", anything), *(choices or {}).get(name, [])]


def choices_of(user: User, tag: str = "") -> Choices:
    """What ``user`` can narrow the wall by, as (value, words): three queries.

    With ``tag``, which is chosen now, however few pictures it is on.

    Of styles those that anybody has painted in: which of them ``user`` has, only a look at each of
    their artworks would tell.
    """
    styles = Style.objects.usable_by(user).filter(times_used__gt=0).order_by("title", "pk")
    albums = Album.objects.filter(owner=user).order_by("title", "pk")
    names = tags.own_names(user)
    if tag and tag not in names:
        names.append(tag)
    return {
        "style": [(str(pk), title) for pk, title in styles.values_list("pk", "title")],
        "album": [(str(pk), title) for pk, title in albums.values_list("pk", "title")],
        "tag": [(name, name) for name in names],
    }
