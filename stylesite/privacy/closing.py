"""An account is closed until it goes for good, and opens again for whoever comes back in time.

Closed means ``is_active`` is false: nobody signs in, tokens and links open nothing, nothing of it
is public, its booths are shut. Nothing is deleted yet; that is ``erasing``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import sessions
from accounts.models import User
from stylesite.privacy import letters
from stylesite.privacy.models import AccountDeletion
from transfers.models import Notice, Transfer
from transfers.queue.transitions import cancellation, drop_files

logger = logging.getLogger(__name__)

BATCH = 500


class LastAdminError(Exception):
    """Nobody would be left who may look after the site."""


def is_last_admin(user: User) -> bool:
    """Whether nobody would be left who may look after the site."""
    return user.is_superuser and not _admins().exclude(pk=user.pk).exists()


def ask(user: User) -> AccountDeletion:
    """``user`` wants to leave: the account is closed, and goes after the days of grace.

    Raises LastAdminError for the only admin. Of two who leave at once, the later is that.
    """
    due_at = timezone.now() + timedelta(days=settings.DELETION_GRACE_DAYS)
    with transaction.atomic():
        if user.is_superuser and admins_held() == [user]:
            raise LastAdminError
        leaving = close(user, due_at=due_at)
        letters.tell_of_closing(user, leaving)
    return leaving


def admins_held() -> list[User]:
    """Those who may look after the site. None of them goes before the transaction ends."""
    return list(_admins().select_for_update().order_by("pk"))


def _admins() -> QuerySet[User]:
    return User.objects.filter(is_active=True, is_superuser=True)


def close(user: User, *, due_at: datetime, by_staff: bool = False) -> AccountDeletion:
    """Close the account of ``user``, who is signed out everywhere and whose work is cancelled.

    With ``by_staff`` only an admin can open it again. What takes long, or asks the store of files,
    is done after the commit, so that nobody else's writing waits for it; should it fail,
    ``erasing`` does it again.
    """
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False)
        leaving, _new = AccountDeletion.objects.update_or_create(
            user=user,
            defaults={"asked_at": timezone.now(), "due_at": due_at, "by_staff": by_staff},
        )
        Notice.objects.owned_by(user).pending().delete()
        for stop in (sessions.end_all, cancel_work):
            transaction.on_commit(partial(stop, user), robust=True)
    user.is_active = False
    logger.info("account %s: closed, to be deleted at %s", user.pk, due_at.isoformat())
    return leaving


def cancel_work(user: User) -> int:
    """QUEUED or RUNNING → CANCELLED for all that is painted for ``user`` or guests; how many."""
    unfinished = Transfer.objects.at_cost_of(user).unfinished()
    cancelled = 0
    for transfer in list(unfinished):
        if unfinished.filter(pk=transfer.pk).update(**cancellation()):
            drop_files(transfer)
            cancelled += 1
    return cancelled


def open_again(user: User) -> bool:
    """The person comes back; False where it is too late, or an admin closed the account."""
    with transaction.atomic():
        now = timezone.now()
        leaving = AccountDeletion.objects.can_be_called_off(now).select_for_update()
        if leaving.filter(user=user).first() is None:
            return False
        AccountDeletion.objects.filter(user=user).delete()
        User.objects.filter(pk=user.pk).update(is_active=True)
    user.is_active = True
    logger.info("account %s: its deletion was called off", user.pk)
    return True


def forget_sessions(user: User) -> int:
    """Delete every session that belongs to ``user`` or names their address, listed or not; how
    many. Looks at all sessions of the site, so it is for the end, when nobody waits."""
    sessions.end_all(user)
    theirs = [session.pk for session in _sessions_that_name(user)]
    for start in range(0, len(theirs), BATCH):
        Session.objects.filter(pk__in=theirs[start : start + BATCH]).delete()
    return len(theirs)


def _sessions_that_name(user: User) -> Iterator[Session]:
    """What a session holds is encoded, so each has to be looked at.

    Sessions of visitors name an address, too: that with which somebody failed to sign in.
    """
    number, address = str(user.pk), json.dumps(user.email.lower())
    for session in Session.objects.iterator(BATCH):
        said = session.get_decoded()
        named = user.email and address in json.dumps(said, default=str).lower()
        if said.get(SESSION_KEY) == number or named:
            yield session
