"""Ink cross-hatching: rolling hills and banked clouds, shaded only by crossing pen lines.

Each set of lines is the level lines of a phase that bends over the forms. A darker tone widens the
lines and then crosses them with another set.
"""

import numpy as np
from PIL import Image

from .noise import Field, fractal_noise, noise_line, smooth_noise, smoothstep, unit_grid
from .palette import Rgb, mix, rgb, to_image
from .surface import paper_tooth

_SEED = 17
_INK = rgb("#1d1a24")
_PAPER = rgb("#f6edd8")
_RIDGES = 9
# direction of the lines (radians from level), spacing, tone from which they are drawn
_SETS = (
    (0.45, 0.0112, 0.10),
    (-0.30, 0.0106, 0.50),
    (1.05, 0.0100, 0.72),
    (-1.25, 0.0095, 0.90),
)


def _land(size_px: int, rng: np.random.Generator) -> tuple[Field, Field]:
    """Return the height of overlapping rounded hills, 0..1 each, and the index of each hill."""
    x, y = unit_grid(size_px)
    land = np.zeros((size_px, size_px), np.float32)
    hill = np.zeros((size_px, size_px), np.float32)
    for index in range(_RIDGES):
        wander = 0.055 * noise_line(size_px, 0.30, rng)
        ridge = -0.10 + 0.13 * index + wander + 0.025 * np.sin(8 * x[0] + 2 * index)
        lumps = 0.030 * np.abs(smooth_noise(size_px, (0.09, 0.20), rng))
        inside = y + lumps > ridge[None, :]
        slope = np.clip((y + lumps - ridge[None, :]) / 0.22, 0, 1)
        land = np.where(inside, np.sqrt(slope), land)
        hill = np.where(inside, index + 1, hill)
    return land, hill


def _tone(land: Field, hill: Field, rng: np.random.Generator) -> Field:
    """Return how dark each pixel should be, 0..1: lit ridges, deep folds, drifting shade."""
    size_px = len(land)
    _, across = np.gradient(land, 1 / size_px)
    facing = np.clip(across / 7, -1, 1)
    drift = fractal_noise(size_px, 0.26, rng, 3)
    depth = smoothstep(0.25, 1.0, land)
    return np.clip(0.08 + 0.50 * depth + 0.30 * facing + 0.17 * drift + 0.05 * (hill % 2), 0, 1)


def _lines(
    tone: Field, bend: Field, angle: float, spacing: float, rng: np.random.Generator
) -> Field:
    """Return one set of pen lines, 1 where there is ink, each as wide as its tone asks."""
    size_px = len(tone)
    x, y = unit_grid(size_px)
    along = x * np.cos(angle) + y * np.sin(angle)
    shake = 0.0009 * fractal_noise(size_px, 0.035, rng, 2)
    phase = (y * np.cos(angle) - x * np.sin(angle) + bend + shake) / spacing
    number = np.floor(phase).astype(int) % 4096
    off_middle = np.abs(phase - np.floor(phase) - 0.5)
    # Every line is laid in several pen strokes that end at different places and press differently.
    start, press = rng.random(4096)[number], rng.uniform(0.8, 1.2, 4096)[number]
    stroke = (along / 0.22 + start * 7) % 1
    lift = np.clip(np.minimum(stroke, 1 - stroke) / 0.10, 0, 1) ** 0.5
    half_width = 0.5 * press * lift * np.clip(0.16 + 0.44 * tone, 0, 0.55) * (tone > 0)
    soft = 1 / (spacing * size_px)
    return smoothstep(soft, -soft, off_middle - half_width) * (half_width > 0.03)


def draw(size_px: int = 1536) -> Image.Image:
    """Draw the picture; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    land, hill = _land(size_px, rng)
    tone = _tone(land, hill, rng)
    wander = 0.030 * fractal_noise(size_px, 0.30, rng, 2)
    inked = np.zeros_like(tone)
    for order, (angle, spacing, threshold) in enumerate(_SETS):
        lean = angle + 0.22 * np.sin(1.7 * hill + order)
        need = np.clip((tone - threshold) / 0.55, 0, 1)
        bend = wander - 0.075 * land * np.cos(angle)
        inked = np.maximum(inked, _lines(need, bend, lean, spacing, rng))
    inked = np.maximum(inked, _ridge_lines(hill, rng))
    return to_image(_print(inked, rng))


def _ridge_lines(hill: Field, rng: np.random.Generator) -> Field:
    """Return the outlines of the hills, in a pen that swells and thins."""
    size_px = len(hill)
    width = round(0.0016 * size_px) + 1
    swell = fractal_noise(size_px, 0.06, rng, 2)
    outline = np.zeros_like(hill)
    for shift in range(1, 2 * width + 3):
        edge = np.zeros_like(hill)
        edge[shift:] = hill[shift:] != hill[:-shift]
        outline = np.maximum(outline, edge * (swell > 2.2 * (shift / width - 1)))
    return outline


def _print(inked: Field, rng: np.random.Generator) -> Rgb:
    """Lay the ink on warm paper, a little thinner where the paper's tooth is low."""
    size_px = len(inked)
    tooth = paper_tooth(size_px, rng)
    paper = _PAPER * (1 + 0.015 * tooth)[..., None]
    paper = mix(paper, rgb("#dcc394"), 0.35 * smoothstep(0, 2, fractal_noise(size_px, 0.5, rng, 3)))
    return mix(paper, _INK, inked * (0.93 - 0.05 * np.clip(-tooth, 0, 2)))
