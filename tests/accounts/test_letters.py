"""Letters about accounts: written down by the request, sent by another process."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import alerts, letters
from accounts.models import Letter, User
from tests.stylesite.privacy.conftest import ask_to_leave

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def by_mail(settings: Settings) -> None:
    settings.SENDS_MAIL = True


def make_due() -> None:
    Letter.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_request_only_writes_it_down(client: Client, user: User) -> None:
    client.post("/accounts/password/reset/", {"email": user.email})
    assert not mail.outbox
    assert Letter.objects.get().to == user.email

    assert letters.are_due()
    assert letters.send_due() == 1
    (letter,) = mail.outbox
    assert letter.subject == "[Stylesite] A new password for your account"
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert not Letter.objects.exists()


def test_an_unknown_address_costs_the_same_single_row(client: Client, user: User) -> None:
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert Letter.objects.get().to == "nobody@example.org"


def test_confirmed_addresses_do_not_wait_behind_what_strangers_ask_for(confirmed: User) -> None:
    for to in ("nobody@example.org", "ADA@example.org", "bob@example.org"):
        letters.post(EmailMessage("A", "b", to=[to]))
    letters.send_due()
    sent = [letter.to[0] for letter in mail.outbox]
    assert sent == ["ADA@example.org", "nobody@example.org", "bob@example.org"]


def test_a_letter_that_is_not_taken_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    letters.post(EmailMessage("A", "b", to=["ada@example.org"]))

    def refuse(*_given: object) -> None:
        raise SMTPServerDisconnected("on purpose")

    with monkeypatch.context() as away:
        away.setattr(EmailMessage, "send", refuse)
        assert letters.send_due() == 0
    assert not letters.are_due()
    make_due()
    assert letters.send_due() == 1


def test_a_letter_that_nobody_ever_takes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object) -> None:
        raise SMTPServerDisconnected("on purpose")

    letters.post(EmailMessage("A", "b", to=["ada@example.org"]))
    monkeypatch.setattr(EmailMessage, "send", refuse)
    tries = 0
    while Letter.objects.exists():
        make_due()
        letters.send_due()
        tries += 1
    assert tries == len(letters.PAUSES_S) + 1


def test_two_senders_never_send_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one chose the row while the first one took it."""
    letters.post(EmailMessage("A", "b", to=["ada@example.org"]))
    chosen = iter([Letter.objects.get(), None])
    assert letters._claim() is not None
    monkeypatch.setattr(letters._round, "take", lambda _now: next(chosen))
    assert letters._claim() is None


def test_with_a_console_for_a_mail_server_it_is_sent_at_once(settings: Settings) -> None:
    settings.SENDS_MAIL = False
    letters.post(EmailMessage("A", "b", to=["ada@example.org"]))
    assert len(mail.outbox) == 1
    assert not Letter.objects.exists()


def test_a_letter_holds_the_whole_address_only_while_it_waits_and_goes_with_the_account(
    confirmed: User, proven: Client
) -> None:
    """Also one to an address that the account has no longer."""
    letters.post(EmailMessage("Somebody else's", "b", to=["bob@example.org"]))
    form = {"email": "ada@new.example", "action_add": ""}
    proven.post("/accounts/email/", form, REMOTE_ADDR="192.0.2.77")
    waiting = Letter.objects.filter(about=confirmed)
    assert {letter.to for letter in waiting} == {"ada@example.org", "ada@new.example"}
    assert [letter.to for letter in waiting if "192.0.2.77" in letter.body] == ["ada@example.org"]
    confirmed.delete()
    assert Letter.objects.get().to == "bob@example.org"


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_staff_did_is_about_the_account(confirmed: User, is_closed: bool) -> None:
    if is_closed:
        ask_to_leave(confirmed)
    else:
        alerts.tell_of_staff(confirmed, "accounts/email/password_replaced")
    assert Letter.objects.get().about == confirmed


def test_a_new_token_is_told_of(confirmed: User, proven: Client) -> None:
    form = {"name": "Holiday script", "scopes": ["read"], "lasts_days": "30"}
    assert proven.post("/accounts/tokens/add/", form).status_code == 201
    letter = Letter.objects.get(subject="[Stylesite] A new API token for your account")
    assert "“Holiday script”" in letter.body
    assert "sty_" not in letter.body
