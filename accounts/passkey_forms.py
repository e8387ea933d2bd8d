"""What a browser says for a passkey: read within limits, and refused by a sentence.

What arrives is JSON with CBOR inside, from whoever cares to send it, signed in or not. fido2 reads
CBOR in time that grows with the square of its length, and says in many ways that it is none.
"""

import json
import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext_lazy as _
from fido2 import cbor
from fido2.utils import websafe_decode

from accounts import second_factor

NAME_MAX_LENGTH = 60

MOST_CHARACTERS = 2**14
"""Of an answer. The longest that are real hold a chain of certificates, of a few kilobytes."""

UNREADABLE = (AttributeError, LookupError, RecursionError, TypeError, ValueError, struct.error)
"""What reading something else may raise."""


LARGEST_NUMBER = 2**16
"""Those in an answer name algorithms. Where bytes should be, fido2 makes as many of a number."""


class AnswerDecoder(json.JSONDecoder):
    """Whatever cannot be read is no JSON: to the field, and to the form that is shown again."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given, parse_int=_small)

    def decode(self, text: str, *given: Any) -> Any:
        try:
            return super().decode(text, *given)
        except (RecursionError, ValueError) as error:
            raise json.JSONDecodeError(str(error), "", 0) from error


def _small(digits: str) -> int:
    if len(digits) > 6 or abs(number := int(digits)) > LARGEST_NUMBER:
        raise ValueError("No answer holds a number as large as that.")
    return number


class AnswerField(forms.JSONField):
    """The answer as a dict."""

    widget = forms.HiddenInput

    def __init__(self, **given: Any) -> None:
        super().__init__(**given, decoder=AnswerDecoder)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > MOST_CHARACTERS:
            raise get_adapter().validation_error("incorrect_code")
        answer = super().to_python(value)
        if answer is not None and not isinstance(answer, dict):
            raise get_adapter().validation_error("incorrect_code")
        return answer


class Answer(forms.Form):
    credential = AnswerField()

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeyForm(Answer, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The second step of signing in."""


class PasskeyAloneForm(Answer, LoginWebAuthnForm):  # type: ignore[misc]
    """All of signing in."""


class PasskeyAgainForm(Answer, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Somebody who is signed in proves who they are."""


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    credential = AnswerField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.not_yet = second_factor.why_not_yet(self.user)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("For yourself: where it is kept, such as “My phone”.")
        self.fields["name"].widget.attrs |= {"autocomplete": "off", "maxlength": NAME_MAX_LENGTH}
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].label = _("Sign in with it alone, without the password")
        self.fields["passwordless"].help_text = _(
            "It then asks for your finger, face or PIN. Without this it is a second step only."
        )

    def clean_name(self) -> str:
        name: str = super().clean_name()
        return name[:NAME_MAX_LENGTH]

    def clean(self) -> dict[str, Any]:
        if self.not_yet:
            raise forms.ValidationError(self.not_yet)
        try:
            _look_inside(self.cleaned_data.get("credential"))
            cleaned: dict[str, Any] = super().clean()
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned


def _look_inside(answer: Any) -> None:
    """TypeError where CBOR has a number in the place of bytes; as much else as is wrong with it.

    fido2 reads the CBOR out of a list of numbers, too, which no browser sends.
    """
    if not answer:
        return
    packed = answer["response"]["attestationObject"]
    if not isinstance(packed, str):
        raise TypeError("No text")
    said: Any = cbor.decode(websafe_decode(packed))
    if not isinstance(said["authData"], bytes):
        raise TypeError("No bytes")


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].widget.attrs |= {"autocomplete": "off", "maxlength": NAME_MAX_LENGTH}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        return name[:NAME_MAX_LENGTH]
