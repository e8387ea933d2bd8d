"""Gold-leaf ornament: scrolls, eyes, scales and chequers packed close on leaves of beaten gold.

Round motifs are packed without touching, largest first; small scrolls and beads fill the ground
between them. Everything is lit as a relief.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from .noise import Field, fractal_noise, smooth_noise, smoothstep, unit_grid
from .palette import Rgb, colors, mix, rgb, to_image
from .scatter import Points, cell_map, even_points
from .strokes import Canvas, Path
from .surface import raking_light

_SEED = 31
_GOLD = rgb("#e2b044")
_PALE = rgb("#f6e2a0")
_INKS = colors(
    "#26314f", "#8c2f2b", "#f4ead2", "#2d7d78", "#3d2a1e", "#c8502f", "#6f9a9a", "#f4ead2"
)
_CIRCLE = np.stack(
    [np.cos(np.linspace(0, 2 * np.pi, 60)), np.sin(np.linspace(0, 2 * np.pi, 60))], 1
).astype(np.float32)


class _Leaf:
    """The gold ground being painted; shapes are given in units of its side."""

    def __init__(self, canvas: Canvas, rng: np.random.Generator) -> None:
        self.canvas = canvas
        self.size_px = canvas.size_px
        self.rng = rng

    def color(self) -> Rgb:
        return _INKS[self.rng.integers(len(_INKS))]

    def disc(self, at: Path, radius: float, color: Rgb, height: float = 150) -> None:
        self.canvas.polygon((at + _CIRCLE * radius) * self.size_px, color, height)

    def shape(self, path: Path, color: Rgb, height: float = 150) -> None:
        self.canvas.polygon(path * self.size_px, color, height)

    def line(self, path: Path, color: Rgb, width: float, height: float = 200) -> None:
        self.canvas.line(path * self.size_px, color, width * self.size_px, height)


def _spiral(leaf: _Leaf, at: Path, radius: float, turns: float, color: Rgb, width: float) -> None:
    """Wind a scroll that thins towards its heart."""
    start, way = leaf.rng.uniform(0, 2 * np.pi), leaf.rng.choice((-1, 1))
    t = np.linspace(0.06, 1, 90)
    angle = start + way * turns * 2 * np.pi * t
    path = at + radius * t[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    for part in np.array_split(np.arange(90), 6):
        piece = path[part[0] : part[-1] + 2].astype(np.float32)
        leaf.line(piece, color, width * (0.45 + 0.55 * t[part[-1]]))


def _eye(leaf: _Leaf, at: Path, radius: float) -> None:
    """Set rings of enamel and gold around a bead."""
    rings = leaf.rng.integers(4, 7)
    for ring in range(rings):
        color = (_PALE, _GOLD)[ring // 2 % 2] if ring % 2 else leaf.color()
        leaf.disc(at, radius * (1 - ring / rings), color, 140 + 70 * (ring % 2))


def _scroll(leaf: _Leaf, at: Path, radius: float) -> None:
    """Set a gold scroll on an enamel disc."""
    color = leaf.color()
    leaf.disc(at, radius, _PALE, 210)
    leaf.disc(at, radius * 0.93, color, 120)
    scroll = _GOLD if color.mean() < 190 else rgb("#8a5a18")
    _spiral(leaf, at, radius * 0.84, 2.6, scroll, max(0.0035, radius * 0.13))


def _wheel(leaf: _Leaf, at: Path, radius: float) -> None:
    """Set a wheel of enamel wedges around a bead."""
    count = int(leaf.rng.integers(7, 12))
    light, dark = _PALE, leaf.color()
    leaf.disc(at, radius, rgb("#5b3a16"), 120)
    for index in range(2 * count):
        turn = np.linspace(index, index + 1, 6) * np.pi / count
        arc = np.stack([np.cos(turn), np.sin(turn)], 1) * radius * 0.94
        wedge = np.concatenate([arc, arc[::-1] * 0.36]) + at
        leaf.shape(wedge.astype(np.float32), (light, dark)[index % 2], 150 + 50 * (index % 2))
    _eye(leaf, at, radius * 0.34)


def _chequer(leaf: _Leaf, at: Path, radius: float) -> None:
    """Set a tilted board of small squares."""
    side = 4
    turn = leaf.rng.uniform(0, np.pi)
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    cell = 1.42 * radius / side
    first, second = leaf.color(), leaf.color()
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * 0.92
    for column in range(side):
        for row in range(side):
            place = np.array([column - side / 2, row - side / 2])
            square = (corners + place) * cell @ axes + at
            color = (first, _PALE, second)[(column + row) % 3 if row % 2 else (column + row) % 2]
            leaf.shape(square.astype(np.float32), color, 150 + 40 * ((column + row) % 2))


_MOTIFS: tuple[Callable[[_Leaf, Path, float], None], ...] = (
    _eye,
    _scroll,
    _wheel,
    _chequer,
    _scroll,
)


def _packing(rng: np.random.Generator) -> Field:
    """Return the rows (x, y, radius) of discs that do not touch, largest first."""
    placed = np.zeros((0, 3), np.float32)
    for radius, tries in ((0.078, 60), (0.052, 300), (0.036, 900), (0.024, 2500), (0.014, 5000)):
        for at in rng.uniform(-0.04, 1.04, (tries, 2)):
            if _room(placed, at) > radius + 0.006:
                placed = np.vstack([placed, [[*at, radius]]])
    return placed


def _room(placed: Field, at: Field) -> float:
    """Return how far a place is from the nearest disc's rim."""
    return float((np.hypot(*(placed[:, :2] - at).T) - placed[:, 2]).min(initial=1))


def _ground(size_px: int, rng: np.random.Generator) -> tuple[Rgb, Field]:
    """Return overlapping leaves of beaten gold, and the height of their wrinkles."""
    leaves: Points = even_points(0.12, rng, relax=1)
    shade = rng.normal(0, 0.10, len(leaves))[cell_map(leaves, size_px)]
    wrinkle = fractal_noise(size_px, 0.035, rng, 5, 0.6)
    gold = _GOLD * (1 + shade + 0.06 * wrinkle)[..., None]
    gold = mix(gold, _PALE, 0.55 * smoothstep(0.2, 2.2, wrinkle + 3 * shade))
    return mix(gold, rgb("#9a6a22"), 0.45 * smoothstep(0.4, 2.2, -wrinkle)), wrinkle


def _fill(leaf: _Leaf, placed: Field) -> None:
    """Fill the ground between the motifs with small scrolls, beads and wedges."""
    dark = colors("#4a2f14", "#7a4d16", "#26314f", "#8c2f2b", "#f6e2a0")
    for at in even_points(0.021, leaf.rng, margin=0.01):
        room = _room(placed, at)
        if room < 0.006:
            continue
        color = dark[leaf.rng.integers(len(dark))]
        if leaf.rng.random() < 0.72:
            _spiral(leaf, at, min(room, 0.017), 1.6, color, 0.0036)
        else:
            leaf.disc(at, min(room, 0.008), color, 200)
            leaf.disc(at, min(room, 0.008) * 0.5, _PALE, 240)


def draw(size_px: int = 1536) -> Image.Image:
    """Gild the picture; `size_px` is its side."""
    rng = np.random.default_rng(_SEED)
    gold, wrinkle = _ground(size_px, rng)
    leaf = _Leaf(Canvas(to_image(gold)), rng)
    placed = _packing(rng)
    _fill(leaf, placed)
    for x, y, radius in placed:
        _MOTIFS[rng.integers(len(_MOTIFS))](leaf, np.array([x, y]), radius)
    pixels = leaf.canvas.pixels
    worn = (
        1 + 0.05 * fractal_noise(size_px, 0.02, rng, 4) + 0.02 * smooth_noise(size_px, 0.004, rng)
    )
    height = gaussian_filter(leaf.canvas.height, size_px / 700) + 0.035 * wrinkle
    across, down = unit_grid(size_px)
    sheen = 1 + 0.08 * np.sin(5 * across + 4 * down + 0.6 * fractal_noise(size_px, 0.3, rng, 2))
    return to_image(raking_light(pixels * (worn * sheen)[..., None], height, 8, 0.6, 0.4))
