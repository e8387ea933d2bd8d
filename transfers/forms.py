"""The form of a new transfer: which photo, which style, how large, how much style.

It turns a person's choices into valid ``engine.params``; how the photo got here is the business
of ``transfers.photos``, and what happens with the choices that of ``transfers.queue``.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from engine.errors import EngineError, ParameterError
from engine.params import QUALITIES, RANGES, Params
from engine.pyramid import plan
from gallery.models import Artwork, Style
from transfers import prefill
from transfers.models import ContentImage
from transfers.queue.submission import Order

QUALITY_LABELS = {"draft": _("Draft"), "standard": _("Standard"), "fine": _("Fine")}
DEFAULT_QUALITY = "standard"

AS_BEFORE = "before"
"""The size of the picture whose settings are used, where no quality has it."""

MOST_AT_ONCE = 100
"""Pictures that one form submits."""

CONTINUED_SIZES_PX = (512, 1024, 2048, 4096)
"""Longer sides that a finished picture can be continued at."""


class NewTransferForm(forms.Form):
    """The photo comes as the id of a stored one: the view has stored a file sent along before."""

    photo = forms.ModelChoiceField(
        queryset=ContentImage.objects.none(),
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Please add a photo to paint."),
            "invalid_choice": _("That photo is no longer here. Please add it again."),
        },
    )
    style = forms.ModelChoiceField(
        queryset=Style.objects.none(),
        error_messages={
            "required": _("Please choose a style."),
            "invalid_choice": _("That style is no longer here. Please choose another one."),
        },
    )
    quality = forms.ChoiceField(
        label=_("Quality"), choices=list(QUALITY_LABELS.items()), initial=DEFAULT_QUALITY
    )
    style_strength = forms.IntegerField(
        label=_("How much style"),
        min_value=int(RANGES["style_strength"][0]),
        max_value=int(RANGES["style_strength"][1]),
        initial=int(Params().style_strength),
        error_messages={
            "required": _("Please say how much style you want, from 0 to 100."),
            "invalid": _("Please say how much style you want as a number from 0 to 100."),
        },
    )

    time_lapse = forms.ChoiceField(
        choices=[("yes", "yes"), ("no", "no")], initial="yes", required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photo"].queryset = ContentImage.objects.owned_by(user)  # type: ignore[attr-defined]
        self.fields["style"].queryset = Style.objects.usable_by(user)  # type: ignore[attr-defined]
        # Named as in addresses, where it is a word that Python keeps for itself.
        self.fields["from"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.prefill = prefill.find(user, self["from"].value())
        if self.prefill and self.prefill.quality is None:
            self.fields["quality"].choices += [(AS_BEFORE, _("As before"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("from") and not self.prefill:
            self.add_error(
                None,
                _("The picture whose settings you wanted is no longer here. Paint without them?"),
            )
        elif {"style", "quality", "style_strength"} <= values.keys():
            self._set_params(values)
        return values

    def _set_params(self, values: dict[str, Any]) -> None:
        style, strength = values["style"], values["style_strength"]
        values["styles"] = [(style, 1.0)]
        try:
            if self.prefill:
                size_px = QUALITIES.get(values["quality"], self.prefill.settings.size_px)
                values["styles"] = self.prefill.styles_for(style)
                values["params"] = self.prefill.params(size_px, strength)
            else:
                values["params"] = params_for(style, values["quality"], strength)
            if photo := values.get("photo"):
                plan(photo.width, photo.height, values["params"])
        except ParameterError as error:
            self.add_error("style", error.sentence)
        except EngineError as error:
            self.add_error("photo", error.sentence)


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
