from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


def test_signing_in_leads_to_a_new_picture(client: Client, user: User) -> None:
    response = client.post(LOGIN, {"login": "Ada@Example.org", "password": PASSWORD})
    assert response["Location"] == reverse("transfers:new")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_signing_in_leads_back_to_the_page_that_asked_for_it(client: Client, user: User) -> None:
    asked = client.get("/accounts/settings/")
    assert asked["Location"] == f"{LOGIN}?next=/accounts/settings/"
    form = {"login": user.email, "password": PASSWORD, "next": "/accounts/settings/"}
    assert client.post(LOGIN, form)["Location"] == "/accounts/settings/"


def test_signing_in_never_leads_to_another_site(client: Client, user: User) -> None:
    form = {"login": user.email, "password": PASSWORD, "next": "https://example.com/"}
    assert client.post(LOGIN, form)["Location"] == reverse("transfers:new")


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(
    client: Client, user: User, email: str
) -> None:
    response = client.post(LOGIN, {"login": email, "password": "wrong"})
    page = response.content.decode()
    assert "This e-mail address and password don’t go together." in page
    assert f'value="{email}"' in page
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed_down(client: Client, user: User) -> None:
    for _ in range(10):
        client.post(LOGIN, {"login": user.email, "password": "wrong"})
    response = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert "several times in a row" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_closed_account_stays_closed(client: Client, user: User) -> None:
    User.objects.update(is_active=False)
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_signing_out_takes_a_post(signed_in: Client) -> None:
    assert signed_in.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in signed_in.session
    assert signed_in.post("/accounts/logout/")["Location"] == reverse("home")
    assert "_auth_user_id" not in signed_in.session


def test_the_login_page_of_someone_signed_in_moves_on(signed_in: Client) -> None:
    assert signed_in.get(LOGIN).status_code == 302


# how often


def signed_in_before(user: User, times: int, ago: timedelta) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(action="signed_in", actor=user, account=user, at=timezone.now() - ago)
        for _time in range(times)
    )


@pytest.mark.parametrize(("times", "ago"), [(60, timedelta(0)), (300, timedelta(hours=2))])
def test_an_account_is_not_signed_in_to_without_end(
    client: Client, user: User, times: int, ago: timedelta
) -> None:
    form = {"login": user.email, "password": PASSWORD}
    signed_in_before(user, times - 1, ago)
    client.post(LOGIN, form)
    assert "_auth_user_id" in client.session
    signed_in_before(user, 1, ago)
    other = Client()
    refused = other.post(LOGIN, form)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 3000
    assert "Your account was signed in to as often as may be" in refused.content.decode()
    assert "_auth_user_id" not in other.session
    assert AuditEntry.objects.filter(action="signed_in").count() == times + 1


@pytest.mark.parametrize(
    ("action", "by_owner", "lets_in"),
    [
        ("password_reset", True, True),
        ("password_changed", True, False),
        ("password_changed", False, True),
        ("changed", False, True),
    ],
)
def test_whoever_signs_in_without_end_keeps_out_no_owner_with_a_password_from_elsewhere(
    client: Client, user: User, action: str, by_owner: bool, lets_in: bool
) -> None:
    signed_in_before(user, 60, timedelta(minutes=2))
    AuditEntry.objects.create(action=action, actor=user if by_owner else None, account=user)
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert ("_auth_user_id" in client.session) == lets_in
