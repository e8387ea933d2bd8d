"""Another address or secret for a webhook takes a proof of who one is, and loses nothing by it."""

from __future__ import annotations

import socket

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts.models import AuditEntry, User
from tests.conftest import PASSWORD
from transfers.models import NoticeChoices

pytestmark = pytest.mark.django_db

PAGE, SECRET, SHOW = "/notices/", "/notices/secret/", "/notices/secret/show/"
AGAIN, CODE_AGAIN = "/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/"
URL = "https://hooks.example.org/stylesite"


@pytest.fixture(autouse=True)
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, *rest, **wanted: real("93.184.216.34", *rest, **wanted)
    )


def saved(user: User) -> NoticeChoices:
    return NoticeChoices.of(user.pk)


def test_a_stolen_session_names_no_address_and_draws_no_secret(
    signed_in: Client, user: User
) -> None:
    NoticeChoices.objects.create(owner=user, webhook_url=URL)
    before = saved(user)
    for page, said in ((PAGE, {"webhook_url": "https://evil.example/"}), (SECRET, {})):
        assert signed_in.post(page, said)["Location"].startswith(AGAIN)
    after = saved(user)
    assert (after.webhook_url, after.webhook_secret) == (URL, before.webhook_secret)
    assert not AuditEntry.objects.exists()


def test_what_was_typed_is_saved_once_the_password_is_given(signed_in: Client, user: User) -> None:
    asked = signed_in.post(PAGE, {"email": "on", "webhook_url": URL})
    again = {"password": PASSWORD, "next": PAGE}
    assert asked["Location"] == f"{AGAIN}?next=%2Fnotices%2F"
    assert signed_in.post(AGAIN, {"password": "wrong", "next": PAGE}).status_code == 200
    page = signed_in.post(AGAIN, again, follow=True).content.decode()
    assert saved(user).webhook_url == URL
    assert "Your choice is saved." in page


def test_an_address_that_cannot_be_is_still_in_the_form_after_it(
    signed_in: Client, user: User
) -> None:
    signed_in.post(PAGE, {"webhook_url": "ftp://example.org/mine"})
    page = signed_in.post(AGAIN, {"password": PASSWORD, "next": PAGE}).content.decode()
    assert "begins with https://" in page
    assert 'value="ftp://example.org/mine"' in page
    assert f'action="{PAGE}"' in page
    assert saved(user).webhook_url == ""


def test_a_secret_is_drawn_once_the_password_is_given(signed_in: Client, user: User) -> None:
    NoticeChoices.objects.create(owner=user, webhook_url=URL)
    before = saved(user).webhook_secret
    signed_in.post(SECRET)
    page = signed_in.post(AGAIN, {"password": PASSWORD, "next": SECRET}, follow=True)
    assert saved(user).webhook_secret != before
    assert saved(user).webhook_secret in page.content.decode()


def test_the_secret_is_shown_once_the_password_is_given(signed_in: Client, user: User) -> None:
    NoticeChoices.objects.create(owner=user, webhook_url=URL)
    page = signed_in.get(PAGE).content.decode()
    assert "whsec_" not in page
    assert "Show the secret" in page
    assert signed_in.post(SHOW)["Location"].startswith(AGAIN)
    wrong = signed_in.post(AGAIN, {"password": "wrong", "next": SHOW}, follow=True)
    assert "whsec_" not in wrong.content.decode()
    page = signed_in.post(AGAIN, {"password": PASSWORD, "next": SHOW}, follow=True).content.decode()
    assert saved(user).webhook_secret in page
    assert "Show the secret" not in page


def test_nor_is_it_by_a_password_where_there_is_a_second_step(
    signed_in: Client, user: User
) -> None:
    NoticeChoices.objects.create(owner=user, webhook_url=URL)
    signed_in.post(AGAIN, {"password": PASSWORD})
    assert "whsec_" in signed_in.get(PAGE).content.decode()
    TOTP.activate(user, generate_totp_secret())
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    assert "whsec_" not in signed_in.get(PAGE).content.decode()
    assert signed_in.post(SHOW)["Location"].startswith(CODE_AGAIN)
    signed_in.post(CODE_AGAIN, {"code": code, "next": SHOW})
    assert saved(user).webhook_secret in signed_in.get(PAGE).content.decode()


def test_a_visitor_who_would_see_it_is_asked_to_sign_in(client: Client) -> None:
    assert client.post(SHOW)["Location"] == f"/accounts/login/?next={SHOW}"
    assert client.get(SHOW).status_code == 405


def test_where_there_is_a_second_step_only_that_is_a_proof(signed_in: Client, user: User) -> None:
    signed_in.post(AGAIN, {"password": PASSWORD})
    TOTP.activate(user, generate_totp_secret())
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    assert signed_in.post(PAGE, {"webhook_url": URL})["Location"].startswith(CODE_AGAIN)
    signed_in.post(CODE_AGAIN, {"code": code, "next": PAGE})
    assert saved(user).webhook_url == URL


def test_the_rest_and_the_end_of_a_webhook_take_none(signed_in: Client, user: User) -> None:
    NoticeChoices.objects.create(owner=user, webhook_url=URL)
    assert signed_in.post(PAGE, {"email": "on", "webhook_url": URL})["Location"] == PAGE
    assert signed_in.post(PAGE, {"webhook_url": ""})["Location"] == PAGE
    assert saved(user).webhook_url == ""
