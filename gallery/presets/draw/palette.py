"""Colours: reading, blending and varying them, and turning float arrays into pictures.

A colour is three floats in 0..255; a picture in progress is a float32 array of shape (h, w, 3).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

Rgb = NDArray[np.float32]


def rgb(code: str) -> Rgb:
    """Return the colour of a code such as "#1f6f8b"."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


def colors(*codes: str) -> Rgb:
    """Return several colours as an array of shape (len(codes), 3)."""
    return np.stack([rgb(code) for code in codes])


def ramp(t: ArrayLike, stops: Sequence[tuple[float, str]]) -> Rgb:
    """Return the colours at `t` on a ramp through (position, code) stops; shape t.shape + (3,)."""
    positions = [position for position, _ in stops]
    table = colors(*(code for _, code in stops))
    channels = [np.interp(t, positions, table[:, channel]) for channel in range(3)]
    return np.stack(channels, -1).astype(np.float32)


def mix(under: Rgb, over: Rgb, amount: ArrayLike) -> Rgb:
    """Blend `over` onto `under`; `amount` in 0..1 has the shape of the pixels."""
    weight = np.asarray(amount, np.float32)[..., None]
    return under + (over - under) * weight


def vary(color: Rgb, rng: np.random.Generator, light: float = 0.08, hue: float = 8.0) -> Rgb:
    """Return the colour a little lighter or darker (`light`, relative) and shifted (`hue`)."""
    return color * (1 + rng.normal(0, light)) + rng.normal(0, hue, 3).astype(np.float32)


def ink(color: Rgb) -> tuple[int, int, int]:
    """Return the colour as Pillow's drawing calls take it."""
    red, green, blue = color.tolist()
    return int(min(max(red, 0), 255)), int(min(max(green, 0), 255)), int(min(max(blue, 0), 255))


def to_image(pixels: Rgb) -> Image.Image:
    """Return an RGB picture of a float array, clipped to 0..255."""
    return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))


def to_pixels(image: Image.Image) -> Rgb:
    """Return a picture's pixels as a float32 array of shape (h, w) or (h, w, 3)."""
    return np.asarray(image, np.float32)
