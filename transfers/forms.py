"""The forms of many pictures at once and of going on from one, and what all forms share.

They turn a person's choices into valid ``engine.params``; how a photo got here is the business
of ``transfers.photos``, and what happens with the choices that of ``transfers.queue``. The form of
one picture is ``transfers.studio.form``.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from engine.errors import EngineError, ParameterError
from engine.params import QUALITIES, Params
from gallery.models import Artwork, Style
from transfers.models import ContentImage
from transfers.queue.submission import Order

QUALITY_LABELS = {"draft": _("Draft"), "standard": _("Standard"), "fine": _("Fine")}
DEFAULT_QUALITY = "standard"

MOST_AT_ONCE = 100
"""Pictures that one form submits."""

CONTINUED_SIZES_PX = (512, 1024, 2048, 4096)
"""Longer sides that a finished picture can be continued at."""


class ChoicesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several rows by their ids; something that is no id at all is answered like an unknown one."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except forms.ValidationError as error:
            if getattr(error, "code", "") == "required":
                raise
            sentence = self.error_messages["invalid_choice"]
            raise forms.ValidationError(sentence, code="invalid_choice") from error


class ManyForm(forms.Form):
    """Several photos in several styles: each photo in each style is a picture of its own."""

    photos = ChoicesField(
        queryset=ContentImage.objects.none(),
        error_messages={
            "required": _("Please choose at least one photo."),
            "invalid_choice": _("One of the photos is no longer here. Please choose again."),
        },
    )
    styles = ChoicesField(
        queryset=Style.objects.none(),
        error_messages={
            "required": _("Please choose at least one style."),
            "invalid_choice": _("One of the styles is no longer here. Please choose again."),
        },
    )
    quality = forms.ChoiceField(
        label=_("Quality"), choices=list(QUALITY_LABELS.items()), initial=DEFAULT_QUALITY
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photos"].queryset = ContentImage.objects.owned_by(user)  # type: ignore[attr-defined]
        self.fields["styles"].queryset = Style.objects.usable_by(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if {"photos", "styles", "quality"} <= values.keys():
            self._set_orders(values)
        return values

    def _set_orders(self, values: dict[str, Any]) -> None:
        count = len(values["photos"]) * len(values["styles"])
        if count > MOST_AT_ONCE:
            sentence = _("That is %(count)d pictures; please choose at most %(most)d at once.")
            self.add_error(None, sentence % {"count": count, "most": MOST_AT_ONCE})
            return
        try:
            params = [
                params_for(style, values["quality"], recommended_strength(style))
                for style in values["styles"]
            ]
            values["orders"] = [
                Order(content_image=photo, styles=[(style, 1.0)], params=chosen)
                for photo in values["photos"]
                for style, chosen in zip(values["styles"], params, strict=True)
            ]
        except EngineError as error:
            self.add_error(None, error.sentence)


class ContinueForm(forms.Form):
    """At which size painting goes on from an artwork: at its own, or at a larger one."""

    size_px = forms.TypedChoiceField(
        coerce=int,
        error_messages={
            "required": _("Please choose a size."),
            "invalid_choice": _("Please choose one of the sizes below."),
        },
    )

    def __init__(self, *args: Any, artwork: Artwork, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own_size_px = max(artwork.width, artwork.height)
        larger = [size for size in CONTINUED_SIZES_PX if size > 1.2 * self.own_size_px]
        self.sizes_px = [self.own_size_px, *larger]
        field = self.fields["size_px"]
        field.choices = [(size, str(size)) for size in self.sizes_px]  # type: ignore[attr-defined]
        field.initial = larger[0] if larger else self.own_size_px


def params_for(style: Style, quality: str, style_strength: float) -> Params:
    """The style's recommended settings, with this size and strength.

    Raises ``ParameterError`` where the recommendation itself is not valid.
    """
    chosen = {"size_px": QUALITIES[quality], "style_strength": float(style_strength)}
    return Params.from_json({**style.params, **chosen})


def recommended_strength(style: Style) -> int:
    """Where the slider goes when ``style`` is chosen."""
    try:
        return round(Params.from_json(style.params).style_strength)
    except ParameterError:
        return round(Params().style_strength)
