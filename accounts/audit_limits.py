"""How often somebody may do what is written down each time, so that nobody fills the audit log.

What opens something is refused beyond the limits, and never done without an entry: whoever has got
into an account could otherwise fill the log with noise, and then go on unseen. What shuts something
is never refused. It can be done only as often as something was opened, but for taking pictures
back, of which one opening may show two hundred: see ``gallery.recorded``.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import Action
from accounts.models import AuditEntry, User
from accounts.quotas import QuotaError, hold

MOST_AN_HOUR, MOST_A_DAY = 60, 300
"""Of one kind, for one account."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class TooOftenError(QuotaError):
    """Not now, but in ``wait_s`` seconds."""

    def __init__(self, sentence: str, wait_s: int) -> None:
        super().__init__(sentence, reason="often")
        self.wait_s = wait_s


def check(user: User, action: Action) -> None:
    """Raises TooOftenError where ``user`` has done ``action`` as often as may be.

    Belongs in the transaction that does it and writes it down; see ``quotas.hold``.
    """
    hold(user)
    if until := _free_at(_times(user, action)):
        wait_s = _seconds_to(until)
        sentence = _("You have done this as often as may be for now.")
        raise TooOftenError(f"{sentence} {_try_again(wait_s)}", wait_s)


def room(user: User, action: Action) -> int:
    """How many more entries of ``action`` there may be now, in a transaction as for ``check``."""
    hold(user)
    times = _times(user, action)
    lately = sum(at > timezone.now() - HOUR for at in times)
    return max(0, min(MOST_AN_HOUR - lately, MOST_A_DAY - len(times)))


def why_no_sign_in(user: User) -> tuple[str, int]:
    """A sentence for who would sign in to this account, and the seconds to wait; "" for go on.

    Only whoever has all that opens the account can have it signed in to so often. So that they do
    not keep its owner out, the count begins anew with a password that they do not know.
    """
    times = _times(user, Action.SIGNED_IN)
    if (until := _free_at(times)) and (anew_at := _new_password_at(user)):
        until = _free_at([at for at in times if at > anew_at])
    if until is None:
        return "", 0
    wait_s = _seconds_to(until)
    sentence = _("Your account was signed in to as often as may be for now.")
    if settings.SENDS_MAIL:
        not_you = _("If that was not you, reset your password: then you can sign in at once.")
    else:
        not_you = _("If that was not you, ask whoever runs this site for a new password.")
    return f"{sentence} {_try_again(wait_s)} {not_you}", wait_s


def _new_password_at(user: User) -> datetime | None:
    """When ``user`` had one by letter, or from whoever runs the site, of late."""
    by_others = Q(actor=None) | ~Q(actor=user)
    given = Q(action=Action.PASSWORD_RESET)
    given |= by_others & Q(action__in=(Action.PASSWORD_CHANGED, Action.CHANGED))
    entries = AuditEntry.objects.filter(given, account=user)
    return entries.order_by("-at").values_list("at", flat=True).first()


def _times(user: User, action: Action) -> list[datetime]:
    """When it was done within a day, newest first, and no more than are needed."""
    done = AuditEntry.objects.filter(account=user, action=action, at__gt=timezone.now() - DAY)
    return list(done.order_by("-at").values_list("at", flat=True)[:MOST_A_DAY])


def _free_at(times: list[datetime]) -> datetime | None:
    """When there is room for one more beside these; None for now."""
    ends = [times[MOST_AN_HOUR - 1] + HOUR] if len(times) >= MOST_AN_HOUR else []
    if len(times) >= MOST_A_DAY:
        ends.append(times[MOST_A_DAY - 1] + DAY)
    return max((end for end in ends if end > timezone.now()), default=None)


def _seconds_to(until: datetime) -> int:
    return max(1, math.ceil((until - timezone.now()).total_seconds()))


def _try_again(wait_s: int) -> str:
    minutes, hours = math.ceil(wait_s / 60), math.ceil(wait_s / 3600)
    if minutes <= 90:
        sentence = ngettext(
            "Please try again in %(count)d minute.",
            "Please try again in %(count)d minutes.",
            minutes,
        )
        return sentence % {"count": minutes}
    return ngettext(
        "Please try again in %(count)d hour.", "Please try again in %(count)d hours.", hours
    ) % {"count": hours}
