"""Recent activity has pages, and guessing pushes nothing out of sight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
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
    lines = audit_log.lines_at(user, audit_log.places_of(user))
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
