"""The audit log as people read it: an entry in words, and all of it as a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.apps import apps
from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.audit import BY_PROGRAM, UNLISTED, Action
from accounts.audit_entries import COMING_AND_GOING, AuditEntryQuerySet
from accounts.models import ApiToken, AuditEntry, User
from accounts.spreadsheets import guarded

COLUMNS = ("when", "what", "by", "account", "of", "id", "from", "more")
AT_ONCE = 500
MOST_OF_A_KIND = 1000
"""Are shown of an account, to whoever has it. Staff, and a copy of everything, have all."""

MEANS = {
    "password": _lazy("password"),
    "recovery_codes": _lazy("recovery code"),
    "totp": _lazy("authenticator app"),
    "webauthn": _lazy("passkey"),
    UNLISTED: _lazy("what followed of this within the hour or the day is not listed"),
}
"""What people sign in by, and other words of facts, as the pages call it."""


class Place(NamedTuple):
    """Where a line stands among the others."""

    at: datetime
    number: int
    """Of its entry."""
    times: int = 1
    """How often that day, of coming and going: ``number`` is the last."""
    networks: int = 1
    """From how many they came."""


class _Row(NamedTuple):
    """What tells the lines: of an entry no more is read before its line is shown."""

    action: str
    at: datetime
    number: int
    actor: int | None
    address: str
    method: str | None


COLUMNS_READ = ("action", "at", "pk", "actor_id", "address", KT("facts__method"))


class Recent(NamedTuple):
    """The lines of an account that are shown, newest first, and whether there are older ones."""

    places: list[Place]
    has_older: bool


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
    """How often that day, where it is the last of several."""
    other_networks: int = 0
    """From how many more than ``address`` they came."""


def recent(user: User) -> Recent:
    """Where each line stands of what was done by and to ``user``: the newest MOST_OF_A_KIND of each
    kind of entry.

    Nothing is cut for all kinds together: whoever makes noise of one kind, or of many, must not
    push what they did besides out of sight. Coming and going is a line a day.
    """
    entries = AuditEntry.objects
    own, has_older = _newest_of_each_kind(entries.filter(account=user))
    elsewhere, has_older_elsewhere = _newest_of_each_kind(entries.by_on_others(user))
    done = [row for row in (*own, *elsewhere) if row.action not in COMING_AND_GOING]
    places = [Place(row.at, row.number) for row in done]
    places += _days(user, (row for row in own if row.action in COMING_AND_GOING))
    return Recent(sorted(places, reverse=True), has_older or has_older_elsewhere)


def _newest_of_each_kind(entries: AuditEntryQuerySet) -> tuple[list[_Row], bool]:
    """MOST_OF_A_KIND at most of each, and whether there are older ones.

    Walks an index that has them by kind: a query reads as many rows, and is done with one kind or
    with several. Where more are left of a kind, the next begins behind it.
    """
    rows: list[_Row] = []
    kind, has_older = "", False
    while True:
        behind = entries.filter(action__gt=kind).order_by("action", "-at")
        read = [_Row(*row) for row in behind.values_list(*COLUMNS_READ)[: MOST_OF_A_KIND + 1]]
        if len(read) <= MOST_OF_A_KIND:
            return rows + read, has_older
        whole = [row for row in read if row.action != read[-1].action]
        has_older = has_older or not whole
        whole = whole or read[:-1]
        rows += whole
        kind = whole[-1].action


def lines_at(user: User, places: Iterable[Place]) -> list[Line]:
    """The lines at some of these places: two queries."""
    places = list(places)
    entries = AuditEntry.objects.by_or_about(user).in_bulk([place.number for place in places])
    names = _names_of_tokens(user, entries.values())
    lines = []
    for place in places:
        if entry := entries.get(place.number):  # unless its time came meanwhile
            line = _line(user, entry, names)
            others = max(0, place.networks - 1) if line.address else 0
            lines.append(replace(line, times=place.times, other_networks=others))
    return lines


def _line(user: User, entry: AuditEntry, names: Mapping[str, str]) -> Line:
    """Of staff nobody learns who it was, nor where."""
    address = entry.address if entry.actor_id in (None, user.pk) else ""
    return Line(entry, what(entry), of(entry), _by(user, entry, names), more(entry), address)


def _days(user: User, rows: Iterable[_Row]) -> Iterator[Place]:
    """One place for those of a day that were tried, or done, by the same means.

    A wrong code after the right password is another matter than a wrong password. What was done is
    apart for each network, so that nobody hides among their victim’s own sign-ins.
    """
    days: dict[tuple[object, ...], list[_Row]] = {}
    for row in rows:
        network = row.address if row.action != Action.SIGN_IN_FAILED else ""
        key = (row.action, timezone.localdate(row.at), row.method, network)
        days.setdefault(key, []).append(row)
    for same in days.values():
        seen = {row.address for row in same if row.actor in (None, user.pk)}
        yield Place(same[0].at, same[0].number, len(same), len(seen - {""}))


def _names_of_tokens(user: User, entries: Iterable[AuditEntry]) -> dict[str, str]:
    """By their numbers: those by which something was done that ``user`` made, and still has."""
    numbers = {number for entry in entries if (number := entry.facts.get(BY_PROGRAM))}
    own = ApiToken.objects.filter(owner=user, pk__in=numbers) if numbers else ()
    return {str(token.pk): token.name for token in own}


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
    told = (
        value
        for name, value in entry.facts.items()
        if name != BY_PROGRAM and not isinstance(value, bool | None)
    )
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


def _by(user: User, entry: AuditEntry, names: Mapping[str, str]) -> str:
    if entry.actor_id == user.pk:
        number = entry.facts.get(BY_PROGRAM)
        if not number:
            return ""
        name = names.get(number)
        return _("by the token “%(name)s”") % {"name": name} if name else _("by an API token")
    return _("by an administrator") if entry.actor_id else _("by somebody who was not signed in")


class _Echo:
    """What a csv writer takes for a file; it gives each line back."""

    def write(self, line: str) -> str:
        return line
