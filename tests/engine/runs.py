"""Whole runs of `stylize` through the tiny network, and what to compare them by."""

import numpy as np
from PIL import Image

from engine.params import Params
from engine.stylize import Step, StyleImage, stylize
from engine.vgg import Network
from tests.engine.conftest import tiny_network

QUICK = Params(size_px=256, steps=16)


def run(
    photo: Image.Image,
    style: Image.Image,
    params: Params = QUICK,
    *,
    resume: bytes | None = None,
    network: Network | None = None,
) -> list[Step]:
    pooled = network or tiny_network("max" if params.objective == "classic" else "average")
    styles = [StyleImage(style)]
    return list(stylize(photo, styles, params, resume=resume, network=pooled, device="cpu"))


def difference(a: Image.Image, b: Image.Image) -> float:
    """Root mean square over all pixels, in 8-bit steps."""
    return float(np.sqrt(np.mean((np.asarray(a, float) - np.asarray(b, float)) ** 2)))


def stripes() -> Image.Image:
    """Diagonal stripes of orange and cream."""
    y, x = np.mgrid[0:128, 0:128]
    stripe = ((x + y) // 8 % 2)[:, :, None]
    values = np.where(stripe, (245, 140, 30), (250, 230, 190))
    return Image.fromarray(values.astype(np.uint8))


def halves(width: int, height: int) -> tuple[Image.Image, Image.Image]:
    """Masks of the left and of the right half."""
    left, right = Image.new("L", (width, height), 0), Image.new("L", (width, height), 0)
    left.paste(255, (0, 0, width // 2, height))
    right.paste(255, (width // 2, 0, width, height))
    return left, right
