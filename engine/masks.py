"""Masks: grey pictures, stretched over the photo: where a style paints, or where the photo stays.

White is all of it, black is nothing, grey is a share. Torch-free; the regions that a run makes of
masks are in `engine.regions`.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from engine.images import flatten

Values = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

_ROUNDING = 1e-3
"""Of 255: what arithmetic leaves above a whole number."""


def mask_values(mask: Image.Image, size: tuple[int, int]) -> Values:
    """`mask` at `size` (width, height): (h, w), 0 black to 1 white; transparent counts as black."""
    grey = flatten(mask, background=(0, 0, 0)).convert("L").convert("F")
    if grey.size != size:
        # Bilinear has no negative lobes: what is black, and far from white, stays at exactly 0.
        grey = grey.resize(size, Image.Resampling.BILINEAR)
    values = np.array(grey, dtype=np.float32) / np.float32(255)
    clipped: Values = values.clip(0, 1)
    return clipped


def coverage(masks: Sequence[Image.Image | None], size: tuple[int, int]) -> Values | None:
    """How much of each pixel any style of `masks` paints, at `size` (width, height): (h, w), 0..1.

    None where a style has no mask, and so paints whatever the others leave.
    """
    different = {(m.mode, m.size, m.tobytes()): m for m in masks if m is not None}
    if None in masks or not different:
        return None
    whole = sum((mask_values(m, size) for m in different.values()), np.float32(0))
    return np.clip(whole, 0, 1)


def with_photo_outside(
    picture: Image.Image, photo: Image.Image, masks: Sequence[Image.Image | None]
) -> Image.Image:
    """`picture` (RGB) where `masks` are white, `photo` (RGB, of the same size) where all are black.

    Soft masks mix the two. Without a place that no style paints, the picture itself.
    """
    painted = coverage(masks, picture.size)
    if painted is None:
        return picture
    share = Image.fromarray((painted * 255 + 0.5).astype(np.uint8))
    return Image.composite(picture, photo, share)


def protected(masks: Sequence[Image.Image | None], protect: Image.Image) -> list[Image.Image]:
    """`masks` of a run's styles without what `protect` keeps, each in mode L.

    With P the values of `protect`, a mask becomes mask (1 - P), and a style without one (None) gets
    (1 - P) of what the others leave. Masks that overlap to more than 1 share (1 - P) as they would
    share 1; so no more than 1 - P is painted anywhere. All have the size of the largest of them;
    fractions of 1/255 are rounded up.
    """
    size = max([protect, *filter(None, masks)], key=lambda image: image.width * image.height).size
    open_ = 1 - mask_values(protect, size)
    # What is hidden does not tell masks apart: those that are the same elsewhere are one region.
    values = [None if m is None else mask_values(m, size) * (open_ > 0) for m in masks]
    different = {value.tobytes(): value for value in values if value is not None}
    covered = sum(different.values(), np.zeros_like(open_))
    free = (1 - covered).clip(0, 1)
    crowd = covered.clip(min=1)
    return [_grey((free if value is None else value / crowd) * open_) for value in values]


def _grey(values: Values) -> Image.Image:
    return Image.fromarray(np.ceil(values * 255 - _ROUNDING).clip(0, 255).astype(np.uint8))
