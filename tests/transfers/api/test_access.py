"""Who may use the API, with which token, and how often."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import tokens
from accounts.models import Quota, User
from tests.transfers.api.conftest import ApiClient
from transfers.models import ContentImage, Transfer

pytestmark = pytest.mark.django_db

ApiOf = Callable[..., ApiClient]


def test_me_tells_whose_token_it_is_and_what_it_may(api_of: ApiOf, user: User) -> None:
    answer = api_of(user, "read").get("/me/").json()
    assert answer["email"] == "ada@example.org"
    assert answer["scopes"] == ["read"]
    assert answer["token"] == {"name": "Test", "expires_at": None}
    assert answer["limits"]["upload_max_bytes"] == 25 * 2**20
    assert answer["limits"]["transfers_per_batch"] == 100
    assert answer["limits"]["longest_picture_s"] == 6 * 3600


def test_a_signed_in_page_needs_no_token(signed_in: Client) -> None:
    answer = signed_in.get("/api/v1/me/").json()
    assert answer["token"] is None
    assert answer["scopes"] == ["read", "write:transfers", "write:gallery", "write:shares"]


def test_a_refusal_says_why(
    visitor: ApiClient,
    api_of: ApiOf,
    user: User,
    stranger: User,
    photo: ContentImage,
) -> None:
    """Who is refused where, tests/stylesite/access says."""
    path = f"/content-images/{photo.pk}/"
    asked = visitor.get(path)
    assert asked.status_code == 401
    assert asked["WWW-Authenticate"] == "Bearer"
    assert asked.json()["reason"] == "not_signed_in"
    assert api_of(stranger).get(path).json()["reason"] == "not_found"
    refused = api_of(user, "read").send("DELETE", path)
    assert refused.json()["reason"] == "scope"
    assert "write:transfers" in refused.json()["detail"]
    wrong = api_of(user).send("PUT", path)
    assert wrong.json()["reason"] == "method_not_allowed"
    assert set(wrong["Allow"].split(", ")) == {"GET", "HEAD", "DELETE"}


def test_an_expired_or_withdrawn_token_opens_nothing(user: User) -> None:
    _old, expired = tokens.issue(user, "Old", ["read"], timezone.now() - timedelta(seconds=1))
    token, withdrawn = tokens.issue(user, "Lost", ["read"])
    tokens.revoke(token)
    for secret in (expired, withdrawn, "sty_made-up", "\xff"):
        response = ApiClient(secret).get("/me/")
        assert response.status_code == 401
        assert response.json()["reason"] == "bad_token"
        assert 'error="invalid_token"' in response["WWW-Authenticate"]


def test_a_wrong_token_is_refused_even_where_somebody_is_signed_in(signed_in: Client) -> None:
    response = signed_in.get("/api/v1/me/", headers={"Authorization": "Bearer sty_wrong"})
    assert response.status_code == 401


def test_other_kinds_of_credentials_are_no_token(visitor: ApiClient) -> None:
    for said in ("Basic YTpi", "Bearer", "sty_x", ""):
        assert visitor.get("/me/", headers={"Authorization": said}).status_code == 401


def test_too_many_requests_of_one_person_wait_whichever_token_they_use(
    settings: Settings, api_of: ApiOf, user: User, stranger: User
) -> None:
    cache.clear()
    settings.API_READS_PER_MINUTE = 3
    settings.API_WRITES_PER_MINUTE = 1
    first, second = api_of(user), api_of(user)
    answers = [client.get("/me/") for client in (first, second, first, second)]
    assert [answer.status_code for answer in answers][-1] == 429
    problem = answers[-1].json()
    assert problem["reason"] == "too_many_requests"
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert first.post("/transfers/cancel-waiting/").status_code == 200
    assert second.post("/transfers/cancel-waiting/").status_code == 429
    assert api_of(stranger).get("/me/").status_code == 200
    cache.clear()


def test_what_one_uses_is_told_beside_what_one_may(
    api_of: ApiOf, user: User, transfer: Transfer
) -> None:
    Quota.objects.create(waiting=5, storage_mb=100)
    used = api_of(user, "read").get("/me/").json()["use"]
    assert (used["waiting"], used["waiting_limit"]) == (1, 5)
    assert used["storage_bytes"] == transfer.content_image.stored_bytes
    assert (used["storage_bytes_limit"], used["running_limit"]) == (100_000_000, None)
