"""Recipes arrive as files and inside pictures."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Quota, User
from accounts.quotas import QuotaError
from engine.errors import ImageError
from engine.params import Params
from gallery.downloads import Wish, file_bytes
from gallery.embedded_recipes import packet
from gallery.pictures import encode
from gallery.recipe_files import RecipeFile, RecipeFileError
from gallery.storage_use import used_bytes
from tests.transfers.drawings import as_file, quadrants
from tests.transfers.repeating.conftest import Paint
from transfers.housekeeping import tidy
from transfers.models import ContentImage, Transfer
from transfers.queue.submission import Order, submit_all
from transfers.repeating import bringing
from transfers.repeating.models import BroughtRecipe


def test_a_recipe_arrives_as_json(user: User, recipe: RecipeFile) -> None:
    kept = bringing.bring(user, BytesIO(b"\xef\xbb\xbf \n" + recipe.to_bytes()))
    assert BroughtRecipe.objects.get().file == recipe
    assert (kept.owner, bool(kept.original), kept.bytes) == (user, False, 0)


@pytest.mark.parametrize(
    ("file_format", "known"), [("png", "png"), ("jpg", "jpeg"), ("webp", "webp")]
)
def test_a_recipe_arrives_inside_a_picture_which_is_kept(
    user: User, paint: Paint, recipe: RecipeFile, file_format: str, known: str
) -> None:
    data = file_bytes(paint(), Wish(file_format=file_format, with_recipe=True))
    kept = bringing.bring(user, BytesIO(data))
    assert (kept.file, kept.picture_format) == (recipe, known)
    assert kept.opened().size == (96, 64)
    assert used_bytes(user) == kept.stored_bytes > kept.bytes > 0


def test_a_picture_larger_than_any_that_is_painted_is_kept_smaller(
    user: User, recipe: RecipeFile
) -> None:
    """A PNG of all that may be uploaded would be half a minute of work for the web process."""
    large = encode(Image.new("RGB", (4500, 450)), "WEBP", xmp=packet(recipe))
    kept = bringing.bring(user, BytesIO(large))
    assert (kept.file, kept.width, kept.height) == (recipe, 4096, 410)


def test_only_so_many_wait_for_something_to_be_painted_by_them(
    user: User, stranger: User, recipe: RecipeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "MOST_WAITING", 1)
    first = bringing.bring(user, BytesIO(recipe.to_bytes()))
    bringing.bring(stranger, BytesIO(recipe.to_bytes()))
    with pytest.raises(QuotaError, match="Forget one of them first"):
        bringing.bring(user, BytesIO(recipe.to_bytes()))
    assert bringing.forget(first)
    bringing.bring(user, BytesIO(recipe.to_bytes()))
    assert BroughtRecipe.objects.owned_by(user).count() == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"{}", "not a recipe of Stylesite"),
        (b"[1]", "not a recipe"),
        (as_file(quadrants(), "PNG"), "carries no recipe"),
    ],
)
def test_what_is_no_recipe_is_refused_and_not_kept(
    user: User, media_root: Path, data: bytes, words: str
) -> None:
    with pytest.raises(RecipeFileError, match=words):
        bringing.bring(user, BytesIO(data))
    assert not BroughtRecipe.objects.exists()
    assert not [path for path in media_root.rglob("*") if path.is_file()]


def test_other_files_are_refused_like_any_upload(user: User) -> None:
    with pytest.raises(ImageError, match="PDF"):
        bringing.bring(user, BytesIO(b"%PDF-1.7" + b"x" * 99))


def test_a_picture_for_which_there_is_no_room_is_not_kept(
    user: User, paint: Paint, media_root: Path
) -> None:
    data = file_bytes(paint(quadrants(300, 200)), Wish(with_recipe=True))
    before = {path for path in media_root.rglob("*") if path.is_file()}
    Quota.objects.create(user=user, storage_mb=0)
    with pytest.raises(QuotaError):
        bringing.bring(user, BytesIO(data))
    assert {path for path in media_root.rglob("*") if path.is_file()} == before


def test_what_nothing_was_painted_by_is_forgotten_after_a_month(
    user: User,
    paint: Paint,
    recipe: RecipeFile,
    photo: ContentImage,
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    data = file_bytes(paint(), Wish(with_recipe=True))
    alone, used, recent = (bringing.keep(user, recipe) for _ in range(3))
    pictured = bringing.bring(user, BytesIO(data))
    order = Order(content_image=photo, styles=[], params=Params(size_px=64), repeats=used)
    submit_all(user, [order])
    old = timezone.now() - timedelta(days=31)
    BroughtRecipe.objects.exclude(pk=recent.pk).update(created_at=old)
    with django_capture_on_commit_callbacks(execute=True):
        tidy()
    assert set(BroughtRecipe.objects.all()) == {used, recent}
    assert alone not in BroughtRecipe.objects.all()
    assert not [path for path in media_root.rglob(f"*{pictured.pk}*/*") if path.is_file()]
    assert Transfer.objects.get().repeats == used
