from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.models import AuditEntry, User
from tests.accounts.conftest import PASSWORD, is_signed_in, sign_in

pytestmark = pytest.mark.django_db

SESSIONS = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0"
)


@pytest.fixture
def two(user: User) -> tuple[Client, Client]:
    here = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")
    there = Client(headers={"user-agent": SAFARI}, REMOTE_ADDR="2001:db8:1:2::3")
    sign_in(here)
    sign_in(there)
    return here, there


def test_each_session_says_its_device_and_its_shortened_address(
    two: tuple[Client, Client],
) -> None:
    page = two[0].get(SESSIONS).content.decode()
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert "192.0.2.…" in page
    assert "192.0.2.7" not in page
    assert "2001:db8:1:…" in page
    assert page.count("this one") == 1


def test_of_an_address_only_the_network_is_kept(two: tuple[Client, Client]) -> None:
    assert set(UserSession.objects.values_list("ip", flat=True)) == {"192.0.2.0", "2001:db8:1::"}


def test_one_session_is_ended_and_the_others_go_on(two: tuple[Client, Client]) -> None:
    here, there = two
    theirs = UserSession.objects.get(user_agent=SAFARI)
    page = here.post(f"{SESSIONS}{theirs.pk}/end/", follow=True).content.decode()
    assert "That session has ended." in page
    assert "Safari on iPhone" not in page
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)


def test_ending_the_own_session_signs_out(two: tuple[Client, Client]) -> None:
    here, there = two
    mine = UserSession.objects.get(user_agent=FIREFOX)
    assert here.post(f"{SESSIONS}{mine.pk}/end/")["Location"] == "/"
    assert (is_signed_in(here), is_signed_in(there)) == (False, True)


def test_all_others_are_ended_at_once(two: tuple[Client, Client]) -> None:
    here, there = two
    page = here.post(SESSIONS, follow=True).content.decode()
    assert "All other sessions have ended." in page
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)


def test_somebody_elses_session_is_not_there(two: tuple[Client, Client], stranger: User) -> None:
    other = Client()
    sign_in(other, stranger.email)
    mine = UserSession.objects.get(user_agent=FIREFOX)
    assert other.post(f"{SESSIONS}{mine.pk}/end/").status_code == 404
    assert Client().post(f"{SESSIONS}{mine.pk}/end/").status_code == 404
    assert is_signed_in(two[0])


def test_looking_ends_nothing(two: tuple[Client, Client]) -> None:
    mine = UserSession.objects.get(user_agent=FIREFOX)
    assert two[0].get(f"{SESSIONS}{mine.pk}/end/").status_code == 405


def test_a_session_is_dead_after_the_password_was_changed_elsewhere(
    two: tuple[Client, Client],
) -> None:
    here, there = two
    here.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "a wall of one’s own"}
    )
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    assert "Safari on iPhone" not in here.get(SESSIONS).content.decode()


def test_all_sessions_are_dead_after_the_password_was_reset(two: tuple[Client, Client]) -> None:
    visitor = Client()
    visitor.post("/accounts/password/reset/", {"email": "ada@example.org"})
    link = next(line for line in mail.outbox[-1].body.splitlines() if line.startswith("http"))
    form = visitor.get(link, follow=True).redirect_chain[-1][0]
    visitor.post(form, {"password1": "a wall of one’s own"})
    assert [is_signed_in(client) for client in (*two, visitor)] == [False, False, False]


def test_a_cookie_from_before_signing_out_opens_nothing(proven: Client) -> None:
    stolen = Client()
    stolen.cookies["sessionid"] = proven.cookies["sessionid"].value
    assert is_signed_in(stolen)
    proven.post("/accounts/logout/")
    assert not is_signed_in(stolen)


def test_when_it_was_seen_is_written_every_few_minutes_only(
    proven: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "noted", sessions.Noted())
    long_ago = timezone.now() - timedelta(hours=2)
    seen = UserSession.objects.all()
    seen.update(last_seen_at=long_ago)
    proven.get("/gallery/")
    assert seen.get().last_seen_at > long_ago
    seen.update(last_seen_at=long_ago)
    proven.get("/gallery/")
    assert seen.get().last_seen_at == long_ago
    now = sessions.monotonic()
    monkeypatch.setattr(sessions, "monotonic", lambda: now + sessions.NOTED_EVERY_S + 1)
    proven.get("/gallery/")
    assert seen.get().last_seen_at > long_ago


def test_a_session_from_before_there_were_rows_gets_one(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    UserSession.objects.all().delete()
    monkeypatch.setattr(sessions, "noted", sessions.Noted())
    signed_in.get("/gallery/")
    assert UserSession.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (FIREFOX, ("Firefox", "Linux")),
        (SAFARI, ("Safari", "iPhone")),
        (EDGE, ("Edge", "Windows")),
        ("curl/8.5.0", ("", "")),
        ("<script>alert(1)</script>", ("", "")),
        ("", ("", "")),
    ],
)
def test_devices_are_known_by_what_they_say(said: str, shown: tuple[str, str]) -> None:
    assert sessions.device(said) == shown


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.200", "192.0.2.0"),
        ("2001:db8:aaaa:bbbb::1", "2001:db8:aaaa::"),
        ("::ffff:192.0.2.9", "192.0.2.0"),
        ("not an address", "0.0.0.0"),
    ],
)
def test_addresses_are_shortened(address: str, network: str) -> None:
    assert sessions.network_of(address) == network


def test_ending_sessions_is_written_down(two: tuple[Client, Client], user: User) -> None:
    here, _there = two
    sign_in(Client(headers={"user-agent": EDGE}))
    here.post(f"{SESSIONS}{UserSession.objects.get(user_agent=SAFARI).pk}/end/")
    here.post(SESSIONS)
    ended = AuditEntry.objects.filter(action="sessions_ended", account=user).order_by("id")
    assert [entry.facts for entry in ended] == [{"count": 1}, {"count": 1}]
    assert UserSession.objects.count() == 1
