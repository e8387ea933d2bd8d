"""The picture that a run starts from, and the one that each finer level starts from.

Which of them a run wants is `Params.initial`; sizes are decided in `engine.pyramid`.
"""

from collections.abc import Sequence

import torch
from PIL import Image

from engine.color import ColorStatistics, recolored
from engine.images import flatten
from engine.params import Params
from engine.tensors import resized, to_tensor

DETAIL = 0.4
"""Share of the photo's fine detail that a finer level starts with."""

NOISE = 0.03
"""Standard deviation of the noise that the coarsest level starts with; flat areas need a seed."""


def first_picture(
    content: Image.Image,
    styles: Sequence[tuple[Image.Image, float]],
    params: Params,
    size: tuple[int, int],
    device: torch.device,
) -> torch.Tensor:
    """The coarsest level's start, (1, 3, h, w) in 0..1, of `size` (width, height).

    content: the photo, RGB. styles: style images of any mode with their weights in a blend. The
    classic objective starts without noise, as the paper's does from the photo.
    """
    generator = torch.Generator().manual_seed(params.seed)
    noise = torch.randn((1, 3, size[1], size[0]), generator=generator).to(device)
    if params.initial == "noise":
        return _channels_last((0.5 + 0.15 * noise).clamp(0, 1))
    if params.initial == "style":
        parts = [(ColorStatistics.of(flatten(image)), weight) for image, weight in styles]
        photo = content.resize(size, Image.Resampling.LANCZOS)
        content = recolored(photo, ColorStatistics.mixed(parts))
    start = to_tensor(content, size, device)
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
    """The start of a level after `coarser` (1, 3, h, w): that enlarged to `size`, plus DETAIL of
    what the photo `content` shows at this size and could not show at the coarser one."""
    photo = to_tensor(content, size, coarser.device)
    blurred = to_tensor(content, (coarser.shape[3], coarser.shape[2]), coarser.device)
    detail = photo - resized(blurred, size)
    return (resized(coarser, size) + DETAIL * detail).clamp(0, 1)


def _channels_last(picture: torch.Tensor) -> torch.Tensor:
    return picture.contiguous(memory_format=torch.channels_last)
