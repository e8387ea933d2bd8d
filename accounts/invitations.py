"""Invitations: drawn, opened by their link, used up and withdrawn.

A browser that opened the link holds the invitation in its session until it signs up. Only the
SHA-256 of a secret is stored, as of API tokens.
"""

from __future__ import annotations

import secrets
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Invitation, InvitationQuerySet
from accounts.tokens import digest_of

HELD = "invitation"
SECRET_BYTES = 32


def seal(invitation: Invitation) -> str:
    """Draw the secret of a new invitation, which is not saved yet; it cannot be had again."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    invitation.digest = digest_of(secret)
    return secret


def open_link(request: HttpRequest, secret: str) -> bool:
    """Whether this secret opens anything now; if so, the browser holds its invitation."""
    invitation = _valid().filter(digest=digest_of(secret)).first()
    if invitation is None:
        return False
    request.session[HELD] = str(invitation.pk)
    return True


def held_by(request: HttpRequest) -> Invitation | None:
    """The invitation that this browser came with, while it is good for an account."""
    try:
        return _valid().filter(pk=UUID(request.session.get(HELD, ""))).first()
    except ValueError:
        return None


def use(invitation: Invitation) -> bool:
    """Count one account. False for whom another was faster, or the last moment has passed.

    One conditional UPDATE, so that two who come at once never share the last use.
    """
    free = _valid().filter(pk=invitation.pk)
    return bool(free.update(uses=F("uses") + 1, last_used_at=timezone.now()))


def give_back(invitation: Invitation) -> None:
    """One use of which no account came."""
    Invitation.objects.filter(pk=invitation.pk, uses__gt=0).update(uses=F("uses") - 1)


def let_go(request: HttpRequest) -> None:
    request.session.pop(HELD, None)


def withdraw(invitation: Invitation) -> bool:
    """For good; False where that had happened already."""
    unwithdrawn = Invitation.objects.filter(pk=invitation.pk, withdrawn_at=None)
    return bool(unwithdrawn.update(withdrawn_at=timezone.now()))


def are_needed() -> bool:
    return bool(settings.SIGN_UP == "invitation")


def _valid() -> InvitationQuerySet:
    return Invitation.objects.valid(timezone.now())
