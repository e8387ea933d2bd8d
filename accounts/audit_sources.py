"""What allauth's signals and Django's admin tell the audit log.

Receivers only write down; nothing else happens here. Pages of our own call ``audit.record``
themselves, with their request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from allauth.account import signals
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context
from django.apps import apps
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry, LogEntryManager
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.db import transaction
from django.db.models import Model
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils.text import capfirst

from accounts import audit
from accounts.audit import Action
from accounts.models import User

OWN_ACTS: dict[Signal, Action] = {
    signals.user_signed_up: Action.SIGNED_UP,
    signals.password_set: Action.PASSWORD_CHANGED,
    signals.password_changed: Action.PASSWORD_CHANGED,
    signals.password_reset: Action.PASSWORD_RESET,
    signals.email_changed: Action.EMAIL_CHANGED,
}
"""What people do to their own account, and allauth tells of without more to say."""

CHANGED_TO = " → "
"""Between the old value and the new, where curators' changes are told line by line."""

BY_STAFF = {ADDITION: Action.ADDED, CHANGE: Action.CHANGED, DELETION: Action.DELETED}


def listen() -> None:
    """Connect everything; for ``AccountsConfig.ready``."""
    for signal, action in OWN_ACTS.items():
        signal.connect(_receiver(action), weak=False, dispatch_uid=f"audit {action}")
    signals.user_logged_in.connect(_signed_in)
    user_logged_out.connect(_signed_out)
    user_login_failed.connect(_sign_in_failed)
    signals.email_confirmed.connect(_email_confirmed)
    LogEntryManager.log_actions = _also_audited(LogEntryManager.log_actions)  # type: ignore[method-assign, assignment]
    if apps.is_installed("allauth.mfa"):
        _listen_to_second_factors()


def _receiver(action: Action) -> Callable[..., None]:
    def receive(request: HttpRequest, user: User, **_more: object) -> None:
        audit.record(action, user, user, request)

    return receive


def _signed_in(request: HttpRequest, user: User, **_more: object) -> None:
    """With what: allauth notes in the session which proofs were given."""
    proofs = [
        str(proof.get("type") or proof["method"])
        for proof in get_authentication_records(request, user)
    ]
    audit.record(Action.SIGNED_IN, user, user, request, method=" + ".join(proofs))


def _signed_out(request: HttpRequest, user: User | None, **_more: object) -> None:
    if user is not None:
        audit.record(Action.SIGNED_OUT, user, user, request)


def _sign_in_failed(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_more: object
) -> None:
    """An address that nobody has is not kept: people type passwords there by mistake."""
    account = User.objects.filter(email__iexact=str(credentials.get("email", ""))).first()
    actor = getattr(request, "user", None)
    audit.record(Action.SIGN_IN_FAILED, actor, account, request, known=account is not None)


def _email_confirmed(request: HttpRequest, email_address: EmailAddress, **_more: object) -> None:
    audit.record(Action.EMAIL_CONFIRMED, email_address.user, email_address.user, request)


def _listen_to_second_factors() -> None:
    """What is set up or drawn, ``second_factor_pages`` write down: allauth tells of it too late."""
    from allauth.mfa import signals as factors

    def receive(action: Action) -> Callable[..., None]:
        def received(request: HttpRequest, user: User, authenticator: Any, **_more: object) -> None:
            audit.record(action, user, user, request, method=str(authenticator.type))

        return received

    for signal, action in (
        (factors.authenticator_removed, Action.SECOND_FACTOR_REMOVED),
        (factors.authentication_failed, Action.SIGN_IN_FAILED),
    ):
        signal.connect(receive(action), weak=False, dispatch_uid=f"audit {action} of a factor")


LogActions = Callable[..., LogEntry | list[LogEntry]]


def _also_audited(log_actions: LogActions) -> LogActions:
    """Everything that the admin and the staff's pages log goes into the audit log as well.

    Django's own log belongs to whoever did it, and goes with their account. It writes many entries
    at once without a signal, so that its one entrance is where to listen.
    """

    @wraps(log_actions)
    def logged(
        self: LogEntryManager,
        user_id: int,
        queryset: Iterable[Model],
        action_flag: int,
        change_message: str | list[Any] = "",
        **more: Any,
    ) -> LogEntry | list[LogEntry]:
        things = list(queryset)
        is_unchanged = action_flag == CHANGE and change_message == []
        with transaction.atomic():
            for thing in things if not is_unchanged else ():
                audit.record(
                    BY_STAFF[action_flag],
                    User(pk=user_id),
                    thing,
                    context.request,
                    what=_told(change_message, thing),
                )
            return log_actions(self, user_id, things, action_flag, change_message, **more)

    return logged


def _without_values(lines: str, thing: Model) -> str:
    """The fields of ``thing`` that lines such as ``Artist: Ada → Bob`` say have changed."""
    begun = {line.partition(":")[0] for line in lines.splitlines()}
    named = [getattr(field, "verbose_name", "") for field in thing._meta.get_fields()]
    return ", ".join(label for name in named if (label := capfirst(str(name))) in begun)


def _told(message: str | list[Any], thing: Model) -> str:
    """Our own words as they are; of changed fields the names alone: values may be somebody's."""
    if isinstance(message, str):
        try:
            message = json.loads(message) if message.startswith("[") else message
        except ValueError:
            return ""
    if isinstance(message, str):
        return _without_values(message, thing) if CHANGED_TO in message else message
    fields = [
        str(field)
        for part in message
        for details in part.values()
        for field in details.get("fields", ())
    ]
    return ", ".join(fields)
