"""POST /api/v1/content-images/."""

from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from tests.transfers.drawings import BAD_FILES, MIB, BadFile, as_file, phone_photo, quadrants
from transfers.models import ContentImage

URL = "/api/v1/content-images/"


def file(data: bytes | None = None, name: str = "old_mill.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, as_file(quadrants()) if data is None else data)


def test_a_photo_is_stored_and_described(signed_in: Client, user: User) -> None:
    response = signed_in.post(URL, {"image": file(phone_photo(quadrants(80, 120)))})
    assert response.status_code == 201
    photo = ContentImage.objects.get()
    assert photo.owner == user
    assert photo.source == "upload"
    answer = response.json()
    assert answer["id"] == str(photo.pk)
    assert answer["title"] == "old mill"
    assert (answer["width"], answer["height"]) == (80, 120)
    shown = signed_in.get(answer["files"]["display"])
    assert shown["Content-Type"] == "image/webp"
    shown.close()


def test_content_decides_and_not_the_name(signed_in: Client) -> None:
    png = as_file(quadrants(), "PNG")
    response = signed_in.post(URL, {"image": file(png, "really_a_png.jpg")})
    assert response.status_code == 201


def test_source_and_title_can_be_given(signed_in: Client) -> None:
    sent = {"image": file(), "source": "camera", "title": "Me\tand my cat"}
    assert signed_in.post(URL, sent).json()["title"] == "Me and my cat"
    assert ContentImage.objects.get().source == "camera"


def test_a_visitor_may_not_upload(client: Client, db: None) -> None:
    response = client.post(URL, {"image": file()})
    assert response.status_code == 401
    assert response.json()["reason"] == "not_signed_in"
    assert not ContentImage.objects.exists()


def test_a_request_without_csrf_token_is_refused(user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    response = client.post(URL, {"image": file()})
    assert (response.status_code, response.json()["reason"]) == (403, "csrf")
    assert not ContentImage.objects.exists()


@pytest.mark.parametrize("bad", BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_gets_its_sentence(signed_in: Client, bad: BadFile) -> None:
    response = signed_in.post(URL, {"image": file(bad.data, bad.name)})
    assert response.status_code == bad.status
    assert response.json()["reason"] == bad.reason
    assert bad.words in response.json()["detail"]
    assert not ContentImage.objects.exists()


def test_a_missing_file_is_said_to_be_missing(signed_in: Client) -> None:
    response = signed_in.post(URL, {"title": "No picture"})
    assert response.status_code == 400
    assert response.json()["reason"] == "invalid"
    assert list(response.json()["errors"]) == ["image"]


def test_an_unknown_source_is_refused(signed_in: Client) -> None:
    response = signed_in.post(URL, {"image": file(), "source": "telescope"})
    assert list(response.json()["errors"]) == ["source"]


def test_another_kind_of_body_is_refused(signed_in: Client) -> None:
    response = signed_in.post(URL, {"image": "abc"}, content_type="application/json")
    assert response.status_code == 415


class Unread(BytesIO):
    """A body that must not be touched."""

    def read(self, *args: object) -> bytes:
        raise AssertionError("the body was read")


def test_a_gigabyte_is_refused_without_being_read(signed_in: Client) -> None:
    response = signed_in.generic(
        "POST",
        URL,
        b"",
        CONTENT_TYPE="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2**30),
        **{"wsgi.input": Unread()},
    )
    assert response.status_code == 413
    assert response.json()["reason"] == "too_large"


def test_a_file_just_over_the_limit_is_dropped_while_it_arrives(signed_in: Client) -> None:
    over = bytes(settings.UPLOAD_MAX_BYTES + 1)
    assert len(over) < settings.UPLOAD_MAX_BYTES + MIB
    response = signed_in.post(URL, {"image": file(over)})
    assert response.status_code == 413
    assert response.json()["reason"] == "too_large"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_allowed(signed_in: Client, method: str) -> None:
    assert getattr(signed_in, method)(URL).status_code == 405
