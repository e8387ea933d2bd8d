"""A part of a picture, by fractions."""

from __future__ import annotations

import pytest

from engine.errors import ImageError
from gallery.cropping import Crop
from tests.transfers.drawings import quadrants

WHOLE = quadrants(200, 100)


def test_a_corner_is_cut_out_to_the_pixel() -> None:
    part = Crop(0.5, 0.5, 0.5, 0.5).apply(WHOLE)
    assert part.size == (100, 50)
    assert part.getcolors() == [(5000, (240, 240, 240))]


def test_all_of_it_is_a_copy_and_is_stored_as_nothing() -> None:
    assert Crop().apply(WHOLE).tobytes() == WHOLE.tobytes()
    assert Crop().stored() is None
    assert Crop.of(None) == Crop()
    assert Crop.of([0.1, 0.2, 0.3, 0.4]).stored() == [0.1, 0.2, 0.3, 0.4]


def test_thirds_that_do_not_quite_add_up_still_reach_the_edge() -> None:
    assert Crop(2 / 3, 0, 1 / 3 + 1e-9, 1).apply(WHOLE).size == (67, 100)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Crop(-0.1, 0, 0.5, 0.5), "beyond the picture"),
        (Crop(0.6, 0, 0.5, 0.5), "beyond the picture"),
        (Crop(0, 0, 0, 1), "beyond the picture"),
        (Crop(0, 0, float("nan"), 1), "beyond the picture"),
        (Crop(0, 0, 0.1, 1), "only 20 × 100 pixels"),
    ],
)
def test_a_part_that_cannot_be_painted_in_gets_a_sentence(part: Crop, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        part.apply(WHOLE)


def test_a_sliver_is_too_narrow() -> None:
    with pytest.raises(ImageError, match="too long and narrow"):
        Crop(0, 0, 1, 0.008).check((4097, 4000))
