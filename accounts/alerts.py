"""Letters that tell somebody what happened to their account without their asking."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from accounts.mailboxes import may_be_written_to
from accounts.models import User


def tell(request: HttpRequest, user: User, template: str, **context: Any) -> None:
    """Not to an address that was never confirmed: it may be a stranger's."""
    if may_be_written_to(user):
        get_adapter(request).send_notification_mail(template, user, context)


def tell_of_staff(user: User, template: str, **context: Any) -> None:
    """Of what staff did: with no place and no browser, which would not be the person's own."""
    if may_be_written_to(user):
        get_adapter().send_mail(template, user.email, {"user": user, **context})
