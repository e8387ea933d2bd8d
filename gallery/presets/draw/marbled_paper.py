"""Marbled paper: drops of colour on a bath, combed into feathers and turned into curls.

The bath is followed backwards: every pixel is carried through the comb strokes and drops, last to
first, to the drop that it started in (the mathematics of Lu, Jaffer and others, 2012).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .noise import Field, fractal_noise, unit_grid
from .palette import colors, to_image
from .surface import paper_tooth

_SEED = 4
_COLORS = colors(
    "#f4ead2",
    "#1c3f6e",
    "#c43b2e",
    "#e9b44c",
    "#2f7f86",
    "#f4ead2",
    "#7b2d43",
    "#8fbfc0",
    "#14233f",
)
_DROPS = 420

# Takes the places (x, y) of all pixels to where they were before one stroke of the comb.
Undo = Callable[[Field, Field], tuple[Field, Field]]


def _comb(spacing: float, shift: float, sharpness: float, upright: bool, turn: bool) -> Undo:
    """Undo a comb drawn across the bath: teeth `spacing` apart drag the colours by `shift`.

    With `turn`, every second tooth goes the other way.
    """

    def undo(x: Field, y: Field) -> tuple[Field, Field]:
        place = x if upright else y
        tooth = np.round(place / spacing)
        distance = np.abs(place - tooth * spacing) / spacing
        drag = shift * np.exp(-sharpness * distance)
        if turn:
            drag = drag * (1 - 2 * (tooth % 2))
        return (x, y - drag) if upright else (x - drag, y)

    return undo


def _curl(at: tuple[float, float], radius: float, turns: float) -> Undo:
    """Undo a curl made by a stylus: a rotation that dies away from its centre."""

    def undo(x: Field, y: Field) -> tuple[Field, Field]:
        right, below = x - at[0], y - at[1]
        angle = -turns * 2 * np.pi * np.exp(-((np.hypot(right, below) / radius) ** 2))
        cos, sin = np.cos(angle), np.sin(angle)
        return at[0] + right * cos - below * sin, at[1] + right * sin + below * cos

    return undo


def _strokes(rng: np.random.Generator) -> list[Undo]:
    """Return every stroke of the comb and stylus, first to last."""
    strokes = [
        _comb(0.13, 0.16, 5.0, upright=True, turn=True),
        _comb(0.10, 0.12, 5.0, upright=False, turn=True),
        _comb(0.042, 0.060, 4.0, upright=True, turn=False),
    ]
    for row in range(4):
        for column in range(4):
            at = (
                0.14 + 0.26 * column + 0.13 * (row % 2) - 0.06 + rng.normal(0, 0.012),
                0.12 + 0.255 * row + rng.normal(0, 0.012),
            )
            strokes.append(_curl(at, rng.uniform(0.055, 0.085), 0.72 * (-1) ** (row + column)))
    return strokes


def _bath(x: Field, y: Field, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the colour index at each place of the bath, before any comb touches it.

    Each drop pushes the earlier ones outwards without changing their areas.
    """
    places = rng.uniform(-0.15, 1.15, (_DROPS, 2))
    radii = rng.uniform(0.020, 0.066, _DROPS)
    tints = np.concatenate(
        [rng.permutation(len(_COLORS)) for _ in range(_DROPS // len(_COLORS) + 1)]
    )
    owner = np.full(x.size, -1)
    alive = np.arange(x.size)
    x, y = x.ravel().astype(np.float32), y.ravel().astype(np.float32)
    for index in range(_DROPS - 1, -1, -1):
        right, below = x - np.float32(places[index, 0]), y - np.float32(places[index, 1])
        squared = right**2 + below**2
        area = np.float32(radii[index] ** 2)
        inside = squared < area
        owner[alive[inside]] = tints[index]
        keep = ~inside
        alive, right, below, squared = alive[keep], right[keep], below[keep], squared[keep]
        shrink = np.sqrt(1 - area / squared)
        x, y = places[index, 0] + right * shrink, places[index, 1] + below * shrink
        x, y = x.astype(np.float32), y.astype(np.float32)
    return np.where(owner < 0, 0, owner)


def draw(size_px: int = 1536) -> Image.Image:
    """Marble the sheet; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    x, y = unit_grid(size_px)
    x = x + 0.004 * fractal_noise(size_px, 0.10, rng, 2)
    y = y + 0.004 * fractal_noise(size_px, 0.10, rng, 2)
    for undo in reversed(_strokes(rng)):
        x, y = undo(x, y)
    pixels = _COLORS[_bath(x, y, rng)].reshape(size_px, size_px, 3)
    mottle = 0.030 * fractal_noise(size_px, 0.015, rng, 3) + 0.022 * paper_tooth(size_px, rng)
    return to_image(pixels * (1 + mottle)[..., None])
