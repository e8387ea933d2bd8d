"""How much someone may use. What they do use is measured where it is used.

A person's own row alone decides. Without one it is the most generous of their groups' rows, limit
by limit; without that, everybody's row; without that, there are no limits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import Quota, User


class QuotaError(Exception):
    """A limit is reached. ``sentence`` says so to the person, ``reason`` to a program."""

    def __init__(self, sentence: str, *, reason: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one person; None is no limit."""

    running: int | None = None
    waiting: int | None = None
    painting_minutes_a_day: int | None = None
    storage_mb: int | None = None

    @property
    def any(self) -> bool:
        return self != Limits()


def limits_of(user: User) -> Limits:
    """The limits that count for ``user``."""
    return limits_of_all([user.pk]).get(user.pk, Limits())


def limits_of_all(user_ids: Collection[int]) -> dict[int, Limits]:
    """The limits that count for each of these people; who has none is left out."""
    rows = list(Quota.objects.all())
    if not rows:
        return {}
    own = {row.user_id: [row] for row in rows if row.user_id is not None}
    of_group = {row.group_id: row for row in rows if row.group_id is not None}
    everybody = [row for row in rows if row.user_id is None and row.group_id is None]
    of_groups: dict[int, list[Quota]] = defaultdict(list)
    memberships = User.groups.through.objects.filter(user__in=user_ids, group__in=of_group.keys())
    for user_id, group_id in memberships.values_list("user_id", "group_id"):
        of_groups[user_id].append(of_group[group_id])
    limits = {
        user_id: _most_generous(own.get(user_id) or of_groups.get(user_id) or everybody)
        for user_id in user_ids
    }
    return {user_id: each for user_id, each in limits.items() if each.any}


def hold(user: User) -> None:
    """Have others that count what ``user`` has wait until this transaction ends.

    The person's row is locked before all others.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def check_count(user: User, kept: QuerySet[Any], most: int, sentence: str) -> None:
    """Raises QuotaError, reason "kept", where ``user`` has ``most`` of ``kept`` already.

    Belongs in the transaction that makes another; see ``hold``.
    """
    hold(user)
    if kept.count() >= most:
        raise QuotaError(sentence % {"most": most}, reason="kept")


def _most_generous(rows: Sequence[Quota]) -> Limits:
    if not rows:
        return Limits()
    return Limits(
        running=_highest([row.running for row in rows]),
        waiting=_highest([row.waiting for row in rows]),
        painting_minutes_a_day=_highest([row.painting_minutes_a_day for row in rows]),
        storage_mb=_highest([row.storage_mb for row in rows]),
    )


def _highest(values: Sequence[int | None]) -> int | None:
    limits = [value for value in values if value is not None]
    return max(limits) if len(limits) == len(values) else None
