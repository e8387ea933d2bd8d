"""How much two pictures of the gallery differ, found out while somebody waits.

How pictures are held against each other, ``likeness`` says.
"""

from __future__ import annotations

from dataclasses import dataclass

from gallery.likeness import mean_difference
from gallery.models import Artwork
from gallery.sending import take_place

MOST_PX = 2_500_000
"""Of a picture that is opened for it: a larger one takes a second and hundreds of megabytes."""


@dataclass(frozen=True, slots=True)
class Difference:
    """mean: of all samples, of 255; None for other proportions, and for pictures beyond MOST_PX
    that are not the same."""

    mean: float | None
    is_identical: bool


def between(one: Artwork, other: Artwork) -> Difference:
    """Raises FileNotFoundError where a picture is gone, and BusyError where others are first."""
    take_place(long=False)
    pixels = one.known_pixels_sha256()
    if pixels and pixels == other.known_pixels_sha256():
        return Difference(0.0, is_identical=True)
    if max(work.width * work.height for work in (one, other)) > MOST_PX:
        return Difference(None, is_identical=False)
    return Difference(mean_difference(one.opened(), other.opened()), is_identical=False)
