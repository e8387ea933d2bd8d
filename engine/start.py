"""The picture that a run starts from, and the one that each finer level starts from.

Which of them a run wants is `Params.initial`; sizes are decided in `engine.pyramid`.
"""

from collections.abc import Sequence

import torch
from PIL import Image

from engine.color import ColorStatistics, recolored
from engine.params import Params
from engine.regions import Region, WeightedStyle, regions_of
from engine.strength import palette_share
from engine.tensors import resized, to_image, to_tensor

NOISE = 0.015
"""Standard deviation of the noise that the coarsest level starts with; flat areas need a seed."""


def first_picture(
    content: Image.Image,
    styles: Sequence[WeightedStyle],
    params: Params,
    size: tuple[int, int],
    device: torch.device,
) -> torch.Tensor:
    """The coarsest level's start, (1, 3, h, w) in 0..1, of `size` (width, height).

    content: the photo, RGB. styles: those of the level, with masks of its size. Without
    `params.initial` the balanced objective starts from the photo in the style's colours, as far as
    the style strength says; the classic one from the photo, without noise, as the paper's.
    """
    generator = torch.Generator().manual_seed(params.seed)
    noise = torch.randn((1, 3, size[1], size[0]), generator=generator).to(device)
    if params.initial == "noise":
        return _channels_last((0.5 + 0.15 * noise).clamp(0, 1))
    start = to_tensor(content, size, device)
    share = 1.0 if params.initial == "style" else palette_share(params.style_strength)
    if params.initial == "style" or (params.initial is None and params.objective == "balanced"):
        start = _in_palettes(start, regions_of(styles), share)
    if params.objective == "classic":
        return start
    return _channels_last((start + NOISE * noise).clamp(0, 1))


def earlier_picture(
    earlier: Image.Image, content: Image.Image, size: tuple[int, int], device: torch.device
) -> torch.Tensor:
    """The start of a run that goes on from `earlier`, (1, 3, h, w) in 0..1.

    Enlarged it gets the photo's detail as a finer level does; at its own size it stays as it is.
    """
    if max(earlier.size) >= max(size):
        return to_tensor(earlier, size, device)
    return finer_picture(to_tensor(earlier, earlier.size, device), content, size)


def finer_picture(
    coarser: torch.Tensor, content: Image.Image, size: tuple[int, int]
) -> torch.Tensor:
    """The start of a level after `coarser` (1, 3, h, w): that enlarged to `size`, plus what the
    photo `content` shows at this size and could not show at the coarser one."""
    photo = to_tensor(content, size, coarser.device)
    blurred = to_tensor(content, (coarser.shape[3], coarser.shape[2]), coarser.device)
    detail = photo - resized(blurred, size)
    return (resized(coarser, size) + detail).clamp(0, 1)


def _in_palettes(photo: torch.Tensor, regions: Sequence[Region], share: float) -> torch.Tensor:
    """`photo` (1, 3, h, w) moved by `share` to the colours of the styles of each region there."""
    image, start = to_image(photo), photo
    for region in regions:
        parts = [(ColorStatistics.of(to_image(s.image)), s.weight) for s in region.styles]
        palette = recolored(image, ColorStatistics.mixed(parts))
        there = share if region.mask is None else share * region.mask  # (h, w)
        start = start + (to_tensor(palette, palette.size, photo.device) - photo) * there
    return start


def _channels_last(picture: torch.Tensor) -> torch.Tensor:
    return picture.contiguous(memory_format=torch.channels_last)
