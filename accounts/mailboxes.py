"""Whether somebody's e-mail address is known to be theirs."""

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts.models import User


def may_be_written_to(user: User) -> bool:
    """Whether mail that nobody asked for this minute may go to `user`."""
    return user.is_active and is_confirmed(user)


def is_confirmed(user: User) -> bool:
    """Whether their address is known to be theirs, closed account or not.

    One that was never confirmed may be a stranger's. Where the operator asks nobody to confirm,
    every address counts.
    """
    if settings.ACCOUNT_EMAIL_VERIFICATION == "none":
        return True
    addresses = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True)
    return bool(addresses.exists())
