"""A booth of Ada's, a device on which it is open, and sittings of its guests."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from gallery.artworks import frame_artwork
from gallery.models import Style
from tests.transfers.drawings import as_file, quadrants
from transfers.booth import sittings
from transfers.models import Booth, Sitting, Transfer
from transfers.queue import lifecycle

Take = Callable[..., tuple[Sitting, str]]
Paint = Callable[[], Transfer]


def photo_file(width: int = 120, height: int = 80) -> SimpleUploadedFile:
    return SimpleUploadedFile("camera.jpg", as_file(quadrants(width, height)), "image/jpeg")


def status_at(client: Client, path: str) -> int:
    """What is answered there; a file is read to its end, which closes it."""
    answer = client.get(path)
    answer.getvalue()
    return answer.status_code


@pytest.fixture
def booth(user: User, preset: Style) -> Booth:
    booth = Booth.objects.create(owner=user, title="Summer party", quality="draft")
    booth.styles.add(preset)
    return booth


@pytest.fixture
def device(booth: Booth) -> Client:
    """A browser in which Ada has opened it."""
    client = Client()
    client.force_login(booth.owner)
    assert client.post(f"/booths/{booth.pk}/start/")["Location"] == "/booth/"
    return client


@pytest.fixture
def take(booth: Booth, preset: Style) -> Take:
    def one(*, on_wall: bool = True, color: int = 0, **options: object) -> tuple[Sitting, str]:
        image = quadrants(120, 80 + color)
        return sittings.take(booth, BytesIO(as_file(image)), preset, on_wall=on_wall)

    return one


@pytest.fixture
def paint(db: None) -> Paint:
    """A worker takes the next and finishes it, with a picture drawn here."""

    def one() -> Transfer:
        claimed = lifecycle.claim("worker")
        assert claimed is not None
        Transfer.objects.filter(pk=claimed.pk).update(painting_s=7.0)
        picture = quadrants(96, 64)
        framed = frame_artwork(
            owner=claimed.owner, image=picture, before=picture, title="Guest", recipe={}
        )
        lifecycle.succeed(claimed, framed)
        claimed.refresh_from_db()
        return claimed

    return one


@pytest.fixture
def painted(take: Take, paint: Paint) -> tuple[Sitting, str]:
    sitting, code = take()
    paint()
    sitting.refresh_from_db()
    assert sitting.picture.width == 96
    assert sitting.delete_at > timezone.now()
    return sitting, code
