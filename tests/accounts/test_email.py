from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEntry, User
from tests.accounts.conftest import NEW, link_in_last_letter, reset_password
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

EMAIL = "/accounts/email/"


def test_a_new_address_counts_once_its_link_is_opened(proven: Client, confirmed: User) -> None:
    proven.post(EMAIL, {"action_add": "", "email": "ada@new.example"}, follow=True)
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


def test_nobody_writes_to_strangers_by_asking_for_their_addresses(
    proven: Client, confirmed: User, limits_clock: Callable[[int], None]
) -> None:
    answers = []
    for number in range(21):
        limits_clock(61 * (number // 10))
        asked = {"action_add": "", "email": f"{number}@new.example"}
        answers.append(proven.post(EMAIL, asked).status_code)
    assert answers == [302] * 20 + [429]
    assert sum(letter.to != [confirmed.email] for letter in mail.outbox) == 20


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


def test_the_same_address_is_no_change(
    signed_in: Client, confirmed: User, settings: Settings
) -> None:
    settings.SENDS_MAIL = True
    page = signed_in.post(EMAIL, {"action_add": "", "email": "ada@example.org"}).content.decode()
    assert "This is your address already." in page


def test_the_old_address_is_told_at_once(proven: Client, confirmed: User) -> None:
    proven.post(EMAIL, {"action_add": "", "email": "thief@example.org"})
    told, asked = mail.outbox
    assert (told.to, asked.to) == (["ada@example.org"], ["thief@example.org"])
    assert "asked that its e-mail address become thief@example.org" in told.body
    assert "If it wasn’t, reset your password right away." in told.body
    assert AuditEntry.objects.filter(action="email_asked", account=confirmed).exists()


def change_password(client: Client, user: User) -> None:
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW})


@pytest.mark.parametrize("give_new_password", [reset_password, change_password])
def test_a_new_password_kills_the_link_of_a_change(
    proven: Client, confirmed: User, give_new_password: Callable[[Client, User], None]
) -> None:
    """Whoever knew the old one may have asked for it."""
    proven.post(EMAIL, {"action_add": "", "email": "thief@example.org"})
    link = link_in_last_letter()
    give_new_password(proven, confirmed)
    confirmed.refresh_from_db()
    assert confirmed.check_password(NEW)

    thief = Client()
    assert "This link no longer works" in thief.get(link).content.decode()
    assert thief.post(link).status_code == 404
    confirmed.refresh_from_db()
    assert confirmed.email == "ada@example.org"


def test_the_only_address_still_waits_after_a_new_password(proven: Client, user: User) -> None:
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
    proven.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW})
    assert EmailAddress.objects.get() == address


def test_an_unconfirmed_address_is_corrected(db: None) -> None:
    """Until the right one is confirmed the wrong one counts; no account is without."""
    for number in (1, 2):
        client = Client()
        typo, right = f"typo{number}@example.org", f"right{number}@example.org"
        client.post("/accounts/signup/", {"email": typo, "password1": PASSWORD})
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert client.post(EMAIL, {"action_add": "", "email": right}).status_code == 302
        page = client.get(EMAIL).content.decode()
        assert right in page
        assert User.objects.filter(email=typo).exists()
        client.post(link_in_last_letter())
        assert EmailAddress.objects.get(user__email=right).verified
    right = ["right1@example.org", "right2@example.org"]
    assert sorted(User.objects.values_list("email", flat=True)) == right


def test_an_address_that_waits_resets_no_password(proven: Client, confirmed: User) -> None:
    proven.post(EMAIL, {"action_add": "", "email": "typo@example.org"})
    Client().post("/accounts/password/reset/", {"email": "typo@example.org"})
    assert "there is no account with this address" in mail.outbox[-1].body


def test_an_address_that_another_account_never_confirmed_is_not_taken_over(
    proven: Client, confirmed: User, stranger: User
) -> None:
    EmailAddress.objects.create(user=stranger, email=stranger.email, primary=True)
    proven.post(EMAIL, {"action_add": "", "email": stranger.email})
    assert proven.post(link_in_last_letter()).status_code in (200, 302)
    confirmed.refresh_from_db()
    assert confirmed.email == "ada@example.org"


def test_the_address_that_counts_is_replaced_never_removed(proven: Client, user: User) -> None:
    proven.post(EMAIL, {"action_add": "", "email": "ada@new.example"})
    proven.post(EMAIL, {"action_remove": "", "email": "ada@example.org"})
    user.refresh_from_db()
    assert user.email == "ada@example.org"
    assert EmailAddress.objects.filter(user=user, email=user.email).exists()


def test_a_link_that_means_nothing_offers_a_new_one(client: Client, settings: Settings) -> None:
    settings.SENDS_MAIL = True
    page = client.get("/accounts/confirm-email/nothing/").content.decode()
    assert "This link no longer works" in page
    assert EMAIL in page


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    assert client.get(EMAIL)["Location"].startswith("/accounts/login/")
