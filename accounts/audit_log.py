"""The audit log as people read it: an entry in words, and all of it as a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.apps import apps
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import TruncDate
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.audit import Action
from accounts.models import AuditEntry, User
from accounts.spreadsheets import guarded

COLUMNS = ("when", "what", "by", "account", "of", "id", "from", "more")
AT_ONCE = 500
MEANS = {
    "password": _lazy("password"),
    "recovery_codes": _lazy("recovery code"),
    "totp": _lazy("authenticator app"),
    "webauthn": _lazy("passkey"),
}
"""What people sign in by, as the pages call it."""


class Place(NamedTuple):
    """Where a line stands among the others."""

    at: datetime
    number: int
    """Of its entry."""
    times: int = 1
    """How often that day, of failed sign-ins: ``number`` is the last."""
    networks: int = 1
    """From how many they came."""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as its owner reads it."""

    entry: AuditEntry
    what: str
    of: str
    by: str
    more: str
    address: str
    times: int = 1
    """How often that day, where it is the last of several failed sign-ins."""
    other_networks: int = 0
    """From how many more than ``address`` they came."""


def line_for(user: User, entry: AuditEntry) -> Line:
    """Of staff nobody learns who it was, nor where."""
    address = entry.address if entry.actor_id in (None, user.pk) else ""
    return Line(entry, what(entry), of(entry), _by(user, entry), more(entry), address)


def places_of(user: User) -> list[Place]:
    """Where each line stands of what was done by and to ``user``, newest first: two queries.

    The failed sign-ins of a day are one line, at the place of the last: whoever guesses passwords
    must not push everything else out of sight.
    """
    own = AuditEntry.objects.by_or_about(user).order_by()
    others = own.exclude(action=Action.SIGN_IN_FAILED).values_list("at", "pk")
    places = [Place(at, number) for at, number in others]
    return sorted([*places, *_failed_days(own, user)], reverse=True)


def lines_at(user: User, places: Iterable[Place]) -> list[Line]:
    """The lines at some of these places: one query."""
    places = list(places)
    own = AuditEntry.objects.by_or_about(user)
    entries = own.in_bulk([place.number for place in places])
    lines = []
    for place in places:
        if entry := entries.get(place.number):  # unless its time came meanwhile
            line = line_for(user, entry)
            others = max(0, place.networks - 1) if line.address else 0
            lines.append(replace(line, times=place.times, other_networks=others))
    return lines


def _failed_days(own: QuerySet[AuditEntry], user: User) -> Iterator[Place]:
    """By day and by what failed: a wrong code after the right password is another matter."""
    seen = (Q(actor=None) | Q(actor=user)) & ~Q(address="")
    days = (
        own.filter(action=Action.SIGN_IN_FAILED)
        .annotate(day=TruncDate("at"), means=KeyTextTransform("method", "facts"))
        .values("day", "means")
        .annotate(last=Max("at"), newest=Max("pk"), times=Count("pk"))
        .annotate(networks=Count("address", filter=seen, distinct=True))
    )
    for day in days:
        yield Place(day["last"], day["newest"], day["times"], day["networks"])


def what(entry: AuditEntry) -> str:
    """The action in words; as it stands, where the code that recorded it is gone."""
    return str(Action(entry.action).label) if entry.action in Action else entry.action


def of(entry: AuditEntry) -> str:
    """What it was done to, unless that is the account itself."""
    if entry.subject_kind in ("", User._meta.label_lower):
        return ""
    try:
        kind = capfirst(str(apps.get_model(entry.subject_kind)._meta.verbose_name))
    except LookupError:
        kind = entry.subject_kind
    return f"{kind}: {entry.subject_label}" if entry.subject_label else kind


def more(entry: AuditEntry) -> str:
    """What else is worth reading; of whether something was so, the action tells."""
    told = (value for value in entry.facts.values() if not isinstance(value, bool | None))
    return ", ".join(_in_words(value) for value in told if value != "")


def person(user: User | None, number: int | None) -> str:
    """The e-mail address of an account, or its number once it is gone."""
    return user.email if user else _("account %(number)d") % {"number": number} if number else ""


def table(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    """CSV, a few hundred lines in memory at a time."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    known = entries.select_related("actor", "account")
    for entry in known.iterator(chunk_size=AT_ONCE):
        cells = (
            entry.at.isoformat(timespec="seconds"),
            entry.action,
            person(entry.actor, entry.actor_id),
            person(entry.account, entry.account_id),
            f"{entry.subject_kind} {entry.subject_label}".strip(),
            entry.subject_id,
            entry.address,
            " ".join(f"{name}={value}" for name, value in entry.facts.items()),
        )
        yield writer.writerow([guarded(cell) for cell in cells])


def _in_words(value: object) -> str:
    return " + ".join(str(MEANS.get(part, part)) for part in str(value).split(" + "))


def _by(user: User, entry: AuditEntry) -> str:
    if entry.actor_id == user.pk:
        return ""
    return _("by an administrator") if entry.actor_id else _("by somebody who was not signed in")


class _Echo:
    """What a csv writer takes for a file; it gives each line back."""

    def write(self, line: str) -> str:
        return line
