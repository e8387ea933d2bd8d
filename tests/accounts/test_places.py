"""Sign-ins from where nobody signed in before: told of, and counted apart from the owner's own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import places
from accounts.models import KnownPlace, User
from tests.accounts.conftest import (
    LOGIN,
    NEW,
    PASSWORD,
    SetUpApp,
    is_signed_in,
    reset_password,
    sign_in,
)
from transfers import housekeeping

pytestmark = pytest.mark.django_db

HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"
ALERT = "[Stylesite] A sign-in from a place that is new"


@pytest.fixture
def at_home(confirmed: User) -> Client:
    client = Client(REMOTE_ADDR=HOME, headers={"user-agent": "Firefox on Linux"})
    sign_in(client)
    return client


def alerts() -> list[str]:
    return [letter.body for letter in mail.outbox if letter.subject == ALERT]


def test_the_first_sign_in_is_no_news(at_home: Client) -> None:
    assert not alerts()
    assert KnownPlace.objects.count() == 2


def test_signing_in_again_at_home_is_no_news(at_home: Client) -> None:
    at_home.post("/accounts/logout/")
    sign_in(at_home)
    assert is_signed_in(at_home)
    assert not alerts()


def test_another_browser_is_told_of(at_home: Client) -> None:
    sign_in(Client(REMOTE_ADDR=HOME, headers={"user-agent": "curl/8.5.0"}))
    (letter,) = alerts()
    assert "with a browser that was not used for it before" in letter
    assert "curl/8.5.0" in letter
    assert HOME in letter
    assert "reset your password right away" in letter


def test_the_same_browser_in_another_network_is_told_of_once(at_home: Client) -> None:
    for _time in range(2):
        at_home.post("/accounts/logout/")
        at_home.defaults["REMOTE_ADDR"] = ELSEWHERE
        sign_in(at_home)
    (letter,) = alerts()
    assert "from a network that was not used for it before" in letter


def test_a_neighbour_in_the_same_network_is_no_news(at_home: Client) -> None:
    at_home.post("/accounts/logout/")
    at_home.defaults["REMOTE_ADDR"] = "192.0.2.200"
    sign_in(at_home)
    assert not alerts()


def test_nobody_writes_to_an_address_that_was_never_confirmed(user: User) -> None:
    for _browser in range(2):
        sign_in(Client())
    assert not alerts()


def test_a_failed_sign_in_makes_no_place_known(at_home: Client) -> None:
    sign_in(Client(REMOTE_ADDR=ELSEWHERE), password="wrong")
    assert KnownPlace.objects.count() == 2


def test_half_a_sign_in_makes_no_place_known(at_home: Client, set_up_app: SetUpApp) -> None:
    set_up_app(at_home)
    sign_in(Client(REMOTE_ADDR=ELSEWHERE))
    assert KnownPlace.objects.count() == 2
    assert not alerts()


def test_the_cookie_is_out_of_reach_of_scripts_and_says_nothing(at_home: Client) -> None:
    cookie = at_home.cookies["browser"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert not KnownPlace.objects.filter(digest__contains=cookie.value).exists()


def test_a_cookie_that_somebody_planted_is_not_taken_over(user: User) -> None:
    planted = Client()
    planted.cookies["browser"] = "A" * 43
    sign_in(planted)
    mark = planted.cookies["browser"].value
    assert mark != "A" * 43
    sign_in(planted)
    assert planted.cookies["browser"].value == mark


def guess(client: Client, times: int) -> None:
    for number in range(times):
        sign_in(client, password=f"wrong {number}")


def test_who_guesses_elsewhere_does_not_keep_the_owner_out_at_home(at_home: Client) -> None:
    at_home.post("/accounts/logout/")
    guesser = Client(REMOTE_ADDR=ELSEWHERE)
    guess(guesser, 6)
    sign_in(guesser)
    assert not is_signed_in(guesser)

    sign_in(at_home)
    assert is_signed_in(at_home)


def test_the_owner_s_browser_cannot_guess_without_end_either(at_home: Client) -> None:
    at_home.post("/accounts/logout/")
    guess(at_home, 5)
    page = at_home.post(LOGIN, {"login": "ada@example.org", "password": PASSWORD})
    assert "several times in a row" in page.content.decode()


def test_a_browser_is_known_to_its_own_accounts_only(at_home: Client, stranger: User) -> None:
    guess(Client(REMOTE_ADDR=ELSEWHERE), 5)
    with_the_cookie = Client(REMOTE_ADDR="203.0.113.5")
    sign_in(with_the_cookie, stranger.email)  # known from now on, to another account
    assert is_signed_in(with_the_cookie)
    with_the_cookie.post("/accounts/logout/")
    sign_in(with_the_cookie)
    assert not is_signed_in(with_the_cookie)


def test_a_reset_by_mail_lets_the_owner_in_on_a_new_browser_under_attack(at_home: Client) -> None:
    guess(Client(REMOTE_ADDR=ELSEWHERE), 5)
    phone = Client(REMOTE_ADDR="203.0.113.5")
    phone.post("/accounts/password/reset/", {"email": "ada@example.org"})
    link = next(line for line in mail.outbox[-1].body.splitlines() if line.startswith("http"))
    form = phone.get(link, follow=True).redirect_chain[-1][0]
    phone.post(form, {"password1": "a wall of one’s own"})
    guess(Client(REMOTE_ADDR="198.51.100.10"), 5)

    sign_in(phone, password="a wall of one’s own")
    assert is_signed_in(phone)


def test_all_browsers_of_an_account_that_are_known_share_an_allowance(at_home: Client) -> None:
    """Whoever collected some does not guess with each as if it were the only one."""
    browsers = [at_home, *(Client(REMOTE_ADDR=ELSEWHERE) for _browser in range(4))]
    for browser in browsers[1:]:
        sign_in(browser)
    for browser in browsers:
        browser.post("/accounts/logout/")
    for browser in browsers[1:]:
        guess(browser, 5)
    sign_in(at_home)
    assert not is_signed_in(at_home)


def test_one_browser_never_uses_up_what_the_others_have(at_home: Client) -> None:
    at_home.post("/accounts/logout/")
    shared = Client(REMOTE_ADDR=ELSEWHERE)
    sign_in(shared)
    shared.post("/accounts/logout/")
    guess(shared, 30)
    sign_in(at_home)
    assert is_signed_in(at_home)


def test_a_reset_by_mail_clears_what_was_tried_from_known_browsers(
    at_home: Client, confirmed: User
) -> None:
    browsers = [Client(REMOTE_ADDR=ELSEWHERE) for _browser in range(4)]
    for browser in browsers:
        sign_in(browser)
        browser.post("/accounts/logout/")
        guess(browser, 5)
    phone = Client(REMOTE_ADDR="203.0.113.5")
    reset_password(phone, confirmed)
    sign_in(phone, password=NEW)
    assert is_signed_in(phone)


def test_an_account_knows_the_latest_twenty_browsers_and_networks(at_home: Client) -> None:
    for number in range(places.MOST_OF_A_KIND):
        sign_in(Client(REMOTE_ADDR=f"198.51.{number}.9"))
    for kind in KnownPlace.Kind:
        assert KnownPlace.objects.filter(kind=kind).count() == 20
    assert not places.knows_browser("ada@example.org", request_of(at_home))


# A new password


def request_of(client: Client) -> HttpRequest:
    request = RequestFactory().get("/")
    request.COOKIES = {name: cookie.value for name, cookie in client.cookies.items()}
    return request


@pytest.fixture
def intruder(at_home: Client) -> Client:
    """Known to the account, because they know its password."""
    client = Client(REMOTE_ADDR=ELSEWHERE)
    sign_in(client)
    mail.outbox.clear()
    return client


def test_a_new_password_forgets_all_places_but_the_one_it_was_given_in(
    at_home: Client, intruder: Client
) -> None:
    at_home.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW})
    assert places.knows_browser("ada@example.org", request_of(at_home))
    assert not places.knows_browser("ada@example.org", request_of(intruder))
    assert KnownPlace.objects.count() == 2

    at_home.post("/accounts/logout/")
    sign_in(at_home, password=NEW)
    assert not alerts()
    sign_in(intruder, password=NEW)  # should they find it out
    assert len(alerts()) == 1


def test_a_reset_forgets_all_places_but_the_one_it_was_done_in(
    confirmed: User, intruder: Client, at_home: Client
) -> None:
    phone = Client(REMOTE_ADDR="203.0.113.5")
    reset_password(phone, confirmed)
    known = {
        name: bool(places.knows_browser("ada@example.org", request_of(client)))
        for name, client in {"phone": phone, "intruder": intruder, "home": at_home}.items()
    }
    assert known == {"phone": True, "intruder": False, "home": False}


def test_a_password_that_staff_give_keeps_no_place(intruder: Client, confirmed: User) -> None:
    owner = Client()
    owner.force_login(User.objects.create_superuser("owner@example.org", PASSWORD))
    given = {"usable_password": "true", "password1": NEW, "password2": NEW}
    owner.post(f"/admin/accounts/user/{confirmed.pk}/password/", given)
    confirmed.refresh_from_db()
    assert confirmed.check_password(NEW)
    assert not KnownPlace.objects.filter(user=confirmed).exists()


def test_a_password_that_is_set_in_a_shell_keeps_none(intruder: Client, confirmed: User) -> None:
    confirmed.set_password(NEW)
    confirmed.save()
    assert not KnownPlace.objects.exists()


def test_places_of_long_ago_are_forgotten(at_home: Client) -> None:
    KnownPlace.objects.filter(kind="network").update(last_at=timezone.now() - timedelta(days=401))
    housekeeping.tidy()
    assert KnownPlace.objects.get().kind == "browser"
