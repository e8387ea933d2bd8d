"""Differences of pictures, worked out by hand."""

from __future__ import annotations

import pytest
from PIL import Image

from gallery.likeness import mean_difference
from gallery.pictures import pixels_sha256
from tests.gallery.drawings import gradient


def flat(color: tuple[int, ...], size: tuple[int, int] = (40, 300)) -> Image.Image:
    return Image.new("RGB" if len(color) == 3 else "RGBA", size, color)


@pytest.mark.parametrize(
    ("one", "other", "mean"),
    [
        (flat((10, 20, 30)), flat((10, 20, 30)), 0),
        (flat((0, 0, 0)), flat((255, 255, 255)), 255),
        (flat((10, 20, 30)), flat((13, 20, 30)), 1),  # 3 in one of three channels
        (flat((0, 0, 0, 0)), flat((255, 255, 255)), 0),  # nothing, on white
        (flat((9, 9, 9)), flat((9, 9, 9), (80, 600)), 0),  # the same, twice as large
    ],
)
def test_it_is_the_mean_of_all_samples(one: Image.Image, other: Image.Image, mean: float) -> None:
    assert mean_difference(one, other) == pytest.approx(mean)
    assert mean_difference(other, one) == pytest.approx(mean)


def test_one_pixel_of_many_counts_for_what_it_is() -> None:
    other = flat((0, 0, 0), (10, 10))
    other.putpixel((3, 9), (30, 30, 30))
    assert mean_difference(flat((0, 0, 0), (10, 10)), other) == pytest.approx(0.3)


def test_other_proportions_cannot_be_compared() -> None:
    assert mean_difference(flat((0, 0, 0), (40, 30)), flat((0, 0, 0), (30, 40))) is None


def test_the_hash_of_pixels_knows_size_and_mode() -> None:
    assert pixels_sha256(gradient()) == pixels_sha256(gradient().copy())
    wide, high = flat((1, 1, 1), (8, 2)), flat((1, 1, 1), (2, 8))
    assert pixels_sha256(wide) != pixels_sha256(high)
    assert pixels_sha256(wide) != pixels_sha256(wide.convert("RGBA"))
