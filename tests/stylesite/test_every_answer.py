"""What holds for every answer of every address: headers, nothing inline, no change without a token.

The addresses are walked, so that a new one is held to it without a line here.
"""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils.cache import has_vary_header
from pytest_django import Settings

from accounts import tokens
from accounts.models import User
from stylesite import headers
from tests.stylesite.access.addresses import every_address
from tests.stylesite.access.routes import every_route
from tests.stylesite.access.world import World

pytestmark = pytest.mark.django_db

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SCRIPTS_ELSEWHERE = "script-src 'self'"
CHANGED_WITHOUT_A_COOKIE = {"transfers:unsubscribe"}
"""Mail programs post there by themselves; the token in the address says who."""

UNSAFE = ("post", "put", "patch", "delete")

SWITCHED_OFF = {
    "accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read",
    "clipboard-write", "display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation",
    "gyroscope", "hid", "idle-detection", "keyboard-map", "local-fonts", "magnetometer",
    "microphone", "midi", "otp-credentials", "payment", "picture-in-picture",
    "publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial",
    "storage-access", "sync-xhr", "usb", "window-management", "xr-spatial-tracking",
}  # fmt: skip
"""On a page that needs none of them."""


@pytest.fixture
def pages(world: World) -> dict[str, str]:
    """Address by name: with things of the owner's where addresses name some."""
    return every_address(world)


@pytest.fixture
def clients(world: World) -> dict[str, Client]:
    found = {"visitor": Client(), "owner": Client(), "admin": Client()}
    found["owner"].force_login(world.owner)
    found["admin"].force_login(world.admin)
    return found


class Inline(HTMLParser):
    """Notes what the Content Security Policy would refuse, and what would leave the site."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "style" or (tag == "script" and not self._harmless(said)):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name == "style" or (name.startswith("on") and name != "on"):
                self.found.append(f"<{tag} {name}={value!r}>")
            if address.startswith("javascript:") and name in ("href", "src", "action"):
                self.found.append(f"<{tag} {name}={value!r}>")
            loads = name == "src" or (tag == "link" and name == "href")
            if loads and address.startswith(("http:", "https:", "//")):
                self.found.append(f"<{tag} {name}={value!r}>")

    def _harmless(self, said: dict[str, str | None]) -> bool:
        data = said.get("type") in ("application/json", "text/plain")
        return data or bool(said.get("src"))


def html_of(response: Any) -> str:
    body = response.getvalue()  # reading a file to its end closes it
    return body.decode() if response.headers.get("Content-Type", "").startswith("text/html") else ""


def policy_of(response: HttpResponseBase) -> str:
    return response.headers.get("Content-Security-Policy", "")


def test_every_answer_carries_the_headers_and_no_page_holds_anything_inline(
    pages: dict[str, str], clients: dict[str, Client]
) -> None:
    wrong, looked_at = [], 0
    for who, client in clients.items():
        for name, address in pages.items():
            response = client.get(address, follow=False)
            lacking = [key for key, value in SAFE.items() if response.headers.get(key) != value]
            html = html_of(response)
            if html:
                looked_at += 1
                lacking += Inline(html).found
                if "default-src 'self'" not in policy_of(response):
                    lacking.append("policy")
            if "unsafe" in policy_of(response) or not policy_of(response):
                lacking.append("policy")
            if "Permissions-Policy" not in response.headers:
                lacking.append("Permissions-Policy")
            if lacking:
                wrong.append((who, name, lacking))
    assert wrong == []
    assert looked_at > 200


def test_no_answer_that_depends_on_who_asks_is_kept_for_the_next(
    pages: dict[str, str], clients: dict[str, Client]
) -> None:
    shared, looked_at = [], 0
    for who, client in clients.items():
        for name, address in pages.items():
            response = client.get(address)
            html_of(response)
            if has_vary_header(response, "Cookie"):
                looked_at += 1
                kept = response.headers.get("Cache-Control", "")
                if not {"private", "no-store"} & set(kept.split(", ")):
                    shared.append((who, name, kept))
    assert shared == []
    assert looked_at > 200


def test_inline_code_would_be_found() -> None:
    """Otherwise the test above could not fail."""
    for html in (
        "<script>1</script>",
        "<style>a{}</style>",
        "<p style='color:red'>",
        "<p onclick='x()'>",
        "<a href=' JavaScript:x()'>",
        "<img src='https://elsewhere.example/a.png'>",
        "<link rel=stylesheet href='//elsewhere.example/a.css'>",
    ):
        assert len(Inline(html).found) == 1
    assert Inline("<script src='/a.js'></script><script type='application/json'>{}").found == []


def test_nothing_is_changed_by_a_session_without_its_csrf_token(
    pages: dict[str, str], world: World, settings: Settings
) -> None:
    """Whatever the method, on pages, in the admin and in the API, by somebody who may do it all."""
    settings.PAGE_WRITES_PER_MINUTE = settings.API_WRITES_PER_MINUTE = 1_000_000
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.admin)
    let_through = set()
    for name, address in pages.items():
        statuses = {
            getattr(client, method)(address, "{}", content_type="application/json").status_code
            for method in UNSAFE
        }
        statuses.add(client.post(address, {"a": "b"}).status_code)
        # The API looks at the kind of the body first, and takes one of these two. Pages know no
        # other method than POST to change anything by.
        stopped = {403} if 405 in statuses else {403, 404}
        if not stopped & statuses or statuses - {403, 404, 405, 415}:
            let_through.add(name)
    assert let_through == CHANGED_WITHOUT_A_COOKIE


def test_the_api_asks_programs_with_a_token_for_no_csrf_token(user: User) -> None:
    _token, secret = tokens.issue(user, "Script", ["write:gallery"])
    client = Client(enforce_csrf_checks=True)
    bearer = {"Authorization": f"Bearer {secret}"}
    asked = {"path": "/api/v1/albums/", "data": json.dumps({"title": "Mills"})}
    answer = client.post(**asked, content_type="application/json", headers=bearer)
    assert answer.status_code == 201
    client.force_login(user)
    answer = client.post(**asked, content_type="application/json")
    assert (answer.status_code, answer.json()["reason"]) == (403, "csrf")


@pytest.mark.parametrize(
    ("page", "on"),
    [
        ("transfers:camera", {"camera", "autoplay"}),
        ("transfers:new", set()),
        ("home", set()),
        ("gallery:shares", {"clipboard-write"}),
        ("account_login", set(headers.PASSKEYS)),
        ("admin:index", set()),
    ],
)
def test_a_page_may_use_what_it_needs_and_no_more(
    client: Client, admin_client: Client, page: str, on: set[str]
) -> None:
    response = (client if page == "account_login" else admin_client).get(reverse(page))
    assert response.status_code == 200
    allowed = {
        rule.partition("=")[0]
        for rule in response["Permissions-Policy"].split(", ")
        if not rule.endswith("=()")
    }
    assert allowed == on


def test_what_no_page_needs_is_switched_off_by_name(client: Client) -> None:
    """What is not named, browsers allow."""
    said = client.get(reverse("home"))["Permissions-Policy"].split(", ")
    assert set(said) == {f"{feature}=()" for feature in SWITCHED_OFF}


def test_pages_that_may_use_something_exist() -> None:
    assert set(headers.ON) <= set(every_route())


def test_refused_and_broken_requests_carry_the_headers_too(
    client: Client, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["pictures.example.org"]
    for host in ("pictures.example.org", "elsewhere.example", "a b"):
        response = client.get("/nowhere/", headers={"Host": host})
        assert response.status_code == (301 if host.endswith("org") else 400)
        for key, value in SAFE.items():
            assert response[key] == value
        assert SCRIPTS_ELSEWHERE in policy_of(response)
