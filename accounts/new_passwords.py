"""What a new password does, whoever gives it to an account and in whatever way it is saved.

Django tells the validators in AUTH_PASSWORD_VALIDATORS of each password that was set and saved.
Pages, the admin, commands and a shell have nothing else in common, so these are two of them, though
they judge nothing. A password that is taken away is told to nobody: ``accounts.admin``.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts import alerts, mailboxes, places
from accounts.models import User


class EndsWaitingAddresses:
    """Whoever knew the old password may have asked for another address."""

    def validate(self, password: str, user: User | None = None) -> None:
        pass

    def get_help_text(self) -> str:
        """Beside the rules, in the admin."""
        return _("A new e-mail address that waits for its owner’s confirmation is forgotten.")

    def password_changed(self, password: str, user: User) -> None:
        mailboxes.forget_waiting(user)


class ForgetsKnownPlaces:
    """Whoever knew the old password may have signed in, to be known: they would be counted apart
    when they guess the new one, and no letter would tell of them."""

    def validate(self, password: str, user: User | None = None) -> None:
        pass

    def get_help_text(self) -> str:
        return _("The browsers and networks that were known are forgotten.")

    def password_changed(self, password: str, user: User) -> None:
        places.forget_others(user)


def tell_of_staff(user: User) -> None:
    """Whoever talked those who run the site into it may be a stranger."""
    template = "accounts/email/password_replaced"
    alerts.tell_of_staff(user, template, has_password=user.has_usable_password())
