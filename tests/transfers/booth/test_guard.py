"""A guest's browser tries every address of the site, and gets nothing but the booth."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts import tokens
from accounts.models import User
from tests.transfers.booth.conftest import Take
from transfers.booth import devices
from transfers.booth.guard import GUESTS
from transfers.models import Booth, Transfer

pytestmark = pytest.mark.django_db

ANYTHING = {
    "uuid": "6f2b1e7a-6d2e-4b53-9a3a-1d5a3c0f9e11",
    "int": "1",
    "slug": "some-thing",
    "str": "some-thing",
    "path": "some/thing",
}
METHODS = ("get", "post", "head", "put", "patch", "delete", "options")
PAGE = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8"}


def every_pattern(
    resolver: URLResolver, before: str = "", space: str = ""
) -> list[tuple[str, str, str]]:
    """Route, name and space of all there are, the admin's and allauth's too."""
    found = []
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).lstrip("^").rstrip("$").replace("\\Z", "")
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            found += every_pattern(pattern, route, inner)
        else:
            assert isinstance(pattern, URLPattern)
            found.append((route, f"{space}{pattern.name}", space))
    return found


def filled(route: str) -> str:
    """``route`` with something in every place that varies; regular expressions as they are."""
    parts = []
    for piece in route.split("<"):
        name, closed, rest = piece.partition(">")
        kind = name.partition(":")[0] if ":" in name else "str"
        parts.append((ANYTHING.get(kind, "some-thing") + rest) if closed else piece)
    return "/" + "".join(parts)


PATTERNS = every_pattern(get_resolver())
OTHERS = sorted({filled(route) for route, name, _space in PATTERNS if name not in GUESTS})


def test_the_walk_found_the_whole_site() -> None:
    """Otherwise the others would hold for nothing."""
    names = {name for _route, name, _space in PATTERNS}
    some = {"home", "gallery:artwork", "transfers:new", "account_login", "api:transfers", "metrics"}
    assert some | {"admin:index", "admin:accounts_user_changelist"} <= names
    assert len(OTHERS) > 200
    assert names >= GUESTS


def test_a_device_gets_nothing_of_any_other_address(device: Client) -> None:
    """Every address × every method, as a person asks for a page and as a script asks."""
    got = []
    for asked in OTHERS:
        for method in METHODS:
            for headers in ({}, PAGE):
                answer = getattr(device, method)(asked, **headers)
                leads_back = headers and method in ("get", "head")
                status, location = (302, "/booth/") if leads_back else (404, None)
                given = (answer.status_code, answer.get("Location"), answer.content)
                if given != (status, location, b"") or answer.cookies:
                    got.append((method, asked, given))
    assert got == []


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
