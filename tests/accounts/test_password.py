from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from allauth.core import ratelimit
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.test import Client, RequestFactory

from accounts.models import User
from tests.accounts.conftest import link_in_last_letter

pytestmark = pytest.mark.django_db

NOBODY = "nobody@example.org"
RESET = "/accounts/password/reset/"
CHANGE = "/accounts/password/change/"
OLD, NEW = "correct horse battery", "a wall of one’s own"


def test_a_forgotten_password_is_replaced_by_mail(client: Client, user: User) -> None:
    client.post(RESET, {"email": "ADA@example.org"})
    assert mail.outbox[0].subject == "[Stylesite] A new password for your account"
    assert "Open this link to choose a new password" in mail.outbox[0].body
    assert "Stylesite" in mail.outbox[0].body

    form_page = client.get(link_in_last_letter(), follow=True)
    assert "Choose a new password" in form_page.content.decode()
    # The link's secret leaves the address bar, so that it doesn't end up in a log or a referrer.
    address = form_page.redirect_chain[-1][0]
    assert address.endswith("-set-password/")

    done = client.post(address, {"password1": NEW}, follow=True)
    assert "Your password is changed" in done.content.decode()
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert mail.outbox[-1].to == ["ada@example.org"]


def test_a_reset_link_works_once(client: Client, user: User) -> None:
    client.post(RESET, {"email": user.email})
    link = link_in_last_letter()
    address = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(address, {"password1": NEW})

    page = Client().get(link, follow=True).content.decode()
    assert "This link no longer works" in page


def test_no_second_link_is_sent_while_the_first_works(client: Client, user: User) -> None:
    for _time in range(3):
        client.post(RESET, {"email": user.email})
    (letter,) = mail.outbox
    address = client.get(link_in_last_letter(), follow=True).redirect_chain[-1][0]
    client.post(address, {"password1": NEW})
    mail.outbox.clear()
    client.post(RESET, {"email": user.email})
    assert mail.outbox[0].subject == letter.subject, "whoever used it gets another at once"


def test_one_address_asks_for_a_hundred_resets_a_day(
    limits_clock: Callable[[int], None],
) -> None:
    """Of whichever accounts, or of none: it may not write to everybody either."""
    request = RequestFactory().post(RESET, REMOTE_ADDR="192.0.2.7")
    allowed = []
    for number in range(110):
        limits_clock(61 * (number // 20))
        allowed.append(ratelimit.consume(request, action="reset_password", key=f"{number}@x.org"))
    assert allowed == [True] * 100 + [False] * 10


def test_a_reset_link_is_good_for_an_hour(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(RESET, {"email": user.email})
    link = link_in_last_letter()
    assert "for an hour" in mail.outbox[-1].body
    later = datetime.now() + timedelta(seconds=3601)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _self: later)
    assert "This link no longer works" in client.get(link, follow=True).content.decode()


def test_a_reset_link_is_dead_once_the_password_was_changed_otherwise(
    client: Client, user: User
) -> None:
    client.post(RESET, {"email": user.email})
    user.set_password(NEW)
    user.save()
    page = client.get(link_in_last_letter(), follow=True).content.decode()
    assert "This link no longer works" in page


def test_a_weak_new_password_is_refused_with_its_reason(client: Client, user: User) -> None:
    client.post(RESET, {"email": user.email})
    address = client.get(link_in_last_letter(), follow=True).redirect_chain[-1][0]
    page = client.post(address, {"password1": "short"}).content.decode()
    assert "This password is too short." in page
    user.refresh_from_db()
    assert user.check_password(OLD)


def test_an_unknown_address_gets_a_letter_of_its_own(client: Client, user: User) -> None:
    client.post(RESET, {"email": NOBODY})
    assert mail.outbox[0].to == [NOBODY]
    assert "there is no account with this address" in mail.outbox[0].body


def test_changing_the_password_keeps_one_signed_in(signed_in: Client, user: User) -> None:
    response = signed_in.post(CHANGE, {"oldpassword": OLD, "password1": NEW})
    assert response["Location"] == "/accounts/settings/"
    user.refresh_from_db()
    assert user.check_password(NEW)
    page = signed_in.get("/accounts/settings/")
    assert page.status_code == 200
    assert "Your password is changed." in page.content.decode()


def test_changing_the_password_takes_the_current_one(signed_in: Client, user: User) -> None:
    page = signed_in.post(CHANGE, {"oldpassword": "wrong", "password1": NEW}).content.decode()
    assert "This isn’t your current password." in page
    user.refresh_from_db()
    assert user.check_password(OLD)


def test_a_visitor_cannot_change_a_password(client: Client) -> None:
    assert client.get(CHANGE).status_code == 302
