"""Errors: one shape for all, words for programs, sentences for people."""

import logging
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

from engine.images import REASONS
from tests.transfers.api.conftest import ApiClient
from transfers.api.problem_kinds import KINDS
from transfers.models import ContentImage, Transfer
from transfers.queue import forecast

pytestmark = pytest.mark.django_db

DOCS = Path(__file__).parent.parent.parent.parent / "docs" / "api.md"


def test_an_error_is_a_problem_document(api: ApiClient) -> None:
    response = api.get("/transfers/0b5d4a3c-7d1e-4a7b-9c56-1f3a7f0e8d21/")
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "/api/v1/problems/#not_found",
        "title": "There is nothing here",
        "status": 404,
        "detail": "There is nothing at this address, or it is not yours.",
        "reason": "not_found",
        "errors": {},
    }


def test_its_type_leads_to_an_explanation_for_everybody(client: Client) -> None:
    page = client.get("/api/v1/problems/")
    for kind in KINDS.values():
        assertContains(page, f'id="{kind.reason}"')


def test_every_reason_is_explained_in_the_documentation() -> None:
    text = DOCS.read_text()
    assert [reason for reason in KINDS if f"`{reason}`" not in text] == []


def test_what_the_engine_says_of_pictures_is_known() -> None:
    assert set(KINDS) >= REASONS


@pytest.mark.parametrize("path", ["/nope/", "/transfers/abc/", "/me", "/styles/%0A/", "/%00/"])
def test_an_address_that_does_not_exist_says_so(visitor: ApiClient, path: str) -> None:
    for method in ("GET", "POST", "PATCH", "DELETE"):
        response = visitor.send(method, path)
        assert response.status_code == 404
        assert response.json()["reason"] == "not_found"


def test_a_forgotten_slash_is_pointed_out(visitor: ApiClient) -> None:
    assert "ends with a slash" in visitor.get("/me").json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"a": NaN}',
        b"[" * 100_000,
        b"9" * 10_000,
        b'"\xed\xa0\x80"',
    ],
    ids=["cut off", "not UTF-8", "NaN", "nested without end", "a huge number", "half a character"],
)
def test_a_body_that_is_not_json_is_refused(api: ApiClient, body: bytes) -> None:
    response = api.generic("POST", "/transfers/", body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["reason"] == "malformed"


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=" + "x" * 300]
)
def test_a_form_that_cannot_be_read_is_refused(api: ApiClient, content_type: str) -> None:
    for path in ("/content-images/", "/styles/"):
        response = api.generic("POST", path, b"--x", content_type=content_type)
        assert (response.status_code, response.json()["reason"]) == (400, "malformed")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"7"])
def test_json_that_is_no_object_is_refused(api: ApiClient, body: bytes) -> None:
    response = api.generic("POST", "/transfers/", body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["reason"] == "invalid"


def test_a_name_that_cannot_be_printed_is_still_answered(
    api: ApiClient, photo: ContentImage
) -> None:
    body = b'{"content_image": "%s", "styles": [], "params": {"\\ud800": 1}}'
    response = api.generic(
        "POST", "/transfers/", body % str(photo.pk).encode(), content_type="application/json"
    )
    assert response.status_code == 400
    assert "params.?" in response.json()["errors"]


def test_a_body_in_another_format_is_refused(api: ApiClient) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "", "a/b; c"):
        response = api.generic("POST", "/transfers/", b"x=1", content_type=content_type)
        assert response.status_code == 415
        assert response.json()["reason"] == "unsupported_media_type"


def test_a_body_beyond_a_megabyte_is_refused_unread(api: ApiClient) -> None:
    response = api.generic(
        "POST", "/transfers/", b" " * (2**20 + 1), content_type="application/json"
    )
    assert response.status_code == 413
    assert response.json()["reason"] == "too_large"


def test_whatever_a_client_accepts_it_gets_the_one_answer_there_is(api: ApiClient) -> None:
    for accepted in ("text/html", "image/png", "application/xml", "nonsense"):
        assert api.get("/me/", headers={"Accept": accepted}).status_code == 200
    assert api.get("/me/?format=xml").status_code == 200


def test_a_fault_of_ours_is_logged_whole_and_referred_to(
    api: ApiClient,
    transfer: Transfer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(forecast, "turns_of", broken)
    with caplog.at_level(logging.ERROR):
        response = api.get("/transfers/")
    assert response.status_code == 500
    problem = response.json()
    assert problem["reason"] == "server_error"
    assert "the secret inside" not in response.content.decode()
    assert problem["reference"] in problem["detail"]
    assert problem["reference"] in caplog.text
    assert "RuntimeError: the secret inside" in caplog.text
