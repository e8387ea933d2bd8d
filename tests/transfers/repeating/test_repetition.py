"""The whole way with the real VGG19: painted, written down, brought by another, done again."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from PIL import Image

from accounts.models import User
from engine.params import Params
from gallery import artwork_recipes
from gallery.downloads import Wish, file_bytes
from gallery.masks import keep_mask
from gallery.models import Artwork, Style
from gallery.recipe_files import RecipeFileError
from tests.transfers.repeating.conftest import PHOTO
from transfers.models import Transfer
from transfers.photos import add_photo
from transfers.queue import runner, submission
from transfers.queue.submission import Order
from transfers.repeating import bringing, inputs
from transfers.repeating.check import check

# The watch beats from a thread, with a connection of its own that sees only what is committed.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.vgg]


def painted(transfer: Transfer) -> Artwork:
    assert runner.paint_next() is True
    row = Transfer.objects.get(pk=transfer.pk)
    assert row.artwork is not None, row.error
    return row.artwork


def test_the_same_recipe_on_the_same_machine_is_the_same_picture(
    user: User, stranger: User, preset: Style
) -> None:
    photo = add_photo(stranger, BytesIO(PHOTO), "upload", "Harbour")
    params = Params(size_px=64, steps=5, seed=3, initial="noise")
    first = painted(submission.submit(stranger, photo, [(preset, 1.0)], params))
    carried = file_bytes(first, Wish(with_recipe=True))

    brought = bringing.bring(user, BytesIO(carried))
    assert inputs.take(brought, "photo", BytesIO(PHOTO), "harbour.png").is_same
    order = inputs.order_of(brought, inputs.needs_of(brought))
    again = painted(submission.submit_all(user, [order])[0])

    assert again.recipe["repeats"] == str(brought.pk)
    held = check(brought, again)
    assert (held.outcome, held.mean_difference) == ("identical", 0.0)
    assert again.sha256 == first.sha256
    assert again.recipe["versions"] == first.recipe["versions"]
    assert set(brought.file.made_with) == {
        *("engine", "torch", "pillow", "weights", "weights_sha256", "threads", "processor")
    }


def test_its_masks_come_along_and_the_picture_is_the_same_again(
    user: User, stranger: User, preset: Style
) -> None:
    photo = add_photo(stranger, BytesIO(PHOTO), "upload", "Harbour")
    size = (photo.width, photo.height)
    soft = Image.linear_gradient("L").resize(size)
    corner = Image.new("L", size, 0)
    corner.paste(255, (0, 0, 40, 30))
    masked = Order(
        content_image=photo,
        styles=[(preset, 1.0)],
        params=Params(size_px=64, steps=5, seed=3, outside_masks="photo"),
        masks={preset.pk: keep_mask(stranger, soft)},
        protect=keep_mask(stranger, corner),
    )
    first = painted(submission.submit_all(stranger, [masked])[0])
    carried = file_bytes(first, Wish(with_recipe=True))

    brought = bringing.bring(user, BytesIO(carried))
    assert "png" not in str(brought.recipe)  # the masks are rows of their own
    inputs.take(brought, "photo", BytesIO(PHOTO), "harbour.png")
    order = inputs.order_of(brought, inputs.needs_of(brought))
    assert [mask.owner for mask in (order.masks[preset.pk], order.protect) if mask] == [user] * 2
    again = painted(submission.submit_all(user, [order])[0])

    assert check(brought, again).outcome == "identical"
    assert again.recipe["styles"][0]["mask"] == first.recipe["styles"][0]["mask"]
    assert again.recipe["protect"] == first.recipe["protect"]
    # Where the photo was protected it is the photo, as the engine brings it to this size.
    shrunk = photo.opened().resize((again.width, again.height), Image.Resampling.LANCZOS)
    kept = (0, 0, 19, 14)
    assert again.opened().crop(kept).tobytes() == shrunk.crop(kept).tobytes()
    assert again.opened().tobytes() != shrunk.tobytes()


def test_a_recipe_without_its_masks_is_refused_unless_they_are_here(
    user: User, stranger: User, preset: Style
) -> None:
    photo = add_photo(stranger, BytesIO(PHOTO), "upload", "Harbour")
    mask = keep_mask(stranger, Image.linear_gradient("L").resize((photo.width, photo.height)))
    masked = Order(
        content_image=photo,
        styles=[(preset, 1.0)],
        params=Params(size_px=32, steps=1),
        masks={preset.pk: mask},
    )
    first = painted(submission.submit_all(stranger, [masked])[0])
    bare = json.dumps(artwork_recipes.of_artwork(first).to_json(whole=False)).encode()
    with pytest.raises(RecipeFileError, match="names a mask that is not inside it"):
        bringing.bring(user, BytesIO(bare))
    assert list(bringing.bring(stranger, BytesIO(bare)).masks.all()) == [mask]
