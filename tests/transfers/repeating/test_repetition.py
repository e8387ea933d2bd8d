"""The whole way with the real VGG19: painted, written down, brought by another, done again."""

from __future__ import annotations

from io import BytesIO

import pytest

from accounts.models import User
from engine.params import Params
from gallery.downloads import Wish, file_bytes
from gallery.models import Artwork, Style
from tests.transfers.repeating.conftest import PHOTO
from transfers.models import Transfer
from transfers.photos import add_photo
from transfers.queue import runner, submission
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
