"""Colours that stay, or move: luminance, histograms, and colour statistics of whole pictures.

After Gatys, Bethge, Hertzmann and Shechtman, "Preserving Color in Neural Artistic Style Transfer"
(2016): section 3.1 gives the style the photo's colours before painting, section 3.2 paints in
luminance and puts the colours back. Torch-free; what is painted with them is in `engine.stylize`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.images import flatten
from engine.params import KeepColors

LEAST_SPREAD = 4.0
"""A standard deviation, of 255, below which a picture's colours are taken for noise of the camera
or of JPEG: what spreads less than this is not spread out further than if it had this much."""

_BAND_ROWS = 256
"""Rows that are added up at a time, so that a photo of 50 megapixels needs no gigabyte."""

Floats = NDArray[np.float64]


def luminance(image: Image.Image) -> Image.Image:
    """The brightness of `image` (RGB) as a grey RGB picture."""
    return image.convert("YCbCr").getchannel("Y").convert("RGB")


def matched_luminance(style: Image.Image, content: Image.Image) -> Image.Image:
    """The brightness of `style` as grey RGB, with the mean and spread of `content`'s.

    Without this a dark style would darken a photo whose colours are to stay.
    """
    own = style.convert("YCbCr").getchannel("Y")
    mean, deviation = _mean_and_deviation(own)
    aim_mean, aim_deviation = _mean_and_deviation(content.convert("YCbCr").getchannel("Y"))
    spread = aim_deviation / max(deviation, 1.0)
    matched = (np.arange(256) - mean) * spread + aim_mean
    return own.point((matched + 0.5).clip(0, 255).astype(int).tolist()).convert("RGB")


def with_colors_of(painted: Image.Image, content: Image.Image) -> Image.Image:
    """The brightness of `painted` with the colours of `content`; both RGB, same size."""
    brightness = painted.convert("YCbCr").getchannel("Y")
    _, blue, red = content.convert("YCbCr").split()
    return Image.merge("YCbCr", (brightness, blue, red)).convert("RGB")


def in_colors_of(content: Image.Image, style: Image.Image, keep: KeepColors) -> Image.Image:
    """`style` (RGB or RGBA) as it is painted with, where the colours of `content` (RGB) are kept.

    With "off" that is the style image itself, else RGB.
    """
    if keep == "off":
        return style
    plain = flatten(style)
    if keep == "luminance":
        return matched_luminance(plain, content)
    if keep == "histogram":
        return matched_histogram(plain, content)
    return recolored(plain, ColorStatistics.of(content))


def matched_histogram(image: Image.Image, aim: Image.Image) -> Image.Image:
    """`image` with each channel's histogram moved to that of `aim`; both RGB, any sizes.

    A value goes where the same share of `aim` is darker. Shares are counted to the middle of a
    value's own pixels and `aim`'s are interpolated between its values, so that pixels of one value
    stay of one value: no noise is added to break ties, and equal histograms change nothing.
    """
    table: list[int] = []
    found, wanted = np.array(image.histogram()), np.array(aim.histogram())
    for channel in range(3):
        counts = slice(channel * 256, (channel + 1) * 256)
        values = np.flatnonzero(wanted[counts])
        darker = _shares_below(wanted[counts])[values]
        moved = np.interp(_shares_below(found[counts]), darker, values)
        table += (moved + 0.5).astype(int).tolist()
    return image.point(table)


@dataclass(frozen=True, slots=True)
class ColorStatistics:
    """Mean (3,) and covariance (3, 3) of a picture's RGB values, in 0..255."""

    mean: Floats
    covariance: Floats

    @classmethod
    def of(cls, image: Image.Image) -> Self:
        """Those of `image`, RGB."""
        total, products = np.zeros(3), np.zeros((3, 3))
        for top in range(0, image.height, _BAND_ROWS):
            bottom = min(top + _BAND_ROWS, image.height)
            band = np.asarray(image.crop((0, top, image.width, bottom)), dtype=np.float64)
            values = band.reshape(-1, 3)
            total += values.sum(axis=0)
            products += values.T @ values
        count = image.width * image.height
        mean = total / count
        return cls(mean, products / count - np.outer(mean, mean))

    @classmethod
    def mixed(cls, parts: Sequence[tuple[Self, float]]) -> Self:
        """Those of several pictures seen as one, each filling a share of it by its weight.

        So two flat pictures of different colours give a spread along the line between them.
        """
        whole = sum(weight for _, weight in parts)
        mean = np.sum([part.mean * (weight / whole) for part, weight in parts], axis=0)
        covariance = np.zeros((3, 3))
        for part, weight in parts:
            away = part.mean - mean
            covariance += (part.covariance + np.outer(away, away)) * (weight / whole)
        return cls(mean, covariance)


def recolored(image: Image.Image, aim: ColorStatistics) -> Image.Image:
    """`image` (RGB) with the mean and covariance of `aim`, by one linear map; clipped to 0..255.

    The map is A = C_aim^(1/2) C_image^(-1/2) with symmetric square roots, the one of section 3.1
    that the paper calls image analogies, after Hertzmann et al. (2001).
    Departure: directions in which `image` spreads less than LEAST_SPREAD count as if they had that
    much, so that grey and flat pictures give no division by zero and no coloured noise.
    """
    own = ColorStatistics.of(image)
    linear = _root(aim.covariance, 0.5) @ _root(own.covariance, -0.5, least=LEAST_SPREAD**2)
    offset = aim.mean - linear @ own.mean
    rows = np.column_stack((linear, offset)).ravel().tolist()
    return image.convert("RGB", matrix=tuple(rows))


def _mean_and_deviation(grey: Image.Image) -> tuple[float, float]:
    """Of the values of `grey` (L), exactly, from how often each of the 256 occurs."""
    values, counts = np.arange(256), np.array(grey.histogram())
    mean = float(values @ counts) / counts.sum()
    return mean, float(np.sqrt((values - mean) ** 2 @ counts / counts.sum()))


def _shares_below(counts: NDArray[np.int_]) -> Floats:
    """For each value 0..255 the share of pixels below it, half of its own counted in."""
    shares: Floats = (np.cumsum(counts) - counts / 2) / counts.sum()
    return shares


def _root(covariance: Floats, power: float, least: float = 0.0) -> Floats:
    """A symmetric power of a covariance whose eigenvalues are raised to `least` first."""
    variances, directions = np.linalg.eigh(covariance)
    powers = np.maximum(variances, least) ** power
    root: Floats = (directions * powers) @ directions.T
    return root
