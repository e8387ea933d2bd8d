"""A guest's browser gets nothing but the booth: every address is in tests/stylesite/access."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import User
from tests.transfers.booth.conftest import Take
from transfers.booth import devices
from transfers.models import Booth, Transfer

pytestmark = pytest.mark.django_db

PAGE = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_nothing_of_the_hosts_own_things(
    device: Client, user: User, booth: Booth, transfer: Transfer
) -> None:
    """With the ids of things that there are, whoever told them."""
    for path in (
        f"/transfers/{transfer.pk}/",
        f"/photos/{transfer.content_image_id}/original/",
        f"/api/v1/transfers/{transfer.pk}/",
        f"/booths/{booth.pk}/",
        f"/booths/{booth.pk}/end/",
        "/accounts/login/",
        "/admin/",
        "/nothing/at/all/",
        "/gallery",
    ):
        assert device.get(path).status_code == 404
        assert device.post(path).status_code == 404


def test_a_token_of_the_api_opens_nothing_from_a_device(device: Client, user: User) -> None:
    _token, secret = tokens.issue(user, "laptop", ["read"])
    told = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    assert Client().get("/api/v1/me/", **told).status_code == 200
    assert device.get("/api/v1/me/", **told).status_code == 404


def test_nobody_is_signed_in_on_a_device_even_without_its_cookie(device: Client) -> None:
    """A guest who finds out how to delete cookies is a visitor like any other."""
    del device.cookies[devices.COOKIE]
    answer = device.get("/gallery/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_made_up_cookie_opens_no_booth_and_nothing_else(booth: Booth) -> None:
    for value in ("", "nonsense", f"{booth.pk}:x:y"):
        visitor = Client()
        visitor.cookies[devices.COOKIE] = value
        assert visitor.get("/", **PAGE)["Location"] == "/booth/"
        assert visitor.get("/booth/wall/").status_code == 404
        assert "No booth is open here" in visitor.get("/booth/").content.decode()


def test_the_guests_own_page_is_for_their_phone_alone(device: Client, take: Take) -> None:
    _sitting, code = take()
    assert Client().get(f"/b/{code}/").status_code == 200
    assert device.get(f"/b/{code}/").status_code == 404


@pytest.mark.parametrize("name", ["wall/", "take/", "leave/", "turn/code/", "turn/code/qr.svg"])
def test_who_has_no_booth_finds_none(client: Client, user: User, name: str) -> None:
    for _who in range(2):
        answers = {
            client.get(f"/booth/{name}").status_code,
            client.post(f"/booth/{name}").status_code,
        }
        assert answers <= {404, 405}
        assert 404 in answers
        client.force_login(user)


def test_other_browsers_are_as_they_were(client: Client, device: Client, user: User) -> None:
    assert client.get("/").status_code == 200
    client.force_login(user)
    assert client.get("/gallery/").status_code == 200
