"""The two letters about leaving: when the account is closed, and when all of it is gone."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.letters import post
from accounts.models import User
from stylesite.privacy.models import AccountDeletion
from transfers.notify.webhooks import absolute


def tell_of_closing(user: User, leaving: AccountDeletion) -> None:
    """What happens when, and how to come back."""
    if address := address_of(user):
        said = {
            "due_at": leaving.due_at,
            "grace_days": settings.DELETION_GRACE_DAYS,
            "sign_in_url": absolute("account_login"),
        }
        _send(address, _("Your account will be deleted"), "privacy/email/closing.txt", said)


def tell_of_the_end(address: str) -> None:
    """Sent after everything is gone; the address is on its row until then, and nowhere else."""
    _send(address, _("Your account is deleted"), "privacy/email/gone.txt", {})


def address_of(user: User) -> str:
    """Where a letter may go, closed account or not: an address that was never confirmed may be a
    stranger's. Empty where there is none."""
    if settings.ACCOUNT_EMAIL_VERIFICATION == "none":
        return user.email
    addresses = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True)
    return user.email if addresses.exists() else ""


def _send(address: str, subject: str, template: str, said: dict[str, object]) -> None:
    text = render_to_string(template, {"site_name": settings.SITE_NAME, **said})
    post(EmailMessage(subject=f"[{settings.SITE_NAME}] {subject}", body=text, to=[address]))
