"""What a picture is made on and of: raking light over thick paint, paper tooth, fibres.

Everything here works on finished colours and a height field; nothing here knows any motif.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from .noise import Field, fractal_noise, smooth_noise
from .palette import Rgb


def raking_light(
    pixels: Rgb, height: Field, strength: float = 1.0, shine: float = 0.0, spread: float = 0.45
) -> Rgb:
    """Light a surface from the upper left.

    `height` is in any unit; `strength` scales its slopes, `shine` adds white to the steepest lit
    ones, and `spread` is the most that a slope may brighten or darken a colour.
    """
    down, across = np.gradient(height)
    slope = np.clip((down + across) * 0.7071 * strength * len(height) / 1536, -1, 1)
    lit = pixels * (1 + spread * slope)[..., None]
    if shine:
        glint = np.clip(slope - 0.35, 0, None) ** 1.5
        lit = lit + (255 - lit) * np.clip(shine * glint, 0, 1)[..., None]
    return lit


def paper_tooth(size_px: int, rng: np.random.Generator) -> Field:
    """Return the bumps of rough drawing paper, of about zero mean and unit variance."""
    coarse = fractal_noise(size_px, 0.006, rng, octaves=2, gain=0.7)
    fibre = smooth_noise(size_px, (0.02, 0.004), rng) + smooth_noise(size_px, (0.004, 0.02), rng)
    tooth = coarse + 0.4 * fibre
    return tooth / tooth.std()


def soft_shadow(mask: Field, offset: float, blur: float) -> Field:
    """Return the shadow, in 0..1, that `mask` (0..1) casts down and right by `offset`."""
    size_px = len(mask)
    shift = round(offset * size_px)
    blurred = gaussian_filter(mask, blur * size_px, mode="nearest")
    padded = np.pad(blurred, ((shift, 0), (shift, 0)), mode="edge")
    return padded[:size_px, :size_px]
