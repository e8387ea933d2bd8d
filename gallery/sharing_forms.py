"""Forms of albums, share links, profiles and reports."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.models import Album, Profile, Report, ShareLink

LEAST_PASSWORD = 6
NEVER, OWN_DATE, AS_IT_IS = "never", "date", "as-it-is"
LASTS = [
    ("1", _("in a day")),
    ("7", _("in 7 days")),
    ("30", _("in 30 days")),
    (NEVER, _("never, until you withdraw it")),
    (OWN_DATE, _("on a day of your choice")),
]


class AlbumForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Album
        fields = ["title", "description"]
        labels = {"title": _("Title"), "description": _("Description")}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class ShareForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a link allows and for how long. For a new one, and for changing one."""

    lasts = forms.ChoiceField(label=_("It ends"))
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("It works until the end of that day."),
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "Tell it on another way than the link. At least 6 characters, not digits alone, and "
            "not one that many people take."
        ),
    )
    without_password = forms.BooleanField(label=_("Take the password away"), required=False)

    class Meta:
        model = ShareLink
        fields = ["name", "may_download", "shows_before"]
        labels = {
            "name": _("Who it is for"),
            "may_download": _("Pictures may be downloaded in full size"),
            "shows_before": _("The photo is shown beside the painting"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lasts = self.fields["lasts"]
        if self.instance._state.adding:
            lasts.choices = LASTS  # type: ignore[attr-defined]
            lasts.initial = "30"
            del self.fields["without_password"]
            return
        lasts.choices = [(AS_IT_IS, _("as it does now")), *LASTS]  # type: ignore[attr-defined]
        lasts.initial = AS_IT_IS
        if self.instance.password:
            self.fields["password"].label = _("Another password")
        else:
            del self.fields["without_password"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password and len(password) < LEAST_PASSWORD:
            raise ValidationError(gettext("Please take at least 6 characters, or none at all."))
        refuse_what_is_tried_first(password)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("lasts") == OWN_DATE and "expires_on" in cleaned:
            day = cleaned["expires_on"]
            if day is None:
                self.add_error("expires_on", gettext("Which day shall be its last?"))
            elif day < timezone.localdate():
                self.add_error("expires_on", gettext("That day is over. Choose a later one."))
            elif day.year > timezone.localdate().year + 100:
                self.add_error("expires_on", gettext("That is too far away. Choose “never”."))
        if cleaned.get("password") and cleaned.get("without_password"):
            self.add_error("password", gettext("Either another password or none, not both."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """As ``shares.create`` and ``shares.change`` take them."""
        names = ("name", "may_download", "shows_before")
        values = {name: self.cleaned_data[name] for name in names}
        if self.cleaned_data["lasts"] != AS_IT_IS:
            values["expires_at"] = self._expires_at()
        if self.cleaned_data["password"] or self.cleaned_data.get("without_password"):
            values["password"] = self.cleaned_data["password"]
        return values

    def _expires_at(self) -> datetime | None:
        lasts = self.cleaned_data["lasts"]
        if lasts == NEVER:
            return None
        if lasts == OWN_DATE:
            return end_of(self.cleaned_data["expires_on"])
        return timezone.now() + timedelta(days=int(lasts))


@cache
def _tried_first() -> list[Any]:
    return [
        password_validation.CommonPasswordValidator(),
        password_validation.NumericPasswordValidator(),
    ]


def refuse_what_is_tried_first(password: str) -> None:
    """Raises ValidationError. Guesses are few (``gallery.link_guesses``), but enough for these."""
    if password:
        password_validation.validate_password(password, password_validators=_tried_first())


def end_of(day: Any) -> datetime:
    """The moment at which ``day`` is over, where the site is."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time()))


class LinkPasswordForm(forms.Form):
    """What a visitor types to see what is behind a link."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Profile
        fields = ["name", "handle", "about", "is_public"]
        labels = {
            "name": _("Name"),
            "handle": _("Address"),
            "about": _("About you"),
            "is_public": _("My profile and what I published can be seen by everybody"),
        }
        help_texts = {
            "name": _("Need not be your own."),
            "handle": _("Small letters, digits and hyphens, such as “ada-paints”."),
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "nickname"}),
            "handle": forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
            "about": forms.Textarea(attrs={"rows": 3}),
        }
        error_messages = {
            "handle": {"unique": _("Somebody has this address already. Please choose another.")}
        }

    def clean_handle(self) -> str:
        handle: str = self.cleaned_data["handle"].lower()
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", handle):
            raise ValidationError(
                gettext("Please use letters from a to z and digits, with single hyphens between.")
            )
        return handle


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong?"), choices=Report.Reason.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What we should know"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
