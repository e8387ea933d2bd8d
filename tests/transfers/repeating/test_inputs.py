"""Inputs of a recipe are found among one's own pictures, or asked for and matched."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from accounts.models import User
from engine.errors import ImageError
from engine.params import Params
from gallery.artwork_recipes import described, of_artwork
from gallery.models import Style
from gallery.recipe_files import RecipeFileError
from gallery.styles import trash
from tests.transfers.drawings import as_file, quadrants
from tests.transfers.repeating.conftest import PHOTO, STYLES, Paint
from transfers.models import ContentImage
from transfers.queue import submission
from transfers.repeating import bringing, inputs
from transfers.repeating.models import BroughtRecipe

Own = tuple[ContentImage, list[Style]]


def slots(brought: BroughtRecipe) -> dict[str, tuple[bool, bool]]:
    """By slot: whether there is a picture, and whether it is the same."""
    return {need.slot: (need.row is not None, need.is_same) for need in inputs.needs_of(brought)}


def test_nothing_of_anybody_else_is_found(brought: BroughtRecipe) -> None:
    assert slots(brought) == dict.fromkeys(("photo", "style-0", "style-1"), (False, False))


def test_the_same_pictures_are_found_among_ones_own(
    brought: BroughtRecipe, own_inputs: Own
) -> None:
    assert slots(brought) == dict.fromkeys(("photo", "style-0", "style-1"), (True, True))


def test_pixels_are_enough_where_the_encoder_was_another(
    brought: BroughtRecipe, own_inputs: Own
) -> None:
    for row in (own_inputs[0], *own_inputs[1]):
        type(row).objects.filter(pk=row.pk).update(sha256="0" * 64)
    assert all(is_same for _there, is_same in slots(brought).values())


def test_older_rows_are_found_out_when_they_are_asked_for(
    user: User, paint: Paint, their_photo: ContentImage
) -> None:
    """A row from before pixels had hashes: its stored pixels are what a recipe then names."""
    ContentImage.objects.update(pixels_sha256="")
    their_photo.refresh_from_db()
    theirs = of_artwork(paint())  # describes the photo by its stored pixels
    mine = ContentImage(owner=user, title="Mine")
    mine.set_picture(their_photo.opened(), exactly=True)
    mine.pixels_sha256 = ""
    mine.save()
    brought = bringing.keep(user, theirs)
    assert slots(brought)["photo"] == (True, True)
    mine.refresh_from_db()
    assert mine.pixels_sha256 == theirs.photo.pixels_sha256


def test_a_style_in_the_trash_is_not_there(brought: BroughtRecipe, own_inputs: Own) -> None:
    trash(own_inputs[1][0])
    assert slots(brought)["style-0"] == (False, False)


def test_what_is_missing_is_taken_and_matched(user: User, brought: BroughtRecipe) -> None:
    assert inputs.take(brought, "photo", BytesIO(PHOTO), "harbour.png").is_same
    for number, data in enumerate(STYLES):
        assert inputs.take(brought, f"style-{number}", BytesIO(data), "x.png").is_same
    assert all(need.is_met for need in inputs.needs_of(brought))
    assert ContentImage.objects.get(owner=user).title == "harbour"
    assert set(Style.objects.filter(owner=user).values_list("title", flat=True)) == {
        "Tiles 0",
        "Tiles 1",
    }


def test_the_stored_file_of_the_recipe_itself_keeps_every_pixel(
    user: User, brought: BroughtRecipe, their_photo: ContentImage
) -> None:
    """Its JPEG encoded once more would be other pixels, and so another picture in the end."""
    with their_photo.original.open("rb") as file:
        stored = file.read()
    need = inputs.take(brought, "photo", BytesIO(stored), "original.jpg")
    assert need.is_same
    mine = ContentImage.objects.get(owner=user)
    assert mine.original.name.endswith(".png")
    assert mine.opened().tobytes() == their_photo.opened().tobytes()
    brought.refresh_from_db()
    assert slots(brought)["photo"] == (True, True)


def test_another_picture_is_told_apart_and_used_only_when_its_owner_says_so(
    user: User, brought: BroughtRecipe, own_inputs: Own
) -> None:
    photo = own_inputs[0]
    photo.delete()
    other = as_file(quadrants(50, 40), "PNG")
    assert not inputs.take(brought, "photo", BytesIO(other), "other.png").is_same
    with pytest.raises(RecipeFileError, match="still missing"):
        inputs.order_of(brought, inputs.needs_of(brought))
    inputs.accept(brought, "photo")
    order = inputs.order_of(brought, inputs.needs_of(brought))
    assert order.content_image.title == "other"
    inputs.let_go(brought, "photo")
    assert slots(brought)["photo"] == (False, False)
    assert ContentImage.objects.filter(owner=user, title="other").exists()


def test_the_order_is_that_of_the_recipe(
    user: User, brought: BroughtRecipe, own_inputs: Own
) -> None:
    order = inputs.order_of(brought, inputs.needs_of(brought))
    photo, styles = own_inputs
    assert (order.content_image, order.repeats) == (photo, brought)
    assert order.styles == [(styles[0], 1.0), (styles[1], 2.0)]
    assert (order.params, order.stop_after) == (brought.file.params, None)
    transfer = submission.submit_all(user, [order])[0]
    submission.Transfer.objects.update(state="failed")
    assert submission.retry(transfer).repeats == brought


def test_what_was_stopped_is_painted_up_to_the_same_step(
    user: User, paint: Paint, own_inputs: Own
) -> None:
    brought = bringing.keep(user, of_artwork(paint(steps=5, planned_steps=26)))
    order = inputs.order_of(brought, inputs.needs_of(brought))
    assert order.stop_after == 5
    assert submission.submit_all(user, [order])[0].stop_after == 5


def test_one_picture_cannot_be_two_styles(brought: BroughtRecipe, own_inputs: Own) -> None:
    needs = inputs.needs_of(brought)
    inputs.give(brought, needs, "style-1", own_inputs[1][0])
    with pytest.raises(RecipeFileError, match="different picture for each"):
        inputs.order_of(brought, inputs.needs_of(brought))


def test_an_earlier_picture_has_to_be_ones_own(user: User, paint: Paint, own_inputs: Own) -> None:
    first = paint(quadrants(48, 32))
    went_on = paint(
        params=Params(size_px=96, initial="earlier").to_json(),
        earlier={"title": first.title, **described(first)},
    )
    brought = bringing.keep(user, of_artwork(went_on))
    assert slots(brought)["earlier"] == (False, False)
    with pytest.raises(RecipeFileError, match="Nothing can be uploaded"):
        inputs.take(brought, "earlier", BytesIO(PHOTO), "x.png")
    mine = paint(quadrants(48, 32), owner=user)
    assert inputs.order_of(brought, inputs.needs_of(brought)).continues == mine


@pytest.mark.parametrize("data", [b"", b"diary", as_file(Image.new("RGB", (9, 9)), "PNG")])
def test_files_that_are_no_pictures_are_refused(brought: BroughtRecipe, data: bytes) -> None:
    for slot in ("photo", "style-0"):
        with pytest.raises(ImageError):
            inputs.take(brought, slot, BytesIO(data), "x.png")
    assert brought.chosen == {}


def test_of_two_inputs_given_at_once_neither_is_lost(
    brought: BroughtRecipe, own_inputs: Own
) -> None:
    photo, styles = own_inputs
    elsewhere = BroughtRecipe.objects.get(pk=brought.pk)  # another tab
    inputs.choose(brought, "photo", photo, is_same=True)
    inputs.choose(elsewhere, "style-0", styles[0], is_same=True)
    assert set(BroughtRecipe.objects.get(pk=brought.pk).chosen) == {"photo", "style-0"}
    assert set(elsewhere.chosen) == {"photo", "style-0"}


def test_what_is_given_for_a_recipe_that_was_forgotten_meanwhile_is_no_error(
    brought: BroughtRecipe, own_inputs: Own
) -> None:
    BroughtRecipe.objects.all().delete()
    inputs.choose(brought, "photo", own_inputs[0], is_same=True)
    assert not BroughtRecipe.objects.exists()
