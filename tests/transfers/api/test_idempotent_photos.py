"""A photo that is sent again, as a page does whose connection broke: there is one photo of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from accounts.models import User
from tests.transfers.api.conftest import ApiClient
from tests.transfers.drawings import as_file, quadrants
from transfers import photos
from transfers.models import ContentImage

KEY = {"Idempotency-Key": "photo-1"}


def sent(width: int = 120, name: str = "camera.jpg") -> dict[str, object]:
    image = SimpleUploadedFile(name, as_file(quadrants(width)))
    return {"image": image, "source": "camera"}


def files(media_root: Path) -> int:
    return sum(path.is_file() for path in media_root.rglob("*"))


@pytest.mark.django_db
def test_the_same_photo_under_the_same_key_is_the_first_one(
    api: ApiClient, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = api.upload("/content-images/", sent(), headers=KEY)
    kept = files(media_root)
    # As another host would, whose encoder writes other bytes for the same picture.
    read = photos.read_image
    monkeypatch.setattr(photos, "read_image", lambda *of, **to: read(*of, **to).rotate(1))
    again = api.upload("/content-images/", sent(), headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert ContentImage.objects.count() == 1
    assert files(media_root) == kept


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"width": 122}, {"name": "other.jpg"}], ids=str)
def test_another_file_under_the_same_key_is_refused(
    api: ApiClient, media_root: Path, other: dict[str, Any]
) -> None:
    api.upload("/content-images/", sent(), headers=KEY)
    kept = files(media_root)
    response = api.upload("/content-images/", sent(**other), headers=KEY)
    assert (response.status_code, response.json()["reason"]) == (422, "key_reused")
    assert files(media_root) == kept


@pytest.mark.django_db
def test_a_refused_photo_leaves_its_key_free(api: ApiClient) -> None:
    assert api.upload("/content-images/", sent(8), headers=KEY).status_code == 400
    assert api.upload("/content-images/", sent(), headers=KEY).status_code == 201


@pytest.mark.django_db
def test_a_photo_that_is_gone_needs_a_new_key(api: ApiClient) -> None:
    api.upload("/content-images/", sent(), headers=KEY)
    ContentImage.objects.all().delete()
    response = api.upload("/content-images/", sent(), headers=KEY)
    assert (response.status_code, response.json()["reason"]) == (422, "key_reused")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [KEY, {}], ids=["with a key", "without"])
def test_of_the_same_photo_sent_several_times_at_once_there_is_one(
    api_of: Callable[..., ApiClient],
    user: User,
    media_root: Path,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
) -> None:
    # Between looking for the same photo and writing the row: time enough for the others.
    monkeypatch.setattr(photos, "check_room", lambda *_of: time.sleep(0.2))
    clients = [api_of(user) for _number in range(4)]  # more at once are asked to come back
    start = threading.Barrier(len(clients))
    answers: list[Any] = []

    def send(client: ApiClient) -> None:
        start.wait()
        answers.append(client.upload("/content-images/", sent(), headers=headers))
        connections.close_all()

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert ContentImage.objects.count() == 1
    assert files(media_root) == 3, "one original and its two renditions"
