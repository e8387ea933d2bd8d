"""Ten letters of a kind tell somebody in a day what happened to their account, and no more."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from allauth.core.context import request_context
from django.conf import settings as site
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from accounts import alert_limits, alerts, counts
from accounts.audit import Action
from accounts.models import AuditEntry, Letter, User
from tests.accounts.conftest import LOGIN
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

TOKEN, NEW_PLACE = "accounts/email/token_made", "accounts/email/new_place"
LAST = "No more of them will be sent today"


@pytest.fixture(autouse=True)
def by_mail(settings: Settings) -> None:
    settings.SENDS_MAIL = True


def tell(user: User, kind: str, times: int = 1) -> None:
    request = RequestFactory().get("/")
    with request_context(request):
        for _time in range(times):
            alerts.tell(request, user, kind, name="Script", host="example.org")


def bodies() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("body", flat=True))


def test_the_tenth_of_a_day_is_the_last_and_says_so(confirmed: User) -> None:
    tell(confirmed, TOKEN, 12)
    assert len(bodies()) == 10
    assert [LAST in body for body in bodies()] == [False] * 9 + [True]
    assert "see “Recent activity” in your settings" in bodies()[-1]


def test_the_last_says_which_one_it_is(confirmed: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_limits, "A_DAY", 3)
    tell(confirmed, TOKEN, 4)
    assert ["This is letter 3 of this kind today." in body for body in bodies()] == [
        False,
        False,
        True,
    ]


def test_sign_ins_from_ever_new_browsers_are_ten_letters_and_all_in_the_log(
    confirmed: User,
) -> None:
    for _browser in range(13):
        browser = Client()
        browser.post(LOGIN, {"login": confirmed.email, "password": PASSWORD})
    told = Letter.objects.filter(body__contains="with a browser that was not used for it before")
    assert told.count() == 10
    assert AuditEntry.objects.filter(account=confirmed, action=Action.SIGNED_IN).count() == 13
    assert "13 times" in browser.get("/accounts/activity/").content.decode()


def test_kinds_people_and_days_are_counted_apart(
    confirmed: User, stranger: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    tell(confirmed, TOKEN, 11)
    tell(confirmed, NEW_PLACE)
    tell(stranger, TOKEN)
    assert len(bodies()) == 12
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda: date.fromordinal(tomorrow.toordinal()))
    tell(confirmed, TOKEN)
    assert len(bodies()) == 13


def test_a_new_address_of_a_webhook_is_told_after_ten_secrets(confirmed: User) -> None:
    tell(confirmed, "transfers/email/webhook_secret_drawn", 11)
    tell(confirmed, "transfers/email/webhook_set")
    assert "A program at example.org is told from now on" in bodies()[-1]


@pytest.mark.parametrize("kind", alert_limits.NEVER_DROPPED)
def test_what_tells_that_an_account_is_lost_is_always_sent(confirmed: User, kind: str) -> None:
    tell(confirmed, kind, 15)
    assert len(bodies()) == 15
    assert LAST not in "".join(bodies())


def test_of_every_alert_it_is_decided_whether_it_may_be_dropped() -> None:
    """A new one fails here: name it in ``accounts.alert_limits``."""
    templates = Path(site.BASE_DIR) / "templates"
    alerting = {
        str(path.relative_to(templates)).removesuffix("_message.txt")
        for path in templates.rglob("*_message.txt")
        if "account/email/base_notification.txt" in path.read_text()
    }
    decided = [*alert_limits.LIMITED, *alert_limits.NEVER_DROPPED]
    assert len(decided) == len(set(decided))
    assert set(decided) == alerting


def test_what_is_counted_goes_with_the_account(confirmed: User) -> None:
    tell(confirmed, TOKEN, 11)
    counts.forget(confirmed)
    assert not cache.get_many(list(alert_limits.keys(confirmed)))
    tell(confirmed, TOKEN)
    assert len(bodies()) == 11
