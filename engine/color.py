"""Keeping the photo's own colours: painting in luminance, then putting the colours back.

After Gatys et al., "Preserving Color in Neural Artistic Style Transfer" (2016), section 3.2.
Torch-free.
"""

import numpy as np
from PIL import Image


def luminance(image: Image.Image) -> Image.Image:
    """The brightness of `image` (RGB) as a grey RGB picture."""
    return image.convert("YCbCr").getchannel("Y").convert("RGB")


def matched_luminance(style: Image.Image, content: Image.Image) -> Image.Image:
    """The brightness of `style` as grey RGB, with the mean and spread of `content`'s.

    Without this a dark style would darken a photo whose colours are to stay.
    """
    values = np.asarray(style.convert("YCbCr").getchannel("Y"), dtype=np.float64)
    aim = np.asarray(content.convert("YCbCr").getchannel("Y"), dtype=np.float64)
    spread = aim.std() / max(values.std(), 1.0)
    matched = (values - values.mean()) * spread + aim.mean()
    return Image.fromarray((matched + 0.5).clip(0, 255).astype(np.uint8)).convert("RGB")


def with_colors_of(painted: Image.Image, content: Image.Image) -> Image.Image:
    """The brightness of `painted` with the colours of `content`; both RGB, same size."""
    brightness = painted.convert("YCbCr").getchannel("Y")
    _, blue, red = content.convert("YCbCr").split()
    return Image.merge("YCbCr", (brightness, blue, red)).convert("RGB")
