"""Setting up a second step: what it means for this session and for all others."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry, User
from accounts.second_factor_forms import ActivateAppForm
from tests.accounts.conftest import (
    SetUpApp,
    add_passkey,
    code_of_app,
    is_signed_in,
    recovery_codes_of,
    sign_in,
)

pytestmark = pytest.mark.django_db

ACTIVATE = "/accounts/2fa/totp/activate/"


@pytest.mark.django_db(transaction=True)
def test_the_first_second_step_ends_the_sessions_elsewhere_and_says_so(
    confirmed: User, proven: Client, set_up_app: SetUpApp
) -> None:
    elsewhere = Client()
    sign_in(elsewhere)
    set_up_app(proven)
    assert not is_signed_in(elsewhere)
    page = proven.get("/accounts/2fa/recovery-codes/")
    assert page.status_code == 200, "who has just typed a code need not type another"
    assert "Everywhere else you have been signed out." in page.content.decode()
    (letter,) = [one for one in mail.outbox if "authenticator app is set up" in one.subject]
    assert "Everywhere else you have been signed out." in letter.body
    entry = AuditEntry.objects.get(action="sessions_ended")
    assert (entry.actor, entry.account, entry.facts) == (confirmed, confirmed, {"count": 1})


def test_another_one_ends_none(confirmed: User, proven: Client, set_up_app: SetUpApp) -> None:
    add_passkey(confirmed)
    RecoveryCodes.activate(confirmed)
    codes = recovery_codes_of(confirmed)
    elsewhere = Client()
    sign_in(elsewhere)
    elsewhere.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    proven.post("/accounts/2fa/reauthenticate/", {"code": codes[1]})
    proven.get(ACTIVATE)
    secret = proven.session["mfa.totp.secret"]
    assert proven.post(ACTIVATE, {"code": code_of_app(secret)})["Location"] == "/accounts/2fa/"
    assert is_signed_in(elsewhere)


def test_of_two_that_are_set_up_at_once_the_second_has_to_prove_the_first(
    proven: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = ActivateAppForm.clean_code

    def meanwhile(form: ActivateAppForm) -> str:
        add_passkey(user)
        return read(form)

    monkeypatch.setattr(ActivateAppForm, "clean_code", meanwhile)
    proven.get(ACTIVATE)
    code = code_of_app(proven.session["mfa.totp.secret"])
    assert proven.post(ACTIVATE, {"code": code})["Location"].startswith("/accounts/2fa/webauthn/")
    assert not Authenticator.objects.filter(type="totp").exists()


AS_OFTEN = "You have done this as often as may be for now."


def done_often(user: User, action: str) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(action=action, actor=user, account=user) for _time in range(60)
    )


def test_second_steps_are_not_set_up_without_end(confirmed: User, proven: Client) -> None:
    done_often(confirmed, "second_factor_added")
    proven.get(ACTIVATE)
    code = code_of_app(proven.session["mfa.totp.secret"])
    assert AS_OFTEN in proven.post(ACTIVATE, {"code": code}).content.decode()
    assert not Authenticator.objects.exists()


def test_nor_are_recovery_codes_drawn(
    confirmed: User, proven: Client, set_up_app: SetUpApp
) -> None:
    set_up_app(proven)
    codes = recovery_codes_of(confirmed)
    done_often(confirmed, "recovery_codes_drawn")
    drawn = proven.post("/accounts/2fa/recovery-codes/generate/")
    assert AS_OFTEN in drawn.content.decode()
    assert recovery_codes_of(confirmed) == codes


# what cannot be written down does not happen


def broken(*_arguments: object, **_facts: object) -> None:
    raise RuntimeError


def kept(user: User) -> set[tuple[str, str]]:
    return {(one.type, str(one.data)) for one in Authenticator.objects.filter(user=user)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", ["recovery-codes/generate/", "totp/deactivate/", "webauthn/keys/"])
def test_codes_and_removals_that_cannot_be_written_down_do_not_happen(
    confirmed: User,
    proven: Client,
    set_up_app: SetUpApp,
    page: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_up_app(proven)
    passkey = add_passkey(confirmed)
    before, letters = kept(confirmed), len(mail.outbox)
    monkeypatch.setattr("accounts.audit.record", broken)
    proven.raise_request_exception = False
    address = f"/accounts/2fa/{page}"
    address += f"{passkey.pk}/remove/" if page.endswith("keys/") else ""
    assert proven.post(address).status_code == 500
    assert kept(confirmed) == before
    assert len(mail.outbox) == letters


@pytest.mark.django_db(transaction=True)
def test_nor_is_an_app_set_up(
    confirmed: User, proven: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    proven.get(ACTIVATE)
    code = code_of_app(proven.session["mfa.totp.secret"])
    monkeypatch.setattr("accounts.audit.record", broken)
    proven.raise_request_exception = False
    assert proven.post(ACTIVATE, {"code": code}).status_code == 500
    assert not kept(confirmed)
    assert not [one for one in mail.outbox if "authenticator app is set up" in one.subject]
