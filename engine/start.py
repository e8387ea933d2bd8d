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

TEXTURE = 0.1
"""Contrast of the random texture that a start in the style's palette has, of the style's own: seeds
for its strokes, of their sizes, directions and colours."""


def first_picture(
    content: Image.Image,
    styles: Sequence[WeightedStyle],
    params: Params,
    size: tuple[int, int],
    device: torch.device,
) -> torch.Tensor:
    """The coarsest level's start, (1, 3, h, w) in 0..1, of `size` (width, height).

    content: the photo, RGB. styles: those of the level, with masks of its size. Without
    `params.initial` the balanced objective starts from the photo in the style's colours, with a
    texture of the style, as far as the style strength says; the classic one from the photo, without
    noise, as the paper's.
    """
    generator = torch.Generator().manual_seed(params.seed)
    noise = torch.randn((1, 3, size[1], size[0]), generator=generator).to(device)
    if params.initial == "noise":
        return _channels_last((0.5 + 0.15 * noise).clamp(0, 1))
    start = to_tensor(content, size, device)
    share = 1.0 if params.initial == "style" else palette_share(params.style_strength)
    if params.initial == "style" or (params.initial is None and params.objective == "balanced"):
        start = _in_palettes(start, noise, regions_of(styles), share)
    if params.objective == "classic":
        return start.clamp(0, 1)
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


def _in_palettes(
    photo: torch.Tensor, noise: torch.Tensor, regions: Sequence[Region], share: float
) -> torch.Tensor:
    """`photo` (1, 3, h, w) moved by `share` to the colours of the styles of each region there, and
    seeded with their texture; noise: as large, white."""
    image, start = to_image(photo), photo
    for region in regions:
        parts = [(ColorStatistics.of(to_image(s.image)), s.weight) for s in region.styles]
        palette = recolored(image, ColorStatistics.mixed(parts))
        whole = sum(style.weight for style in region.styles)
        there = share if region.mask is None else share * region.mask  # (h, w)
        start = start + (to_tensor(palette, palette.size, photo.device) - photo) * there
        for style in region.styles:
            seeds = random_texture(style.image, noise[:, :1])
            start = start + seeds * (TEXTURE * style.weight / whole) * there
    return start


def random_texture(style: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """A texture (1, 3, h, w) of mean 0 with the spectrum and colours of `style` (1, 3, h', w').

    White noise (1, 1, h, w) filtered by the style image itself: Galerne, Gousseau and Morel,
    "Random Phase Textures: Theory and Synthesis" (2011). As in the paper the texture is periodic.
    Departures: of an image larger than the picture only the middle is used, and a window instead of
    a periodic component keeps the image's borders, which would be lines, out of it. The variance
    is the image's, on average over noises.
    """
    height, width = noise.shape[2:]
    rows, columns = min(height, style.shape[2]), min(width, style.shape[3])
    top, left = (style.shape[2] - rows) // 2, (style.shape[3] - columns) // 2
    spot = style[:, :, top : top + rows, left : left + columns]
    spot = spot - spot.mean((2, 3), keepdim=True)
    variance = spot.square().mean()
    down, across = (torch.hann_window(n, periodic=False).to(spot) for n in (rows, columns))
    spot = spot * torch.outer(down, across)
    # Filtered white noise has the variance of the filter's sum of squares.
    spot = spot * (variance / spot.square().mean().clamp(min=1e-12) / (rows * columns)).sqrt()
    waves = torch.fft.rfft2(spot, s=(height, width)) * torch.fft.rfft2(noise)
    waves[:, :, 0, 0] = 0
    texture: torch.Tensor = torch.fft.irfft2(waves, s=(height, width))
    return texture


def _channels_last(picture: torch.Tensor) -> torch.Tensor:
    return picture.contiguous(memory_format=torch.channels_last)
