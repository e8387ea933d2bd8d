"""Between Pillow's pictures and tensors (1, 3, h, w), RGB in 0..1, float32."""

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from engine.images import flatten


def to_tensor(image: Image.Image, size: tuple[int, int], device: torch.device) -> torch.Tensor:
    """`image`, on white where transparent, at `size` (width, height): (1, 3, h, w), 0..1.

    Channels-last, which the network computes fastest.
    """
    plain = flatten(image)
    if plain.size != size:
        plain = plain.resize(size, Image.Resampling.LANCZOS)
    values = np.array(plain, dtype=np.float32) / np.float32(255)
    return from_array(values, device)


def from_array(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float32]], device: torch.device
) -> torch.Tensor:
    """An array (h, w, 3) as a tensor (1, 3, h, w)."""
    tensor = torch.from_numpy(values).permute(2, 0, 1)[None].to(device)
    return tensor.contiguous(memory_format=torch.channels_last)


def to_array(image: torch.Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """A tensor (1, 3, h, w) as an array (h, w, 3) of its own."""
    values: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = (
        image[0].permute(1, 2, 0).float().cpu().numpy()
    )
    return values.copy()


def to_image(image: torch.Tensor) -> Image.Image:
    """A tensor (1, 3, h, w) as a picture; what lies outside 0..1 is clipped."""
    return Image.fromarray((to_array(image).clip(0, 1) * 255 + 0.5).astype(np.uint8))


def resized(image: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """`image` (1, 3, h, w) at `size` (width, height), bicubic."""
    width, height = size
    moved = F.interpolate(image, (height, width), mode="bicubic", align_corners=False)
    return moved.contiguous(memory_format=torch.channels_last)
