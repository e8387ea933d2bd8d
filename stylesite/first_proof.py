"""The first proof that an account is its owner's: a password that is reset by a letter.

Whoever signs up with a stranger's address has set the account up before the stranger comes and
takes it over. So whatever opens it without the password is withdrawn then. Accounts whose address
was confirmed before, and those that the operator made, keep all of it.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import alerts, audit, mailboxes, places
from accounts.audit import Action
from accounts.models import User
from gallery.models import ShareLink
from stylesite import going_on
from transfers.models import Notice, NoticeChoices


def listen() -> None:
    """Connect it; for ``StylesiteConfig.ready``."""
    signals.password_reset.connect(_reset, dispatch_uid="first proof of an address")


def _reset(request: HttpRequest, user: User, **_more: Any) -> None:
    """Where no mail is sent, the letter was read by whoever runs the site, and proves nothing."""
    if not (settings.SENDS_MAIL and mailboxes.was_never_confirmed(user)):
        return
    with transaction.atomic():
        withdraw_all(user, request)
        places.remember(request, user)
        mailboxes.confirm(user)
        audit.record(Action.OWNER_PROVEN, user, user, request)
        alerts.tell(request, user, "accounts/email/owner_proven")


def withdraw_all(user: User, request: HttpRequest) -> None:
    """Nobody reaches anything of ``user`` but with the password."""
    now = timezone.now()
    going_on.end(user, request)
    if not user.is_staff:  # Whoever made them staff knows them; a letter must not open the admin.
        Authenticator.objects.filter(user=user).delete()
    places.forget_all(user)
    Notice.objects.owned_by(user).pending().by_webhook().delete()
    NoticeChoices.objects.filter(owner=user).delete()
    ShareLink.objects.owned_by(user).open(now).update(revoked_at=now)
