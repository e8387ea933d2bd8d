"""HTTPS, cookies and host names, as a browser and a proxy meet them."""

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def behind_https(settings: Settings) -> None:
    """What STYLESITE_BEHIND_HTTPS sets; ``test_settings`` holds that it does."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 86_400
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME = "__Host-sessionid"
    settings.CSRF_COOKIE_NAME = "__Host-csrftoken"


def test_plain_http_is_sent_to_https(client: Client, behind_https: None) -> None:
    response = client.get("/gallery/?page=2")
    assert response.status_code == 301
    assert response["Location"] == "https://testserver/gallery/?page=2"
    assert "Strict-Transport-Security" not in response


def test_probes_and_scrapers_are_not(client: Client, behind_https: None) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/metrics").status_code != 301


def test_browsers_are_held_to_https(client: Client, behind_https: None) -> None:
    response = client.get("/", headers={"X-Forwarded-Proto": "https"})
    assert response["Strict-Transport-Security"] == "max-age=86400"


def test_cookies_are_the_sites_alone(client: Client, behind_https: None, user: User) -> None:
    https = {"X-Forwarded-Proto": "https"}
    client.get("/accounts/login/", headers=https)
    signing_in = {"login": user.email, "password": "correct horse battery"}
    client.post("/accounts/login/", signing_in, headers=https)
    assert set(client.cookies) >= {"__Host-sessionid", "__Host-csrftoken"}
    for name, cookie in client.cookies.items():
        assert cookie["secure"], name
        assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax"), name
        # Scripts of the site send the token, so it is theirs to read.
        assert bool(cookie["httponly"]) == (name != "__Host-csrftoken"), name


@pytest.mark.parametrize(
    "forwarded",
    ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-Host", "X-HTTP-Host-Override"],
)
def test_a_proxys_word_for_the_host_is_not_believed(
    client: Client, user: User, forwarded: str
) -> None:
    value = "host=evil.example" if forwarded == "Forwarded" else "evil.example"
    client.post("/accounts/password/reset/", {"email": user.email}, headers={forwarded: value})
    (letter,) = mail.outbox
    assert "evil.example" not in letter.body + letter.subject + str(letter.extra_headers)
    response = client.get("/gallery/", headers={forwarded: value})
    assert "evil.example" not in response["Location"]


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil", ""])
def test_a_name_that_is_not_the_sites_is_refused(
    client: Client, settings: Settings, host: str
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    assert client.get("/", headers={"Host": host}).status_code == 400
