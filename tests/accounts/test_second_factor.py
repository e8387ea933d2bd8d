"""A second step: set up, asked for, used up, lost. Passkeys are in test_passkeys."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts import second_factor
from accounts.models import User
from tests.accounts.conftest import (
    APPS_TIME,
    LOGIN,
    PASSWORD,
    SetUpApp,
    code_of_app,
    is_signed_in,
    sign_in,
)

pytestmark = pytest.mark.django_db

SECOND_STEP = "/accounts/2fa/authenticate/"
CODES = "/accounts/2fa/recovery-codes/"
SIGNED_IN_PAGES = ["", "totp/activate/", "webauthn/", "webauthn/add/"]


def recovery_codes(client: Client) -> list[str]:
    file = client.get(f"{CODES}download/")
    assert file["Content-Disposition"].startswith("attachment")
    return file.content.decode().split("\n\n")[1].split()


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, the first of its vectors for SHA-1, cut to six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"
    assert code_of_app(secret, 59) == "287082"


def test_with_an_app_the_password_alone_signs_nobody_in(
    proven: Client, set_up_app: SetUpApp
) -> None:
    secret = set_up_app(proven)
    visitor = Client()

    asked = visitor.post(LOGIN, {"login": "ada@example.org", "password": PASSWORD})
    assert asked["Location"] == SECOND_STEP
    assert not is_signed_in(visitor)
    assert "The second step" in visitor.get(SECOND_STEP).content.decode()

    visitor.post(SECOND_STEP, {"code": code_of_app(secret)})
    assert is_signed_in(visitor)


def test_a_wrong_code_of_a_new_app_says_which_one_to_type(proven: Client) -> None:
    page = proven.post("/accounts/2fa/totp/activate/", {"code": "12ab"}).content.decode()
    assert "Type the newest code that the app shows." in page
    assert not Authenticator.objects.exists()


def test_a_wrong_code_says_what_to_do_and_opens_nothing(
    proven: Client, set_up_app: SetUpApp
) -> None:
    secret = set_up_app(proven)
    visitor = Client()
    sign_in(visitor)
    wrong = f"{(int(code_of_app(secret)) + 1) % 1_000_000:06}"
    page = visitor.post(SECOND_STEP, {"code": wrong}).content.decode()
    assert "Take the next code of your app" in page
    assert not is_signed_in(visitor)


def test_a_code_of_the_app_opens_once(proven: Client, set_up_app: SetUpApp) -> None:
    secret = set_up_app(proven)
    code = code_of_app(secret)
    first, second = Client(), Client()
    sign_in(first)
    first.post(SECOND_STEP, {"code": code})
    assert is_signed_in(first)

    sign_in(second)
    second.post(SECOND_STEP, {"code": code[:3] + " " + code[3:]})
    assert not is_signed_in(second)


def test_the_code_that_set_an_app_up_opens_nothing(proven: Client, set_up_app: SetUpApp) -> None:
    """Somebody may have watched it being typed."""
    secret = set_up_app(proven)
    visitor = Client()
    sign_in(visitor)
    visitor.post(SECOND_STEP, {"code": code_of_app(secret, APPS_TIME - 30)})
    assert not is_signed_in(visitor)
    visitor.post(SECOND_STEP, {"code": code_of_app(secret)})
    assert is_signed_in(visitor)


def test_a_code_stays_used_for_as_long_as_it_would_fit(
    proven: Client, set_up_app: SetUpApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """allauth's own memory of it ends after 30 s; with the time around it, a code fits for 90."""
    from django.core.cache import cache

    kept_for: dict[str, float] = {}
    add = cache.add

    def noting(key: str, value: object, timeout: float = 0, **given: Any) -> bool:
        kept_for[key.rsplit("-", 2)[0]] = timeout
        return bool(add(key, value, timeout=timeout, **given))

    secret = set_up_app(proven)
    visitor = Client()
    sign_in(visitor)
    monkeypatch.setattr("accounts.second_factor_forms.cache.add", noting)
    visitor.post(SECOND_STEP, {"code": code_of_app(secret)})
    assert kept_for["code-used"] == 90


def test_codes_cannot_be_tried_through(proven: Client, set_up_app: SetUpApp) -> None:
    secret = set_up_app(proven)
    visitor = Client()
    sign_in(visitor)
    now = int(code_of_app(secret))
    for step in range(1, 6):
        visitor.post(SECOND_STEP, {"code": f"{(now + 7 * step) % 1_000_000:06}"})
    page = visitor.post(SECOND_STEP, {"code": code_of_app(secret)}).content.decode()
    assert "several times in a row" in page
    assert not is_signed_in(visitor)


def test_a_recovery_code_opens_once(proven: Client, set_up_app: SetUpApp) -> None:
    set_up_app(proven)
    codes = recovery_codes(proven)
    assert len(set(codes)) == 10

    for client, opens in ((Client(), True), (Client(), False)):
        sign_in(client)
        client.post(SECOND_STEP, {"code": codes[3]})
        assert is_signed_in(client) is opens
    assert len(recovery_codes(proven)) == 9


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_end_the_old_ones(proven: Client, set_up_app: SetUpApp) -> None:
    set_up_app(proven)
    old = recovery_codes(proven)[0]
    proven.post(f"{CODES}generate/")
    assert old not in recovery_codes(proven)
    visitor = Client()
    sign_in(visitor)
    visitor.post(SECOND_STEP, {"code": old})
    assert not is_signed_in(visitor)
    assert "[Stylesite] New recovery codes were made" in [letter.subject for letter in mail.outbox]


def test_secrets_are_not_readable_in_the_database(proven: Client, set_up_app: SetUpApp) -> None:
    secret = set_up_app(proven)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in recovery_codes(proven))


def test_a_new_key_of_the_site_still_reads_them_while_the_old_one_is_named(
    proven: Client, set_up_app: SetUpApp, settings: Settings
) -> None:
    secret = set_up_app(proven)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of this site, as long as it has to be for this"
    adapter = second_factor.SecondFactorAdapter()
    assert adapter.decrypt(stored) == secret


def test_after_a_lost_key_codes_fit_nobody_and_are_no_error(
    proven: Client, set_up_app: SetUpApp, settings: Settings
) -> None:
    secret = set_up_app(proven)
    codes = recovery_codes(proven)
    stored = Authenticator.objects.get(type="recovery_codes").data["seed"]
    settings.SECRET_KEY = "another key of this site, as long as it has to be for this"
    adapter = second_factor.SecondFactorAdapter()
    assert adapter.decrypt(stored) != adapter.decrypt(stored)
    client = Client()
    sign_in(client)
    for code in (code_of_app(secret), codes[0]):
        page = client.post("/accounts/2fa/authenticate/", {"code": code})
        assert (page.status_code, is_signed_in(client)) == (200, False)


@pytest.mark.django_db(transaction=True)
def test_letters_tell_of_each_change(proven: Client, set_up_app: SetUpApp) -> None:
    set_up_app(proven)
    proven.post("/accounts/2fa/totp/deactivate/")
    assert [letter.subject for letter in mail.outbox] == [
        "[Stylesite] An authenticator app is set up",
        "[Stylesite] The authenticator app is turned off",
    ]
    assert "If it wasn’t, reset your password right away." in mail.outbox[0].body
    assert not Authenticator.objects.exists()


def test_who_signed_in_long_ago_proves_who_they_are_first(
    proven: Client, set_up_app: SetUpApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_app(proven)
    now = time.time()
    monkeypatch.setattr("accounts.proof.time.time", lambda: now + 301)
    monkeypatch.setattr(
        "allauth.account.internal.flows.reauthentication.time.time", lambda: now + 301
    )
    for address in (CODES, f"{CODES}generate/", "/accounts/2fa/totp/deactivate/"):
        asked = proven.get(address)
        assert asked["Location"] == f"/accounts/2fa/reauthenticate/?next={quote(address, safe='')}"


def test_whose_address_is_not_confirmed_sets_up_none(
    proven: Client, user: User, settings: Settings
) -> None:
    settings.SENDS_MAIL = True
    EmailAddress.objects.create(user=user, email=user.email, primary=True)
    address = "/accounts/2fa/totp/activate/"
    page = proven.get(address).content.decode()
    assert "Confirm your e-mail address first" in page
    assert "data-secret" not in page
    refused = proven.post(address, {"code": "123456"}).content.decode()
    assert "Confirm your e-mail address first" in refused
    assert not Authenticator.objects.exists()


def test_with_a_second_step_the_address_can_still_be_changed(
    confirmed: User, proven: Client, set_up_app: SetUpApp
) -> None:
    set_up_app(proven)
    proven.post("/accounts/email/", {"action_add": "", "email": "ada@new.example"})
    assert mail.outbox[-1].to == ["ada@new.example"]


@pytest.mark.parametrize("path", [*SIGNED_IN_PAGES, "recovery-codes/", "totp/deactivate/"])
def test_visitors_see_none_of_it(client: Client, path: str) -> None:
    assert client.get(f"/accounts/2fa/{path}")["Location"].startswith(LOGIN)
