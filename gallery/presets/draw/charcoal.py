"""Charcoal: broad, smudged strokes that leave the tooth of a warm paper showing, with white chalk.

The stick only touches the tops of the paper's bumps; how hard it is pressed decides how far down it
reaches, and rubbing fills the rest.
"""

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from .noise import Field, fractal_noise, smooth_noise, smoothstep, unit_grid
from .palette import mix, rgb, to_image, to_pixels
from .strokes import normals, trace
from .surface import paper_tooth

_SEED = 14
_PAPER = rgb("#d9c8ab")
_COAL = rgb("#1b1817")
_CHALK = rgb("#fbf5e8")
_SANGUINE = rgb("#9b4a2c")
_FORMS = (
    (0.24, 0.22, 0.20), (0.66, 0.16, 0.17), (0.93, 0.42, 0.18), (0.47, 0.50, 0.23),
    (0.12, 0.66, 0.19), (0.75, 0.74, 0.20), (0.38, 0.90, 0.19), (0.98, 0.95, 0.16),
)  # fmt: skip
# strokes, length in steps, width: broad side of the stick first, its point last
_LAYERS = ((700, 30, 0.026), (2600, 34, 0.007), (5200, 28, 0.003))


def _drapery(size_px: int, rng: np.random.Generator) -> tuple[Field, Field]:
    """Return light (0 dark to 1 light) and direction of the folds of rounded, draped forms."""
    x, y = unit_grid(size_px)
    bend = 0.05 * smooth_noise(size_px, 0.2, rng)
    best = np.full((size_px, size_px), np.inf, np.float32)
    light = np.full((size_px, size_px), 0.3, np.float32)
    angle = np.zeros((size_px, size_px), np.float32)
    for at_x, at_y, radius in _FORMS:
        right, below = x + bend - at_x, y - bend - at_y
        distance = np.hypot(right, below) / radius
        nearer = distance < best
        best = np.where(nearer, distance, best)
        shade = 0.62 - 0.42 * (right + below) / radius - 0.25 * distance**2
        light = np.where(nearer, shade, light)
        angle = np.where(nearer, np.arctan2(below, right) + 1.2 + 0.5 * distance, angle)
    folds = 0.16 * np.sin(7 * best * 2 + 3 * fractal_noise(size_px, 0.2, rng, 2))
    light = light + folds + 0.10 * fractal_noise(size_px, 0.12, rng, 3)
    return np.clip(gaussian_filter(light, size_px * 0.004), 0, 1), angle


def _strokes(
    light: Field, angle: Field, layer: tuple[int, int, float], chalk: bool, rng: np.random.Generator
) -> Field:
    """Return the pressure, 0..1, of one layer of strokes, each with the grain of its stick."""
    count, steps, width = layer
    size_px = len(light)
    sheet = Image.new("L", (size_px, size_px), 0)
    pen = ImageDraw.Draw(sheet)
    starts = rng.uniform(0, 1, (count, 2)).astype(np.float32) * size_px
    turned = angle + 0.25 * rng.normal()
    paths = trace(np.cos(turned), np.sin(turned), starts, 0.004 * size_px, steps)
    for path in paths:
        column, row = np.clip(path[steps // 2], 0, size_px - 1).astype(int)
        tone = light[row, column]
        want = (tone - 0.62) * 1.9 if chalk else (0.72 - tone) * 1.35
        press = want + rng.normal(0, 0.20)
        if press < 0.06:
            continue
        normal = normals(path)
        lines = max(1, round(width * size_px / 3))
        for offset in np.linspace(-0.5, 0.5, lines):
            shifted = path + normal * offset * width * size_px
            end = steps - rng.integers(0, 5)
            level = int(np.clip(255 * press * rng.uniform(0.75, 1.1), 0, 255))
            line = [tuple(map(float, point)) for point in shifted[rng.integers(0, 4) : end]]
            pen.line(line, level, max(1, round(4 * size_px / 1536)))
    return to_pixels(sheet) / 255


def draw(size_px: int = 1536) -> Image.Image:
    """Draw the picture; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    light, angle = _drapery(size_px, rng)
    tooth = 0.7 * paper_tooth(size_px, rng) + 0.8 * smooth_noise(size_px, 0.0028, rng)
    paper = _PAPER * (1 + 0.02 * tooth)[..., None]
    coal = np.zeros((size_px, size_px), np.float32)
    for layer in _LAYERS:
        pressure = _strokes(light, angle, layer, False, rng)
        rubbed = gaussian_filter(pressure, size_px * 0.006)
        caught = smoothstep(-0.5, 0.9, tooth + 4.2 * pressure - 1.5) * smoothstep(0, 0.12, pressure)
        coal = np.maximum(0.93 * coal, np.maximum(caught * (0.45 + 0.55 * pressure), 0.45 * rubbed))
    picture = mix(paper, _SANGUINE, 0.30 * smoothstep(0.75, 0.25, light) * (1 - coal))
    picture = mix(picture, _COAL, np.clip(coal, 0, 0.97))
    for layer in ((500, 24, 0.009), (1100, 18, 0.0035)):
        pressure = _strokes(light, angle, layer, True, rng)
        caught = smoothstep(-0.4, 0.6, tooth + 3.2 * pressure - 1.3) * smoothstep(0, 0.1, pressure)
        picture = mix(picture, _CHALK, 0.92 * caught)
    return to_image(picture)
