"""/content-images/: the list, files and deletion; more of uploading is in test_upload_api."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from gallery.models import Artwork
from tests.transfers.api.conftest import ApiClient, data_of
from tests.transfers.drawings import as_file, quadrants
from transfers.models import ContentImage, Transfer
from transfers.photos import add_photo

pytestmark = pytest.mark.django_db


def test_a_token_uploads_a_photo_without_a_csrf_token(api: ApiClient, user: User) -> None:
    image = SimpleUploadedFile("old_mill.jpg", as_file(quadrants()))
    response = api.upload("/content-images/", {"image": image})
    assert response.status_code == 201
    photo = ContentImage.objects.get()
    assert photo.owner == user
    assert response.json() == api.get(f"/content-images/{photo.pk}/").json()


def test_while_too_many_are_read_a_program_is_told_when_to_try_again(
    api: ApiClient, nobody_may_read: None
) -> None:
    image = SimpleUploadedFile("old_mill.jpg", as_file(quadrants()))
    response = api.upload("/content-images/", {"image": image})
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert response.json()["reason"] == "busy"
    assert not ContentImage.objects.exists()


def test_the_list_is_read_page_by_page_newest_first(api: ApiClient, user: User) -> None:
    now = timezone.now()
    for number in range(5):
        photo = add_photo(user, BytesIO(as_file(quadrants(60 + number, 60))), "upload", str(number))
        ContentImage.objects.filter(pk=photo.pk).update(created_at=now + timedelta(seconds=number))
    page = api.get("/content-images/?limit=2").json()
    titles = [row["title"] for row in page["results"]]
    while page["next"]:
        assert page["next"].startswith("/api/v1/content-images/?")
        page = api.get(page["next"]).json()
        titles += [row["title"] for row in page["results"]]
    assert titles == ["4", "3", "2", "1", "0"]
    assert api.get(page["previous"]).json()["results"][0]["title"] == "2"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("cursor=cD0A", "cursor"),  # p=NUL
        ("cursor=%C3%A9", "cursor"),
        ("cursor=cD1ub25zZW5zZQ==", "cursor"),  # p=nonsense
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=%C2%B2", "limit"),
        ("limit=1111111111111111111111111", "limit"),
    ],
)
def test_a_page_that_there_cannot_be_is_refused(api: ApiClient, query: str, field: str) -> None:
    response = api.get(f"/content-images/?{query}")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_an_offset_without_end_is_cut_to_what_is_sensible(api: ApiClient) -> None:
    offset = "bz05OTk5OTk5OTk5OTk5OTk5OTk5OTk5"
    assert api.get(f"/content-images/?cursor={offset}").status_code == 200


def test_its_files_are_handed_out(api: ApiClient, photo: ContentImage) -> None:
    files = api.get(f"/content-images/{photo.pk}/").json()["files"]
    for name, content_type in (
        ("original", "image/jpeg"),
        ("display", "image/webp"),
        ("thumbnail", "image/webp"),
    ):
        response = api.get(files[name])
        assert response["Content-Type"] == content_type
        assert data_of(response)
    assert api.get(f"/content-images/{photo.pk}/files/before/").status_code == 404


def test_an_unused_photo_is_deleted_with_its_files(
    api: ApiClient, photo: ContentImage, media_root: Path, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = api.send("DELETE", f"/content-images/{photo.pk}/")
    assert response.status_code == 204
    assert not ContentImage.objects.exists()
    assert not [path for path in media_root.rglob("*") if path.is_file()]
    assert api.send("DELETE", f"/content-images/{photo.pk}/").status_code == 404


def test_a_photo_that_is_painted_stays(
    api: ApiClient, photo: ContentImage, transfer: Transfer
) -> None:
    response = api.send("DELETE", f"/content-images/{photo.pk}/")
    assert response.status_code == 409
    assert response.json()["reason"] == "in_use"
    assert data_of(api.get(f"/content-images/{photo.pk}/files/original/"))


@pytest.mark.parametrize(("copies", "left"), [("keep", True), ("delete", False)])
def test_a_photo_that_was_painted_goes_once_it_is_said_what_becomes_of_its_copies(
    api: ApiClient,
    photo: ContentImage,
    transfer: Transfer,
    artwork: Artwork,
    django_capture_on_commit_callbacks,
    copies: str,
    left: bool,
) -> None:
    transfer.state, transfer.artwork = Transfer.State.SUCCEEDED, artwork
    transfer.save()
    refused = api.send("DELETE", f"/content-images/{photo.pk}/")
    assert refused.status_code == 409
    assert "copies=delete or copies=keep" in refused.json()["detail"]
    assert api.send("DELETE", f"/content-images/{photo.pk}/?copies=burn").status_code == 400
    with django_capture_on_commit_callbacks(execute=True):
        answer = api.send("DELETE", f"/content-images/{photo.pk}/?copies={copies}")
    assert answer.status_code == 204
    assert not ContentImage.objects.exists()
    assert not Transfer.objects.exists()
    shown = api.get(f"/artworks/{artwork.pk}/").json()
    assert bool(shown["files"]["before"]) is left
    assert shown["transfer"] is None


def test_what_is_waiting_keeps_its_photo_whatever_is_said(
    api: ApiClient, photo: ContentImage, transfer: Transfer
) -> None:
    answer = api.send("DELETE", f"/content-images/{photo.pk}/?copies=delete")
    assert answer.status_code == 409
    assert "is waiting or being painted" in answer.json()["detail"]
