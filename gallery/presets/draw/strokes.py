"""Brush strokes that follow a flow, with bristles that differ in colour and thickness.

Paths are arrays of (x, y) points in pixels. Colour and height of the paint are drawn side by side,
so that the finished picture can be lit as a relief.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .noise import Field
from .palette import Rgb, ink, to_pixels

Path = NDArray[np.float32]


class Canvas:
    """A picture and the height of its paint, painted stroke by stroke."""

    def __init__(self, ground: Image.Image, height: int = 90) -> None:
        self.size_px = ground.width
        self._image = ground.copy()
        self._height = Image.new("L", ground.size, height)
        self._paint = ImageDraw.Draw(self._image)
        self._pile = ImageDraw.Draw(self._height)

    def line(self, path: Path, color: Rgb, width_px: float, height: float) -> None:
        """Draw one line; `height` is in 0..255."""
        points = path.ravel().tolist()
        width = max(1, round(width_px))
        self._paint.line(points, fill=ink(color), width=width, joint="curve")
        self._pile.line(points, fill=int(min(max(height, 0), 255)), width=width)

    def polygon(self, path: Path, color: Rgb, height: float) -> None:
        """Fill one closed shape; `height` is in 0..255."""
        points = path.ravel().tolist()
        self._paint.polygon(points, fill=ink(color))
        self._pile.polygon(points, fill=int(min(max(height, 0), 255)))

    @property
    def pixels(self) -> Rgb:
        """The colours so far, shape (size_px, size_px, 3)."""
        return to_pixels(self._image)

    @property
    def height(self) -> Field:
        """The height of the paint so far, in 0..1, shape (size_px, size_px)."""
        return to_pixels(self._height) / 255


def trace(
    across: Field, down: Field, starts: NDArray[np.float32], step_px: float, steps: int
) -> NDArray[np.float32]:
    """Follow the unit vectors (across, down) from each start, half the steps each way.

    `starts` has shape (n, 2) in pixels; returns (n, steps + 1, 2). Outside the picture the nearest
    edge's direction goes on.
    """
    last = len(across) - 1
    half = steps // 2
    paths = np.empty((len(starts), steps + 1, 2), np.float32)
    paths[:, half] = starts
    for sign, order in ((1, range(half + 1, steps + 1)), (-1, range(half - 1, -1, -1))):
        point = starts.astype(np.float32).copy()
        for index in order:
            column = np.clip(point[:, 0], 0, last).astype(int)
            row = np.clip(point[:, 1], 0, last).astype(int)
            point[:, 0] += sign * step_px * across[row, column]
            point[:, 1] += sign * step_px * down[row, column]
            paths[:, index] = point
    return paths


def normals(path: Path) -> Path:
    """Return the unit normal at each point of a path, shape (n, 2)."""
    tangent = np.gradient(path, axis=0)
    length = np.hypot(tangent[:, 0], tangent[:, 1])[:, None] + 1e-6
    return np.stack([-tangent[:, 1], tangent[:, 0]], 1) / length


@dataclass(frozen=True, slots=True)
class Brush:
    """How a stroke is made up: sizes in pixels, variations relative."""

    width_px: float
    bristle_px: float = 3.0
    streak: float = 0.09
    ragged: float = 0.25

    def paint(self, canvas: Canvas, path: Path, color: Rgb, rng: np.random.Generator) -> None:
        """Paint one stroke, bristle by bristle, thickest at its two edges as pushed paint is."""
        count = max(3, round(self.width_px / self.bristle_px))
        normal = normals(path)
        ends = max(1, int(len(path) * self.ragged))
        offsets = np.linspace(-0.5, 0.5, count)
        for offset in rng.permutation(offsets):
            # The brush is round: its outer bristles touch down later and lift off earlier.
            curve = int(ends * (2 * offset) ** 2 * 0.7)
            begin = curve + rng.integers(0, max(1, ends // 2))
            end = len(path) - curve - rng.integers(0, ends)
            if end - begin < 2:
                continue
            shift = offset * self.width_px + rng.normal(0, self.bristle_px * 0.25)
            bristle = path[begin:end] + normal[begin:end] * shift
            streak = color * (1 + rng.normal(0, self.streak)) + rng.normal(0, 4, 3)
            height = 105 + 190 * abs(offset) + rng.normal(0, 34)
            width_px = self.bristle_px * rng.uniform(0.9, 1.9)
            canvas.line(bristle, streak, width_px, height)
