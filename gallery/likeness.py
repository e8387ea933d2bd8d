"""How much two pictures differ, as a number that people can judge."""

from __future__ import annotations

import numpy as np
from PIL import Image

from engine.images import flatten

MOST_TO_THE_EYE = 2.0
"""A mean difference, of 255, up to which two pictures look the same."""

MOST_BENT = 0.02
"""How far the proportions of two pictures may be apart, to be compared at all."""

ROWS_AT_ONCE = 256


def mean_difference(one: Image.Image, other: Image.Image) -> float | None:
    """Mean absolute difference of all samples (sRGB, 0 to 255), what is transparent on white.

    The larger one is brought to the size of the smaller one. None for other proportions.
    """
    if abs(one.width * other.height / (one.height * other.width) - 1) > MOST_BENT:
        return None
    one, other = flatten(one), flatten(other)
    if one.size != other.size:
        size = min(one.size, other.size)
        one, other = (_sized(image, size) for image in (one, other))
    total = 0
    for top in range(0, one.height, ROWS_AT_ONCE):
        strip = (0, top, one.width, min(top + ROWS_AT_ONCE, one.height))
        first, second = (np.asarray(image.crop(strip), np.int16) for image in (one, other))
        total += int(np.abs(first - second).sum(dtype=np.int64))
    return total / (one.width * one.height * 3)


def _sized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)
