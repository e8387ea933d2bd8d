"""Linocut: gouged lines that swell and taper around the suns of a night-blue print.

The block is printed in three colours, light to dark; the last, dark one keeps the marks of the
gouge, which follow the forms and grow wider towards the light.
"""

import numpy as np
from PIL import Image

from .noise import Field, fractal_noise, smooth_noise, smoothstep, unit_grid
from .palette import Rgb, mix, rgb, to_image
from .surface import paper_tooth

_SEED = 37
_PAPER, _WARM, _MIDDLE, _DARK = (rgb(code) for code in ("#f6ecd6", "#f0a93b", "#2f8f8f", "#14213d"))
_SPACING = 0.0165  # distance between two gouged lines
# x, y, radius of what radiates light
_SUNS = ((0.70, 0.24, 0.17), (0.18, 0.62, 0.13), (0.82, 0.80, 0.12), (0.30, 0.10, 0.09))


def _forms(x: Field, y: Field, rng: np.random.Generator) -> tuple[Field, Field, Field]:
    """Return the phase whose level lines are gouged, the light, and the warm colour's share."""
    size_px = len(x)
    bend = 0.035 * fractal_noise(size_px, 0.28, rng, 2)
    phase = y + 0.055 * np.sin(7 * x + 1) + bend + 0.25 * x
    light = 0.46 + 0.34 * np.sin(9 * (y + bend) + 4 * x)
    warm = np.zeros_like(x)
    for index, (at_x, at_y, radius) in enumerate(_SUNS):
        right, below = x - at_x + 0.3 * bend, y - at_y + 0.3 * bend
        distance = np.hypot(right, below)
        inside = smoothstep(2.25 * radius, 2.22 * radius, distance)
        rays = np.arctan2(below, right) * (5 + index % 2) / 3.0 * radius + 0.02 * np.sin(
            distance * 60
        )
        ring = distance < radius
        phase = np.where(inside > 0.5, np.where(ring, distance, rays), phase)
        glow = np.where(ring, 0.82 - 0.25 * distance / radius, 1.10 - 0.36 * distance / radius)
        light = light * (1 - inside) + glow * inside
        warm = np.maximum(warm, smoothstep(1.02 * radius, radius, distance))
        rim = np.exp(-(((distance - 1.02 * radius) / (0.05 * radius)) ** 2))
        light = light * (1 - rim)
    return phase, np.clip(light + 0.10 * smooth_noise(size_px, 0.1, rng), 0, 1), warm


def _gouge(phase: Field, light: Field, rng: np.random.Generator) -> Field:
    """Return where the dark block is cut away, 1 cut: broken lines, pointed at both ends."""
    size_px = len(phase)
    x, y = unit_grid(size_px)
    hand = 0.06 * fractal_noise(size_px, 0.03, rng, 2)
    lines = phase / _SPACING + hand
    number = np.floor(lines).astype(int) % 2048
    across = np.abs(lines - np.floor(lines) - 0.5)
    down_slope, across_slope = np.gradient(phase)
    along = x * np.sign(down_slope) * 0.7 + y * 0.7 + 0.05 * fractal_noise(size_px, 0.2, rng, 2)
    cut = (along / 0.11 + rng.random(2048)[number] * 9) % 1
    taper = np.sqrt(np.clip(np.minimum(cut / 0.55, (1 - cut) / 0.30), 0, 1))
    steep = np.hypot(down_slope, across_slope) * size_px
    half = (0.16 + 0.34 * light) * taper * rng.uniform(0.8, 1.15, 2048)[number]
    soft = np.clip(steep / (_SPACING * size_px), 0.02, 0.4)
    return smoothstep(-0.6, 0.6, (half - across) / soft) * (light > 0.06)


def _ink(size_px: int, tooth: Field, rng: np.random.Generator) -> Field:
    """Return how well one colour covers: rolled ink is mottled and misses the paper's hollows."""
    mottle = 0.94 + 0.05 * fractal_noise(size_px, 0.02, rng, 4)
    return np.clip(mottle * smoothstep(-4.2, -3.0, tooth), 0, 1)


def draw(size_px: int = 1536) -> Image.Image:
    """Print the picture; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    x, y = unit_grid(size_px)
    tooth = paper_tooth(size_px, rng)
    phase, light, warm = _forms(x, y, rng)
    cut = _gouge(phase, light, rng)
    picture: Rgb = _PAPER * (1 + 0.012 * tooth)[..., None]
    sky = (1 - warm) * smoothstep(0.60, 0.53, light + 0.25 * smooth_noise(size_px, 0.06, rng))
    picture = mix(
        picture, _WARM, np.maximum(warm, smoothstep(0.80, 0.84, light)) * _ink(size_px, tooth, rng)
    )
    picture = mix(picture, _MIDDLE, sky * _ink(size_px, tooth, rng))
    return to_image(mix(picture, _DARK, (1 - cut) * _ink(size_px, tooth, rng)))
