"""Mosaic: small hand-cut stones laid in rows that follow the shapes, with gold among the blues.

The rows are level lines of the distance to the shapes; every stone is cut to the curve and tilts a
little, as in Ravenna, so that it catches the light its own way.
"""

import numpy as np
from PIL import Image
from scipy.ndimage import distance_transform_edt, gaussian_filter
from skimage.measure import find_contours

from .noise import Field, fractal_noise, smooth_noise, unit_grid
from .palette import Rgb, colors, rgb, to_image, vary
from .strokes import Canvas, normals
from .surface import raking_light

_SEED = 9
_STONE = 0.0205  # side of a stone
_GROUT = rgb("#cfc3ab")
# x, y, radius of the round flowers, with the colours of their rings from the rim to the heart
_DISCS = (
    (0.30, 0.33, 0.185, ("#f7edd0", "#b5382f", "#e8a33a", "#f3cf62", "#fbeeb5", "#2d7f83")),
    (0.76, 0.25, 0.135, ("#f7edd0", "#1f5f87", "#69b7bd", "#d9ecdc", "#efc04f", "#b5382f")),
    (0.71, 0.72, 0.190, ("#f7edd0", "#d58a2c", "#f2c04c", "#f9e6a0", "#c84a3a", "#7e2438")),
    (0.21, 0.82, 0.125, ("#f7edd0", "#2b7a6f", "#8cc4a0", "#e7efcf", "#efb94a", "#b5382f")),
)
_SEA = colors("#1d3f78", "#2b5f9e", "#3c86b8", "#63aac8", "#a5d0d5", "#27507f", "#2f8f97")
_GOLD = colors("#e6b23d", "#f6d878", "#c98f2a")


def _shapes(size_px: int, rng: np.random.Generator) -> tuple[Field, Field]:
    """Return the signed distance to the nearest disc's rim, and to the nearest wave line."""
    x, y = unit_grid(size_px)
    rims = [np.hypot(x - at_x, y - at_y) - radius for at_x, at_y, radius, _ in _DISCS]
    sway = 0.03 * np.sin(8 * x + 1.2) + 0.022 * smooth_noise(size_px, 0.3, rng)
    band = np.floor((y + sway + 0.35 * x) / 0.245)
    change = np.zeros(band.shape, bool)
    change[1:] = band[1:] != band[:-1]
    waves = distance_transform_edt(~change).astype(np.float32) / size_px
    return np.min(rims, 0), waves


def _stone_color(
    x: float, y: float, rim: float, wave: float, tone: float, rng: np.random.Generator
) -> Rgb:
    """Return the colour of the stone at (x, y), from what it is part of."""
    if rim < 0:
        at_x, at_y, _, rings = min(
            _DISCS, key=lambda disc: np.hypot(x - disc[0], y - disc[1]) - disc[2]
        )
        row = int(-rim / _STONE)
        petal = np.sin(8 * np.arctan2(y - at_y, x - at_x)) > 0.35
        color = rgb(rings[min(len(rings) - 1, max(0, (2 * row + petal) // 3))])
    elif rim < _STONE:
        color = rgb("#1b2c52")
    elif wave < _STONE:
        color = _GOLD[rng.integers(len(_GOLD))]
    elif wave < 2 * _STONE:
        color = rgb("#f4ead0")
    else:
        shade = int(np.clip(3 + 1.9 * tone + rng.normal(0, 0.9), 0, len(_SEA) - 1))
        color = _SEA[shade]
        if rng.random() < 0.05:
            color = _GOLD[rng.integers(len(_GOLD))]
    return vary(color, rng, light=0.09, hue=6)


def _lay(canvas: Canvas, size_px: int, rng: np.random.Generator) -> None:
    """Cut and lay stones along every row, leaving out those that would lie on earlier ones."""
    rim, wave = _shapes(size_px, rng)
    tone = fractal_noise(size_px, 0.25, rng, 3)
    field = np.where(rim < 0, -rim, np.minimum(rim, wave))
    field = gaussian_filter(field, size_px * 0.0012)
    taken = np.zeros((size_px, size_px), bool)
    rows = np.arange(_STONE / 2, float(field.max()), _STONE)
    for level in rows:
        for contour in find_contours(field, level):
            path = contour[:, ::-1].astype(np.float32)
            _lay_row(canvas, path, (rim, wave, tone, taken), rng)


def _lay_row(
    canvas: Canvas,
    path: Field,
    fields: tuple[Field, Field, Field, Field],
    rng: np.random.Generator,
) -> None:
    """Lay one row of stones along a path given in pixels."""
    rim, wave, tone, taken = fields
    size_px = len(rim)
    stone = _STONE * size_px
    run = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    if run[-1] < stone:
        return
    normal = gaussian_filter(normals(path), (stone / 6, 0))
    at = rng.uniform(0, stone)
    while at < run[-1]:
        length = stone * rng.uniform(0.75, 1.25)
        ends = np.interp([at, at + length * 0.9], run, np.arange(len(path))).astype(int)
        at += length
        centre = path[ends].mean(0)
        column, row = np.clip(centre, 0, size_px - 1).astype(int)
        if taken[row, column]:
            continue
        place = (rim[row, column], wave[row, column], tone[row, column])
        color = _stone_color(*(centre / size_px), *place, rng)
        corners = _cut(path[ends], normal[ends], stone, rng)
        canvas.polygon(corners, color, 165 + rng.normal(0, 26))
        reach = max(1, int(stone * 0.36))
        taken[max(0, row - reach) : row + reach, max(0, column - reach) : column + reach] = True


def _cut(ends: Field, normal: Field, stone: float, rng: np.random.Generator) -> Field:
    """Return the corners of one stone between two points of its row, cut by hand."""
    half = stone * rng.uniform(0.42, 0.47)
    above, below = ends + normal * half, ends - normal * half
    return np.concatenate([above, below[::-1]]) + rng.normal(0, stone * 0.03, (4, 2))


def draw(size_px: int = 1536) -> Image.Image:
    """Lay the mosaic; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    ground = np.broadcast_to(_GROUT, (size_px, size_px, 3))
    canvas = Canvas(to_image(ground * (1 + 0.07 * fractal_noise(size_px, 0.01, rng, 3))[..., None]))
    _lay(canvas, size_px, rng)
    tilt = 0.10 * fractal_noise(size_px, 0.022, rng, 2) + 0.02 * fractal_noise(
        size_px, 0.004, rng, 2
    )
    height = gaussian_filter(canvas.height, size_px / 620) + tilt * (canvas.height > 0.4)
    return to_image(raking_light(canvas.pixels, height, strength=7, shine=0.7, spread=0.38))
