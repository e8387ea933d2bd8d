import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import link_in_last_letter

pytestmark = pytest.mark.django_db

EMAIL = "/accounts/email/"


def test_a_new_address_counts_once_its_link_is_opened(proven: Client, confirmed: User) -> None:
    page = proven.post(EMAIL, {"action_add": "", "email": "ada@new.example"}, follow=True)
    assert "We sent a letter to" in page.content.decode()
    confirmed.refresh_from_db()
    assert confirmed.email == "ada@example.org"

    assert mail.outbox[-1].to == ["ada@new.example"]
    proven.post(link_in_last_letter())
    confirmed.refresh_from_db()
    assert confirmed.email == "ada@new.example"
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["ada@new.example"]


def test_a_change_can_be_called_off(proven: Client, confirmed: User) -> None:
    proven.post(EMAIL, {"action_add": "", "email": "ada@new.example"})
    page = proven.post(EMAIL, {"action_remove": "", "email": "ada@new.example"}, follow=True)
    assert "ada@new.example is no longer part of your account." in page.content.decode()
    assert EmailAddress.objects.get().email == "ada@example.org"


def test_someone_elses_address_stays_theirs(
    proven: Client, confirmed: User, stranger: User
) -> None:
    """The page doesn't say that it is taken: who has an account here is nobody's business."""
    EmailAddress.objects.create(user=stranger, email=stranger.email, verified=True, primary=True)
    proven.post(EMAIL, {"action_add": "", "email": stranger.email})
    assert mail.outbox[-1].to == [stranger.email]

    page = proven.get(link_in_last_letter()).content.decode()
    assert "This address is taken" in page
    proven.post(link_in_last_letter())
    confirmed.refresh_from_db()
    assert confirmed.email == "ada@example.org"
    assert EmailAddress.objects.get(email=stranger.email, verified=True).user == stranger


def test_a_change_takes_a_proof_of_who_one_is(signed_in: Client, confirmed: User) -> None:
    asked = signed_in.post(EMAIL, {"action_add": "", "email": "ada@new.example"})
    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Femail%2F"
    assert not mail.outbox
    signed_in.post(f"/accounts/reauthenticate/?next={EMAIL}", {"password": "correct horse battery"})
    assert mail.outbox[-1].to == ["ada@new.example"]


def test_the_same_address_is_no_change(signed_in: Client, confirmed: User) -> None:
    page = signed_in.post(EMAIL, {"action_add": "", "email": "ada@example.org"}).content.decode()
    assert "This is your address already." in page


def test_a_link_that_means_nothing_offers_a_new_one(client: Client) -> None:
    page = client.get("/accounts/confirm-email/nothing/").content.decode()
    assert "This link no longer works" in page
    assert EMAIL in page


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    assert client.get(EMAIL)["Location"].startswith("/accounts/login/")
