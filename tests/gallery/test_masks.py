"""Masks as they arrive: judged, made grey and small, kept once."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image

from accounts.models import Quota, User
from accounts.quotas import QuotaError
from engine.errors import ImageError
from gallery.masks import add_mask, as_mask
from gallery.models import Mask
from gallery.pictures import pixels_sha256
from gallery.storage_use import used_bytes
from tests.transfers.drawings import BAD_FILES, as_file, left_half, quadrants

pytestmark = pytest.mark.django_db

SIZE = (120, 80)


def sent(user: User, image: Image.Image, size: tuple[int, int] = SIZE) -> Mask:
    return add_mask(user, BytesIO(as_file(image, "PNG")), size)


def test_a_mask_is_kept_in_grey_with_every_pixel(user: User) -> None:
    grey = Image.linear_gradient("L").resize(SIZE)
    mask = sent(user, grey)
    assert mask.opened().tobytes() == grey.tobytes()
    assert (mask.width, mask.height, mask.pixels_sha256) == (120, 80, pixels_sha256(grey))
    with mask.original.open("rb") as file, Image.open(file) as stored:
        assert (stored.mode, stored.format, stored.info) == ("L", "PNG", {})
    assert sent(user, left_half()).share == 0.5


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "1"])
def test_what_a_browser_or_a_program_sends_is_the_same_mask(user: User, mode: str) -> None:
    assert sent(user, left_half().convert(mode)).pk == sent(user, left_half()).pk


def test_what_is_transparent_is_black(user: User) -> None:
    clear = Image.new("RGBA", SIZE, (255, 255, 255, 0))
    clear.paste((255, 255, 255, 255), (0, 0, 60, 80))
    assert sent(user, clear).pk == sent(user, left_half()).pk


def test_a_large_one_is_made_small_and_black_stays_black(user: User) -> None:
    mask = sent(user, left_half(3000, 2000), (3000, 2000))
    assert (mask.width, mask.height) == (1024, 683)
    values = np.asarray(mask.opened())
    assert (values[:, :510] == 255).all()
    assert (values[:, 514:] == 0).all()
    assert as_mask(left_half(1024, 10)).size == (1024, 10)


def test_the_same_pixels_are_one_row_for_each_owner(
    user: User, stranger: User, media_root: Path
) -> None:
    first = sent(user, left_half())
    again = sent(user, left_half())
    assert again.pk == first.pk
    assert again.created_at > first.created_at
    assert sent(stranger, left_half()).pk != first.pk
    assert len([path for path in media_root.rglob("mask-*") if path.is_file()]) == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Mask.objects.filter(owner=stranger).update(owner=user)


@pytest.mark.parametrize(
    ("mask", "photo", "fits"),
    [
        ((1024, 683), (1600, 1067), True),
        ((1024, 682), (1600, 1067), True),
        ((1024, 680), (1600, 1067), False),
        ((120, 80), (80, 120), False),
        ((8, 1024), (32, 4096), True),
        ((3, 1), (4096, 1367), True),
    ],
)
def test_it_has_the_proportions_of_its_photo_within_a_pixel(
    user: User, mask: tuple[int, int], photo: tuple[int, int], fits: bool
) -> None:
    image = Image.new("L", mask, 255)
    if fits:
        assert sent(user, image, photo).share == 1
        return
    with pytest.raises(ImageError, match="other proportions") as caught:
        sent(user, image, photo)
    assert caught.value.reason == "other_proportions"
    assert not Mask.objects.exists()


@pytest.mark.parametrize("name", sorted(BAD_FILES.keys() - {"one pixel", "26 MB"}))
def test_what_is_no_picture_is_refused_like_any_upload(user: User, name: str) -> None:
    with pytest.raises(ImageError) as caught:
        add_mask(user, BytesIO(BAD_FILES[name].data), SIZE)
    assert caught.value.reason == BAD_FILES[name].reason
    assert not Mask.objects.exists()


def test_it_counts_in_the_storage_and_none_is_kept_beyond_the_limit(
    user: User, media_root: Path
) -> None:
    mask = sent(user, left_half())
    assert used_bytes(user) == mask.bytes > 0
    Quota.objects.create(storage_mb=0)
    with pytest.raises(QuotaError):
        sent(user, quadrants(*SIZE))
    assert Mask.objects.get() == mask
    assert len([path for path in media_root.rglob("mask-*") if path.is_file()]) == 1
    assert sent(user, left_half()).pk == mask.pk  # takes no more room


@pytest.mark.parametrize(
    ("share", "percent"), [(0, 0), (0.001, 1), (0.5, 50), (0.999, 99), (1, 100)]
)
def test_only_all_of_it_is_a_hundred_percent(share: float, percent: int) -> None:
    assert Mask(share=share).percent == percent


def test_its_file_is_its_owners(client: Client, user: User, stranger: User) -> None:
    address = f"/masks/{sent(user, left_half()).pk}/"
    assert client.get(address).status_code in (302, 404)
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    client.force_login(user)
    response = client.get(address)
    assert response["Content-Type"] == "image/png"
    assert response.getvalue().startswith(b"\x89PNG")
    assert "immutable" in response["Cache-Control"]
    assert client.post(address).status_code == 405
