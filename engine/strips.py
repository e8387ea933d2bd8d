"""Statistics of a picture and their exact gradient, a tile at a time, so that memory stays bounded.

A picture larger than a given area is cut into tiles. Each is computed with as much of its
surroundings as its deepest features look at (the halo), and only its own positions are summed. As
the statistics are sums, the tiles' add up to the picture's; what to sum is up to the caller.
"""

import itertools
import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import EllipsisType
from typing import Any

import torch

from engine.statistics import Own, Statistic, tapped
from engine.vgg import Network, deepest_of, reach_px, scale_of


@dataclass(frozen=True, slots=True)
class Span:
    """One side of a tile, in pixels: its own, from start to stop, and those it is computed from."""

    start: int
    stop: int
    outer_start: int
    outer_stop: int

    @property
    def is_all(self) -> bool:
        """Whether it is computed from nothing but its own pixels."""
        return (self.start, self.stop) == (self.outer_start, self.outer_stop)


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture, in whole positions of every layer that is asked for."""

    rows: Span
    columns: Span

    @property
    def outer(self) -> tuple[EllipsisType, slice, slice]:
        """The pixels of (..., h, w) that the tile is computed from, as an index."""
        return (
            ...,
            slice(self.rows.outer_start, self.rows.outer_stop),
            slice(self.columns.outer_start, self.columns.outer_stop),
        )

    def of(self, whole: torch.Tensor, layer: str) -> torch.Tensor:
        """The tile's part of something (..., h, w) that has every position of `layer`."""
        scale = scale_of(layer)
        rows, columns = self.rows, self.columns
        return whole[
            ...,
            rows.start // scale : rows.stop // scale,
            columns.start // scale : columns.stop // scale,
        ]

    def own(self, layer: str) -> Own:
        """The tile's own part of features (..., h, w) of `layer` computed from `outer`."""
        rows, columns = self.rows, self.columns
        if rows.is_all and columns.is_all:
            return None
        scale = scale_of(layer)
        top, left = rows.outer_start // scale, columns.outer_start // scale
        return (
            ...,
            slice(rows.start // scale - top, rows.stop // scale - top),
            slice(columns.start // scale - left, columns.stop // scale - left),
        )


Sums = dict[Hashable, torch.Tensor]
"""Statistics by name; adding two pictures' sums name by name gives those of both together."""

Measure = Callable[[str, Tile], Mapping[Hashable, Statistic]]
"""Which statistics of a layer are wanted, by name, where a tile's own part of it is looked at."""


@dataclass(frozen=True, slots=True)
class View:
    """How pictures are looked at: the network, the layers, the rule at edges, the largest tile.

    area_px: pixels computed at once, halo included; None computes any picture whole. A tile that
    its halo fills is as small as it can be, whatever the area.
    """

    network: Network
    layers: tuple[str, ...]
    replicate: bool
    area_px: int | None

    def tiles(self, image: torch.Tensor) -> tuple[Tile, ...]:
        """The tiles that `image` (1, 3, h, w) is computed in."""
        align = scale_of(deepest_of(self.layers))
        halo = math.ceil(reach_px(self.layers) / align) * align
        return _tiles(image.shape[2], image.shape[3], self.area_px, align=align, halo=halo)

    def features(
        self, image: torch.Tensor, tile: Tile, dtype: torch.dtype
    ) -> dict[str, torch.Tensor]:
        """The tile's own features by layer, each (1, c, h', w'), from `image[tile.outer]`.

        The same as the whole picture's in that place: where the tile ends inside the picture, its
        halo is at least as wide as the network looks; where the picture ends, so does the tile.
        """
        found = self.network.features(image, self.layers, dtype=dtype, replicate=self.replicate)
        return {layer: x[tile.own(layer) or ...] for layer, x in found.items()}


def summed(view: View, image: torch.Tensor, measure: Measure, *, dtype: torch.dtype) -> Sums:
    """The sums over all of `image` (1, 3, h, w), with their gradient, computed in `dtype`.

    In several tiles the forward pass keeps nothing but the sums; each tile is computed again, and
    let go, when the gradient is asked for. A name may be missing where its sum is zero.
    """
    tiles = view.tiles(image)
    work = _Work(view, tiles, measure, dtype, names=[])
    if len(tiles) == 1:
        return work.sums_of(image, tiles[0])
    values = _Summed.apply(image, work)
    return dict(zip(work.names, values, strict=True))


@dataclass(frozen=True, slots=True)
class _Work:
    """What `_Summed` needs besides the picture; it fills in `names`, in the order of its sums."""

    view: View
    tiles: tuple[Tile, ...]
    measure: Measure
    dtype: torch.dtype
    names: list[Hashable]

    def sums_of(self, patch: torch.Tensor, tile: Tile) -> Sums:
        sums: Sums = {}

        def see(layer: str, features: torch.Tensor) -> torch.Tensor:
            wanted = self.measure(layer, tile)
            through, found = tapped(features, tuple(wanted.values()), tile.own(layer))
            sums.update(zip(wanted, found, strict=True))
            return through

        view = self.view
        view.network.visit(patch, view.layers, see, dtype=self.dtype, replicate=view.replicate)
        return sums


class _Summed(torch.autograd.Function):
    """Sums over tiles. With S the sums, dL/dpixels = sum over tiles of <dL/dS, dS_tile/dpixels>."""

    @staticmethod
    def forward(ctx: Any, image: torch.Tensor, work: _Work) -> tuple[torch.Tensor, ...]:
        ctx.save_for_backward(image)
        ctx.work = work
        totals: Sums = {}
        for tile in work.tiles:
            for name, value in work.sums_of(image[tile.outer], tile).items():
                totals[name] = totals[name] + value if name in totals else value
        work.names.extend(totals)
        return tuple(totals.values())

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        (image,) = ctx.saved_tensors
        work: _Work = ctx.work
        wanted = dict(zip(work.names, gradients, strict=True))
        whole = torch.zeros_like(image)
        for tile in work.tiles:
            patch = image[tile.outer].detach().requires_grad_()
            with torch.enable_grad():
                sums = work.sums_of(patch, tile)
            if sums:
                (part,) = torch.autograd.grad(
                    list(sums.values()), patch, [wanted[name] for name in sums]
                )
                whole[tile.outer] += part
        return whole, None


@lru_cache(maxsize=64)
def _tiles(
    height: int, width: int, area_px: int | None, *, align: int, halo: int
) -> tuple[Tile, ...]:
    """The grid that computes the fewest pixels with tiles of at most `area_px`, halo included."""
    if area_px is None or height * width <= area_px:
        return (Tile(Span(0, height, 0, height), Span(0, width, 0, width)),)
    grids = list(itertools.product(_divisions(height, align, halo), _divisions(width, align, halo)))
    fitting = [(r, c) for r, c in grids if r.longest_px * c.longest_px <= area_px]
    if fitting:
        rows, columns = min(fitting, key=lambda grid: grid[0].total_px * grid[1].total_px)
    else:
        rows, columns = min(grids, key=lambda grid: grid[0].longest_px * grid[1].longest_px)
    return tuple(Tile(r, c) for r in rows.spans for c in columns.spans)


@dataclass(frozen=True, slots=True)
class _Division:
    """One side of a picture cut into spans; the pixels of the longest and of all, with halos."""

    spans: tuple[Span, ...]
    longest_px: int
    total_px: int


def _divisions(side_px: int, align: int, halo: int) -> list[_Division]:
    """Every way to cut a side into nearly equal spans that start at a multiple of `align`."""
    units = math.ceil(side_px / align)
    divisions = []
    for count in range(1, units + 1):
        cuts = [min(side_px, units * i // count * align) for i in range(count + 1)]
        spans = tuple(
            Span(start, stop, max(0, start - halo), min(side_px, stop + halo))
            for start, stop in itertools.pairwise(cuts)
        )
        lengths = [span.outer_stop - span.outer_start for span in spans]
        divisions.append(_Division(spans, max(lengths), sum(lengths)))
    return divisions
