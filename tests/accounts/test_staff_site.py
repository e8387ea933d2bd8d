"""The door to the pages for staff: two steps, a fresh proof, and no other way in."""

from __future__ import annotations

import time

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import proof, sessions
from accounts.models import User
from tests.accounts.conftest import (
    LOGIN,
    PASSWORD,
    SetUpApp,
    code_of_app,
    is_signed_in,
    sign_in,
)

pytestmark = pytest.mark.django_db

STAFF_PAGES = ["/admin/", "/admin/accounts/user/", "/admin/queue/", "/admin/reports/", "/metrics"]


@pytest.fixture
def owner(client: Client, settings: Settings) -> Client:
    settings.ADMIN_TWO_FACTOR = True
    User.objects.create_superuser("owner@example.org", PASSWORD)
    sign_in(client, "owner@example.org")
    return client


@pytest.mark.parametrize("page", [*STAFF_PAGES, "/admin/examples/"])
def test_staff_without_a_second_step_are_led_to_set_one_up(owner: Client, page: str) -> None:
    response = owner.get(page)
    assert response.status_code == 403
    assert "This door takes two steps" in response.content.decode()
    assert "/accounts/2fa/" in response.content.decode()


def test_with_a_second_step_the_door_opens(owner: Client, set_up_app: SetUpApp) -> None:
    set_up_app(owner)
    assert [owner.get(page).status_code for page in STAFF_PAGES] == [200] * len(STAFF_PAGES)


def test_nothing_is_changed_through_a_closed_door(owner: Client, user: User) -> None:
    owner.post(f"/admin/accounts/user/{user.pk}/change/", {"email": user.email, "name": "Eve"})
    user.refresh_from_db()
    assert user.name == ""


def test_a_proof_from_long_ago_is_asked_for_again(
    owner: Client, set_up_app: SetUpApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = set_up_app(owner)
    now = time.time()
    monkeypatch.setattr(proof.time, "time", lambda: now + 2 * 3600 + 1)
    asked = owner.get("/admin/queue/")
    assert asked["Location"] == "/accounts/2fa/reauthenticate/?next=/admin/queue/"
    by_code = owner.post(
        "/accounts/2fa/reauthenticate/?next=/admin/queue/",
        {"code": code_of_app(secret)},
    )
    assert by_code["Location"] == "/admin/queue/"
    assert owner.get("/admin/queue/").status_code == 200


def test_who_knows_the_password_alone_gets_nowhere_once_there_is_a_second_step(
    owner: Client, set_up_app: SetUpApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed in before there was one, in a session that nobody ended."""
    intruder = Client()
    sign_in(intruder, "owner@example.org")
    monkeypatch.setattr(sessions, "end_all", lambda *_given, **_more: 0)
    set_up_app(owner)
    assert is_signed_in(intruder)
    to_code = "/accounts/2fa/reauthenticate/?next=/admin/"
    assert intruder.get("/admin/")["Location"] == to_code
    intruder.post("/accounts/reauthenticate/?next=/admin/", {"password": PASSWORD})
    assert intruder.get("/admin/")["Location"] == to_code


def test_a_form_that_was_opened_in_time_may_be_sent_for_another_hour(
    owner: Client, set_up_app: SetUpApp, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_app(owner)
    address, now = f"/admin/accounts/user/{user.pk}/change/", time.time()
    monkeypatch.setattr(proof.time, "time", lambda: now + 2.9 * 3600)
    owner.post(address, {"email": user.email, "name": "Ada"})
    user.refresh_from_db()
    assert user.name == "Ada"
    monkeypatch.setattr(proof.time, "time", lambda: now + 3.1 * 3600)
    asked = owner.post(address, {"email": user.email, "name": "Eve"})
    assert asked["Location"] == "/accounts/2fa/reauthenticate/?next=/admin/"


def test_who_has_one_step_only_can_leave(owner: Client) -> None:
    owner.post("/admin/logout/")
    assert not is_signed_in(owner)


def test_nobody_has_to_prove_anything_to_leave(owner: Client, set_up_app: SetUpApp) -> None:
    set_up_app(owner)
    long_ago = Client()
    long_ago.force_login(User.objects.get())
    long_ago.post("/admin/logout/")
    assert not is_signed_in(long_ago)


def test_a_page_that_polls_is_led_away_as_a_whole(
    owner: Client, set_up_app: SetUpApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_app(owner)
    now = time.time()
    monkeypatch.setattr(proof.time, "time", lambda: now + 3 * 3600)
    answer = owner.get("/admin/queue/", headers={"hx-request": "true"})
    assert answer["HX-Redirect"].startswith("/accounts/2fa/reauthenticate/")


def test_without_the_setting_the_password_opens_the_door(owner: Client, settings: Settings) -> None:
    settings.ADMIN_TWO_FACTOR = False
    assert owner.get("/admin/").status_code == 200


def test_nobody_signs_in_at_the_admin(
    owner: Client, set_up_app: SetUpApp, settings: Settings
) -> None:
    """Django's own form there would count no failures, and ask for no second step."""
    settings.ADMIN_TWO_FACTOR = False
    set_up_app(owner)
    form = {"username": "owner@example.org", "password": PASSWORD}
    assert owner.post("/admin/login/", form)["Location"] == "/admin/"
    visitor = Client()
    asked = visitor.post("/admin/login/?next=//elsewhere.example/", form)
    assert asked["Location"] == f"{LOGIN}?next=/admin/"
    assert not is_signed_in(visitor)


def test_someone_else_signed_in_cannot_try_passwords_at_the_admin(
    owner: Client, user: User
) -> None:
    visitor = Client()
    sign_in(visitor)
    form = {"username": "owner@example.org", "password": PASSWORD}
    assert visitor.post("/admin/login/", form).status_code == 403
    assert visitor.session["_auth_user_id"] == str(user.pk)


def test_nobody_changes_a_password_at_the_admin(owner: Client, set_up_app: SetUpApp) -> None:
    set_up_app(owner)
    form = {"old_password": PASSWORD, "new_password1": "three quiet walls"}
    address = owner.post("/admin/password_change/", form)["Location"]
    assert address == reverse("account_change_password")
    assert User.objects.get(email="owner@example.org").check_password(PASSWORD)


def test_second_factors_are_seen_and_taken_away_but_never_given(
    owner: Client, set_up_app: SetUpApp
) -> None:
    secret = set_up_app(owner)
    factors = "/admin/mfa/authenticator/"
    page = owner.get(factors).content.decode()
    assert "owner@example.org" in page
    assert secret not in page
    assert owner.get(f"{factors}add/").status_code == 403
