"""Smooth seeded noise on the unit square, the raw material of every texture here.

Fields are float32 arrays of shape (size_px, size_px). Lengths are in units of the picture's side,
so that a seed gives the same field at any size.
"""

import math

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

# Averaged over a cell, the squares of the four cubic B-spline weights sum to 0.4794, in each axis.
_SPLINE_STD = 0.4794


def unit_grid(size_px: int) -> tuple[Field, Field]:
    """Return x and y of every pixel centre, each of shape (size_px, size_px), in (0, 1)."""
    axis = (np.arange(size_px, dtype=np.float32) + 0.5) / size_px
    return np.meshgrid(axis, axis)


def _spline_weights(size_px: int, feature: float, phase: float, knots: int) -> NDArray[np.float64]:
    """Return the (size_px, knots) matrix of cubic B-spline weights, four in each row."""
    position = (np.arange(size_px) + 0.5) / size_px / feature + phase
    first = position.astype(int)
    t = position - first
    weights = np.zeros((size_px, knots))
    rows = np.arange(size_px)
    for offset, weight in enumerate(
        (
            (1 - t) ** 3 / 6,
            (3 * t**3 - 6 * t**2 + 4) / 6,
            (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
            t**3 / 6,
        )
    ):
        weights[rows, first + offset] = weight
    return weights


def smooth_noise(
    size_px: int,
    feature: float | tuple[float, float],
    rng: np.random.Generator,
    rows_px: int | None = None,
) -> Field:
    """Return noise of about zero mean and unit variance whose bumps are `feature` wide.

    Give (width, height) for stretched bumps, such as wood grain. With `rows_px`, only that many of
    the first rows are worked out.
    """
    width, height = (feature, feature) if isinstance(feature, int | float) else feature
    columns, rows = math.ceil(1 / width) + 5, math.ceil(1 / height) + 5
    knots = rng.standard_normal((rows, columns))
    down = _spline_weights(size_px, height, rng.random(), rows)[:rows_px]
    across = _spline_weights(size_px, width, rng.random(), columns)
    # In double precision, so that other processors round to the same picture.
    return (down @ knots @ across.T / _SPLINE_STD).astype(np.float32)


def fractal_noise(
    size_px: int,
    feature: float | tuple[float, float],
    rng: np.random.Generator,
    octaves: int = 4,
    gain: float = 0.5,
    rows_px: int | None = None,
) -> Field:
    """Return a sum of octaves of `smooth_noise`, each half as wide and `gain` as strong."""
    width, height = (feature, feature) if isinstance(feature, int | float) else feature
    total = np.zeros((rows_px or size_px, size_px), np.float32)
    for octave in range(octaves):
        shrink = 2.0**-octave
        bumps = smooth_noise(size_px, (width * shrink, height * shrink), rng, rows_px)
        total += gain**octave * bumps
    return total / math.sqrt(sum(gain ** (2 * octave) for octave in range(octaves)))


def noise_line(
    count: int, feature: float, rng: np.random.Generator, octaves: int = 2
) -> NDArray[np.float32]:
    """Return `count` values of fractal noise along a line, for edges and profiles."""
    return fractal_noise(count, feature, rng, octaves, rows_px=1)[0]


def smoothstep(low: float, high: float, value: Field) -> Field:
    """Return 0 below `low`, 1 above `high`, and a soft S in between (reversed if low > high)."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
