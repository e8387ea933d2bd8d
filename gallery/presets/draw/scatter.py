"""Points spread evenly but not regularly, and the cells nearest to them.

Points are arrays of shape (n, 2) holding (x, y) in units of the picture's side.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from .noise import Field, unit_grid

Points = NDArray[np.float32]


def even_points(
    spacing: float, rng: np.random.Generator, margin: float = 0.06, relax: int = 0
) -> Points:
    """Return jittered points about `spacing` apart, in random order, also just outside the edges.

    Each round of `relax` moves the points towards the centres of their cells (Lloyd's method),
    which evens the sizes of the cells.
    """
    rows = math.ceil((1 + 2 * margin) / (spacing * 0.866)) + 1
    columns = math.ceil((1 + 2 * margin) / spacing) + 1
    column, row = np.meshgrid(np.arange(columns), np.arange(rows))
    points = np.stack([(column + 0.5 * (row % 2)).ravel(), (row * 0.866).ravel()], 1) * spacing
    points = points - margin + rng.normal(0, 0.3 * spacing, points.shape)
    for _ in range(relax):
        sample = rng.uniform(-margin, 1 + margin, (len(points) * 60, 2))
        owner = cKDTree(points).query(sample)[1]
        count = np.bincount(owner, minlength=len(points))[:, None]
        centre = np.stack(
            [np.bincount(owner, sample[:, axis], len(points)) for axis in range(2)], 1
        )
        points = np.where(count > 0, centre / np.maximum(count, 1), points)
    return rng.permutation(points).astype(np.float32)


def nearest_cells(points: Points, x: Field, y: Field) -> NDArray[np.int64]:
    """Return, for each pixel position, the index of its nearest point."""
    owner = cKDTree(points).query(np.stack([x.ravel(), y.ravel()], 1))[1]
    return owner.reshape(x.shape)


def cell_map(points: Points, size_px: int) -> NDArray[np.int64]:
    """Return `nearest_cells` over the whole picture."""
    return nearest_cells(points, *unit_grid(size_px))
