"""Cubist facets: broken planes in ochre, slate and cream, each shaded from one edge.

A plane is opaque at its shaded edge and fades across itself, so that planes slide into one another;
short flat brush marks give them a skin of paint.
"""

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from .noise import Field, fractal_noise, smooth_noise, unit_grid
from .palette import Rgb, colors, mix, ramp, rgb, to_image, to_pixels, vary
from .scatter import even_points
from .strokes import Brush, Canvas
from .surface import raking_light

_SEED = 23
_PLANES = colors(
    "#c9994f", "#e6c98c", "#8d6b43", "#5f7480", "#9fb0ad", "#3c4a57", "#f1e6c8", "#a9552f",
    "#6f7f5a", "#d9b06a", "#2b3038", "#7e95a0", "#efd9a7", "#b9763c",
)  # fmt: skip
_LINE = rgb("#221d1b")
_AXES = np.radians([22, 68, 112, 158, 5, 92])
# planes, radius from and to: the large ones first
_LAYERS = ((60, 0.16, 0.30), (170, 0.08, 0.17), (260, 0.035, 0.085))


def _plane(at: Field, radius: float, rng: np.random.Generator) -> Field:
    """Return the corners of a plane whose sides mostly follow the picture's few axes."""
    axis, other = rng.choice(_AXES, 2, replace=False)
    first = np.array([np.cos(axis), np.sin(axis)]) * radius * rng.uniform(0.7, 1.25)
    second = np.array([np.cos(other), np.sin(other)]) * radius * rng.uniform(0.45, 1.0)
    corners = np.array([at - first - second, at + first - second, at + first + second])
    if rng.random() < 0.62:
        corners = np.vstack([corners, at - first * rng.uniform(0.3, 1.1) + second])
    return corners


class _Facets:
    """The picture in progress, in float colours, with the lines drawn on it."""

    def __init__(self, size_px: int, rng: np.random.Generator) -> None:
        self.size_px = size_px
        self.x, self.y = unit_grid(size_px)
        ground = 0.5 + 0.28 * fractal_noise(size_px, 0.3, rng, 3)
        self.pixels = ramp(ground, ((0, "#6b5a45"), (0.5, "#c8a871"), (1, "#e9d7ae")))

    def lay(self, corners: Field, color: Rgb, rng: np.random.Generator) -> None:
        """Lay one plane: strongest along one of its sides, with a dark line on some sides."""
        low = np.clip(np.floor((corners.min(0) - 0.01) * self.size_px), 0, self.size_px).astype(int)
        high = np.clip(np.ceil((corners.max(0) + 0.01) * self.size_px), 0, self.size_px).astype(int)
        if (high - low < 2).any():
            return
        window = slice(low[1], high[1]), slice(low[0], high[0])
        points = [tuple(map(float, point)) for point in corners * self.size_px - low]
        size = (int(high[0] - low[0]), int(high[1] - low[1]))
        mask = Image.new("L", size, 0)
        ImageDraw.Draw(mask).polygon(points, 255)
        begin, end = corners[0], corners[1]
        side = (end - begin) / (np.hypot(*(end - begin)) + 1e-6)
        right, below = self.x[window] - begin[0], self.y[window] - begin[1]
        away = np.abs(right * -side[1] + below * side[0])
        fade = np.clip(away / (away[to_pixels(mask) > 0].max(initial=1e-3)), 0, 1)
        cover = to_pixels(mask) / 255 * (0.97 - 0.72 * fade ** rng.uniform(0.6, 1.3))
        lit = color * rng.uniform(0.84, 1.12)
        self.pixels[window] = mix(self.pixels[window], lit, cover)
        self._line(window, points, rng)

    def _line(
        self, window: tuple[slice, slice], points: list[tuple[float, ...]], rng: np.random.Generator
    ) -> None:
        """Draw one or two sides of a plane in dark, dry paint."""
        height, width = self.pixels[window].shape[:2]
        sheet = Image.new("L", (width, height), 0)
        pen = ImageDraw.Draw(sheet)
        for index in range(rng.integers(1, 3)):
            thick = max(1, round(rng.uniform(0.0018, 0.0044) * self.size_px))
            pen.line([points[index], points[(index + 1) % len(points)]], 255, thick)
        weight = rng.uniform(0.55, 0.95)
        self.pixels[window] = mix(self.pixels[window], _LINE, to_pixels(sheet) / 255 * weight)


def _paint_skin(picture: Rgb, rng: np.random.Generator) -> Rgb:
    """Go over the planes with short flat brush marks in their own colours, then light the paint."""
    size_px = len(picture)
    scale = size_px / 1536
    canvas = Canvas(to_image(picture))
    for x, y in even_points(0.0175, rng, margin=0.01) * size_px:
        column, row = np.clip([int(x), int(y)], 0, size_px - 1)
        color = picture[row, column]
        if color.mean() < 55 or rng.random() < 0.25:
            continue
        axis = _AXES[int(3 * (x + 2 * y) / size_px) % len(_AXES)] + rng.normal(0, 0.15)
        way = np.array([np.cos(axis), np.sin(axis)]) * 24 * scale
        path = np.linspace(-0.5, 0.5, 8)[:, None] * way + (x, y)
        brush = Brush(19 * scale, max(1.0, 3 * scale), streak=0.05)
        brush.paint(canvas, path.astype(np.float32), vary(color, rng, 0.07, 5), rng)
    painted = mix(picture, canvas.pixels, np.full(picture.shape[:2], 0.72))
    height = gaussian_filter(canvas.height, 1.3 * scale) + 0.02 * smooth_noise(size_px, 0.003, rng)
    return raking_light(painted, height, 4.5, 0.15, 0.35)


def draw(size_px: int = 1536) -> Image.Image:
    """Paint the picture; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    facets = _Facets(size_px, rng)
    mood = fractal_noise(size_px, 0.3, rng, 2)
    for count, smallest, largest in _LAYERS:
        for _ in range(count):
            at = rng.uniform(-0.05, 1.05, 2)
            column, row = np.clip(at * size_px, 0, size_px - 1).astype(int)
            pick = round(5 + 4 * mood[row, column] + rng.normal(0, 3)) % len(_PLANES)
            facets.lay(_plane(at, rng.uniform(smallest, largest), rng), _PLANES[pick], rng)
    skin = _paint_skin(facets.pixels, rng)
    return to_image(skin)
