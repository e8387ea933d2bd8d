"""Masks come along wherever a transfer goes, and go when nothing refers to them any more."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from engine.errors import ParameterError
from engine.params import Params
from gallery.artwork_recipes import described
from gallery.artworks import trash
from gallery.masks import add_mask
from gallery.models import Artwork, Mask, Style
from tests.gallery.drawings import hang_artwork, whole_recipe
from tests.transfers.drawings import as_file, left_half, quadrants
from transfers import housekeeping
from transfers.models import ContentImage, Transfer
from transfers.queue import lifecycle, submission
from transfers.queue.recipes import recipe_for
from transfers.queue.submission import Order

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def mask_of(user: User, image: Image.Image, size: tuple[int, int] = (120, 80)) -> Mask:
    return add_mask(user, BytesIO(as_file(image, "PNG")), size)


@pytest.fixture
def protect(user: User) -> Mask:
    """White on the right half."""
    return mask_of(user, left_half().transpose(Image.Transpose.FLIP_LEFT_RIGHT))


@pytest.fixture
def order(photo: ContentImage, preset: Style, own_style: Style, mask: Mask, protect: Mask) -> Order:
    return Order(
        content_image=photo,
        styles=[(preset, 1.0), (own_style, 2.0)],
        params=Params(size_px=64),
        masks={preset.pk: mask},
        protect=protect,
    )


@pytest.fixture
def masked(user: User, order: Order) -> Transfer:
    return submission.submit_all(user, [order])[0]


def masks_of(transfer: Transfer) -> tuple[Any, ...]:
    shares = transfer.style_shares.order_by("pk")
    return (*(share.mask_id for share in shares), transfer.protect_id)


def finish(transfer: Transfer, user: User) -> Artwork:
    recipe = whole_recipe(steps=5, planned_steps=5)
    picture = quadrants(64, 43)
    artwork = hang_artwork(owner=user, image=picture, before=picture, title="x", recipe=recipe)
    Transfer.objects.filter(pk=transfer.pk).update(state="succeeded", artwork=artwork)
    return artwork


def test_masks_are_ordered_with_styles_and_the_photo_stays_where_it_is_protected(
    masked: Transfer, mask: Mask, protect: Mask
) -> None:
    assert masks_of(Transfer.objects.get()) == (mask.pk, None, protect.pk)
    assert Params.from_json(masked.params) == Params(size_px=64, outside_masks="photo")


def test_without_protection_the_settings_stay_as_they_are(user: User, order: Order) -> None:
    plain = dataclasses.replace(order, protect=None)
    (transfer,) = submission.submit_all(user, [plain])
    assert Params.from_json(transfer.params) == Params(size_px=64)


def test_they_come_along_to_a_retry(masked: Transfer) -> None:
    Transfer.objects.update(state="failed")
    assert masks_of(submission.retry(masked)) == masks_of(masked)


def test_they_come_along_when_a_picture_is_continued_or_painted_up_to_a_step(
    masked: Transfer, user: User
) -> None:
    artwork = finish(masked, user)
    assert masks_of(submission.continue_artwork(artwork, size_px=128)) == masks_of(masked)
    assert masks_of(submission.paint_up_to(artwork, 3)) == masks_of(masked)


def test_a_mask_of_another_photo_is_refused(user: User, order: Order, preset: Style) -> None:
    upright = mask_of(user, Image.new("L", (80, 120), 255), (80, 120))
    for changes in ({"masks": {preset.pk: upright}}, {"protect": upright}):
        with pytest.raises(ParameterError, match="other proportions"):
            submission.submit_all(user, [dataclasses.replace(order, **changes)])
    assert not Transfer.objects.exists()


def test_masks_that_leave_nothing_to_paint_are_refused(
    user: User, order: Order, preset: Style
) -> None:
    white = mask_of(user, Image.new("L", (120, 80), 255))
    black = mask_of(user, Image.new("L", (120, 80), 0))
    one_style = dataclasses.replace(order, styles=[(preset, 1.0)])
    for changes in (
        {"protect": white},
        {"protect": None, "masks": {preset.pk: black}},
        {"protect": mask_of(user, left_half())},  # all that the style's mask leaves
    ):
        with pytest.raises(ParameterError, match="black everywhere"):
            submission.submit_all(user, [dataclasses.replace(one_style, **changes)])
    assert not Transfer.objects.exists()


def test_a_mask_whose_file_is_gone_is_said(user: User, order: Order, mask: Mask) -> None:
    mask.delete_files()
    with pytest.raises(ParameterError, match="no longer there"):
        submission.submit_all(user, [order])


def test_the_recipe_names_them_and_the_artwork_keeps_them(
    masked: Transfer, mask: Mask, protect: Mask, user: User
) -> None:
    transfer = lifecycle.claim("here")
    assert transfer is not None
    step = type("Step", (), dict.fromkeys(("index", "total", "width", "height"), 1))
    losses = dict.fromkeys(("content_loss", "style_loss", "tv_loss", "total_loss"), 0.5)
    for name, value in losses.items():
        setattr(step, name, value)
    shares = list(transfer.style_shares.select_related("style", "mask"))
    recipe = recipe_for(transfer, Params.from_json(transfer.params), shares, step(), 1.0)
    assert recipe["styles"][0]["mask"] == {"sha256": mask.sha256, "percent": 50}
    assert "mask" not in recipe["styles"][1]
    assert recipe["protect"] == {"sha256": protect.sha256, "percent": 50}
    picture = quadrants(64, 43)
    artwork = hang_artwork(owner=user, image=picture, before=picture, title="x", recipe=recipe)
    assert set(artwork.masks.all()) == {mask, protect}


# Housekeeping


def age(mask: Mask) -> None:
    Mask.objects.filter(pk=mask.pk).update(created_at=timezone.now() - DAY - timedelta(minutes=1))


def test_a_mask_that_nothing_was_painted_with_goes_after_a_day(
    mask: Mask,
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    housekeeping.tidy()
    assert Mask.objects.exists()
    age(mask)
    with django_capture_on_commit_callbacks(execute=True):
        housekeeping.tidy()
    assert not Mask.objects.exists()
    assert not [path for path in media_root.rglob("mask-*") if path.is_file()]


def test_masks_of_transfers_and_pictures_stay(
    masked: Transfer, mask: Mask, protect: Mask, photo: ContentImage, preset: Style, user: User
) -> None:
    age(mask)
    age(protect)
    housekeeping.tidy()
    assert Mask.objects.count() == 2
    recipe = whole_recipe(
        styles=[{"title": "Stripes", **described(preset), "mask": {"sha256": mask.sha256}}]
    )
    picture = quadrants(64, 43)
    artwork = hang_artwork(owner=user, image=picture, before=picture, title="x", recipe=recipe)
    Transfer.objects.all().delete()
    housekeeping.tidy()
    assert Mask.objects.get() == mask  # the picture's
    trash(artwork)
    housekeeping.tidy()
    assert Mask.objects.get() == mask  # it can be taken out of the trash
    Artwork.objects.all().delete()
    housekeeping.tidy()
    assert not Mask.objects.exists()


def test_an_account_goes_with_its_masks(masked: Transfer, user: User) -> None:
    user.delete()
    assert not Mask.objects.exists()


def test_a_mask_that_went_meanwhile_is_said(
    user: User, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Order, "check_masks", lambda order: Mask.objects.all().delete())
    with pytest.raises(ParameterError, match="no longer there"):
        submission.submit_all(user, [order])
    assert not Transfer.objects.exists()
