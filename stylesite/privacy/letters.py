"""The two letters about leaving: when the account is closed, and when all of it is gone."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.conf import settings

from accounts.mailboxes import is_confirmed
from accounts.models import User
from stylesite.privacy.models import AccountDeletion
from transfers.notify.webhooks import absolute


def tell_of_closing(user: User, leaving: AccountDeletion) -> None:
    """What happens when, and how to come back."""
    if address := address_of(user):
        said = {
            "user": user,
            "due_at": leaving.due_at,
            "grace_days": settings.DELETION_GRACE_DAYS,
            "sign_in_url": absolute("account_login"),
        }
        get_adapter().send_mail("privacy/email/closing", address, said)


def tell_of_the_end(address: str) -> None:
    """Sent after everything is gone; the address is on its row until then, and nowhere else."""
    get_adapter().send_mail("privacy/email/gone", address, {})


def address_of(user: User) -> str:
    """Where a letter may go, closed account or not; empty where there is none."""
    return user.email if is_confirmed(user) else ""
