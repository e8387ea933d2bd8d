"""Swirling impasto: thick short strokes that follow a night sky turning around its lights.

Rings of colour wind round every swirl, and bands of blue and turquoise drift between them.
"""

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from .noise import Field, fractal_noise, smoothstep, unit_grid
from .palette import Rgb, colors, mix, ramp, rgb, to_image, vary
from .strokes import Brush, Canvas, trace
from .surface import raking_light

_SEED = 21
# x, y, radius, direction of turning, colour of the heart, colour of the ring around it
_SWIRLS = (
    (0.20, 0.17, 0.125, 1, "#fff0b0", "#f2a73b"),
    (0.55, 0.11, 0.085, -1, "#fdf6d8", "#7cc6c3"),
    (0.86, 0.20, 0.120, 1, "#ffe9a0", "#eeb64c"),
    (0.47, 0.37, 0.135, -1, "#ffd76a", "#e8853a"),
    (0.09, 0.47, 0.085, -1, "#d9f2e6", "#3c9ea8"),
    (0.79, 0.50, 0.100, -1, "#e9f5dc", "#54aeb0"),
    (0.26, 0.69, 0.130, 1, "#ffe39a", "#e2913b"),
    (0.60, 0.70, 0.085, 1, "#fff6d0", "#e06a3a"),
    (0.91, 0.79, 0.120, -1, "#fff3c4", "#f0b84a"),
    (0.52, 0.93, 0.095, -1, "#e4f4e4", "#4fa9b4"),
    (0.08, 0.93, 0.090, -1, "#ffe9a8", "#e8a044"),
)
_SKY = (
    (0.00, "#14204f"),
    (0.22, "#1f3f8f"),
    (0.42, "#2a6fb5"),
    (0.60, "#3f9fc0"),
    (0.76, "#8fcfc0"),
    (0.88, "#f0e3b0"),
    (1.00, "#f3bb55"),
)
_SPARKS = colors("#fff4cf", "#0f1a45", "#f08a3c", "#35b0b0", "#f6cf5a")
# strokes, length, width: the ground first, then the modelling, then the accents
_LAYERS = ((1500, 330, 58), (2500, 260, 40), (2100, 190, 27))


def _flow(x: Field, y: Field, rng: np.random.Generator) -> tuple[Field, Field]:
    """Return the unit vectors of a slow drift that is caught by the swirls."""
    angle = 0.45 * np.sin(6 * x + 1) + 0.3 * fractal_noise(len(x), 0.3, rng, 2)
    across, down = np.cos(angle), np.sin(angle)
    for swirl_x, swirl_y, radius, turn, *_ in _SWIRLS:
        right, below = x - swirl_x, y - swirl_y
        distance = np.hypot(right, below) + 1e-4
        pull = 3.2 * turn * np.exp(-((distance / radius) ** 2)) / distance
        across -= pull * below
        down += pull * right
    speed = np.hypot(across, down) + 1e-6
    return across / speed, down / speed


def _colors(x: Field, y: Field, rng: np.random.Generator) -> Rgb:
    """Return the colour that a stroke takes at each pixel."""
    size_px = len(x)
    bands = (
        0.43
        + 0.28 * np.sin(9 * y + 3.5 * np.sin(5 * x))
        + 0.15 * fractal_noise(size_px, 0.16, rng, 3)
    )
    painted = ramp(np.clip(bands, 0, 1), _SKY)
    for swirl_x, swirl_y, radius, _, heart, ring in _SWIRLS:
        distance = np.hypot(x - swirl_x, y - swirl_y) / radius
        wobble = 0.25 * fractal_noise(size_px, 0.12, rng, 2)
        rings = 0.5 + 0.5 * np.cos(9.5 * distance + wobble)
        warm = mix(np.broadcast_to(rgb(ring), painted.shape), rgb(heart), rings)
        painted = mix(painted, warm, smoothstep(1.15, 0.25, distance + 0.15 * wobble))
        dark_rim = np.exp(-(((distance - 1.12) / 0.13) ** 2))
        painted = mix(painted, rgb("#17306f"), 0.6 * dark_rim)
    return painted


def draw(size_px: int = 1536) -> Image.Image:
    """Paint the picture; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    x, y = unit_grid(size_px)
    across, down = _flow(x, y, rng)
    color_at = _colors(x, y, rng)
    scale = size_px / 1536
    canvas = Canvas(to_image(color_at))
    for count, length, width in _LAYERS:
        starts = rng.uniform(-0.05, 1.05, (count, 2)).astype(np.float32) * size_px
        steps = max(8, length // 6)
        for path in trace(across, down, starts, 6 * scale, steps):
            column, row = np.clip(path[len(path) // 2], 0, size_px - 1).astype(int)
            color = vary(color_at[row, column], rng, light=0.12, hue=9)
            if rng.random() < 0.09:
                color = 0.4 * color + 0.6 * _SPARKS[rng.integers(len(_SPARKS))]
            size = rng.uniform(0.75, 1.2) * scale
            keep = max(5, int(len(path) * rng.uniform(0.6, 1)))
            brush = Brush(width * size, max(1.0, 5.4 * scale), streak=0.10)
            brush.paint(canvas, path[:keep], color, rng)
    height = gaussian_filter(canvas.height, 2.0 * scale)
    return to_image(raking_light(canvas.pixels, height, strength=13, shine=0.6))
