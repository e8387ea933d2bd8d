"""/photos/<id>/<rendition>/ and /camera/."""

import io

import pytest
from django.test import Client
from PIL import Image
from pytest_django.asserts import assertContains, assertRedirects

from accounts.models import User
from transfers.models import ContentImage


@pytest.mark.parametrize(
    ("rendition", "content_type"),
    [("original", "image/jpeg"), ("display", "image/webp"), ("thumbnail", "image/webp")],
)
def test_the_owner_gets_every_rendition(
    signed_in: Client, photo: ContentImage, rendition: str, content_type: str
) -> None:
    response = signed_in.get(f"/photos/{photo.pk}/{rendition}/")
    assert response["Content-Type"] == content_type
    assert response["Cache-Control"].startswith("private")
    with Image.open(io.BytesIO(b"".join(response.streaming_content))) as image:
        assert image.size == (120, 80)
    response.close()


def test_a_stranger_gets_404(client: Client, stranger: User, photo: ContentImage) -> None:
    client.force_login(stranger)
    assert client.get(f"/photos/{photo.pk}/display/").status_code == 404


def test_a_visitor_gets_404(client: Client, photo: ContentImage) -> None:
    assert client.get(f"/photos/{photo.pk}/display/").status_code == 404


@pytest.mark.parametrize("rendition", ["owner", "sha256", "delete_files", "huge"])
def test_only_renditions_can_be_asked_for(
    signed_in: Client, photo: ContentImage, rendition: str
) -> None:
    assert signed_in.get(f"/photos/{photo.pk}/{rendition}/").status_code == 404


def test_photos_cannot_be_posted_to(signed_in: Client, photo: ContentImage) -> None:
    assert signed_in.post(f"/photos/{photo.pk}/display/").status_code == 405


def test_the_camera_page_holds_every_sentence(signed_in: Client) -> None:
    response = signed_in.get("/camera/")
    for problem in ("denied", "missing", "busy", "insecure", "other"):
        assertContains(response, f'data-problem="{problem}"')


def test_the_camera_needs_a_signed_in_person(client: Client, db: None) -> None:
    assertRedirects(client.get("/camera/"), "/accounts/login/?next=/camera/")


def test_the_camera_page_cannot_be_posted_to(signed_in: Client) -> None:
    assert signed_in.post("/camera/").status_code == 405
