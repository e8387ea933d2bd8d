"""The forms of an account. allauth's own do the work; here they get our labels and help.

A password is asked for once: every password field can be shown (js/password.js), which helps more
than typing blindly twice.
"""

from datetime import datetime, timedelta
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.models import EmailAddress
from allauth.core import context, ratelimit
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import alerts, audit, invitations, mailboxes, tokens
from accounts.audit import Action
from accounts.models import ApiToken, User

EMAIL_LABEL = _("E-mail address")
NEW_PASSWORD_HELP = _(
    "At least 8 characters. A few words in a row are easy to keep and hard to guess."
)

RESET_LETTER = "reset_letter"

A_YEAR = 365
USUAL_DAYS = (30, 90, A_YEAR)
"""After so many an API token may expire."""


class PlainFields(forms.Form):
    """A label says what a field is, so no field repeats it inside."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.EmailField):
                field.label = EMAIL_LABEL
        if password := self.fields.get("password1"):
            password.help_text = NEW_PASSWORD_HELP
            self.fields.pop("password2", None)


class LoginForm(PlainFields, allauth_forms.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""  # the page links to the reset itself


class SignupForm(PlainFields, allauth_forms.SignupForm):  # type: ignore[misc]
    """Where that takes an invitation, each account uses it once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = invitations.are_needed()
        self.invitation = invitations.held_by(context.request) if needed else None
        if self.invitation and self.invitation.email:
            self.fields["email"].initial = self.invitation.email
            self.fields["email"].help_text = _("Your invitation is for this address.")

    def clean_email(self) -> str:
        wanted = self.invitation.email if self.invitation else ""
        if wanted and self.cleaned_data["email"].lower() != wanted.lower():
            raise forms.ValidationError(
                _("Your invitation is for %(email)s. Use that address, or ask for another one.")
                % {"email": wanted}
            )
        email: str = super().clean_email()
        return email

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Who has an account already takes as long, and costs the invitation as much.

        Otherwise the time, or what is left of the invitation, would tell that they have one.
        """
        if self.invitation and not invitations.use(self.invitation):
            return None, redirect("account_signup")
        if self.account_already_exists:
            User().set_password(self.cleaned_data["password1"])
        try:
            user, response = super().try_save(request)
        except Exception:
            if self.invitation:
                invitations.give_back(self.invitation)
            raise
        invitations.let_go(request)
        return user, response


class AddEmailForm(PlainFields, allauth_forms.AddEmailForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail address")
        self.fields["email"].help_text = _(
            "We send a link there. The change takes effect when you open it."
        )

    def save(self, request: HttpRequest) -> EmailAddress:
        """The new address waits, and the old one counts until the new one is confirmed.

        allauth's own would throw away an unconfirmed address that counts, and leave none. The old
        one is told at once: whoever asks may not be the owner.
        """
        user, email = self.user, self.cleaned_data["email"]
        alerts.tell(request, user, "accounts/email/address_asked", new_email=email)
        with transaction.atomic():
            audit.record(Action.EMAIL_ASKED, user, user, request)
            mailboxes.forget_waiting(user)
            return EmailAddress.objects.add_email(request, user, email, confirm=True)


class ChangePasswordForm(PlainFields, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    end_rest = forms.BooleanField(
        label=_("Also withdraw all API tokens and end all booths"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].label = _("New password")


class SetPasswordForm(PlainFields, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(PlainFields, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    def clean_email(self) -> str:
        """Only by the address that counts, not by one that waits to be confirmed."""
        email: str = super().clean_email()
        found: list[User] = self.users  # type: ignore[has-type]
        self.users = [user for user in found if user.email.lower() == email.lower()]
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """No second letter as long as the link of one works, and the page is the same.

        So nobody fills a stranger's mailbox, or keeps the owner from a link by asking first. An
        address without an account is treated alike.
        """
        email: str = self.cleaned_data["email"]
        if ratelimit.consume(request, action=RESET_LETTER, key=email.lower()):
            super().save(request, **kwargs)
        return email


class ResetPasswordKeyForm(PlainFields, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")

    def save(self) -> None:
        """The link is used up, and its owner may ask for the next at once."""
        super().save()
        ratelimit.clear(context.request, action=RESET_LETTER, key=self.user.email.lower())


class ReauthenticateForm(PlainFields, allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    pass


class NameForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for mypy
    class Meta:
        model = User
        fields = ("name",)
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class ApiTokenForm(forms.Form):
    """What a new API token is called, what it may do, and for how long."""

    name = forms.CharField(
        label=_("Name"),
        max_length=ApiToken._meta.get_field("name").max_length,
        help_text=_("For yourself: where you use it, such as “Holiday script”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=ApiToken.Scope.choices,
        initial=[ApiToken.Scope.READ, ApiToken.Scope.TRANSFERS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please allow it at least one thing.")},
    )
    lasts_days = forms.TypedChoiceField(
        label=_("It expires"), coerce=int, empty_value=None, required=False
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.not_yet = tokens.why_not_yet(user)
        self._offer_ends(settings.API_TOKEN_MAX_DAYS)

    def _offer_ends(self, most_days: int) -> None:
        """None beyond what the operator allows; without such a limit "never", too."""
        ends: Any = self.fields["lasts_days"]
        days = [each for each in USUAL_DAYS if not most_days or each <= most_days]
        ends.initial = max(days, default=most_days)
        if not most_days:
            ends.choices = [*map(_in_days, days), ("", _("never"))]
            return
        ends.required = True
        ends.choices = map(_in_days, sorted({*days, most_days}))
        ends.help_text = tokens.longest_sentence()

    def clean(self) -> dict[str, Any]:
        if self.not_yet:
            raise forms.ValidationError(self.not_yet)
        return self.cleaned_data

    @property
    def expires_at(self) -> datetime | None:
        """When the token ends; None for never."""
        days = self.cleaned_data["lasts_days"]
        return None if days is None else timezone.now() + timedelta(days=days)


def _in_days(days: int) -> tuple[str, str]:
    if days == A_YEAR:
        return str(days), gettext("in a year")
    return str(days), ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}
