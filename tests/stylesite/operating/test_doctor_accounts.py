"""The doctor on accounts whose address earlier versions left empty, or out of step."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import User
from stylesite.operating.doctor import accounts
from stylesite.operating.doctor.findings import Level
from tests.conftest import PASSWORD
from tests.stylesite.operating.findings import only

pytestmark = pytest.mark.django_db


def has(user: User, email: str, **more: bool) -> None:
    EmailAddress.objects.create(user=user, email=email, **more)


@pytest.fixture
def at_the_admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("owner@example.org", PASSWORD))
    return client


def save(client: Client, person: User, email: str) -> None:
    address = f"/admin/accounts/user/{person.pk}/change/"
    assert client.post(address, {"email": email, "is_active": "on"}).status_code == 302


@pytest.mark.parametrize("state", ["operator's", "signed up", "confirmed", "changing", "reset"])
def test_an_account_that_is_as_it_should_be_is_not_named(user: User, state: str) -> None:
    if state in ("signed up", "confirmed", "changing"):
        has(user, user.email, primary=True, verified=state != "signed up")
    if state == "changing":
        has(user, "ada@new.example")
    if state == "reset":
        has(user, user.email)
    assert only(accounts.addresses()) == (Level.OK, "Every account has one e-mail address.")


def test_an_account_without_an_address_is_named_and_mended(
    user: User, at_the_admin: Client
) -> None:
    User.objects.filter(pk=user.pk).update(email="")
    level, sentence = only(accounts.addresses())
    assert level is Level.WRONG
    assert f"account {user.pk}: give it the one" in sentence
    save(at_the_admin, user, "ada@new.example")
    assert only(accounts.addresses())[0] is Level.OK
    assert EmailAddress.objects.get(user=user).email == "ada@new.example"
    assert not [letter for letter in mail.outbox if letter.to == [""]]


@pytest.mark.parametrize("row", [{"primary": True}, {"verified": True}])
def test_an_account_of_two_addresses_is_named_and_mended(
    user: User, at_the_admin: Client, row: dict[str, bool]
) -> None:
    has(user, "old@example.org", **row)
    level, sentence = only(accounts.addresses())
    assert level is Level.WRONG
    assert f"account {user.pk}," in sentence
    assert "example.org" not in sentence
    save(at_the_admin, user, user.email)
    assert only(accounts.addresses())[0] is Level.OK
    assert EmailAddress.objects.get(user=user).email == user.email


def test_of_many_only_some_are_named(db: None) -> None:
    for number in range(12):
        person = User.objects.create_user(f"{number}@example.org", PASSWORD)
        has(person, f"old{number}@example.org", primary=True)
    assert " and more, so that" in only(accounts.addresses())[1]
