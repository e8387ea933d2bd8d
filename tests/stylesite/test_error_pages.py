import json
import logging
import re

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django import Settings

from stylesite import views
from stylesite.urls import urlpatterns as site
from transfers.logs import Subject


def broken(request: HttpRequest) -> HttpResponse:
    raise OperationalError("database is gone")


def forbidden(request: HttpRequest) -> HttpResponse:
    from django.core.exceptions import PermissionDenied

    raise PermissionDenied


def unreadable(request: HttpRequest) -> HttpResponse:
    from django.core.exceptions import BadRequest

    raise BadRequest


urlpatterns = [
    *site,
    path("broken/", broken),
    path("forbidden/", forbidden),
    path("unreadable/", unreadable),
]
handler500 = "stylesite.views.server_error"


@pytest.mark.django_db
def test_an_unknown_address_says_so_and_leads_on(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    page = response.content.decode()
    assert "Nothing hangs here" in page
    assert 'href="/accounts/login/"' in page


def test_a_failure_of_ours_needs_no_database() -> None:
    # No django_db mark: a query would fail this test.
    response = views.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    page = response.content.decode()
    assert "Something broke on our side" in page
    assert "css/dist/styles.css" in page


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/broken/", 503, "What you have saved is safe."),
        ("/forbidden/", 403, "This door is closed"),
        ("/unreadable/", 400, "couldn’t be read"),
    ],
)
@pytest.mark.django_db
def test_each_failure_has_its_page(
    settings: Settings, address: str, status: int, sentence: str
) -> None:
    settings.ROOT_URLCONF = __name__
    response = Client(raise_request_exception=False).get(address)
    assert response.status_code == status
    assert sentence in response.content.decode()


def test_scripts_of_pages_get_a_sentence() -> None:
    response = views.server_error(RequestFactory().get("/", HTTP_ACCEPT="application/json"))
    assert response.status_code == 500
    assert json.loads(response.content) == {
        "sentence": "Something broke on our side. Please try again in a minute."
    }
    client = Client(enforce_csrf_checks=True)
    response = client.post("/booth/take/", HTTP_ACCEPT="application/json")
    assert response.status_code == 403
    assert response.json() == {"sentence": "Please reload the page and try again."}
    assert "</html>" in client.post("/booth/take/").content.decode()


def test_programs_are_told_in_their_own_way() -> None:
    response = views.server_error(RequestFactory().get("/api/v1/content-images/"))
    assert response.status_code == 500
    assert b'"reason": "server_error"' in response.content


@pytest.mark.django_db
def test_a_store_that_is_away_asks_to_be_tried_again(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    response = Client(raise_request_exception=False).get("/broken/")
    assert (response.status_code, response["Retry-After"]) == (503, "10")


@pytest.mark.django_db
def test_a_form_without_its_token_is_explained() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a"})
    assert response.status_code == 403
    assert "Go back, reload the page and send the form again." in response.content.decode()


@pytest.mark.django_db
def test_a_failure_of_ours_is_found_in_the_log_by_the_reference_on_its_page(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ROOT_URLCONF = __name__
    caplog.handler.addFilter(Subject())
    page = Client(raise_request_exception=False).get("/broken/").content.decode()
    found = re.search(r"reference ([0-9a-f]{8})\b", page)
    assert found is not None
    entry = next(record for record in caplog.records if record.levelno == logging.ERROR)
    assert entry.reference == found[1]
    assert "database is gone" not in page
