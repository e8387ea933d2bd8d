"""Pointillism: an autumn afternoon by a river in thousands of round touches of pure colour.

Every touch takes its place's colour broken into neighbours and complements, so that the eye, not
the brush, does the mixing.
"""

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from .noise import Field, fractal_noise, smoothstep, unit_grid
from .palette import Rgb, colors, mix, ramp, rgb, to_image
from .scatter import even_points
from .strokes import Canvas, Path
from .surface import raking_light

_SEED = 5
_SKY = ((0, "#6fa8dc"), (0.3, "#a9d0ea"), (0.62, "#fbe6b8"), (1, "#f8c6a0"))
_WATER = ((0, "#f3d9b0"), (0.25, "#86bfdc"), (0.7, "#3f7fbf"), (1, "#2a5596"))
_GRASS = ((0, "#f7e08a"), (0.4, "#efb95f"), (0.75, "#d98a5f"), (1, "#8f5f8a"))
# x, y, radius of the crowns
_TREES = ((0.15, 0.27, 0.19), (0.36, 0.36, 0.10), (0.88, 0.30, 0.17), (0.70, 0.41, 0.07))
_TOUCHES = colors("#f7d23e", "#f28c28", "#e4572e", "#d6457a", "#7a4fb5", "#2f62c9", "#2fa7a0")
_LIGHT = colors("#fff6d5", "#ffe9a8", "#ffd9c2", "#d8f0ea")
_SHADE = colors("#2a2f7a", "#5b2a75", "#1f5f6b", "#8c2f4f")


def _scene(size_px: int, rng: np.random.Generator) -> Rgb:
    """Return the colour that the touches mix to at each pixel."""
    x, y = unit_grid(size_px)
    wave = 0.02 * fractal_noise(size_px, 0.2, rng, 3)
    scene = ramp(np.clip(y / 0.46 + 2 * wave, 0, 1), _SKY)
    cloud = smoothstep(0.2, 1.4, fractal_noise(size_px, (0.35, 0.12), rng, 3)) * (y < 0.4)
    scene = mix(scene, rgb("#fff4e0"), 0.8 * cloud)
    water = ramp(np.clip((y - 0.46) / 0.3 + 3 * wave, 0, 1), _WATER)
    glitter = smoothstep(0.3, 1.2, fractal_noise(size_px, (0.16, 0.012), rng, 2))
    water = mix(water, rgb("#fff1c4"), 0.75 * glitter * np.exp(-(((x - 0.55) / 0.22) ** 2)))
    scene = mix(scene, water, smoothstep(0.455, 0.465, y))
    far = smoothstep(0.005, -0.005, np.abs(y - 0.445 + 0.4 * wave) - 0.02)
    scene = mix(scene, rgb("#5f8fa0"), far)
    bank = y - 0.70 + 0.09 * x + 0.03 * np.sin(6 * x) + wave
    grass = ramp(np.clip(bank / 0.3, 0, 1), _GRASS)
    shade = smoothstep(0.4, 1.3, fractal_noise(size_px, (0.3, 0.08), rng, 3))
    grass = mix(grass, rgb("#6a5fa5"), 0.65 * shade)
    scene = mix(scene, grass, smoothstep(-0.004, 0.004, bank))
    for tree_x, tree_y, radius in _TREES:
        scene = _tree(scene, (x - tree_x) / radius, (y - tree_y) / radius, rng)
    return scene


def _tree(scene: Rgb, across: Field, down: Field, rng: np.random.Generator) -> Rgb:
    """Set a tree into the scene; `across` and `down` are in units of its crown's radius."""
    size_px = len(scene)
    trunk = (
        smoothstep(0.02, -0.02, np.abs(across + 0.06 * down) - 0.075) * (down > 0) * (down < 2.2)
    )
    scene = mix(scene, rgb("#6b3a57"), trunk)
    lumps = 0.14 * fractal_noise(size_px, 0.09, rng, 3)
    crown = smoothstep(1.02, 0.94, np.hypot(across, down * 0.9) + lumps)
    light = np.clip(0.5 - 0.32 * across - 0.42 * down + 1.6 * lumps, 0, 1)
    leaves = ((0, "#2f2f6b"), (0.3, "#8a3f5f"), (0.6, "#df7a3a"), (0.85, "#f2bd45"), (1, "#fdeb9a"))
    return mix(scene, ramp(light, leaves), crown)


def _break_up(color: Rgb, rng: np.random.Generator) -> Rgb:
    """Return one of the purer touches that together mix to the colour."""
    chance = rng.random()
    if chance < 0.16:
        return 0.35 * color + 0.65 * _TOUCHES[rng.integers(len(_TOUCHES))]
    if chance < 0.26:
        return 0.4 * color + 0.6 * _LIGHT[rng.integers(len(_LIGHT))]
    if chance < 0.37:
        return 0.45 * color + 0.55 * _SHADE[rng.integers(len(_SHADE))]
    pure = color.mean() + 1.3 * (color - color.mean())
    return pure * (1 + rng.normal(0, 0.10)) + rng.normal(0, 13, 3)


def draw(size_px: int = 1536) -> Image.Image:
    """Paint the picture; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    scene = _scene(size_px, rng)
    canvas = Canvas(to_image(mix(scene, rgb("#f3e6cc"), np.full(scene.shape[:2], 0.55))))
    turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    outline: Path = np.stack([np.cos(turn), np.sin(turn)], 1).astype(np.float32)
    for spacing, radius in ((0.0100, 0.0072), (0.0095, 0.0060), (0.0120, 0.0048)):
        centres = even_points(spacing, rng, margin=0.01) * size_px
        under = np.clip(centres, 0, size_px - 1).astype(int)
        for centre, (column, row) in zip(centres, under, strict=True):
            touch = outline * (radius * rng.uniform(0.75, 1.2)) * rng.uniform(0.82, 1.15, (1, 2))
            height = 150 + rng.normal(0, 45)
            color = _break_up(scene[row, column], rng)
            canvas.polygon(centre + touch * size_px, color, height)
    height = gaussian_filter(canvas.height, size_px / 900)
    return to_image(raking_light(canvas.pixels, height, strength=5, shine=0.3, spread=0.35))
