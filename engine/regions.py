"""Which style paints where: masks in the photo's proportions, and the regions they make.

What a mask is says `engine.masks`; what is optimised in a region is `engine.objective`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from PIL import Image

from engine.masks import mask_values
from engine.vgg import scale_of


@dataclass(frozen=True, slots=True)
class WeightedStyle:
    """A style image as a tensor (1, 3, h, w), RGB in 0..1, and its share in a blend.

    mask: where it paints, (h, w) of the picture, 0..1; None paints what the others' masks leave.
    """

    image: torch.Tensor
    weight: float
    mask: torch.Tensor | None = None


@dataclass(frozen=True, slots=True)
class Guidance:
    """A region in one layer, with t its mask there: t^2 (h', w'), their sum, and the mean of t.

    squares None: the whole picture, each position counting 1.
    """

    squares: torch.Tensor | None
    total: float
    share: float


@dataclass(frozen=True, slots=True)
class Region:
    """Styles that are blended, and where they paint: (h, w), 0..1; None is everywhere."""

    styles: tuple[WeightedStyle, ...]
    mask: torch.Tensor | None

    def guidance(self, layer: str, size: tuple[int, int]) -> Guidance:
        """The region in `layer` of a picture of `size` (height, width).

        The mask is averaged over the pixels that each position pools, and what pooling leaves out
        at the right and lower edge is left out as well.
        """
        scale = scale_of(layer)
        if self.mask is None:
            return Guidance(None, (size[0] // scale) * (size[1] // scale), 1.0)
        t = F.avg_pool2d(self.mask[None], scale)[0]
        squares = t.square()
        return Guidance(squares, float(squares.sum(dtype=torch.float64)), float(t.mean()))


def regions_of(styles: Sequence[WeightedStyle]) -> tuple[Region, ...]:
    """The regions that `styles` paint, without those that are nowhere.

    Styles of the same mask are blended there. Where masks overlap to more than 1, each gets its
    share of 1. Styles without a mask are blended where the masks leave room.
    """
    free = tuple(style for style in styles if style.mask is None)
    groups: list[tuple[torch.Tensor, list[WeightedStyle]]] = []
    for style in styles:
        if style.mask is None:
            continue
        same = next((group for mask, group in groups if torch.equal(mask, style.mask)), None)
        if same is None:
            groups.append((style.mask, [style]))
        else:
            same.append(style)
    if not groups:
        return (Region(free, None),)
    covered = torch.stack([mask for mask, _ in groups]).sum(0)  # (h, w)
    crowd = covered.clamp(min=1)
    regions = [Region(tuple(group), mask / crowd) for mask, group in groups]
    if free:
        regions.append(Region(free, (1 - covered).clamp(0, 1)))
    return tuple(r for r in regions if r.mask is not None and bool(r.mask.any()))


def mask_tensor(mask: Image.Image, size: tuple[int, int], device: torch.device) -> torch.Tensor:
    """`mask_values` as a tensor (h, w)."""
    return torch.from_numpy(mask_values(mask, size)).to(device)
