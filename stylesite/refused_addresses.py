"""An address is refused by whoever reads its letters: "This was not me".

Whoever signs up with a stranger's address, or asks that it become theirs, waits for the stranger to
confirm it. What waits goes instead: the change, or the account that was made with the address.
Nothing of an account that was known before is touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from accounts import audit, mailboxes
from accounts.audit import Action
from accounts.models import User
from stylesite.privacy import closing, summary


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes, if an address is refused; nothing where neither is so."""

    change: bool = False
    """That the address takes the place of another."""
    account: bool = False
    due_at: datetime | None = None
    """When the closed account is deleted; None for at once."""


def plan_for(address: EmailAddress) -> Plan:
    """An account in which something was made goes after days of grace: an address may have been
    mistyped. Accounts that the operator made, or vouches for as staff, stay."""
    user: User = address.user
    if mailboxes.is_being_changed(address):
        return Plan(change=True)
    if user.is_staff or user.is_superuser or not mailboxes.was_never_confirmed(user):
        return Plan()
    grace = timedelta(days=settings.DELETION_GRACE_DAYS if summary.of(user).lines else 0)
    return Plan(account=True, due_at=timezone.now() + grace if grace else None)


def refuse(address: EmailAddress) -> Plan:
    """Do so, unless it was confirmed or refused in this moment: then Http404.

    Only an admin opens such an account again, as whoever made it knows its password. The entry of
    the audit log says nothing of where its reader is: those who made the account can see it.
    """
    with transaction.atomic():
        unconfirmed = EmailAddress.objects.select_for_update().filter(verified=False)
        waiting = unconfirmed.filter(pk=address.pk).first()
        if waiting is None:
            raise Http404
        plan, user = plan_for(waiting), waiting.user
        audit.record(Action.EMAIL_REFUSED, None, user, None, what=_what(plan))
        if plan.change:
            waiting.delete()
        elif plan.account:
            closing.close(user, due_at=plan.due_at or timezone.now(), by_staff=True)
    return plan


def _what(plan: Plan) -> str:
    return "change" if plan.change else "account" if plan.account else "nothing"
