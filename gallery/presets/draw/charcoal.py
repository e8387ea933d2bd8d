"""Charcoal: folds of heavy cloth in rubbed strokes on warm paper, picked out in white chalk.

The stick reaches the tops of the paper's bumps first; how hard it is pressed decides how far down
it goes, and a finger rubs the rest into the hollows.
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
# strokes, length in steps, width: broad side of the stick first, its point last
_COAL_LAYERS = ((420, 26, 0.024), (1300, 30, 0.009), (5200, 30, 0.0030))
_CHALK_LAYERS = ((260, 26, 0.010), (1100, 22, 0.0036))


def _drapery(size_px: int, rng: np.random.Generator) -> tuple[Field, Field]:
    """Return light (0 dark to 1 light) and direction of the folds of a hanging cloth."""
    x, y = unit_grid(size_px)
    hang = 0.42 * smooth_noise(size_px, 0.34, rng) + 0.16 * smooth_noise(size_px, 0.13, rng)
    fold = 3.4 * x + 2.2 * y + 1.5 * hang
    down, across = np.gradient(gaussian_filter(fold, size_px * 0.006))
    angle = np.arctan2(across, -down)
    ridge = 0.5 + 0.5 * np.sin(2 * np.pi * fold)
    small = 0.5 + 0.5 * np.sin(6 * np.pi * fold + 2 * smooth_noise(size_px, 0.2, rng))
    light = 0.50 * ridge + 0.36 * small + 0.09 * fractal_noise(size_px, 0.15, rng, 3)
    return np.clip(light + 0.04, 0, 1), angle


def _strokes(
    light: Field, angle: Field, layer: tuple[int, int, float], chalk: bool, rng: np.random.Generator
) -> Field:
    """Return the pressure, 0..1, of one layer of strokes, each with the grain of its stick."""
    count, steps, width = layer
    size_px = len(light)
    hardness = 0.75 if width > 0.005 else 1.15  # the broad side is only laid on lightly
    sheet = Image.new("L", (size_px, size_px), 0)
    pen = ImageDraw.Draw(sheet)
    starts = rng.uniform(0, 1, (count, 2)).astype(np.float32) * size_px
    turned = angle + rng.normal(0, 0.12)
    paths = trace(np.cos(turned), np.sin(turned), starts, 0.004 * size_px, steps)
    for path in paths:
        column, row = np.clip(path[steps // 2], 0, size_px - 1).astype(int)
        tone = light[row, column]
        want = (tone - 0.66) * 2.4 if chalk else (0.74 - tone) * hardness
        press = want + rng.normal(0, 0.15)
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


def _caught(pressure: Field, tooth: Field) -> Field:
    """Return how much of the stick stays on the paper, 0..1: its bumps first, then its hollows."""
    return smoothstep(0, 1, 1.5 * pressure + 0.17 * tooth - 0.10) * smoothstep(0, 0.1, pressure)


def draw(size_px: int = 1536) -> Image.Image:
    """Draw the picture; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    light, angle = _drapery(size_px, rng)
    tooth = 0.8 * paper_tooth(size_px, rng) + 1.0 * smooth_noise(size_px, 0.0021, rng)
    coal = 0.30 * smoothstep(0.75, 0.1, light)
    for layer in _COAL_LAYERS:
        pressure = gaussian_filter(_strokes(light, angle, layer, False, rng), size_px * 0.0007)
        rubbed = gaussian_filter(pressure, size_px * 0.007)
        coal = np.maximum(np.maximum(coal, _caught(pressure, tooth)), 0.55 * rubbed)
    picture = mix(_PAPER * (1 + 0.02 * tooth)[..., None], _COAL, np.clip(coal, 0, 0.96))
    warmth = 0.22 * smoothstep(0.2, 0.5, coal) * smoothstep(0.9, 0.6, coal)
    picture = mix(picture, _SANGUINE, warmth)
    for layer in _CHALK_LAYERS:
        pressure = gaussian_filter(_strokes(light, angle, layer, True, rng), size_px * 0.0007)
        picture = mix(picture, _CHALK, 0.95 * _caught(pressure, tooth))
    return to_image(picture)
