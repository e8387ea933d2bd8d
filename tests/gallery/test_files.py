from __future__ import annotations

from pathlib import Path

import pytest
from django.http import Http404
from django.test import RequestFactory
from pytest_django import Settings

from gallery.files import file_response
from gallery.models import Artwork
from tests.gallery.inert import faults


def test_the_bytes_arrive_with_their_type_and_length(artwork: Artwork, rf: RequestFactory) -> None:
    response = file_response(rf.get("/"), artwork.display)
    data = b"".join(response)
    response.close()
    assert data == Path(artwork.display.path).read_bytes()
    assert response["Content-Type"] == "image/webp"
    assert response["Content-Length"] == str(len(data))


def test_a_browser_may_only_look_at_it(artwork: Artwork, rf: RequestFactory) -> None:
    response = file_response(rf.get("/"), artwork.original)
    response.close()
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_only_the_viewers_own_browser_keeps_it(artwork: Artwork, rf: RequestFactory) -> None:
    response = file_response(rf.get("/"), artwork.original)
    response.close()
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"


def test_public_files_may_be_kept_by_shared_caches(artwork: Artwork, rf: RequestFactory) -> None:
    response = file_response(rf.get("/"), artwork.original, public=True, immutable=False)
    response.close()
    assert response["Cache-Control"] == "public, max-age=60"


def test_what_the_browser_has_is_not_sent_again(artwork: Artwork, rf: RequestFactory) -> None:
    first = file_response(rf.get("/"), artwork.original)
    first.close()
    for condition in (
        {"If-None-Match": first["ETag"]},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        again = file_response(rf.get("/", headers=condition), artwork.original)
        assert again.status_code == 304
        assert again["ETag"] == first["ETag"]
        assert again["Cache-Control"].startswith("private")


def test_a_changed_picture_is_sent_again(artwork: Artwork, rf: RequestFactory) -> None:
    first = file_response(rf.get("/"), artwork.thumbnail)
    first.close()
    other = file_response(rf.get("/", headers={"If-None-Match": first["ETag"]}), artwork.before)
    other.close()
    assert other.status_code == 200


def test_a_download_carries_the_name_it_is_saved_under(
    artwork: Artwork, rf: RequestFactory
) -> None:
    response = file_response(rf.get("/"), artwork.original, download_as="Mühle.png")
    response.close()
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''M%C3%BChle.png"


def test_a_missing_file_is_not_found(artwork: Artwork, rf: RequestFactory) -> None:
    artwork.delete_files()
    with pytest.raises(Http404):
        file_response(rf.get("/"), artwork.original)


def test_a_file_that_never_was_is_not_found(rf: RequestFactory) -> None:
    with pytest.raises(Http404):
        file_response(rf.get("/"), Artwork().original)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nginx_is_told_which_file_to_send(
    artwork: Artwork, rf: RequestFactory, settings: Settings, method: str
) -> None:
    settings.X_ACCEL_PREFIX = "/protected/"
    response = file_response(rf.generic(method, "/"), artwork.original, download_as="Mühle.png")
    assert response["X-Accel-Redirect"] == f"/protected/{artwork.original.name}"
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"].startswith("attachment")
    assert faults(response) == {}
    assert response.content == b""  # type: ignore[attr-defined]


def test_nginx_is_not_told_of_a_file_that_is_not_there(
    artwork: Artwork, rf: RequestFactory, settings: Settings
) -> None:
    settings.X_ACCEL_PREFIX = "/protected/"
    artwork.delete_files()
    with pytest.raises(Http404):
        file_response(rf.get("/"), artwork.original)
