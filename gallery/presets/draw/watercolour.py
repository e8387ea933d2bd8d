"""Watercolour: wet washes that dry with dark edges, bloom into each other and settle in paper.

A wash is a density of pigment; light passes through all of them, so each darkens what lies below.
"""

import numpy as np
from PIL import Image

from .noise import Field, fractal_noise, smooth_noise, smoothstep, unit_grid
from .palette import Rgb, rgb, to_image
from .surface import paper_tooth, raking_light

_SEED = 12
_PAPER = rgb("#fbf7ee")
# In the order of the colour circle, so that neighbours mix without turning grey.
_PIGMENTS = tuple(
    map(
        rgb,
        (
            "#f2b134",  # gamboge
            "#ef8f4d",  # orange
            "#e2657f",  # rose
            "#9a62ad",  # violet
            "#3f62b8",  # ultramarine
            "#2f86c2",  # cobalt
            "#35a9ac",  # turquoise
            "#78b060",  # sap green
        ),
    )
)
# how many washes, radius from and to, pigment density: big pale ones first, small strong ones last
_LAYERS = ((14, 0.20, 0.32, 0.16), (84, 0.06, 0.14, 0.25), (170, 0.022, 0.06, 0.40))


class _Sheet:
    """Paper under washes: `light` is the share of each colour that still comes back from it."""

    def __init__(self, size_px: int, rng: np.random.Generator) -> None:
        self.size_px = size_px
        self.x, self.y = unit_grid(size_px)
        self.tooth = paper_tooth(size_px, rng)
        self.edges = [fractal_noise(size_px, 0.10, rng, 5, 0.55) for _ in range(6)]
        self.flow = [fractal_noise(size_px, 0.16, rng, 4) for _ in range(4)]
        self.mood = smooth_noise(size_px, 0.22, rng)
        self.light = np.ones((size_px, size_px, 3), np.float32)

    def pigments(self, x: float, y: float, rng: np.random.Generator) -> tuple[Rgb, Rgb]:
        """Return two pigments that go with each other and with what lies around the place."""
        column, row = (int(np.clip(place, 0, 0.999) * self.size_px) for place in (x, y))
        around = 4 + 3.0 * self.mood[row, column] + rng.normal(0, 0.8)
        first = round(around) % len(_PIGMENTS)
        return _PIGMENTS[first], _PIGMENTS[(first + rng.choice((-1, 1))) % len(_PIGMENTS)]

    def window(self, x: float, y: float, reach: float) -> tuple[slice, slice]:
        """Return the rows and columns within `reach` of a place."""
        low = [int(np.clip((place - reach) * self.size_px, 0, self.size_px)) for place in (y, x)]
        high = [int(np.clip((place + reach) * self.size_px, 0, self.size_px)) for place in (y, x)]
        return slice(low[0], high[0]), slice(low[1], high[1])

    def stain(self, window: tuple[slice, slice], pigment: Rgb, density: Field) -> None:
        """Let light pass through `density` of a pigment once more."""
        self.light[window] *= (pigment / 255) ** density[..., None]


def _wash(sheet: _Sheet, radius: float, strength: float, rng: np.random.Generator) -> None:
    """Lay one wash: pigment drifts to its drying edge and settles in the hollows of the paper."""
    x, y = rng.uniform(-0.05, 1.05, 2)
    window = sheet.window(x, y, radius * 2.0)
    if sheet.x[window].size == 0:
        return
    stretch, turn = rng.uniform(0.6, 1.0), rng.uniform(0, np.pi)
    right, below = sheet.x[window] - x, sheet.y[window] - y
    across = (right * np.cos(turn) + below * np.sin(turn)) / radius
    down = (below * np.cos(turn) - right * np.sin(turn)) / radius / stretch
    ragged = sheet.edges[rng.integers(6)][window]
    inside = 1 - np.hypot(across, down) + 0.30 * ragged * min(1, radius / 0.05)
    crisp = 0.004 / radius if rng.random() < 0.85 else 0.5
    mask = smoothstep(-crisp, crisp, inside)
    edge = np.exp(-np.clip(inside, 0, None) * radius / 0.0042) * mask
    pooled = 1 + 0.45 * sheet.flow[rng.integers(4)][window] + 0.35 * down
    grain = 1 + 0.10 * sheet.tooth[window]
    density = strength * (mask * np.clip(pooled, 0.15, 2) + (1.7 if crisp < 0.5 else 0) * edge)
    first, second = sheet.pigments(x, y, rng)
    share = smoothstep(-0.8, 0.8, across + 0.5 * ragged)
    sheet.stain(window, first, density * grain * share)
    sheet.stain(window, second, density * grain * (1 - share))


def _bloom(sheet: _Sheet, rng: np.random.Generator) -> None:
    """Drop clean water into a damp wash: it pushes the pigment out into a feathered rim."""
    x, y = rng.uniform(0, 1, 2)
    radius = rng.uniform(0.03, 0.09)
    window = sheet.window(x, y, radius * 2)
    right, below = sheet.x[window] - x, sheet.y[window] - y
    angle = np.arctan2(below, right)
    fringe = 0.10 * np.sin(11 * angle + x * 90) + 0.07 * np.sin(23 * angle + y * 90)
    distance = (
        np.hypot(right, below)
        / radius
        * (1 + 0.16 * sheet.edges[rng.integers(6)][window] + fringe * 0.5)
    )
    washed = smoothstep(1.0, 0.55, distance)[..., None]
    light = sheet.light[window]
    rim = np.exp(-(((distance - 1.0) / 0.035) ** 2)) + 0.55 * np.exp(
        -(((distance - 1.0) / 0.16) ** 2)
    )
    paled = light ** (1 - 0.66 * washed)
    sheet.light[window] = paled ** (1 + 0.30 * rim[..., None])


def _spatter(sheet: _Sheet, rng: np.random.Generator) -> None:
    """Flick a few drops off the brush."""
    x, y = rng.uniform(0, 1, 2)
    pigment, _ = sheet.pigments(x, y, rng)
    for _ in range(rng.integers(6, 16)):
        drop_x, drop_y = x + rng.normal(0, 0.05), y + rng.normal(0, 0.05)
        radius = 0.0012 + rng.gamma(1.5, 0.0018)
        window = sheet.window(drop_x, drop_y, radius * 1.5)
        distance = np.hypot(sheet.x[window] - drop_x, sheet.y[window] - drop_y) / radius
        mask = smoothstep(1.05, 0.9, distance)
        rim = np.exp(-(((distance - 0.92) / 0.13) ** 2))
        sheet.stain(window, pigment, 0.7 * mask + 0.6 * rim)


def draw(size_px: int = 1536) -> Image.Image:
    """Paint the picture; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    sheet = _Sheet(size_px, rng)
    for count, smallest, largest, strength in _LAYERS:
        for _ in range(count):
            _wash(sheet, rng.uniform(smallest, largest), strength * rng.uniform(0.5, 1.3), rng)
        for _ in range(16):
            _bloom(sheet, rng)
    for _ in range(26):
        _spatter(sheet, rng)
    dry = smoothstep(1.5, 2.6, smooth_noise(size_px, (0.10, 0.05), rng) + 0.5 * sheet.tooth)
    light = sheet.light ** (1 - 0.85 * dry[..., None])
    return to_image(raking_light(_PAPER * light, sheet.tooth, 0.35, 0.0, 0.16))
