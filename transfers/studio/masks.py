"""The masks of the studio's form: fields that name them, and what their owner painted so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.models import Mask, Style

GONE = _("What you painted on the photo is no longer here. Please paint it again.")


class MaskField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A mask of one's own by its id, or none."""

    def __init__(self, **options: Any) -> None:
        options = {"queryset": Mask.objects.none(), "required": False, **options}
        super().__init__(error_messages={"invalid_choice": GONE}, **options)

    def clean(self, value: Any) -> Mask | None:
        try:
            found: Mask | None = super().clean(value)
        except (ValidationError, ValueError, TypeError) as error:
            raise forms.ValidationError(str(GONE), code="invalid_choice") from error
        return found


def field_name(style: Style) -> str:
    return f"mask-{style.pk}"


def masks_of(user: User, styles: Sequence[Style], said: dict[UUID, str]) -> dict[UUID, Mask]:
    """The masks of `styles` that have one. Raises forms.ValidationError where one is gone."""
    field = MaskField(queryset=Mask.objects.owned_by(user))
    found = {style.pk: field.clean(said.get(style.pk) or None) for style in styles}
    return {pk: mask for pk, mask in found.items() if mask is not None}
