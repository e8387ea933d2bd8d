"""Paper-cut layers: sheets of coloured card, each cut away to show the ones below, with sprigs.

Every sheet casts a soft shadow on the sheets under it and shows the white of its cut edge.
"""

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from .noise import Field, fractal_noise, smooth_noise, smoothstep, unit_grid
from .palette import Rgb, colors, mix, to_image, to_pixels
from .surface import paper_tooth, soft_shadow

_SEED = 26
# From the bottom of the stack to its top.
_CARDS = colors(
    "#10283f", "#17475f", "#1f6f7c", "#3f9f97", "#93cdaa", "#e4e7bd", "#fbe6ae", "#f8c16a",
    "#f2935a", "#e4605a", "#b8426a", "#7d3568", "#f1b8a6", "#fdeeda",
)  # fmt: skip
_SPRIGS_UNDER = (3, 6, 9, 12)  # the sheets that hold sprigs
_SPRIGS = 20


def _terrain(size_px: int, rng: np.random.Generator) -> Field:
    """Return the height of a rolling land, of which each sheet keeps what lies above its level."""
    x, y = unit_grid(size_px)
    bend = 0.05 * smooth_noise(size_px, 0.22, rng)
    folds = np.sin(2 * np.pi * (2.6 * (x + bend) + 1.6 * y)) + np.sin(
        2 * np.pi * (1.5 * x - 2.9 * (y - bend)) + 1
    )
    return 0.75 * folds + 0.75 * smooth_noise(size_px, 0.15, rng)


def _sprigs(size_px: int, rng: np.random.Generator) -> Field:
    """Return the mask of leafy sprigs, cut from one sheet."""
    mask = Image.new("L", (size_px, size_px), 0)
    pen = ImageDraw.Draw(mask)
    for _ in range(_SPRIGS):
        at = rng.uniform(0, 1, 2)
        lean, bend = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.09)
        length = rng.uniform(0.016, 0.023)
        for joint in range(9):
            size = length * (1.75 - 0.11 * joint)
            step = np.array([np.cos(lean), np.sin(lean)]) * length
            for side in (-1, 1):
                _leaf(pen, size_px, at, lean + side * 0.95, size)
            line = [tuple(map(float, point * size_px)) for point in (at, at + step)]
            pen.line(line, 255, max(1, round(0.0035 * size_px)))
            at, lean = at + step, lean + bend
        _leaf(pen, size_px, at, lean, length * 1.3)
    return to_pixels(mask) / 255


def _leaf(pen: ImageDraw.ImageDraw, size_px: int, at: Field, angle: float, size: float) -> None:
    """Cut one pointed leaf that starts at a place in units of the side."""
    t = np.linspace(0, 1, 9)
    along, out = size * t, 0.17 * size * np.sin(np.pi * t**0.8)
    outline = np.concatenate([np.stack([along, out], 1), np.stack([along, -out], 1)[::-1]])
    cos, sin = np.cos(angle), np.sin(angle)
    turned = outline @ np.array([[cos, sin], [-sin, cos]]) + at
    pen.polygon([tuple(map(float, point)) for point in turned * size_px], 255)


def _lay(below: Rgb, mask: Field, card: Rgb, fibre: Field) -> Rgb:
    """Lay one sheet: its shadow first, then its fibres, its colour and its bright cut edge."""
    size_px = len(mask)
    shadow = np.maximum(
        0.70 * soft_shadow(mask, 0.005, 0.0035), 0.42 * soft_shadow(mask, 0.013, 0.009)
    )
    shaded = below * (1 - 0.75 * shadow)[..., None]
    sheet = card * (1 + fibre)[..., None]
    inner = gaussian_filter(mask, size_px * 0.0016)
    rim = np.clip(np.roll(mask - inner, (1, 1), (0, 1)), 0, 1) * mask
    sheet = mix(sheet, np.full_like(sheet, 255), 0.9 * rim)
    return mix(shaded, sheet, mask)


def draw(size_px: int = 1536) -> Image.Image:
    """Stack the sheets; `size_px` is the picture's side."""
    rng = np.random.default_rng(_SEED)
    terrain = _terrain(size_px, rng)
    levels = np.quantile(terrain[::8, ::8], np.linspace(0.0, 0.97, len(_CARDS)))
    fibre = 0.022 * paper_tooth(size_px, rng) + 0.03 * fractal_noise(size_px, 0.10, rng, 4)
    picture = _CARDS[0] * (1 + fibre)[..., None]
    for level in range(1, len(_CARDS)):
        fibre = np.rot90(fibre)
        slope = 1.2 / size_px * 12
        ripple = 0.10 * smooth_noise(size_px, 0.035, rng) * (level % 3 == 0)
        sheet = smoothstep(-slope, slope, terrain + ripple - levels[level])
        if level in _SPRIGS_UNDER:
            accent = _CARDS[(level + 6) % len(_CARDS)]
            picture = _lay(picture, _sprigs(size_px, rng), accent, fibre)
        picture = _lay(picture, sheet, _CARDS[level], fibre)
    return to_image(picture)
