"""The second factor of an account: a code of an app, a passkey, or a code on paper.

django-allauth does the work (``allauth.mfa``); here it gets our words, our drawing of the QR code,
and secrets that are not readable in the database. Its forms are in ``second_factor_forms``, its
pages in templates/mfa.
"""

from __future__ import annotations

import base64
import hashlib
import io
import secrets

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import alerts, mailboxes
from accounts.models import User

STRONG = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
"""What counts as a second factor; codes on paper only stand in for one."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_generate_recovery_codes": gettext_lazy(
            "Recovery codes stand in for a second step. Set up an app or a passkey first."
        ),
        "incorrect_code": gettext_lazy(
            "That didn’t fit. Take the next code of your app, a recovery code that you have not "
            "used yet, or another passkey."
        ),
        "unverified_email": gettext_lazy(
            "Confirm your e-mail address first: we sent you a link. Otherwise somebody who signs "
            "up with a stranger’s address could shut the stranger out."
        ),
    }

    def get_totp_issuer(self) -> str:
        return settings.SITE_NAME

    def _get_site_name(self) -> str:
        return settings.SITE_NAME

    def build_totp_svg(self, url: str) -> str:
        """Dark on light in both themes, as cameras expect it."""
        drawn = io.BytesIO()
        segno.make_qr(url, error="m").save(
            drawn, kind="svg", border=4, scale=4, dark="#000", light="#fff"
        )
        return drawn.getvalue().decode()

    def encrypt(self, text: str) -> str:
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What another key encrypted reads as a secret that nobody has, each time another."""
        try:
            return _keys().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(50)).decode()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        others = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)d") % {"number": others + 1} if others else _("Passkey")


def has_one(user: User | AnonymousUser) -> bool:
    """Whether signing in to `user` takes more than a password."""
    if not isinstance(user, User):
        return False
    return bool(Authenticator.objects.filter(user=user, type__in=STRONG).exists())


def has_just_one(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type__in=STRONG).count() == 1)


def has_app(user: User | AnonymousUser) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def why_not_yet(user: User) -> str:
    """Why `user` may not add one: letters reach them, but they have not confirmed their address.

    "" for everybody else.
    """
    if mailboxes.has_yet_to_confirm(user):
        return str(SecondFactorAdapter.error_messages["unverified_email"])
    return ""


def remove_all(user: User) -> int:
    """Take every second factor of `user` away, for an operator whom they have told; how many."""
    gone: int = Authenticator.objects.filter(user=user).delete()[0]
    if gone:
        tell_of_removal(user)
    return gone


def tell_of_removal(user: User) -> None:
    """Whoever talked an operator into it may be a stranger."""
    template = "accounts/email/second_step_removed"
    alerts.tell_of_staff(user, template, has_second_step=has_one(user))


def _keys() -> MultiFernet:
    """Encrypts with the site's key, and reads what one of its former keys encrypted."""
    keys = [str(key).encode() for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    digests = [hashlib.sha256(b"second factor:" + key).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
