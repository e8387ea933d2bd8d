"""Photos and unfinished pictures in a bucket of a real S3 server."""

from http import HTTPStatus
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from accounts.models import User
from tests.services.s3 import S3
from tests.transfers.drawings import as_file, quadrants
from transfers.models import ContentImage, Transfer
from transfers.queue import checkpoints, lifecycle, steering
from transfers.queue.lifecycle import LeaseLostError

URL = "/api/v1/content-images/"


def send(client: Client) -> int:
    photo = BytesIO(as_file(quadrants()))
    photo.name = "harbour.jpg"
    return client.post(URL, {"image": photo}).status_code


def stored(s3: S3, bucket: str) -> list[str]:
    return sorted(s3.files(bucket))


def test_an_uploaded_photo_is_seen_by_its_owner_alone(
    bucket: str, s3: S3, signed_in: Client, stranger: User
) -> None:
    assert send(signed_in) == HTTPStatus.CREATED
    photo = ContentImage.objects.get()
    files = [photo.original.name, photo.display.name, photo.thumbnail.name]
    assert stored(s3, bucket) == sorted(files)
    other = Client()
    other.force_login(stranger)
    for rendition in ("original", "display", "thumbnail"):
        address = f"/photos/{photo.pk}/{rendition}/"
        shown = signed_in.get(address)
        assert Image.open(BytesIO(b"".join(shown))).size == (120, 80)
        assert other.get(address).status_code == HTTPStatus.NOT_FOUND
        assert Client().get(address).status_code == HTTPStatus.NOT_FOUND


def test_a_checkpoint_is_written_read_replaced_and_deleted(
    bucket: str, s3: S3, transfer: Transfer
) -> None:
    before = stored(s3, bucket)
    held = lifecycle.claim("here")
    assert held is not None
    lifecycle.checkpoint(held, b"first", 1, 9)
    lifecycle.checkpoint(held, b"second", 2, 9)
    lifecycle.show_preview(held, as_file(quadrants()), 2)
    row = Transfer.objects.get(pk=held.pk)
    assert checkpoints.read_checkpoint(row) == b"second"
    kept = sorted([*before, row.checkpoint.name, row.preview.name])
    assert stored(s3, bucket) == kept
    steering.request_cancel(row)
    with pytest.raises(LeaseLostError):
        lifecycle.checkpoint(held, b"too late", 3, 9)
    assert stored(s3, bucket) == sorted([*before, row.preview.name])


def test_a_bucket_that_goes_away_is_said_and_loses_nothing(
    bucket: str, s3: S3, signed_in: Client, transfer: Transfer
) -> None:
    held = lifecycle.claim("here")
    assert held is not None
    lifecycle.checkpoint(held, b"first", 1, 9)
    photos, files = ContentImage.objects.count(), stored(s3, bucket)
    signed_in.raise_request_exception = False
    s3.stop()
    try:
        photo = BytesIO(as_file(quadrants(60, 40)))
        photo.name = "harbour.jpg"
        refused = signed_in.post(URL, {"image": photo})
        assert refused.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert refused["Retry-After"] == "10"
        assert refused.json()["detail"].endswith("Please try again in a minute.")
        page = signed_in.get(f"/photos/{transfer.content_image_id}/display/")
        assert page.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert "What you have saved is safe." in page.content.decode()
        with pytest.raises(OSError, match="checkpoint"):
            lifecycle.checkpoint(held, b"second", 2, 9)
        with pytest.raises(OSError, match="checkpoint"):
            checkpoints.read_checkpoint(held)
    finally:
        s3.start()
    assert ContentImage.objects.count() == photos
    assert stored(s3, bucket) == files
    assert checkpoints.read_checkpoint(Transfer.objects.get(pk=held.pk)) == b"first"
    assert send(signed_in) == HTTPStatus.CREATED
    assert default_storage.exists(ContentImage.objects.latest("created_at").original.name)
