"""The forms of codes: allauth's, with our labels, and codes that open once only."""

from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from accounts import second_factor


class OneTimeCode(forms.Form):
    """A field for six digits or a recovery code, that phones offer to fill."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.widget.attrs.pop("placeholder", None)
        code.widget.attrs |= {"inputmode": "numeric", "autofocus": True, "spellcheck": "false"}
        code.label = _("Code")


class UsedOnce(OneTimeCode):
    """Refuses a code of an app that opened before.

    allauth remembers one for 30 s; where the time before and after counts, it fits for longer.
    """

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        by_app = self.authenticator.type == Authenticator.Type.TOTP  # type: ignore[attr-defined]
        if by_app and not _use(self.user.pk, code):  # type: ignore[attr-defined]
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(UsedOnce, base.AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""


class CodeAgainForm(UsedOnce, base.ReauthenticateForm):  # type: ignore[misc]
    """Somebody who is signed in proves who they are."""


class ActivateAppForm(OneTimeCode, ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.not_yet = second_factor.why_not_yet(self.user)
        self.fields["code"].label = _("The code that the app shows")

    def clean_code(self) -> str:
        if self.not_yet:
            raise forms.ValidationError(self.not_yet)
        try:
            code: str = super().clean_code()
        except forms.ValidationError as error:
            if error.code != "incorrect_code":
                raise
            raise forms.ValidationError(  # here nothing but the app can give one
                _("That didn’t fit. Type the newest code that the app shows."), error.code
            ) from error
        _use(self.user.pk, code)
        return code


def _use(user_id: int, code: str) -> bool:
    """Note that a code of an app was used; False where it was before, in whatever process."""
    fits_for_s = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    digits = "".join(character for character in code if character.isdigit())
    return bool(cache.add(f"code-used-{user_id}-{digits}", 1, timeout=fits_for_s))
