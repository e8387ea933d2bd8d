"""The form of the studio: what a person chose, as a complete order.

Every setting may be left empty: it is then what the leading style recommends, or what the engine
does by itself. The photo comes as the id of a stored one. docs/studio.md names the fields for those
who send them from elsewhere.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from engine.errors import EngineError, ParameterError
from engine.params import QUALITIES, RANGES, Params
from gallery.models import Mask, Style
from transfers.forms import DEFAULT_QUALITY, QUALITY_LABELS
from transfers.models import ContentImage
from transfers.queue.submission import Order
from transfers.studio.controls import CONTROLS, NAMES, OWN_SIZE
from transfers.studio.fields import StylesField, field_for
from transfers.studio.masks import MaskField, field_name, masks_of

FROM_ENGINE = "engine"
"""The base of settings that are complete by themselves: styles recommend nothing then."""

USUAL_WEIGHT = 50.0
MOST_WEIGHT = 100.0

_low_px, _high_px = (int(px) for px in RANGES["size_px"])


class StudioForm(forms.Form):
    photo = forms.ModelChoiceField(
        queryset=ContentImage.objects.none(),
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Please add a photo to paint."),
            "invalid_choice": _("That photo is no longer here. Please add it again."),
        },
    )
    style = StylesField()
    quality = forms.ChoiceField(
        label=_("Quality"),
        choices=[*QUALITY_LABELS.items(), (OWN_SIZE, _("A size of your own"))],
        initial=DEFAULT_QUALITY,
    )
    size_px = forms.IntegerField(
        label=_("Longer side in pixels"),
        required=False,
        min_value=_low_px,
        max_value=_high_px,
    )
    protect = MaskField()
    base = forms.ChoiceField(choices=[("", ""), (FROM_ENGINE, "")], required=False)
    time_lapse = forms.ChoiceField(
        choices=[("yes", "yes"), ("no", "no")], initial="yes", required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["protect"].queryset = Mask.objects.owned_by(user)  # type: ignore[attr-defined]
        self.usable_styles = Style.objects.usable_by(user)
        self.fields["photo"].queryset = ContentImage.objects.owned_by(user)  # type: ignore[attr-defined]
        self.fields["style"].queryset = self.usable_styles  # type: ignore[attr-defined]
        for control in CONTROLS:
            self.fields[control.name] = field_for(control)

    def order(self, **changes: Any) -> Order:
        """What is to be painted, of a form that is valid.

        changes: other settings than those that were chosen, as for a smaller picture first. Raises
        engine.errors.EngineError where it cannot be painted so.
        """
        chosen = self.cleaned_data
        params: Params = chosen["params"]
        if chosen["masks"] or chosen["protect"]:
            changes["outside_masks"] = "photo"  # what nobody painted stays as it is
        if changes:
            params = Params.from_json({**params.to_json(), **changes})
        return Order(
            content_image=chosen["photo"],
            styles=chosen["weighted"],
            params=params,
            masks=chosen["masks"],
            protect=chosen["protect"],
            keeps_time_lapse=chosen["time_lapse"] != "no",
        )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if styles := values.get("style"):
            values["weighted"] = self._weighted(styles)
            values["masks"] = self._masks([style for style, _weight in values["weighted"]])
        if values.get("quality") == OWN_SIZE and "size_px" in values and not values["size_px"]:
            sentence = _("Please say how long the longer side shall be, in pixels.")
            self.add_error("size_px", sentence)
        if not self.errors:
            self._set_params(values)
        return values

    def _set_params(self, values: dict[str, Any]) -> None:
        lead = self.leading(values["style"])
        size_px = self.side_px(values["quality"])
        if size_px is None or self._recommendation_fails(lead):
            return
        try:
            values["params"] = self.params(lead, size_px)
            self.order().plan()
            self._check_masks()
        except ParameterError as error:
            self.refuse(error)
        except EngineError as error:
            self.add_error("photo", error.sentence)

    def refuse(self, error: ParameterError) -> None:
        """Say what is wrong where it was chosen: a size may have come with a quality."""
        chosen = self["quality"].value()
        field = "quality" if error.field == "size_px" and chosen != OWN_SIZE else error.field
        self.add_error(field if field in self.fields else None, error.sentence)

    def _check_masks(self) -> None:
        try:
            self.order().check_masks()
        except ParameterError as error:
            self.add_error("protect", error.sentence)

    def _recommendation_fails(self, lead: Style | None) -> bool:
        try:
            self._recommended(lead)
        except ParameterError as error:
            self.add_error("style", error.sentence)
            return True
        return False

    def _recommended(self, lead: Style | None) -> dict[str, Any]:
        """Raises ParameterError where the style recommends what the engine cannot do."""
        if lead is None or self["base"].value() == FROM_ENGINE:
            return {}
        Params.from_json(lead.params)
        return dict(lead.params)

    def params(self, lead: Style | None, size_px: int) -> Params:
        """The settings so far: those said, then those that `lead` recommends, then the engine's.

        Of what cannot be read it is as if nothing were said. Raises ParameterError where they do
        not go together.
        """
        said = self.said()
        values = self._recommended(lead) | said | {"size_px": size_px}
        if values.get("objective") == "classic" and "style_scale" not in said:
            values["style_scale"] = 1.0  # which no other brush goes with
        return Params.from_json(values)

    def all_settings(self) -> Params:
        """The settings as the page shows them, size included; photo and style may be missing.

        Raises ParameterError where one of them cannot be.
        """
        for name in (*NAMES, "quality", "size_px"):
            if name in self.errors:
                raise ParameterError(str(self.errors[name][0]), field=name)
        lead = self.leading(self.shown_styles())
        side_px = self.side_px(self.cleaned_data["quality"])
        return self.params(lead, side_px or Params().size_px)

    def said(self) -> dict[str, Any]:
        """The settings that somebody chose; also of a form that is not sent yet."""
        said = {}
        for name in NAMES:
            try:
                value = self.fields[name].clean(self[name].value())
            except forms.ValidationError:
                continue
            if value not in (None, ""):
                said[name] = value
        return said

    def side_px(self, quality: str) -> int | None:
        """Longer side in pixels; None where it is to be said and is not."""
        if quality != OWN_SIZE:
            return QUALITIES.get(quality)
        try:
            return self.fields["size_px"].clean(self["size_px"].value())  # type: ignore[no-any-return]
        except forms.ValidationError:
            return None

    # Styles and how much of each

    def shown_styles(self) -> list[Style]:
        """Those that are chosen so far, as far as there are such."""
        try:
            return self.fields["style"].clean(self["style"].value())  # type: ignore[no-any-return]
        except forms.ValidationError:
            return []

    def leading(self, styles: list[Style]) -> Style | None:
        """The one of the chosen `styles` whose recommendations apply: the first that paints.

        Where none does, it is the first. js/studio/chosen.js has the same rule.
        """
        painting = (style for style in styles if self.weight_so_far(style) > 0)
        return next(painting, styles[0] if styles else None)

    def weight_so_far(self, style: Style) -> float:
        """How much of `style`, in a form that may be wrong: 0 for what `clean` refuses."""
        try:
            weight = float(self.weight_text(style) or USUAL_WEIGHT)
        except ValueError:
            return 0.0
        return weight if 0 <= weight <= MOST_WEIGHT else 0.0

    def weight_text(self, style: Style) -> str:
        """How much of `style`, as it was sent or as the page begins with."""
        if self.is_bound:
            return str(self.data.get(f"weight-{style.pk}", "")).strip()
        return str((self.initial.get("weights") or {}).get(str(style.pk), ""))

    def mask_text(self, style: Style) -> str:
        """The id of the mask of `style`, as it was sent or as the page begins with."""
        if self.is_bound:
            return str(self.data.get(field_name(style), "")).strip()
        return str((self.initial.get("masks") or {}).get(str(style.pk), ""))

    def _masks(self, styles: list[Style]) -> dict[UUID, Mask]:
        try:
            return masks_of(self.user, styles, {one.pk: self.mask_text(one) for one in styles})
        except forms.ValidationError as error:
            self.add_error("protect", error)
            return {}

    def _weighted(self, styles: list[Style]) -> list[tuple[Style, float]]:
        """A style at 0 is left out; all of them, where nothing is said, have the same share."""
        if len(styles) == 1:
            return [(styles[0], 1.0)]
        if not any(self.weight_text(style) for style in styles):
            return [(style, 1.0) for style in styles]
        weighted = [(style, self._weight(style)) for style in styles]
        present = [(style, weight) for style, weight in weighted if weight > 0]
        if not present:
            self.add_error("style", _("At least one style needs more than nothing."))
            return weighted
        return present if len(present) > 1 else [(present[0][0], 1.0)]

    def _weight(self, style: Style) -> float:
        field = forms.FloatField(required=False, min_value=0, max_value=MOST_WEIGHT)
        try:
            weight = field.clean(self.weight_text(style))
        except forms.ValidationError:
            sentence = _("How much of “%(title)s”? Please give a number from 0 to 100.")
            self.add_error("style", sentence % {"title": style.title})
            return USUAL_WEIGHT
        return USUAL_WEIGHT if weight is None else float(weight)
