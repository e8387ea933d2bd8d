"""Woodblock waves: rolling crests in flat indigo bands, keyed in dark line on pale paper.

Each row of waves is one long curve of hooked crests; the bands below it are that curve let down.
"""

import numpy as np
from PIL import Image, ImageDraw

from .noise import fractal_noise, noise_line, smooth_noise, smoothstep, unit_grid
from .palette import Rgb, ink, mix, ramp, rgb, to_image, to_pixels
from .strokes import Path

_SEED = 34
_LINE = rgb("#1b2340")
_FOAM = rgb("#f6efdc")
# Two bands of water alternate under each foam edge; rows further away are paler.
_NEAR = ("#f3ead2", "#1f3d73", "#7fb3c4", "#2f5f9a", "#c9dfd8", "#1c3466", "#4f8fb5", "#e3ead8")
_FAR = ("#f3ead2", "#4a7fa3", "#a9cdcb", "#6f9fb8", "#dfe6d3", "#3f7098", "#8fbcc4", "#ecead5")
_SKY = ((0, "#c8553d"), (0.10, "#e08a5b"), (0.26, "#f2c893"), (0.40, "#f5e6c4"), (1, "#f5e6c4"))
_BAND = 0.0135
_ROWS = 8


def _crests(row: int, rng: np.random.Generator) -> tuple[Path, Path]:
    """Return one row's profile as (x, y), and the tips of its crests, in units of the side."""
    depth = row / (_ROWS - 1)
    length = 0.20 + 0.22 * depth
    height = 0.035 + 0.075 * depth
    base = 0.27 + 0.70 * depth**1.15
    phase = rng.uniform(0, 2 * np.pi)
    t = np.linspace(-2.5 * length, 1 + 2.5 * length, 3000)
    swell = noise_line(3000, 0.12, rng)
    turn = 2 * np.pi * t / length + phase + 0.5 * swell
    rise = ((1 + np.cos(turn)) / 2) ** 2.2 * (1 + 0.22 * swell)
    # Near its top the water outruns the wave, which bends the crest over into a hook.
    lean = 0.55 * height * rise + 1.15 * height * np.clip(rise - 0.55, 0, None) ** 1.3
    profile = np.stack([t + lean, base - height * rise], 1)
    peak = (rise[1:-1] > rise[:-2]) & (rise[1:-1] >= rise[2:]) & (rise[1:-1] > 0.5)
    return profile.astype(np.float32), profile[1:-1][peak].astype(np.float32)


class _Block:
    """The picture being printed; shapes are given in units of its side."""

    def __init__(self, pixels: Rgb) -> None:
        self.image = to_image(pixels)
        self.size_px = self.image.width
        self.scale = self.size_px / 1536
        self._draw = ImageDraw.Draw(self.image)

    def fill_below(self, path: Path, color: Rgb) -> None:
        points = [(float(x), float(y)) for x, y in path * self.size_px]
        floor = self.size_px * 1.5
        self._draw.polygon([*points, (points[-1][0], floor), (points[0][0], floor)], ink(color))

    def line(self, path: Path, width: float) -> None:
        points = [(float(x), float(y)) for x, y in path * self.size_px]
        self._draw.line(points, ink(_LINE), max(1, round(width * self.scale)), joint="curve")

    def bubble(self, x: float, y: float, radius: float, color: Rgb, width: float = 3) -> None:
        box = [value * self.size_px for value in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.ellipse(box, ink(color), ink(_LINE), max(1, round(width * self.scale)))


def _print_row(block: _Block, row: int, rng: np.random.Generator) -> None:
    """Print one row of waves: bands from the crest down, then line, foam claws and spray."""
    profile, tips = _crests(row, rng)
    depth = row / (_ROWS - 1)
    tints = _NEAR if row > 2 else _FAR
    band = _BAND * (0.65 + 0.8 * depth)
    below = np.linspace(0, 1, len(profile))
    for level in range(14):
        # Bands run together towards the crest and spread out in the trough.
        drop = level * band * (1 + 0.55 * np.sin(40 * below + row + 0.6 * level))
        squeeze = np.stack([np.full_like(drop, -0.3 * level * band), drop], 1).astype(np.float32)
        path = profile + squeeze
        block.fill_below(path, rgb(tints[level % len(tints)]))
        block.line(path, 5 if level == 0 else 2.6)
    for tip_x, tip_y in tips:
        _foam(block, tip_x, tip_y, 0.35 + 0.75 * depth, rng)


def _foam(block: _Block, tip_x: float, tip_y: float, size: float, rng: np.random.Generator) -> None:
    """Break the crest at (tip_x, tip_y) into claws of foam and flying drops."""
    for _ in range(int(14 + 16 * size)):
        angle = rng.uniform(-0.15, 1.0) * np.pi
        reach = rng.gamma(2.0, 0.013) * size
        x = tip_x + reach * np.cos(angle) * 1.3
        y = tip_y - reach * np.sin(angle) * 0.8 + 0.006 * size
        block.bubble(x, y, rng.uniform(0.004, 0.0105) * size, _FOAM)
    for _ in range(int(16 * size)):
        x = tip_x + rng.normal(0.03, 0.05) * size
        y = tip_y - rng.gamma(2.0, 0.024) * size
        block.bubble(x, y, rng.uniform(0.0015, 0.0045) * size + 0.001, _FOAM, 2)


def _sky(size_px: int, rng: np.random.Generator) -> Rgb:
    """Return the graded sky, crossed by long flat clouds."""
    x, y = unit_grid(size_px)
    sky = ramp(np.clip(y + 0.01 * fractal_noise(size_px, 0.3, rng, 2), 0, 1), _SKY)
    cloud = smooth_noise(size_px, (0.30, 0.03), rng) + 0.5 * smooth_noise(
        size_px, (0.12, 0.02), rng
    )
    for level, tint in ((0.15, "#f7e9cb"), (0.85, "#a9c6c4")):
        sky = mix(sky, rgb(tint), smoothstep(level, level + 0.04, cloud))
        sky = mix(sky, _LINE, np.exp(-(((cloud - level) / 0.035) ** 2)))
    sun = np.hypot(x - 0.72, y - 0.15)
    uncovered = smoothstep(0.0955, 0.0945, sun) * smoothstep(0.9, 0.8, cloud)
    return mix(sky, rgb("#d9482b"), uncovered)


def draw(size_px: int = 1536) -> Image.Image:
    """Print the picture; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    block = _Block(_sky(size_px, rng))
    for row in range(_ROWS):
        _print_row(block, row, rng)
    grain = smooth_noise(size_px, (0.5, 0.004), rng) + 0.6 * smooth_noise(
        size_px, (0.08, 0.002), rng
    )
    wear = fractal_noise(size_px, 0.05, rng, 5, 0.7)
    pixels = to_pixels(block.image) * (1 + 0.035 * grain + 0.02 * wear)[..., None]
    return to_image(mix(pixels, _FOAM, 0.35 * smoothstep(1.5, 3.2, wear + 0.5 * grain)))
