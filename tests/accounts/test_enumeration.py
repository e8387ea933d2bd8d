"""Nobody can tell by an answer, or by the work behind it, whether an address has an account."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth import hashers
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import Letter, User
from tests.accounts.conftest import LOGIN

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN = "ada@example.org", "nobody@example.org"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each password that was hashed: nearly all of the time of a sign-in."""
    seen: list[str] = []
    encode = hashers.MD5PasswordHasher.encode

    def counting(self: hashers.MD5PasswordHasher, password: str, salt: str) -> str:
        seen.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counting)
    return seen


def asked(client: Client, ask: Callable[[Client, str], bytes], email: str) -> bytes:
    page = ask(client, email).replace(email.encode(), b"<address>")
    return page.replace(email.lower().encode(), b"<address>")


def sign_in(client: Client, email: str) -> bytes:
    return client.post(LOGIN, {"login": email, "password": "three quiet walls"}).content


def sign_up(client: Client, email: str) -> bytes:
    form = {"email": email, "password1": "three quiet walls"}
    return client.post("/accounts/signup/", form, follow=True).content


def reset(client: Client, email: str) -> bytes:
    return client.post("/accounts/password/reset/", {"email": email}, follow=True).content


def without_tokens(page: bytes) -> list[bytes]:
    return [line for line in page.splitlines() if b"csrf" not in line.lower()]


@pytest.mark.parametrize("ask", [sign_in, sign_up, reset])
def test_a_known_and_an_unknown_address_get_the_same_page_for_the_same_work(
    user: User, settings: Settings, hashed: list[str], ask: Callable[[Client, str], bytes]
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.SENDS_MAIL = True
    pages, hashes, letters = [], [], []
    for email in (KNOWN, UNKNOWN):
        hashed.clear()
        Letter.objects.all().delete()
        pages.append(without_tokens(asked(Client(), ask, email)))
        hashes.append(len(hashed))
        letters.append(Letter.objects.filter(to=email).count())
    assert pages[0] == pages[1]
    assert hashes[0] == hashes[1] == (0 if ask is reset else 1)
    assert letters[0] == letters[1] == (0 if ask is sign_in else 1)
    assert not mail.outbox


def test_a_page_does_not_promise_a_letter_that_is_not_sent(
    user: User, settings: Settings, limits_clock: Callable[[int], None]
) -> None:
    """No more than one in three minutes, for addresses with and without an account."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.SENDS_MAIL = True
    sent = {KNOWN: [0], UNKNOWN: [0]}
    for after_s in (0, 179, 181):
        limits_clock(after_s)
        pages = {email: asked(Client(), sign_up, email) for email in sent}
        assert without_tokens(pages[KNOWN]) == without_tokens(pages[UNKNOWN])
        assert b"no more than one in three minutes and five a day" in pages[KNOWN]
        assert (b"We sent" in pages[KNOWN]) is (after_s != 179)
        for email, counts in sent.items():
            counts.append(Letter.objects.filter(to=email).count())
    assert sent[KNOWN] == sent[UNKNOWN] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("ask", "pause_s", "asked_for", "expected"),
    [
        (reset, 0, "no more than one in an hour", [1, 1, 1]),
        (reset, 1199, "no more than one in an hour", [1, 1, 1, 1, 2]),
        (sign_up, 181, "no more than one in three minutes", [1, 2, 3, 4, 5, 5, 5]),
        (sign_up, 6 * 3600, "no more than one in three minutes", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_nobody_fills_a_mailbox_with_or_without_an_account(
    user: User,
    settings: Settings,
    limits_clock: Callable[[int], None],
    ask: Callable[[Client, str], bytes],
    pause_s: int,
    asked_for: str,
    expected: list[int],
) -> None:
    """From an address of its own each time, and by a page that says the same each time."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.SENDS_MAIL = True
    sent: dict[str, list[int]] = {KNOWN: [], UNKNOWN: []}
    for number in range(len(expected)):
        limits_clock(number * pause_s)
        pages = []
        for email, counts in sent.items():
            visitor = Client(REMOTE_ADDR=f"10.0.{number}.1")
            pages.append(
                without_tokens(asked(visitor, ask, email.upper() if number % 2 else email))
            )
            counts.append(Letter.objects.filter(to__iexact=email).count())
        assert pages[0] == pages[1]
        assert asked_for.encode() in b"".join(pages[0])
    assert sent == {KNOWN: expected, UNKNOWN: expected}


def test_a_closed_account_looks_like_none_to_a_wrong_password(
    user: User, hashed: list[str]
) -> None:
    User.objects.update(is_active=False)
    closed = without_tokens(asked(Client(), sign_in, KNOWN))
    hashes = len(hashed)
    assert closed == without_tokens(asked(Client(), sign_in, UNKNOWN))
    assert hashes == len(hashed) - hashes == 1


def test_an_account_without_a_password_takes_as_long(user: User, hashed: list[str]) -> None:
    user.set_unusable_password()
    user.save()
    hashed.clear()
    sign_in(Client(), KNOWN)
    assert len(hashed) == 1


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_the_limit_of_tries_is_reached_alike(user: User, email: str) -> None:
    client = Client()
    answers = [b"several times in a row" in sign_in(client, email) for _try in range(6)]
    assert answers == [False] * 5 + [True]


def test_where_addresses_need_not_be_confirmed_signing_up_tells_and_is_limited(
    user: User, settings: Settings
) -> None:
    """What remains (docs/security.md): somebody has to be told why they get no account."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    client = Client()
    assert b"There is an account with this e-mail address already" in sign_up(client, KNOWN)
    statuses = [
        client.post("/accounts/signup/", {"email": KNOWN, "password1": "x"}).status_code
        for _try in range(30)
    ]
    assert (statuses[0], statuses[-1]) == (200, 429)
