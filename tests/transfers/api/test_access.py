"""Who may use the API, with which token, and how often."""

import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import tokens
from accounts.models import ApiToken, Quota, User
from gallery.models import Album, Artwork, Mask, ShareLink, Style
from tests.gallery.films import add_time_lapse
from tests.transfers.api.conftest import ApiClient
from transfers.models import BroughtRecipe, ContentImage, SavedSettings, Sweep, Transfer

pytestmark = pytest.mark.django_db

ApiOf = Callable[..., ApiClient]

READS = [
    "/me/",
    "/content-images/",
    "/content-images/{photo}/",
    "/content-images/{photo}/files/original/",
    "/masks/{mask}/",
    "/masks/{mask}/file/",
    "/collections/",
    "/styles/",
    "/styles/{style}/",
    "/styles/{style}/files/display/",
    "/styles/{style}/offer/",
    "/transfers/",
    "/transfers/{transfer}/",
    "/transfers/{transfer}/losses/",
    "/transfers/{transfer}/preview/",
    "/transfers/{transfer}/result/png/",
    "/artworks/",
    "/artworks/zip/",
    "/artworks/{artwork}/",
    "/artworks/{artwork}/files/before/",
    "/artworks/{artwork}/download/jpg/",
    "/albums/",
    "/albums/{album}/",
    "/albums/{album}/artworks/",
    "/shares/",
    "/shares/{link}/",
    "/profile/",
    "/statistics/",
    "/artworks/{artwork}/time-lapse/",
    "/artworks/{artwork}/time-lapse/file/",
    "/artworks/{artwork}/time-lapse/frames/1/",
    "/artworks/{artwork}/time-lapse/animation/?kind=webp",
    "/artworks/{artwork}/recipe/",
    "/artworks/{artwork}/check/",
    "/artworks/{artwork}/difference/{artwork}/",
    "/recipes/",
    "/recipes/{recipe}/",
    "/settings/",
    "/settings/{settings}/",
    "/sheets/",
    "/sheets/{sheet}/",
    "/sheets/{sheet}/picture/",
]
WRITES = [
    ("POST", "/content-images/", "write:transfers"),
    ("DELETE", "/content-images/{photo}/", "write:transfers"),
    ("POST", "/content-images/{photo}/masks/", "write:transfers"),
    ("DELETE", "/masks/{mask}/", "write:transfers"),
    ("POST", "/styles/", "write:gallery"),
    ("PATCH", "/styles/{style}/", "write:gallery"),
    ("DELETE", "/styles/{style}/", "write:gallery"),
    ("POST", "/styles/{style}/restore/", "write:gallery"),
    ("POST", "/styles/{style}/crop/", "write:gallery"),
    ("POST", "/styles/{style}/picture/", "write:gallery"),
    ("POST", "/styles/{style}/offer/", "write:gallery"),
    ("DELETE", "/styles/{style}/offer/", "write:gallery"),
    ("POST", "/transfers/", "write:transfers"),
    ("POST", "/transfers/batch/", "write:transfers"),
    ("POST", "/transfers/estimate/", "read"),
    ("POST", "/transfers/cancel-waiting/", "write:transfers"),
    ("POST", "/transfers/{transfer}/cancel/", "write:transfers"),
    ("POST", "/transfers/{transfer}/keep/", "write:transfers"),
    ("POST", "/transfers/{transfer}/move/", "write:transfers"),
    ("POST", "/transfers/{transfer}/retry/", "write:transfers"),
    ("POST", "/transfers/{transfer}/continue/", "write:transfers"),
    ("POST", "/artworks/bulk/", "write:gallery"),
    ("POST", "/artworks/zip/", "read"),
    ("POST", "/transfers/{transfer}/up-to/", "write:transfers"),
    ("PATCH", "/artworks/{artwork}/", "write:gallery"),
    ("DELETE", "/artworks/{artwork}/", "write:gallery"),
    ("POST", "/artworks/{artwork}/restore/", "write:gallery"),
    ("POST", "/artworks/{artwork}/publish/", "write:shares"),
    ("POST", "/artworks/{artwork}/unpublish/", "write:shares"),
    ("POST", "/albums/", "write:gallery"),
    ("PATCH", "/albums/{album}/", "write:gallery"),
    ("DELETE", "/albums/{album}/", "write:gallery"),
    ("POST", "/albums/{album}/artworks/", "write:gallery"),
    ("POST", "/albums/{album}/remove/", "write:gallery"),
    ("POST", "/albums/{album}/order/", "write:gallery"),
    ("POST", "/shares/", "write:shares"),
    ("PATCH", "/shares/{link}/", "write:shares"),
    ("POST", "/shares/{link}/withdraw/", "write:shares"),
    ("POST", "/shares/{link}/restore/", "write:shares"),
    ("PATCH", "/profile/", "write:shares"),
    ("POST", "/artworks/{artwork}/time-lapse/frames/1/keep/", "write:gallery"),
    ("DELETE", "/artworks/{artwork}/time-lapse/", "write:gallery"),
    ("POST", "/recipes/", "write:transfers"),
    ("POST", "/recipes/upload/", "write:transfers"),
    ("DELETE", "/recipes/{recipe}/", "write:transfers"),
    ("POST", "/recipes/{recipe}/repeat/", "write:transfers"),
    ("POST", "/settings/", "write:transfers"),
    ("PATCH", "/settings/{settings}/", "write:transfers"),
    ("DELETE", "/settings/{settings}/", "write:transfers"),
    ("POST", "/settings/{settings}/restore/", "write:transfers"),
    ("POST", "/sheets/", "write:transfers"),
    ("DELETE", "/sheets/{sheet}/", "write:transfers"),
    ("POST", "/sheets/{sheet}/cancel/", "write:transfers"),
    ("POST", "/sheets/{sheet}/retry/", "write:transfers"),
    ("POST", "/sheets/{sheet}/cells/0/0/paint/", "write:transfers"),
    ("POST", "/sheets/{sheet}/cells/0/0/keep/", "write:transfers"),
]


@pytest.fixture
def ids(
    photo: ContentImage,
    own_style: Style,
    finished: Transfer,
    artwork: Artwork,
    album: Album,
    link: ShareLink,
    brought: BroughtRecipe,
    mask: Mask,
    kept: SavedSettings,
    sweep: Sweep,
) -> dict[str, object]:
    add_time_lapse(artwork)
    return {
        "mask": mask.pk,
        "album": album.pk,
        "link": link.pk,
        "photo": photo.pk,
        "style": own_style.pk,
        "transfer": finished.pk,
        "artwork": artwork.pk,
        "recipe": brought.pk,
        "settings": kept.pk,
        "sheet": sweep.pk,
    }


def test_me_tells_whose_token_it_is_and_what_it_may(api_of: ApiOf, user: User) -> None:
    answer = api_of(user, "read").get("/me/").json()
    assert answer["email"] == "ada@example.org"
    assert answer["scopes"] == ["read"]
    assert answer["token"] == {"name": "Test", "expires_at": None}
    assert answer["limits"]["upload_max_bytes"] == 25 * 2**20
    assert answer["limits"]["transfers_per_batch"] == 100


def test_a_signed_in_page_needs_no_token(signed_in: Client) -> None:
    answer = signed_in.get("/api/v1/me/").json()
    assert answer["token"] is None
    assert answer["scopes"] == ["read", "write:transfers", "write:gallery", "write:shares"]


def test_a_stranger_finds_nothing_of_anybody_elses(
    strangers_api: ApiClient, ids: dict[str, object]
) -> None:
    for path in READS:
        response = strangers_api.get(path.format(**ids))
        if "{" in path:
            assert (path, response.status_code) == (path, 404)
            assert response.json()["reason"] == "not_found"
        elif path == "/profile/":
            assert response.status_code == 404  # they have made none
        elif path == "/statistics/":
            assert response.json()["pictures"] == 0
        elif path == "/artworks/zip/":
            assert zipfile.ZipFile(BytesIO(response.getvalue())).namelist() == []
        elif path not in ("/me/", "/styles/", "/collections/"):
            assert response.json()["results"] == []
    for method, path, _scope in WRITES:
        if "{" in path:
            response = strangers_api.send(method, path.format(**ids))
            assert (path, response.status_code) == (path, 404)
    assert Transfer.objects.pictures().get().state == "succeeded"
    assert {row.state for row in Transfer.objects.filter(purpose="sweep")} == {"queued"}
    assert not Style.objects.get(owner__email="ada@example.org").trashed_at


def test_a_visitor_is_asked_for_a_token(visitor: ApiClient, ids: dict[str, object]) -> None:
    for method, path in [("GET", path) for path in READS] + [row[:2] for row in WRITES]:
        response = visitor.send(method, path.format(**ids))
        assert (method, path, response.status_code) == (method, path, 401)
        assert response["WWW-Authenticate"] == "Bearer"
        assert response.json()["reason"] == "not_signed_in"


@pytest.mark.parametrize("scope", ApiToken.Scope.values)
def test_each_operation_needs_its_scope(
    api_of: ApiOf, user: User, ids: dict[str, object], scope: str
) -> None:
    token = api_of(user, scope)
    reads = [("GET", path, None if path == "/me/" else "read") for path in READS]
    for method, path, needed in [*reads, *WRITES]:
        if needed in (scope, None):
            continue
        response = token.send(method, path.format(**ids))
        assert (method, path, response.status_code) == (method, path, 403)
        assert response.json()["reason"] == "scope"
        assert str(needed) in response.json()["detail"]


def test_no_address_answers_to_a_method_it_does_not_have(
    api: ApiClient, ids: dict[str, object], settings: Settings
) -> None:
    settings.API_READS_PER_MINUTE = settings.API_WRITES_PER_MINUTE = 10**6
    known: dict[str, set[str]] = {path: {"GET", "HEAD"} for path in READS}
    for method, path, _scope in WRITES:
        known.setdefault(path, set()).add(method)
    for path, methods in known.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - methods:
            response = api.send(method, path.format(**ids))
            assert (method, path, response.status_code) == (method, path, 405)
            assert response.json()["reason"] == "method_not_allowed"
            assert set(response["Allow"].split(", ")) == methods


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
    assert used["storage_bytes"] == transfer.content_image.bytes
    assert (used["storage_bytes_limit"], used["running_limit"]) == (100_000_000, None)
