"""Embroidery: blossoms and leaves in satin stitch on a ground of long-and-short stitches.

Every stitch is a twisted thread: a dark edge, its colour, and a shine where it crowns. Stitches of
one shape lie side by side in one direction, which is what makes silk change with the light.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from .noise import Field, fractal_noise, smooth_noise, unit_grid
from .palette import Rgb, colors, rgb, to_image, vary
from .scatter import even_points
from .strokes import Canvas
from .surface import raking_light

_SEED = 11
_THREAD = 0.0062  # width of a thread
# x, y, radius, petals, silks from the rim to the heart
_BLOSSOMS = (
    (0.25, 0.24, 0.165, 6, ("#f7c9cf", "#ea7f95", "#c23b62", "#f5c84c")),
    (0.71, 0.20, 0.135, 5, ("#fff3d6", "#f9cf72", "#e98f3a", "#a03a2c")),
    (0.56, 0.57, 0.175, 7, ("#fbe0c8", "#f29a6b", "#d7503f", "#f7d667")),
    (0.14, 0.72, 0.135, 5, ("#d9e4fa", "#8fabe6", "#4b64b8", "#f5d77a")),
    (0.88, 0.78, 0.155, 6, ("#fbd7e3", "#e889b4", "#a33f86", "#f5c84c")),
    (0.37, 0.95, 0.110, 5, ("#fff3d6", "#f9d98a", "#eda24a", "#b0472f")),
    (0.98, 0.40, 0.100, 5, ("#d9e4fa", "#9fb9ea", "#5b78c8", "#f5d77a")),
)
_LEAVES = colors("#2f7d5b", "#5aa469", "#9cc56b", "#1f5c4f", "#c4d98a")
_GROUND = colors("#1c2f5c", "#25417a", "#1f5673", "#17274c", "#2f6a86")


@dataclass(frozen=True, slots=True)
class _Design:
    """The pattern drawn on the cloth: colour and direction of the thread at each pixel."""

    color: Rgb
    angle: Field
    rank: NDArray[np.int64]  # 0 ground, 1 leaf, 2 blossom: higher ones are stitched later


def _design(size_px: int, rng: np.random.Generator) -> _Design:
    """Draw the pattern."""
    x, y = unit_grid(size_px)
    mood = fractal_noise(size_px, 0.2, rng, 3)
    color = _GROUND[np.clip(np.round(2 + 1.5 * mood), 0, 4).astype(int)]
    angle = 0.5 * np.sin(6 * x + 3 * y) + 0.7 * smooth_noise(size_px, 0.3, rng)
    design = _Design(color, angle, np.zeros((size_px, size_px), np.int64))
    for at in even_points(0.13, rng, margin=0.05):
        _draw_leaf(design, x - at[0], y - at[1], rng)
    for at_x, at_y, radius, petals, silks in _BLOSSOMS:
        _draw_blossom(design, (x - at_x) / radius, (y - at_y) / radius, petals, silks)
    return design


def _draw_leaf(design: _Design, right: Field, below: Field, rng: np.random.Generator) -> None:
    """Draw a leaf whose stitches slant away from its midrib."""
    size, turn = rng.uniform(0.07, 0.11), rng.uniform(0, 2 * np.pi)
    along = (right * np.cos(turn) + below * np.sin(turn)) / size
    across = (below * np.cos(turn) - right * np.sin(turn)) / size
    inside = np.abs(across) < 0.42 * np.clip(1 - along**2, 0, 1) * (1 - 0.35 * along)
    first = rng.integers(len(_LEAVES))
    shade = (first + (across[inside] > 0) + (along[inside] > 0.2)) % len(_LEAVES)
    design.color[inside] = _LEAVES[shade]
    design.angle[inside] = turn + 0.75 * np.sign(across[inside])
    design.rank[inside] = 1


def _draw_blossom(
    design: _Design, right: Field, below: Field, petals: int, silks: tuple[str, ...]
) -> None:
    """Draw a blossom; `right` and `below` are in units of its radius."""
    distance, angle = np.hypot(right, below), np.arctan2(below, right)
    lobe = petals * angle / 2 + 1
    edge = 0.72 + 0.28 * np.sqrt(np.abs(np.cos(lobe)))
    inside = distance < edge
    share = distance / edge + 0.06 * np.cos(petals * 6 * angle)
    ring = np.digitize(share, [0.26, 0.52, 0.80])
    table = colors(*reversed(silks))
    design.color[inside] = table[ring[inside]]
    seam = inside & (np.abs(np.cos(lobe)) < 0.10) & (distance > 0.3)
    design.color[seam] = 0.6 * table[1]
    heart = distance < 0.24
    design.angle[inside] = angle[inside] + 0.25 * np.sin(2 * lobe[inside])
    design.angle[heart] = angle[heart] + np.pi / 2
    design.rank[inside] = 2


def _stitch(canvas: Canvas, middle: Field, angle: float, length: float, color: Rgb) -> None:
    """Sew one stitch: dark edge, body, crown of light."""
    size_px = canvas.size_px
    way = np.array([np.cos(angle), np.sin(angle)]) * length * size_px / 2
    side = np.array([-way[1], way[0]]) / (np.hypot(*way) + 1e-6)
    width = _THREAD * size_px
    path = np.array([middle - way, middle, middle + way])
    for shade, share, shift, height in (
        (0.50, 1.35, 0.0, 70),
        (0.88, 0.95, 0.0, 150),
        (1.05, 0.60, -0.10, 205),
        (1.25, 0.24, -0.18, 245),
    ):
        lift = path + side * shift * width
        canvas.line(lift, color * shade + 12 * (shade > 1), width * share, height)


def draw(size_px: int = 1536) -> Image.Image:
    """Embroider the picture; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    design = _design(size_px, rng)
    canvas = Canvas(to_image(np.broadcast_to(rgb("#16223f"), (size_px, size_px, 3))))
    places = np.concatenate([even_points(0.0135, rng, 0.01), even_points(0.0120, rng, 0.01)])
    pixels = np.clip(places * size_px, 0, size_px - 1).astype(int)
    rank = design.rank[pixels[:, 1], pixels[:, 0]]
    for index in np.argsort(rank * 2 + rng.uniform(0, 1.4, len(rank))):
        column, row = pixels[index]
        color = vary(design.color[row, column], rng, light=0.07, hue=5)
        angle = float(design.angle[row, column]) + rng.normal(0, 0.06)
        length = rng.uniform(0.026, 0.042) if rank[index] == 0 else rng.uniform(0.020, 0.032)
        _stitch(canvas, places[index] * size_px, angle, length, color)
    weave = 0.03 * smooth_noise(size_px, 0.0026, rng)
    height = gaussian_filter(canvas.height, size_px / 1100) + weave
    return to_image(raking_light(canvas.pixels, height, 4, 0.35, 0.35))
