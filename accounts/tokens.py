"""API tokens: drawn, found by what a program shows, and withdrawn.

Only the SHA-256 of a secret is stored. That is enough for 32 random bytes, which nobody can guess
or try through; passwords, which people choose, need the slow hashes that Django gives them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import mailboxes
from accounts.models import ApiToken, User
from accounts.quotas import QuotaError

PREFIX = "sty_"
"""Begins every secret, so that people and scanners of leaked secrets recognise one."""

SECRET_BYTES = 32

USE_NOTED_EVERY = timedelta(minutes=1)
"""A program that polls must not write a row with every request."""


def issue(
    owner: User, name: str, scopes: Iterable[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token of ``owner`` and its secret, which cannot be had again.

    It ends at ``expires_at``, and no later than the operator's limit says (``ApiToken.ends_at``).
    Raises QuotaError, reason "tokens", for who has as many in use as may be.
    """
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    wanted = set(scopes)
    with transaction.atomic():
        # Two at once wait for each other here.
        User.objects.select_for_update().get(pk=owner.pk)
        if has_as_many_as_may_be(owner):
            raise QuotaError(limit_sentence(), reason="tokens")
        token = ApiToken.objects.create(
            owner=owner,
            name=name,
            scopes=[scope.value for scope in ApiToken.Scope if scope.value in wanted],
            digest=digest_of(secret),
            ending=secret[-4:],
            expires_at=expires_at,
        )
    return token, secret


def why_not_yet(owner: User) -> str:
    """Why ``owner`` may not make one: they have not confirmed their address. "" for others."""
    if not mailboxes.has_yet_to_confirm(owner):
        return ""
    return _(
        "Confirm your e-mail address first: we sent you a link. Otherwise somebody who signs up "
        "with a stranger’s address could go on using the account once it is the stranger’s."
    )


def has_as_many_as_may_be(owner: User) -> bool:
    """Those that have expired or are withdrawn do not count."""
    in_use = ApiToken.objects.valid(timezone.now()).filter(owner=owner)
    return in_use.count() >= settings.API_TOKENS_PER_PERSON


def limit_sentence() -> str:
    return ngettext(
        "You have %(count)d token in use, and may not have more. Withdraw it when nothing of yours "
        "needs it any more, then make a new one.",
        "You have %(count)d tokens in use, and may not have more. Withdraw one that nothing of "
        "yours needs any more, then make a new one.",
        settings.API_TOKENS_PER_PERSON,
    ) % {"count": settings.API_TOKENS_PER_PERSON}


def longest_sentence() -> str:
    """How long a token lasts here; for sites with such a limit."""
    return ngettext(
        "On this site a token lasts %(count)d day at most.",
        "On this site a token lasts %(count)d days at most.",
        settings.API_TOKEN_MAX_DAYS,
    ) % {"count": settings.API_TOKEN_MAX_DAYS}


def find(secret: str) -> ApiToken | None:
    """The token with this secret and its owner, and note that it was used.

    None for an unknown, expired or withdrawn one, and for one of a closed account.
    """
    now = timezone.now()
    token = (
        ApiToken.objects.valid(now).select_related("owner").filter(digest=digest_of(secret)).first()
    )
    if token is not None:
        _note_use(token, now)
    return token


def revoke(token: ApiToken) -> bool:
    """Withdraw ``token`` for good; whether that changed anything. Twice keeps the first date."""
    in_use = ApiToken.objects.filter(pk=token.pk, revoked_at=None)
    return in_use.update(revoked_at=timezone.now()) > 0


def revoke_all(owner: User) -> list[ApiToken]:
    """Withdraw all that ``owner`` has not withdrawn yet; which they were."""
    return [token for token in ApiToken.objects.owned_by(owner) if revoke(token)]


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _note_use(token: ApiToken, now: datetime) -> None:
    """The UPDATE looks once more, so that of many requests at once only one writes."""
    long_ago = now - USE_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at <= long_ago:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=long_ago)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
