"""People who signed in as people do, and codes as an app would show them."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.conftest import PASSWORD

LOGIN = "/accounts/login/"
NEW = "a wall of one’s own"

APPS_TIME = 1_800_000_015.0
"""In the middle of the half minute of a code, so that no test meets its end."""

SetUpApp = Callable[[Client], str]


def sign_in(client: Client, email: str = "ada@example.org", password: str = PASSWORD) -> None:
    client.post(LOGIN, {"login": email, "password": password})


def link_in_last_letter() -> str:
    return next(line for line in mail.outbox[-1].body.splitlines() if line.startswith("http"))


def reset_password(client: Client, user: User) -> None:
    """By the letter, to NEW."""
    client.post("/accounts/password/reset/", {"email": user.email})
    address = client.get(link_in_last_letter(), follow=True).redirect_chain[-1][0]
    client.post(address, {"password1": NEW})


def is_signed_in(client: Client) -> bool:
    return client.get("/accounts/settings/").status_code == 200


def code_of_app(secret: str, at: float = APPS_TIME) -> str:
    """What an authenticator app shows: RFC 6238 with its defaults, written from the RFC."""
    counter = struct.pack(">Q", int(at) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    value = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{value % 1_000_000:06}"


def recovery_codes_of(user: User) -> list[str]:
    codes: list[str] = (
        Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    )
    return codes


def add_passkey(user: User) -> Authenticator:
    data = {"name": "Key", "credential": {}}
    made: Authenticator = Authenticator.objects.create(user=user, type="webauthn", data=data)
    return made


@pytest.fixture(autouse=True)
def apps_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock by which codes of apps are checked stands still."""
    clock = SimpleNamespace(time=lambda: APPS_TIME)
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", clock)


@pytest.fixture
def limits_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the clock by which limits are counted to so many seconds from now."""
    begun = time.time()
    clock = SimpleNamespace(time=time.time, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr(ratelimit, "time", clock)

    def at(after_s: int) -> None:
        clock.time = lambda: begun + after_s

    return at


@pytest.fixture
def confirmed(user: User) -> User:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def admin(client: Client, db: None) -> Client:
    """A superuser, signed in."""
    client.force_login(User.objects.create_superuser("owner@example.org", PASSWORD))
    return client


@pytest.fixture
def proven(client: Client, user: User) -> Client:
    """Signed in with the password a moment ago."""
    sign_in(client)
    return client


@pytest.fixture
def set_up_app() -> SetUpApp:
    """Sets up an authenticator app for whoever is signed in, and gives its secret.

    The code of half a minute ago turns it on, so that the test can use the one of now.
    """

    def set_up(client: Client) -> str:
        page = client.get("/accounts/2fa/totp/activate/").content.decode()
        found = re.search(r"data-secret>([A-Z2-7]+)<", page)
        assert found
        code = code_of_app(found[1], APPS_TIME - 30)
        response = client.post("/accounts/2fa/totp/activate/", {"code": code})
        assert response["Location"] == "/accounts/2fa/recovery-codes/"
        return found[1]

    return set_up
