"""Whom a restored backup must not bring back: of each deleted account, a digest and the day.

A digest is the SHA-256 of the account's number and the microsecond in which it was made. Whoever
holds the row of an account can tell whether it is meant; from the digest alone nobody learns
anything, and another account that gets the same number one day has another.

Backups carry ``all_of()``; whoever restores an older one gives the lists of the site as it was and
of every later backup to ``apply()``, which has those accounts deleted once more.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from stylesite.privacy import closing
from stylesite.privacy.models import Tombstone

logger = logging.getLogger(__name__)

BATCH = 500


def digest_of(user: User) -> str:
    return hashlib.sha256(f"{user.pk} {user.date_joined.timestamp():.6f}".encode()).hexdigest()


def raise_for(user: User) -> None:
    """Note that ``user`` is gone, in the transaction that deletes the row."""
    Tombstone.objects.get_or_create(digest=digest_of(user))


def all_of() -> list[dict[str, str]]:
    """Every tombstone, as JSON takes it: {digest, erased_at}."""
    rows = Tombstone.objects.order_by("erased_at").values_list("digest", "erased_at")
    return [{"digest": digest, "erased_at": at.isoformat()} for digest, at in rows.iterator(BATCH)]


def apply(known: Iterable[dict[str, str]]) -> int:
    """After a restore: close the accounts that ``known`` names, for housekeeping to erase.

    Their tombstones are kept here as well. Returns how many accounts were there again. Doing it
    twice harms nothing.
    """
    stones = {
        each["digest"]: Tombstone(
            digest=each["digest"], erased_at=datetime.fromisoformat(each["erased_at"])
        )
        for each in known
    }
    Tombstone.objects.bulk_create(stones.values(), ignore_conflicts=True, batch_size=BATCH)
    gone = set(Tombstone.objects.values_list("digest", flat=True))
    risen = [user for user in User.objects.iterator(BATCH) if digest_of(user) in gone]
    for user in risen:
        closing.close(user, due_at=timezone.now(), by_staff=True)
        logger.warning("account %s was deleted before: it is closed and goes again", user.pk)
    return len(risen)
