"""What a style strength of 0 to 100 means: the style's weight over the content.

Torch-free. The scale is even in effect, not in weight: each 10 of strength take a picture about the
same way from the photo to the style, by the distances of `engine.metrics` (docs/engine.md).
"""

import itertools
import math

from engine.params import Params

DEFAULT_STRENGTH = Params().style_strength

STRENGTHS = (
    (0.0, 0.02), (10.0, 0.55), (20.0, 0.87), (30.0, 1.08), (40.0, 1.3), (50.0, 1.53),
    (60.0, 2.0), (70.0, 2.9), (80.0, 4.7), (90.0, 9.5), (100.0, 60.0),
)  # fmt: skip
"""Strength to weight in the balanced objective; between two of these it grows by equal factors."""

COARSE_SHARE = 0.5
"""Levels before the last weigh style so much less: what they forget of the photo is lost, while the
last level brings the style back."""


def style_weight(strength: float) -> float:
    """The balanced objective's style weight at a style strength of 0..100; see STRENGTHS."""
    for (low, light), (high, heavy) in itertools.pairwise(STRENGTHS):
        if strength <= high:
            share = (strength - low) / (high - low)
            return math.exp((1 - share) * math.log(light) + share * math.log(heavy))
    return STRENGTHS[-1][1]


def palette_share(strength: float) -> float:
    """How far the photo is moved to the style's colours before the first step, 0..1.

    All the way from the default strength on; below it, a start in the style's colours would only
    have to be undone.
    """
    return min(1.0, strength / DEFAULT_STRENGTH)
