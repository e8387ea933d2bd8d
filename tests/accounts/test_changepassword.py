"""`manage.py changepassword`, and that every way to a new password ends what the old one began."""

import io

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import tokens
from accounts.models import AuditEntry, User
from tests.accounts.conftest import NEW, PASSWORD, is_signed_in, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is at the terminal types NEW, twice."""
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)


def change(email: str) -> str:
    told = io.StringIO()
    call_command("changepassword", email, stdout=told)
    return told.getvalue()


@pytest.fixture
def waiting(confirmed: User) -> EmailAddress:
    """A new address that somebody asked for."""
    address: EmailAddress = EmailAddress.objects.create(user=confirmed, email="thief@example.org")
    return address


@pytest.mark.usefixtures("typed", "waiting")
def test_it_does_what_staff_do_who_set_a_password(proven: Client, confirmed: User) -> None:
    told = change("ADA@example.org")
    assert "ada@example.org has a new password, and is signed out everywhere." in told
    assert "API tokens" not in told
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["ada@example.org"]
    assert not is_signed_in(proven)
    visitor = Client()
    sign_in(visitor, password=NEW)
    assert is_signed_in(visitor)
    entry = AuditEntry.objects.get(action="password_changed")
    assert (entry.account_id, entry.actor_id, entry.facts) == (
        *(confirmed.pk, None, {"method": "command"}),
    )


@pytest.mark.usefixtures("typed")
def test_its_owner_is_told_by_a_letter_and_the_operator_of_tokens_that_go_on(
    confirmed: User,
) -> None:
    _token, secret = tokens.issue(confirmed, "Kiosk", ["read"])
    assert "withdraw those in the admin" in change(confirmed.email)
    assert tokens.find(secret) is not None
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (
        *([confirmed.email], "[Stylesite] Your password is changed"),
    )
    assert "Those who run this site have given your account a new password." in letter.body
    assert "tell them so, and reset your password" in letter.body


@pytest.mark.usefixtures("typed")
def test_an_address_that_nobody_has_is_said(user: User) -> None:
    with pytest.raises(CommandError, match=r"no account with the address eve@example\.org"):
        change("eve@example.org")


def test_a_password_that_is_too_easy_changes_nothing(
    user: User, waiting: EmailAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "12345678")
    with pytest.raises(CommandError, match="Aborting"):
        change(user.email)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert EmailAddress.objects.filter(pk=waiting.pk).exists()
    assert not AuditEntry.objects.filter(action="password_changed").exists()


def test_so_does_a_password_that_is_set_in_a_shell(user: User, waiting: EmailAddress) -> None:
    user.set_password(NEW)
    assert EmailAddress.objects.filter(pk=waiting.pk).exists()
    user.save()
    assert not EmailAddress.objects.filter(pk=waiting.pk).exists()


def test_a_password_that_is_merely_hashed_anew_ends_nothing(
    user: User, waiting: EmailAddress, settings: object
) -> None:
    settings.PASSWORD_HASHERS = [  # type: ignore[attr-defined]
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    before = user.password
    sign_in(Client())
    user.refresh_from_db()
    assert user.password != before
    assert EmailAddress.objects.filter(pk=waiting.pk).exists()


@pytest.mark.parametrize("usable", ["true", "false"])
def test_staff_who_set_or_take_away_a_password_tell_its_owner(
    admin: Client, confirmed: User, waiting: EmailAddress, usable: str
) -> None:
    form = {"usable_password": usable, "password1": NEW, "password2": NEW}
    form |= {"unset-password": "yes"} if usable == "false" else {}
    admin.post(f"/admin/accounts/user/{confirmed.pk}/password/", form)
    confirmed.refresh_from_db()
    assert confirmed.has_usable_password() == (usable == "true")
    assert not EmailAddress.objects.filter(pk=waiting.pk).exists()
    (letter,) = mail.outbox
    assert letter.to == [confirmed.email]
    said = "have given your account a new password" if usable == "true" else "taken the password"
    assert said in letter.body
