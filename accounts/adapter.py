"""What django-allauth asks the site: our words for what goes wrong, and where people land.

The flows (sign-up, reset, change of address) are allauth's; their pages are in templates/account.
"""

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import (
    alert_limits,
    audit_limits,
    invitations,
    letters,
    mailboxes,
    networks,
    places,
    proof,
    second_factor,
)
from accounts.models import User
from accounts.refusing import refused

if TYPE_CHECKING:
    from allauth.account.models import EmailAddress

BY_PASSWORD, BY_CODE, BY_PASSKEY = (
    "reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate:webauthn",
)
WAYS_TO_PROVE = {
    BY_PASSWORD: _("Use your password"),
    BY_CODE: _("Use your app or a recovery code"),
    BY_PASSKEY: _("Use a passkey"),
}
OF_NEW_SECOND_STEPS = ("mfa/email/totp_activated", "mfa/email/webauthn_added")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed for now. The site’s owner can reopen it."),
        "duplicate_email": _("This is your address already."),
        "email_password_mismatch": _(
            "This e-mail address and password don’t go together. Check both, or reset the password."
        ),
        "email_taken": _("There is an account with this e-mail address already. Sign in instead?"),
        "enter_current_password": _("This isn’t your current password."),
        "incorrect_code": _("That code didn’t fit. Try the newest one."),
        "incorrect_password": _("This isn’t your password."),
        "invalid_password_reset": _("This link has been used or is too old. Ask for a new one."),
        "same_as_current": _("This is your address already."),
        "too_many_login_attempts": _(
            "That didn’t work several times in a row. Wait a few minutes and try again, or reset "
            "the password."
        ),
        "rate_limited": _("That was a lot at once. Wait a minute and try again."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nobody waits for it; and it needs no request (a worker's, a command's).

        The account that it tells of is the `user` of its context, as allauth has it.
        """
        request = allauth_context.request
        site = get_current_site(request) if request else None
        about = {"request": request, "email": email, "current_site": site}
        about |= {"site_name": settings.SITE_NAME, **context}
        letters.post(self.render_mail(template_prefix, email, about), request, context.get("user"))

    def send_notification_mail(
        self, template_prefix: str, user: User, context: Any = None, email: str | None = None
    ) -> None:
        """No more of one kind than ``alert_limits`` allows; the last one says so.

        A letter about the first second step says that it ended the sessions elsewhere.
        """
        nth = alert_limits.count(user, template_prefix)
        if nth > alert_limits.A_DAY:
            return
        context = {**(context or {}), "user": user, "most_a_day": alert_limits.A_DAY}
        context["is_last_today"] = nth == alert_limits.A_DAY
        if template_prefix in OF_NEW_SECOND_STEPS:
            context["is_first"] = second_factor.has_just_one(user)
        super().send_notification_mail(template_prefix, user, context, email)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Of IPv4 in the clothes of IPv6, as a socket for both gives it, the address inside.

        Otherwise all visitors by IPv4 would be of one network of IPv6, and share its limits.
        """
        told = super().get_client_ip(request)
        return str(networks.parsed(told) or told)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """The account alone. allauth's own key holds the name that the site was called by, so that
        each of its names would allow as many tries."""
        return str(credentials.get("email", "")).lower()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try, until it is known to be right: for the account and for the address.

        Where the account knows this browser, apart from the tries of all others, and not for the
        address: neighbours who guess would keep its owner out. The address has a count of its own,
        which no success clears: not the code of an account of the guesser's.
        """
        email = self._get_login_attempts_cache_key(request, **credentials)
        if browser := places.knows_browser(email, request):
            counts = {"login_failed_at_home": f"{email}:{browser}", "login_failed_at_homes": email}
        else:
            counts = {"login_failed_from_address": "", "login_failed": email}
        self._login_failed_rl_usage = ratelimit.RateLimitUsage(usage=[])
        for action, key in counts.items():
            used = ratelimit.consume(request, app="allauth.account", action=action, key=key)
            if not used:
                raise self.validation_error("too_many_login_attempts")
            self._login_failed_rl_usage.usage += used.usage

    def pre_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse | None:
        if often := self.too_often(request, user):
            return often
        refusal: HttpResponse | None = super().pre_login(request, user, **how)
        return refusal

    def too_often(self, request: HttpRequest, user: User) -> HttpResponse | None:
        """The page that says so, where the account was signed in to as often as may be."""
        sentence, wait_s = audit_limits.why_no_sign_in(user)
        if not sentence:
            return None
        answer = refused(request, 429, sentence, "429.html")
        answer["Retry-After"] = str(wait_s)
        return answer

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        if invitations.are_needed():
            return invitations.held_by(request) is not None
        return bool(settings.SIGN_UP == "open")

    def confirm_email(self, request: HttpRequest, email_address: "EmailAddress") -> bool:
        """None that another account has, though it never confirmed it: each is there once."""
        if mailboxes.is_somebody_elses(email_address):
            template = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, template, {"email": email_address.email})
            return False
        return bool(super().confirm_email(request, email_address))

    def can_delete_email(self, email_address: "EmailAddress") -> bool:
        """Not the one that counts; it is replaced."""
        counts = email_address.email == email_address.user.email
        return not counts and bool(super().can_delete_email(email_address))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:settings")

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Those that count for `user` (``accounts.proof``), the likeliest first."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if second_factor.has_one(user):
            ways = [way for way in ways if way["id"] != BY_PASSWORD]
            if not second_factor.has_app(user):
                ways.sort(key=lambda way: way["id"] != BY_PASSKEY)
        return [{**way, "description": WAYS_TO_PROVE[way["id"]]} for way in ways]

    def is_reauthentication_required(self, *, app: str, **given: Any) -> bool:
        """Not of who signed in a few minutes ago.

        Raises ReauthenticationRequired, as those who ask this do, where an account has a second
        step: allauth's own reckoning would take the password for a proof.
        """
        if proof.age_s(self.request) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return False
        if second_factor.has_one(self.request.user):
            raise ReauthenticationRequired
        return bool(super().is_reauthentication_required(app=app, **given))
