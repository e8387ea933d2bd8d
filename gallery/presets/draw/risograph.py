"""Risograph: a garden in three inks, in coarse dots and printed slightly out of register.

Each ink is a plate of its own; where plates overlap, their colours multiply on the paper.
"""

import numpy as np
from PIL import Image

from .noise import Field, fractal_noise, smooth_noise, smoothstep, unit_grid
from .palette import Rgb, rgb, to_image
from .scatter import even_points
from .surface import paper_tooth

_SEED = 19
_PAPER = rgb("#f7f1e3")
_YELLOW, _PINK, _BLUE = rgb("#ffd400"), rgb("#ff4f7b"), rgb("#1a6fb4")
# ink, angle of its screen in degrees, how far the plate slipped (right, down)
_PLATES = ((_YELLOW, 5, (0.0, 0.0)), (_PINK, 35, (0.0028, -0.0016)), (_BLUE, 68, (-0.002, 0.0024)))
# darkness of the three plates on a leaf
_LEAVES = (
    (0.97, 0.0, 0.55), (0.30, 0.0, 0.97), (0.97, 0.10, 0.25), (0.30, 0.75, 0.85), (0.70, 0.0, 0.97),
)  # fmt: skip
_DOT = 0.0136  # distance between the dots of a screen
# x, y, size, petals, and the darkness of each plate on the petals
_FLOWERS = (
    (0.22, 0.20, 0.17, 7, (0.95, 0.90, 0.05)), (0.66, 0.14, 0.12, 6, (0.10, 0.75, 0.00)),
    (0.86, 0.42, 0.16, 8, (1.00, 0.35, 0.00)), (0.48, 0.47, 0.17, 7, (0.00, 0.95, 0.45)),
    (0.13, 0.60, 0.12, 6, (0.95, 0.10, 0.00)), (0.74, 0.77, 0.18, 9, (0.85, 1.00, 0.00)),
    (0.33, 0.85, 0.15, 8, (0.05, 0.55, 0.00)), (0.97, 0.96, 0.12, 6, (0.95, 0.25, 0.05)),
    (0.42, 0.02, 0.09, 6, (0.95, 0.20, 0.00)), (0.98, 0.10, 0.11, 7, (0.05, 0.85, 0.15)),
)  # fmt: skip


def _garden(x: Field, y: Field, rng: np.random.Generator) -> list[Field]:
    """Return the darkness, 0..1, of each of the three plates."""
    sway = fractal_noise(len(x), 0.3, rng, 2)
    bands = 0.5 + 0.5 * np.sin(2 * np.pi * (1.6 * y + 0.9 * x + 0.2 * sway))
    plates = [0.10 + 0.35 * bands, 0.10 + 0.42 * (1 - bands), 0.06 + 0.24 * bands]
    for at in even_points(0.105, rng, margin=0.08):
        size, turn = rng.uniform(0.085, 0.125), rng.uniform(0, 2 * np.pi)
        darks = _LEAVES[rng.integers(len(_LEAVES))]
        plates = _leaf(plates, x - at[0], y - at[1], size, turn, darks)
    for flower in _FLOWERS:
        plates = _flower(plates, x, y, flower)
    return plates


def _leaf(
    plates: list[Field],
    right: Field,
    below: Field,
    size: float,
    turn: float,
    darks: tuple[float, float, float],
) -> list[Field]:
    """Print one pointed leaf with veins; `right` and `below` are measured from its middle."""
    rows = np.flatnonzero(np.abs(below[:, 0]) < size)
    columns = np.flatnonzero(np.abs(right[0]) < size)
    if not len(rows) or not len(columns):
        return plates
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    along = (right[window] * np.cos(turn) + below[window] * np.sin(turn)) / size
    across = (below[window] * np.cos(turn) - right[window] * np.sin(turn)) / size
    edge = 0.40 * np.clip(1 - along**2, 0, 1) * (1 - 0.3 * along) - np.abs(across)
    inside = smoothstep(-0.01, 0.01, edge)
    ribs = np.sin(16 * (along - 1.1 * np.abs(across))) > 0.80
    vein = ((np.abs(across) < 0.022) | (ribs & (edge > 0.03))) * inside
    outline = smoothstep(0.045, 0.025, np.abs(edge)) * (np.abs(along) < 1)
    for plate, dark in zip(plates, darks, strict=True):
        tone = dark * (0.72 + 0.28 * along)
        plate[window] = plate[window] * (1 - inside) + tone * inside * (1 - 0.9 * vein)
    plates[2][window] = np.maximum(plates[2][window], 0.97 * outline)
    return plates


def _flower(
    plates: list[Field],
    x: Field,
    y: Field,
    flower: tuple[float, float, float, int, tuple[float, float, float]],
) -> list[Field]:
    """Print one flower over what the plates hold: petals, streaks, a heart of dots, an outline."""
    at_x, at_y, size, petals, darks = flower
    distance = np.hypot(x - at_x, y - at_y) / size
    angle = np.arctan2(y - at_y, x - at_x) + at_x * 9
    edge = 0.74 + 0.24 * np.sqrt(np.abs(np.cos(petals * angle / 2)))
    inside = smoothstep(0.01, -0.01, distance - edge)
    fold = smoothstep(0.30, 0.0, np.abs(np.sin(petals * angle / 2))) * smoothstep(
        0.2, 0.6, distance
    )
    streak = (np.sin(petals * 5 * angle) > 0.72) * smoothstep(0.80, 0.5, distance)
    out = smoothstep(0.9, 0.3, distance)
    heart = smoothstep(0.27, 0.25, distance)
    seeds = (np.sin(x * 330) * np.sin(y * 330) > 0.25) * heart
    outline = smoothstep(0.028, 0.018, np.abs(distance - edge))
    result = []
    for index, (plate, dark) in enumerate(zip(plates, darks, strict=True)):
        petal = dark * (0.55 + 0.45 * out)
        if index == 1:
            petal = np.maximum(petal, 0.55 * streak)
        if index == 2:
            petal = np.maximum(petal, 0.30 * fold)
        plate = plate * (1 - inside) + petal * inside
        plate = plate * (1 - heart) + heart * (1.0, 0.45, 0.0)[index]
        if index == 2:
            plate = np.maximum(plate, np.maximum(seeds, 0.97 * outline))
        result.append(plate)
    return result


def _screen(plate: Field, x: Field, y: Field, degrees: float) -> Field:
    """Return the plate in dots, 1 where there is ink: small in the lights, merging in the darks."""
    angle = np.radians(degrees)
    across = (x * np.cos(angle) + y * np.sin(angle)) * np.pi / _DOT
    down = (y * np.cos(angle) - x * np.sin(angle)) * np.pi / _DOT
    spot = 0.5 + 0.25 * (np.cos(2 * across) + np.cos(2 * down))
    soft = 1.2 / (_DOT * len(x))
    solid = smoothstep(0.90, 0.95, plate)
    return np.maximum(smoothstep(-soft, soft, plate - spot) * (plate > 0.03), solid)


def draw(size_px: int = 1536) -> Image.Image:
    """Print the picture; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    x, y = unit_grid(size_px)
    plates = _garden(x, y, rng)
    tooth = paper_tooth(size_px, rng)
    picture: Rgb = _PAPER * (1 + 0.012 * tooth)[..., None]
    for plate, (ink, degrees, slip) in zip(plates, _PLATES, strict=True):
        dots = _screen(plate, x, y, degrees)
        right, down = (round(share * size_px) for share in slip)
        dots = np.roll(dots, (down, right), (0, 1))
        patchy = 0.90 + 0.05 * fractal_noise(size_px, 0.12, rng, 4)
        speckle = smoothstep(2.1, 1.5, smooth_noise(size_px, 0.0035, rng) + 0.4 * tooth)
        cover = np.clip(dots * patchy * (0.35 + 0.65 * speckle), 0, 1)
        picture = picture * (1 - cover[..., None] * (1 - ink / 255))
    return to_image(picture)
