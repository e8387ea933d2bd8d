"""Whether a repetition is what was promised: identical, the same to the eye, or not, and why."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from accounts.models import User
from gallery import artwork_recipes
from gallery.downloads import Wish, file_bytes
from gallery.models import Artwork
from tests.transfers.drawings import quadrants
from tests.transfers.repeating.conftest import Paint
from transfers.repeating import bringing
from transfers.repeating.check import check
from transfers.repeating.models import BroughtRecipe


def lighter(by: int) -> Image.Image:
    """All samples of the drawn picture changed by ``by``; none of them is cut off."""
    return quadrants(96, 64).point(lambda value: value + by)


def with_picture(user: User, artwork: Artwork, **wish: Any) -> BroughtRecipe:
    return bringing.bring(user, BytesIO(file_bytes(artwork, Wish(with_recipe=True, **wish))))


def test_the_same_pixels_are_identical_whatever_was_brought(user: User, paint: Paint) -> None:
    first = paint()
    again = paint(owner=user)
    for brought in (
        bringing.keep(user, artwork_recipes.of_artwork(first)),
        with_picture(user, first),
        with_picture(user, first, file_format="jpg"),
    ):
        held = check(brought, again)
        assert (held.outcome, held.mean_difference) == ("identical", 0)
        assert held.sentence == "The same picture: identical."


def test_another_encoder_of_the_same_pixels_makes_no_difference(user: User, paint: Paint) -> None:
    first = paint()
    Artwork.objects.filter(pk=first.pk).update(sha256="0" * 64)
    first.refresh_from_db()
    brought = bringing.keep(user, artwork_recipes.of_artwork(first))
    assert check(brought, paint(owner=user)).outcome == "identical"


@pytest.mark.parametrize(
    ("by", "outcome", "sentence"),
    [
        (1, "same_to_the_eye", "The same to the eye (mean difference 1.0 of 255)."),
        (2, "same_to_the_eye", "The same to the eye (mean difference 2.0 of 255)."),
        (3, "differs", "It differs (mean difference 3.0 of 255)."),
    ],
)
def test_the_difference_is_measured_against_the_picture_that_was_brought(
    user: User, paint: Paint, by: int, outcome: str, sentence: str
) -> None:
    held = check(with_picture(user, paint()), paint(lighter(by), owner=user))
    assert (held.outcome, held.mean_difference, held.sentence) == (outcome, by, sentence)


def test_without_a_picture_it_is_held_against_ones_own_of_that_hash(
    user: User, paint: Paint
) -> None:
    mine = paint(owner=user)
    brought = bringing.keep(user, artwork_recipes.of_artwork(mine))
    assert check(brought, paint(lighter(1), owner=user)).mean_difference == 1


def test_without_any_picture_nobody_knows_how_much(user: User, paint: Paint) -> None:
    brought = bringing.keep(user, artwork_recipes.of_artwork(paint()))
    held = check(brought, paint(lighter(1), owner=user))
    assert (held.outcome, held.mean_difference) == ("unknown", None)
    assert "cannot be told" in held.sentence


def test_other_proportions_differ(user: User, paint: Paint) -> None:
    held = check(with_picture(user, paint()), paint(quadrants(64, 96), owner=user))
    assert (held.outcome, held.mean_difference) == ("differs", None)
    assert held.sentence == "It differs: the proportions are others."


def test_reasons_are_what_is_known_to_differ(user: User, paint: Paint) -> None:
    then = {"torch": "2.0", "threads": 8, "processor": "Old", "weights_sha256": "a" * 64}
    now = {"torch": "2.1", "threads": 2, "processor": "New", "weights_sha256": "b" * 64}
    first = paint(quadrants(192, 128), versions=then, steps=5, planned_steps=9)
    brought = with_picture(user, first, file_format="jpg", size="web")
    brought.chosen = {"photo": {"id": "x", "same": False, "accepted": True}}
    held = check(brought, paint(lighter(5), owner=user, versions=now, steps=3, planned_steps=9))
    said = " ".join(held.reasons)
    for words in (
        "Another photo or style",
        "in 5 steps then, in 3 now",
        "2.0 then, 2.1 now",
        "other weights",
        "8 threads then, with 2 now",
        "Old then, New now",
        "never exact",
        "another size",
    ):
        assert words in said
    assert not check(with_picture(user, paint()), paint(lighter(4), owner=user)).reasons


def test_a_lost_file_leaves_only_the_hashes(user: User, paint: Paint) -> None:
    brought = with_picture(user, paint())
    brought.original.storage.delete(brought.original.name)
    assert check(brought, paint(lighter(1), owner=user)).outcome == "unknown"
