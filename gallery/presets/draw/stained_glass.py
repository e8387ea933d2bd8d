"""Stained glass: a garden window of pale, streaky glass in soldered lead.

The lead lines are the borders of a label map; the glass is kept light, because dark glass would
drown a photo.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import distance_transform_edt, gaussian_filter

from .noise import Field, fractal_noise, smooth_noise, smoothstep, unit_grid
from .palette import Rgb, colors, mix, rgb, to_image
from .scatter import cell_map, even_points
from .surface import raking_light

_SEED = 8
_LEAD = 0.0052  # half the width of a lead line
# x, y, radius, petals, glass
_ROSES = (
    (0.26, 0.27, 0.21, 9, ("#ffd23f", "#ff9f1c", "#fff0b3", "#f25c54")),
    (0.77, 0.20, 0.16, 7, ("#ff8fa3", "#ffd6dd", "#e5446d", "#fff3b0")),
    (0.68, 0.63, 0.23, 10, ("#ff6b6b", "#ffc9b9", "#ffb703", "#fff1d0")),
    (0.17, 0.75, 0.15, 8, ("#b8a1ff", "#e6dbff", "#7d6be0", "#ffe58a")),
    (0.95, 0.92, 0.16, 8, ("#ffb3c6", "#fff0f3", "#fb6f92", "#ffe58a")),
)
_SKY = colors("#bfe9f5", "#7fd1e8", "#e4f6ee", "#4fb3dd", "#fdf6d8", "#a7d8f0", "#2b86c9")
_LEAF = colors("#8fd16b", "#4fb286", "#c9e77f", "#2f9e77", "#e3f0a0", "#6bbf59", "#1d7d63")


def _garden(size_px: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], list[Rgb]]:
    """Return the label of the piece of glass at each pixel, and each label's colour."""
    x, y = unit_grid(size_px)
    bend = 0.05 * np.sin(9 * x + 1) + 0.03 * smooth_noise(size_px, 0.25, rng)
    pieces = cell_map(even_points(0.072, rng, relax=2), size_px)
    band = np.floor((y + bend) * 7 + 0.9 * x).astype(np.int64) + 2
    labels = pieces + band * (pieces.max() + 1)
    names, labels = np.unique(labels, return_inverse=True)
    labels = labels.reshape(x.shape)
    green = (names // (pieces.max() + 1)) % 3 == 1
    glass = [(_LEAF if leaf else _SKY)[rng.integers(7)] for leaf in green]
    for rose_x, rose_y, radius, petals, tints in _ROSES:
        labels = _rose(labels, glass, x - rose_x, y - rose_y, radius, petals, tints)
    return labels, glass


def _rose(
    labels: NDArray[np.int64],
    glass: list[Rgb],
    right: Field,
    below: Field,
    radius: float,
    petals: int,
    tints: tuple[str, ...],
) -> NDArray[np.int64]:
    """Set a flower of three rings of petals into the label map and append its glass."""
    distance = np.hypot(right, below) / radius
    angle = np.arctan2(below, right) / (2 * np.pi) * petals
    labels = labels.copy()
    for ring, (outer, twist) in enumerate(((1.0, 0.0), (0.68, 0.5), (0.40, 0.2))):
        turn = angle + twist + 0.55 * distance
        petal = np.floor(turn).astype(np.int64) % petals
        scallop = outer * (0.80 + 0.22 * np.sqrt(np.abs(np.sin(np.pi * turn))))
        inside = distance < scallop
        labels[inside] = len(glass) + petal[inside]
        glass += [rgb(tints[(ring + index % 2) % len(tints)]) for index in range(petals)]
    labels[distance < 0.14] = len(glass)
    glass.append(rgb(tints[-1]))
    return labels


def _streaks(labels: NDArray[np.int64], rng: np.random.Generator) -> Field:
    """Return the streaks of hand-rolled glass, which run differently in each piece."""
    size_px = len(labels)
    rolled = np.stack(
        [
            fractal_noise(size_px, (0.16, 0.018), rng, 3),
            fractal_noise(size_px, (0.018, 0.16), rng, 3),
            fractal_noise(size_px, 0.05, rng, 4),
        ]
    )
    which = (labels * 7) % 3
    return np.take_along_axis(rolled, which[None], 0)[0]


def draw(size_px: int = 1536) -> Image.Image:
    """Lead the window; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    labels, glass = _garden(size_px, rng)
    pixels = np.stack(glass)[labels]
    streaks = _streaks(labels, rng)
    pixels = mix(pixels, np.full_like(pixels, 255), 0.42 * smoothstep(-0.2, 2.2, streaks))
    pixels *= (1 + 0.10 * np.clip(streaks, -2, 0))[..., None]
    border = np.zeros(labels.shape, bool)
    border[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    border[1:] |= labels[1:] != labels[:-1]
    distance = distance_transform_edt(~border).astype(np.float32) / size_px
    # Light pools in the middle of a piece and fades beside the lead.
    pixels *= (0.80 + 0.24 * smoothstep(0, 0.026, distance))[..., None]
    width = _LEAD * (1 + 0.13 * smooth_noise(size_px, 0.03, rng))
    came = np.sqrt(np.clip(1 - (distance / width) ** 2, 0, 1))
    pitted = came + 0.05 * fractal_noise(size_px, 0.006, rng, 2) * came
    lead = np.broadcast_to(rgb("#4a4650"), pixels.shape)
    lead = raking_light(lead, gaussian_filter(pitted, size_px / 900), 16, 0.9, 0.7)
    edge = smoothstep(1.0, 0.86, distance / width)
    ripple = raking_light(pixels, gaussian_filter(streaks, size_px / 500), 1.6, 0.0, 0.3)
    return to_image(mix(ripple, lead, edge))
