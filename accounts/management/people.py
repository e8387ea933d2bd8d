"""Whom a command is about."""

from django.core.management import CommandError

from accounts.models import User


def account_of(email: str) -> User:
    """The account with that address. Raises CommandError where there is none."""
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        raise CommandError(f"There is no account with the address {email}.")
    return person
