"""How many letters of one kind tell somebody in a day what happened to their account.

What somebody can do in a loop would have as many letters written: to a mail server that takes so
many a day that is everybody's loss. Ten tell enough, and the tenth says that it is the last. All of
it is in the log of the account, which its owner sees as *Recent activity*.

Counted in the shared cache. ``counts`` forgets it with the account.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from accounts.limits import counted
from accounts.models import User

A_DAY = 10
DAY = timedelta(days=1)

LIMITED = (
    "accounts/email/new_place",
    "accounts/email/token_made",
    "mfa/email/recovery_codes_generated",
    "mfa/email/totp_activated",
    "mfa/email/webauthn_added",
    "privacy/email/opened_again",
    "transfers/email/webhook_secret_drawn",
    "transfers/email/webhook_set",
)

NEVER_DROPPED = (
    "account/email/email_changed",
    "account/email/email_confirm",
    "account/email/email_deleted",
    "account/email/password_changed",
    "account/email/password_reset",
    "account/email/password_set",
    "accounts/email/address_asked",
    "accounts/email/owner_proven",
    "mfa/email/totp_deactivated",
    "mfa/email/webauthn_removed",
)
"""They tell that an account changes hands, or loses protection. Each takes the password, the second
step, or a link of a letter; what it takes no proof to repeat has a limit of its own."""


def count(user: User, kind: str) -> int:
    """Which one of today the letter of this kind would be; 0 where that does not matter."""
    if kind not in LIMITED:
        return 0
    return counted(_key(user, kind, 0), kept_s=int(DAY.total_seconds()))


def keys(user: User) -> Iterator[str]:
    """All under which something of `user` may be counted."""
    for kind in LIMITED:
        yield from (_key(user, kind, days_ago) for days_ago in (0, 1))


def _key(user: User, kind: str, days_ago: int) -> str:
    return f"alerts-{user.pk}-{timezone.localdate() - days_ago * DAY}-{kind}"
