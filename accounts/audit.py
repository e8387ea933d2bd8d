"""The audit log: who did what to an account or to the site, when, and from where.

``record`` is all that other code calls, inside the transaction of what it records. An entry is
never changed, and goes only when it is older than ``AUDIT_KEPT_DAYS``. Each is written to the log
of the process, too, as ``audit``: kept on another machine, that copy is out of reach of whoever
has taken over this one.

Nothing that lets somebody in belongs in an entry, and of people only their number: their e-mail
address and name are looked up when somebody reads it, so that they are gone with the account.
"""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, TextChoices
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import networks
from accounts.models import ApiToken, AuditEntry, User

logger = logging.getLogger("audit")

Fact = str | int | float | bool | None

LONGEST_FACT = 200
NAMED = frozenset({"auth.group", "gallery.collection", "gallery.style"})
"""What is the site's own, whose name therefore tells of nobody. A name once written stays."""

BY_PROGRAM = "token"
"""The fact that holds the number of an API token."""

UNLISTED = "unlisted"
"""Said of an entry as ``then``: what followed of its kind is in the log of the process alone."""

SECRETIVE = re.compile(r"password|secret|passcode|recovery|otp|cookie|session_key|digest")


class Action(TextChoices):
    """What is recorded. No column lists them, so that a new one needs no migration."""

    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    SIGNED_OUT = "signed_out", _("Signed out")
    SIGNED_UP = "signed_up", _("Signed up")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    PASSWORD_RESET = "password_reset", _("Password reset by letter")
    EMAIL_ASKED = "email_asked", _("Change of the e-mail address asked for")
    EMAIL_CONFIRMED = "email_confirmed", _("E-mail address confirmed")
    EMAIL_CHANGED = "email_changed", _("E-mail address changed")
    EMAIL_REFUSED = "email_refused", _("Address refused by whoever reads its letters")
    OWNER_PROVEN = "owner_proven", _("Address proven by a reset; what was set up before withdrawn")
    SECOND_FACTOR_ADDED = "second_factor_added", _("Second factor added")
    SECOND_FACTOR_REMOVED = "second_factor_removed", _("Second factor removed")
    RECOVERY_CODES_DRAWN = "recovery_codes_drawn", _("New recovery codes drawn")
    SESSIONS_ENDED = "sessions_ended", _("Sessions ended")
    TOKEN_MADE = "token_made", _("API token made")
    TOKEN_REVOKED = "token_revoked", _("API token withdrawn")
    WEBHOOK_SET = "webhook_set", _("Webhook address set")
    WEBHOOK_REMOVED = "webhook_removed", _("Webhook removed")
    WEBHOOK_SECRET_DRAWN = "webhook_secret_drawn", _("New secret of the webhook drawn")
    SHARE_MADE = "share_made", _("Share link made")
    SHARE_CHANGED = "share_changed", _("Share link changed")
    SHARE_WITHDRAWN = "share_withdrawn", _("Share link withdrawn")
    SHARE_RESTORED = "share_restored", _("Share link works again")
    PROFILE_SHOWN = "profile_shown", _("Profile made public")
    PROFILE_HIDDEN = "profile_hidden", _("Profile hidden")
    PUBLISHED = "published", _("Pictures published")
    UNPUBLISHED = "unpublished", _("Pictures no longer published")
    INVITED = "invited", _("Invitation sent")
    INVITATION_WITHDRAWN = "invitation_withdrawn", _("Invitation withdrawn")
    EXPORT_REQUESTED = "export_requested", _("Copy of all data asked for")
    DELETION_REQUESTED = "deletion_requested", _("Deletion of the account asked for")
    DELETION_CANCELLED = "deletion_cancelled", _("Deletion of the account called off")
    ACCOUNT_DELETED = "account_deleted", _("Account deleted")
    AUDIT_LOG_EXPORTED = "audit_log_exported", _("Audit log exported")
    ADDED = "added", _("Added by staff")
    CHANGED = "changed", _("Changed by staff")
    DELETED = "deleted", _("Deleted by staff")


class ByToken(HttpRequest):
    """Of a program, which shows ``api_token``."""

    api_token: ApiToken


def record(
    action: Action,
    actor: User | AnonymousUser | None,
    subject: Model | None,
    request: HttpRequest | None,
    **facts: Fact,
) -> AuditEntry:
    """Write down that ``actor`` did ``action`` to ``subject``; without a request, at no address.

    ``actor`` is None for visitors and for what the site does by itself. ``facts`` are short and
    harmless, such as ``method="password"`` or ``count=3``. Raises ValueError for one whose name
    says that it is a secret.
    """
    entry = _entry(action, actor, subject, request, facts)
    entry.save()
    _log(entry)
    return entry


def log_only(
    action: Action, actor: User, subject: Model, request: HttpRequest, **facts: Fact
) -> None:
    """As ``record``, in the log of the process alone: where the last entry says UNLISTED."""
    _log(_entry(action, actor, subject, request, facts))


def comes_by_token(request: HttpRequest, token: ApiToken) -> None:
    """A program sends ``request``: what it does is written down with the number of its token.

    The name is its owner's, and looked up when they read it.
    """
    cast(ByToken, request).api_token = token


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, as much of it as ``AUDIT_ADDRESSES`` allows."""
    if settings.AUDIT_ADDRESSES == "none":
        return ""
    address = networks.visitor_address(request)
    if address is None:
        return ""
    whole = settings.AUDIT_ADDRESSES == "whole"
    return str(address if whole else networks.network_of(address))


def forget_old(most: int) -> int:
    """Delete entries that are older than ``AUDIT_KEPT_DAYS``; how many."""
    kept_since = timezone.now() - timedelta(days=settings.AUDIT_KEPT_DAYS)
    old = AuditEntry.objects.older_than(kept_since).order_by("at")
    some = list(old.values_list("pk", flat=True)[:most])
    return AuditEntry.objects.filter(pk__in=some).delete_for_good() if some else 0


def forget_addresses(account: User) -> None:
    """For an account that is deleted: its entries no longer say where somebody was."""
    AuditEntry.objects.by_or_about(account).exclude(address="").blank_addresses()


def _entry(
    action: Action,
    actor: User | AnonymousUser | None,
    subject: Model | None,
    request: HttpRequest | None,
    facts: dict[str, Fact],
) -> AuditEntry:
    token: ApiToken | None = getattr(request, "api_token", None)
    if token is not None:
        facts = {**facts, BY_PROGRAM: str(token.pk)}
    return AuditEntry(
        action=action.value,
        actor_id=actor.pk if actor is not None else None,
        account_id=_account_of(subject),
        subject_kind=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk)[:40] if subject is not None else "",
        subject_label=_label_of(subject),
        address=address_of(request) if request is not None else "",
        facts={name: _harmless(name, value) for name, value in facts.items()},
    )


def _log(entry: AuditEntry) -> None:
    logger.info(
        "%s by %s, account %s, of %s %s from %s %s",
        entry.action,
        entry.actor_id or "nobody",
        entry.account_id or "none",
        entry.subject_kind or "nothing",
        entry.subject_id,
        entry.address or "nowhere",
        entry.facts,
    )


def _account_of(subject: Model | None) -> int | None:
    """The number of the person whose own ``subject`` is, if it is somebody's."""
    if isinstance(subject, User):
        return subject.pk
    return getattr(subject, "owner_id", None) or getattr(subject, "user_id", None)


def _label_of(subject: Model | None) -> str:
    """A name to recognise ``subject`` by once it is gone, unless it would tell of a person."""
    if subject is None or _account_of(subject) is not None:
        return ""
    if subject._meta.label_lower not in NAMED:
        return ""
    return _one_line(str(subject))


def _harmless(name: str, value: Fact) -> Fact:
    if SECRETIVE.search(name):
        raise ValueError(f"“{name}” sounds like a secret, which must not be written down.")
    return _one_line(value) if isinstance(value, str) else value


def _one_line(words: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in words)[:LONGEST_FACT]
