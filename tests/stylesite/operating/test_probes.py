"""`/healthz` and `/readyz`, as a load balancer asks them."""

import pytest
from django.test import Client
from pytest_django import Settings

from stylesite.operating import readiness

STRANGE_HOST = {"HTTP_HOST": "10.1.2.3:8000"}


def test_health_needs_neither_database_nor_a_known_host(client: Client) -> None:
    # No django_db mark: a query would fail this test.
    response = client.get("/healthz", **STRANGE_HOST)
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_a_whole_installation_is_ready_under_any_host_name(client: Client) -> None:
    response = client.get("/readyz", **STRANGE_HOST)
    assert response.status_code == 200
    assert response.json() == {"ready": True, "problems": []}


@pytest.mark.django_db
def test_probes_get_neither_cookie_nor_cached_answer(client: Client) -> None:
    client.cookies["sessionid"] = "anything"
    for path in ("/healthz", "/readyz"):
        response = client.get(path)
        assert not response.cookies
        assert response["Cache-Control"] == "no-store"
        assert "Cookie" not in response.get("Vary", "")


@pytest.mark.django_db
def test_a_head_request_is_answered_alike(client: Client) -> None:
    assert client.head("/readyz", **STRANGE_HOST).status_code == 200


@pytest.mark.django_db
def test_behind_https_a_probe_is_not_sent_there(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/readyz").status_code == 200


def test_what_is_wrong_is_listed_with_503(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "problems", lambda: ["The disk is on fire."])
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "problems": ["The disk is on fire."]}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_looking_is_allowed(client: Client, path: str) -> None:
    response = client.post(path)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.django_db
def test_other_addresses_go_on_to_the_site(client: Client) -> None:
    assert client.get("/healthz/more").status_code == 404
    assert client.get("/", **STRANGE_HOST).status_code == 400
