"""Whom limits count: an account by any name of the site, an address however it is written."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts import networks
from accounts.models import User
from tests.accounts.conftest import (
    LOGIN,
    SetUpApp,
    code_of_app,
    is_signed_in,
    reset_password,
    sign_in,
)

pytestmark = pytest.mark.django_db

NAMES = ("pictures.example.org", "www.example.org", "192.0.2.80")


@pytest.fixture(autouse=True)
def counts_are_forgotten() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def guess(client: Client, times: int, email: str = "ada@example.org") -> None:
    for number in range(times):
        sign_in(client, email, f"wrong {number}")


def is_refused(client: Client, email: str = "ada@example.org") -> bool:
    page = client.post(LOGIN, {"login": email, "password": "wrong"}).content.decode()
    return "several times in a row" in page


def test_each_name_of_the_site_counts_for_the_same_account(user: User, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = list(NAMES)
    for number, name in enumerate(NAMES):
        guesser = Client(SERVER_NAME=name, REMOTE_ADDR=f"198.51.100.{number}")
        guess(guesser, 2, user.email.upper())
    assert is_refused(Client(SERVER_NAME=NAMES[0], REMOTE_ADDR="203.0.113.5"))


def test_a_reset_under_one_name_clears_the_count_for_all(user: User, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = list(NAMES)
    guess(Client(SERVER_NAME=NAMES[0], REMOTE_ADDR="198.51.100.1"), 5)
    owner = Client(SERVER_NAME=NAMES[1])
    reset_password(owner, user)
    elsewhere = Client(SERVER_NAME=NAMES[0], REMOTE_ADDR="203.0.113.5")
    sign_in(elsewhere, password="a wall of one’s own")
    assert is_signed_in(elsewhere)


@pytest.mark.parametrize("at_home", [False, True])
def test_of_guesses_that_take_their_time_fifty_a_day_are_looked_at(
    user: User, monkeypatch: pytest.MonkeyPatch, settings: Settings, at_home: bool
) -> None:
    """One in a minute and two seconds: never more than five in five minutes."""
    begun = time.time()
    clock = SimpleNamespace(now=begun, monotonic=time.monotonic, sleep=time.sleep)
    clock.time = lambda: clock.now
    monkeypatch.setattr(ratelimit, "time", clock)
    owner = Client()
    sign_in(owner)
    browser = owner.cookies[settings.BROWSER_COOKIE_NAME].value if at_home else "unknown"

    def is_looked_at() -> bool:
        request = RequestFactory().post(LOGIN, REMOTE_ADDR="192.0.2.7")
        request.COOKIES[settings.BROWSER_COOKIE_NAME] = browser
        try:
            get_adapter(request).pre_authenticate(request, email=user.email, password="wrong")
        except ValidationError:
            return False
        return True

    looked_at = []
    for number in range(60):
        clock.now = begun + 62 * number
        looked_at.append(is_looked_at())
    assert looked_at == [True] * 50 + [False] * 10
    clock.now = begun + 24 * 3600 + 1
    assert is_looked_at()


@pytest.mark.parametrize(
    ("addresses", "other"),
    [
        (["2001:db8:1:2::1", "2001:db8:1:2:ffff::2"], "2001:db8:1:3::1"),
        (["fe80::1%eth0", "fe80::2%eth1"], "2001:db8:1:3::1"),
        (["::ffff:192.0.2.7", "192.0.2.7"], "::ffff:192.0.2.8"),
    ],
)
def test_what_somebody_can_have_of_an_address_counts_as_one(
    user: User, addresses: list[str], other: str
) -> None:
    """Ten failed tries a minute, each of another account."""
    for number in range(10):
        guesser = Client(REMOTE_ADDR=addresses[number % 2])
        guess(guesser, 1, f"{number}@example.org")
    assert is_refused(Client(REMOTE_ADDR=addresses[0]))
    assert not is_refused(Client(REMOTE_ADDR=other))


def test_no_code_of_ones_own_account_clears_the_count_of_ones_address(
    proven: Client, set_up_app: SetUpApp
) -> None:
    """Whoever has an account would guess passwords of others without end."""
    secret = set_up_app(proven)
    guesser = Client(REMOTE_ADDR="192.0.2.7")
    for number in range(10):
        guess(guesser, 1, f"{number}@example.org")
        if number == 8:
            sign_in(guesser)
            guesser.post("/accounts/2fa/authenticate/", {"code": code_of_app(secret)})
            assert is_signed_in(guesser)
            guesser.logout()
    assert is_refused(Client(REMOTE_ADDR="192.0.2.7"))


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_one_place_says_who_is_counted(address: str, counted: str) -> None:
    assert networks.counted_as(RequestFactory().get("/", REMOTE_ADDR=address)) == counted
