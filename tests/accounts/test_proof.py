"""What proves who somebody is, where an account has a second step: that, and no password."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import NEW, PASSWORD, add_passkey, recovery_codes_of, sign_in

pytestmark = pytest.mark.django_db

CODE_AGAIN, PASSWORD_AGAIN = "/accounts/2fa/reauthenticate/", "/accounts/reauthenticate/"
CHANGE, SET = "/accounts/password/change/", "/accounts/password/set/"
CODES = "/accounts/2fa/recovery-codes/"
PROTECTED = [
    CODES,
    f"{CODES}download/",
    f"{CODES}generate/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/webauthn/add/",
    CHANGE,
    "/accounts/tokens/add/",
    "/data/copy/",
    "/data/delete/",
]


@pytest.fixture
def from_before(confirmed: User) -> Client:
    """A session that began with the password, a moment before the account had a second step."""
    client = Client()
    sign_in(client)
    client.post(PASSWORD_AGAIN, {"password": PASSWORD})
    TOTP.activate(confirmed, generate_totp_secret())
    RecoveryCodes.activate(confirmed)
    return client


@pytest.mark.parametrize("address", PROTECTED)
def test_a_password_from_before_the_second_step_proves_nothing(
    from_before: Client, address: str
) -> None:
    asked = from_before.get(address)
    assert asked["Location"] == f"{CODE_AGAIN}?next={quote(address, safe='')}"
    assert from_before.post(address).status_code in (302, 405)
    assert Authenticator.objects.filter(type="totp").exists()


def test_the_address_is_not_changed_by_it_either(from_before: Client) -> None:
    said = {"action_add": "", "email": "eve@elsewhere.example"}
    assert from_before.post("/accounts/email/", said)["Location"].startswith(CODE_AGAIN)
    assert not mail.outbox


def test_a_password_that_is_to_be_changed_waits_in_no_session(from_before: Client) -> None:
    said = {"oldpassword": PASSWORD, "password1": NEW}
    assert from_before.post(CHANGE, said)["Location"] == CHANGE
    assert User.objects.get().check_password(PASSWORD)
    assert NEW not in str(dict(from_before.session.items()))


def test_an_account_without_a_password_gets_none_without_it(
    client: Client, from_before: Client, user: User
) -> None:
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    assert client.get(SET)["Location"] == f"{CODE_AGAIN}?next={quote(SET, safe='')}"
    client.post(SET, {"password1": NEW})
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_the_password_is_no_way_to_prove_it_again(from_before: Client) -> None:
    """Neither on its page, nor by what it would be sent to."""
    to_code = f"{CODE_AGAIN}?next=%2Fdata%2Fcopy%2F"
    said = {"next": "/data/copy/"}
    assert from_before.get(PASSWORD_AGAIN, said)["Location"] == to_code
    said["password"] = PASSWORD
    assert from_before.post(PASSWORD_AGAIN, said)["Location"] == to_code
    assert from_before.get("/data/copy/").status_code == 302
    page = from_before.get(CODE_AGAIN).content.decode()
    assert "Use your password" not in page


def test_a_recovery_code_is(from_before: Client, user: User) -> None:
    code = recovery_codes_of(user)[0]
    assert from_before.post(CODE_AGAIN, {"code": code}).status_code == 302
    assert from_before.get("/data/copy/").status_code == 200


def test_who_has_a_passkey_only_is_asked_for_that_first(from_before: Client, user: User) -> None:
    Authenticator.objects.filter(type="totp").delete()
    add_passkey(user)
    asked = from_before.get("/data/copy/")
    assert asked["Location"] == "/accounts/2fa/webauthn/reauthenticate/?next=%2Fdata%2Fcopy%2F"
