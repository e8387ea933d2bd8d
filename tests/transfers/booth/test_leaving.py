"""The host's way out of a booth: with one password, and guesses at it are guesses at signing in."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import AuditEntry, User
from gallery.models import Style
from tests.conftest import PASSWORD
from transfers.booth import devices
from transfers.models import Booth

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_tried_yet() -> None:
    cache.clear()


def test_the_host_leaves_with_the_password_and_signs_in_as_usual(
    device: Client, booth: Booth
) -> None:
    assert device.get("/booth/leave/").status_code == 200
    answer = device.post("/booth/leave/", {"password": PASSWORD})
    assert answer["Location"] == f"/accounts/login/?next=%2Fbooths%2F{booth.pk}%2F"
    assert device.cookies[devices.COOKIE].value == ""
    del device.cookies[devices.COOKIE]  # as a browser does with one that is over
    assert device.get("/gallery/")["Location"].startswith("/accounts/login/")
    assert device.get("/accounts/login/").status_code == 200


@pytest.mark.parametrize("typed", ["wrong", "", PASSWORD + " ", PASSWORD.upper()])
def test_no_other_password_opens(device: Client, typed: str) -> None:
    answer = device.post("/booth/leave/", {"password": typed})
    assert answer.status_code == 422
    assert device.get("/gallery/").status_code == 404


def test_guessing_ends_after_five(device: Client) -> None:
    statuses = [
        device.post("/booth/leave/", {"password": f"guess {n}"}).status_code for n in range(6)
    ]
    assert statuses == [422] * 5 + [429]
    assert device.post("/booth/leave/", {"password": PASSWORD}).status_code == 429
    assert device.get("/booth/").status_code == 200, "guests are not bothered"


def test_all_booths_and_the_sign_in_page_share_one_allowance(
    device: Client, booth: Booth, user: User, preset: Style
) -> None:
    other = Booth.objects.create(owner=user, title="Another party")
    other.styles.add(preset)
    elsewhere = Client(REMOTE_ADDR="198.51.100.9")
    elsewhere.force_login(user)
    elsewhere.post(f"/booths/{other.pk}/start/")
    for browser in (device, elsewhere) * 2:
        assert browser.post("/booth/leave/", {"password": "wrong"}).status_code == 422
    visitor = Client(REMOTE_ADDR="203.0.113.5")
    visitor.post("/accounts/login/", {"login": user.email, "password": "wrong"})
    for browser in (device, elsewhere):
        assert browser.post("/booth/leave/", {"password": PASSWORD}).status_code == 429
    visitor.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" not in visitor.session


def test_a_guest_who_guesses_keeps_no_host_from_signing_in_where_they_are_known(
    booth: Booth, user: User
) -> None:
    """Not even later, in the browser that the booth was open in."""
    here = Client()
    sign_in = {"login": user.email, "password": PASSWORD}
    here.post("/accounts/login/", sign_in)
    here.post(f"/booths/{booth.pk}/start/")
    for _guess in range(6):
        refused = here.post("/booth/leave/", {"password": "wrong"})
    assert refused.status_code == 429
    assert "end the booth from another device" in refused.content.decode()
    del here.cookies[devices.COOKIE]  # the host has ended it
    here.post("/accounts/login/", sign_in)
    assert here.session["_auth_user_id"] == str(user.pk)


def test_a_right_password_uses_nothing_up(device: Client) -> None:
    still_open = device.cookies[devices.COOKIE].value
    for _time in range(6):
        device.cookies[devices.COOKIE] = still_open
        assert device.post("/booth/leave/", {"password": PASSWORD}).status_code == 302


def test_wrong_passwords_are_in_the_audit_log(device: Client, user: User) -> None:
    device.post("/booth/leave/", {"password": "wrong"})
    entry = AuditEntry.objects.filter(action="sign_in_failed").get()
    assert (entry.account_id, entry.actor_id, entry.address) == (user.pk, None, "127.0.0.0/24")


def test_no_password_of_somebody_else_opens(device: Client, stranger: User) -> None:
    stranger.set_password("another person's")
    stranger.save()
    assert device.post("/booth/leave/", {"password": "another person's"}).status_code == 422
