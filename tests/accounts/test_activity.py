"""Recent activity has pages, and guessing pushes nothing out of sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from accounts import audit_log
from accounts.models import AuditEntry, User
from accounts.views import ACTIVITIES_SHOWN

pytestmark = pytest.mark.django_db

OWN = "/accounts/activity/"
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def written(user: User, action: str, at: datetime, network: str = "", **facts: str) -> None:
    actor = user if action != "sign_in_failed" or facts else None
    AuditEntry.objects.create(
        action=action, actor=actor, account=user, at=at, address=network, facts=facts
    )


def many(user: User, action: str, count: int, before: datetime = NOON) -> None:
    """One a minute, the newest at ``before``."""
    AuditEntry.objects.bulk_create(
        AuditEntry(action=action, actor=user, account=user, at=before - timedelta(minutes=number))
        for number in range(count)
    )


def words_of(page: str) -> str:
    return " ".join(page.split())


def test_the_failed_sign_ins_of_a_day_are_one_line(signed_in: Client, user: User) -> None:
    written(user, "token_made", NOON - timedelta(hours=3))
    for minute in range(50):
        network = f"203.0.{minute % 3}.0/24"
        written(user, "sign_in_failed", NOON + timedelta(minutes=minute), network)
    written(user, "signed_in", NOON + timedelta(minutes=20), method="password")
    written(user, "sign_in_failed", NOON - timedelta(days=1), "198.51.100.0/24")
    page = signed_in.get(OWN).content.decode()
    assert page.count('<li class="border-b') == 4
    words = words_of(page)
    assert "50 times that day, the last on" in words
    assert "from 203.0.1.0/24 and 2 other networks" in words
    assert "from 198.51.100.0/24 by somebody" in words
    assert words.index("50 times") < words.index("Signed in") < words.index("API token made")
    assert words.index("API token made") < words.index("198.51.100.0/24")


def test_a_wrong_code_after_the_right_password_is_a_line_of_its_own(user: User) -> None:
    for minute in range(3):
        written(user, "sign_in_failed", NOON + timedelta(minutes=minute), "203.0.113.0/24")
    for minute in range(2):
        at = NOON + timedelta(minutes=minute, seconds=5)
        written(user, "sign_in_failed", at, "203.0.113.0/24", method="totp")
    lines = audit_log.lines_at(user, audit_log.recent(user).places)
    assert [(line.times, line.other_networks, line.more) for line in lines] == [
        (3, 0, ""),
        (2, 0, "authenticator app"),
    ]


def test_everything_is_on_some_page_once(
    signed_in: Client,
    user: User,
    stranger: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(ACTIVITIES_SHOWN + 3):
        written(user, "changed", NOON + timedelta(minutes=number // 2), what=f"thing-{number};")
    written(stranger, "changed", NOON, what="thing-of-another")
    with django_assert_max_num_queries(10):
        first = signed_in.get(OWN)
    second = signed_in.get(OWN, {"page": "2"})
    assertContains(first, "?page=2")
    assertContains(second, "?page=1")
    for number in range(ACTIVITIES_SHOWN + 3):
        on_first, on_second = (
            f"thing-{number};" in page.content.decode() for page in (first, second)
        )
        assert (on_first, on_second) == (number >= 3, number < 3)
    assertNotContains(second, "thing-of-another")


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "2\x00"])
def test_a_page_that_is_not_there_shows_one_that_is(
    signed_in: Client, user: User, page: str
) -> None:
    written(user, "signed_in", NOON, method="password")
    assertContains(signed_in.get(OWN, {"page": page}), "Signed in")


def test_what_somebody_did_of_a_day_from_one_network_is_a_line(user: User) -> None:
    for minute, network in enumerate(("203.0.113.0/24", "198.51.100.0/24", "203.0.113.0/24")):
        at = NOON + timedelta(minutes=minute)
        written(user, "signed_in", at, network, method="password")
    written(user, "signed_in", NOON, "203.0.113.0/24", method="webauthn")
    written(user, "signed_in", NOON - timedelta(days=1), "203.0.113.0/24", method="password")
    lines = audit_log.lines_at(user, audit_log.recent(user).places)
    assert [(line.address, line.times, line.more) for line in lines] == [
        ("203.0.113.0/24", 2, "password"),
        ("198.51.100.0/24", 1, "password"),
        ("203.0.113.0/24", 1, "passkey"),
        ("203.0.113.0/24", 1, "password"),
    ]


def test_the_newest_are_shown_and_the_last_page_says_that_there_are_more(
    signed_in: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "MOST_OF_A_KIND", ACTIVITIES_SHOWN + 10)
    many(user, "share_made", ACTIVITIES_SHOWN + 10)
    last = {"page": "2"}
    assertNotContains(signed_in.get(OWN, last), "newest 60")
    written(user, "share_made", NOON - timedelta(days=30))
    assertNotContains(signed_in.get(OWN), "newest 60")
    page = signed_in.get(OWN, last)
    assertContains(page, "Of some kinds of entries there are more than the newest 60,")
    assertContains(page, "Share link made", 10)


def test_noise_of_many_kinds_pushes_no_other_out(
    signed_in: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "MOST_OF_A_KIND", 5)
    written(user, "token_made", NOON - timedelta(days=9))
    written(user, "a_kind_of_former_times", NOON - timedelta(days=9))
    for action in ("published", "share_changed", "share_made", "unpublished"):
        many(user, action, 8)
    recent = audit_log.recent(user)
    assert recent.has_older
    assert len(recent.places) == 4 * 5 + 2
    assert [place.at for place in recent.places[-2:]] == [NOON - timedelta(days=9)] * 2
    assertContains(signed_in.get(OWN), "API token made")


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 30])
def test_the_newest_of_each_kind_are_shown_whatever_lies_beside_them(
    user: User, stranger: User, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(audit_log, "MOST_OF_A_KIND", most)
    counts = {"added": 3, "changed": 1, "deleted": 4, "published": 2, "token_made": 5}
    for action, count in counts.items():
        many(user, action, count)
        many(stranger, action, 9, NOON + timedelta(days=1))
    recent = audit_log.recent(user)
    shown = {line.entry.pk for line in audit_log.lines_at(user, recent.places)}
    own = AuditEntry.objects.filter(account=user).order_by("-at")
    newest = [own.filter(action=action).values_list("pk", flat=True)[:most] for action in counts]
    assert shown == {pk for some in newest for pk in some}
    assert recent.has_older == (most < 5)


def test_sign_ins_from_everywhere_push_nothing_else_out(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "MOST_OF_A_KIND", 20)
    written(user, "token_made", NOON - timedelta(days=1))
    for number in range(30):
        for action in ("signed_in", "signed_out"):
            written(user, action, NOON + timedelta(minutes=number), f"203.0.{number}.0/24")
    places = audit_log.recent(user).places
    assert len(places) == 20 + 20 + 1
    assert places[-1].at == NOON - timedelta(days=1)


@pytest.mark.parametrize("action", ["sign_in_failed", "signed_in", "signed_out"])
def test_coming_and_going_without_end_pushes_nothing_else_out(
    signed_in: Client, user: User, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.setattr(audit_log, "MOST_OF_A_KIND", 20)
    written(user, "token_made", NOON - timedelta(days=100))
    for other in {"sign_in_failed", "signed_in", "signed_out"} - {action}:
        written(user, other, NOON - timedelta(days=99))
    many(user, action, 50)
    recent = audit_log.recent(user)
    assert recent.has_older
    assert len(recent.places) == 4
    assertContains(signed_in.get(OWN), "API token made")


def test_no_more_rows_are_read_than_are_shown(
    user: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "MOST_OF_A_KIND", 20)
    for days, action in enumerate(("signed_in", "signed_out", "sign_in_failed", "share_made")):
        many(stranger, action, 1000, NOON + timedelta(days=9))
        many(user, action, 1000, NOON - timedelta(days=days))
    AuditEntry.objects.bulk_create(
        AuditEntry(action="changed", actor=user, account=stranger, at=NOON) for _ in range(1000)
    )
    asked: list[tuple[str, Sequence[object]]] = []

    def noted(
        execute: Callable[..., object], sql: str, given: Sequence[object], *more: object
    ) -> object:
        asked.append((sql, given))
        return execute(sql, given, *more)

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with connection.execute_wrapper(noted):
        audit_log.recent(user)
    assert len(asked) == 4 + 1 + 1 + 1  # kinds, and once nothing, of the account and elsewhere
    for query in asked:
        if connection.vendor == "postgresql":
            assert rows_read(*query) <= 21
        else:
            plan = sqlite_plan(*query)
            assert plan.startswith("SEARCH accounts_auditentry USING INDEX audit_")
            assert "TEMP B-TREE" not in plan


def rows_read(sql: str, given: Sequence[object]) -> int:
    """The most rows that any step of the query looked at, as PostgreSQL counted them."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", given)
        [(explained,)] = cursor.fetchall()
    steps, read = [explained[0]["Plan"]], []
    for step in steps:
        read.append(int(step["Actual Rows"] + step.get("Rows Removed by Filter", 0)))
        steps += step.get("Plans", [])
    return max(read)


def sqlite_plan(sql: str, given: Sequence[object]) -> str:
    """With what is given left out of the text, as it is when it counts: an index for some of the
    rows is used only where the text names them."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", given)
        return "; ".join(row[3] for row in cursor.fetchall())
