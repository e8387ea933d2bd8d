"""A part of a picture, as fractions of its sides, so that it is the same part at any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _
from PIL import Image

from engine.errors import ImageError
from engine.images import MAX_ASPECT, Limits

SLACK = 1e-6
"""How far beyond the edge a sum of fractions may lie that were meant to end there."""


@dataclass(frozen=True, slots=True)
class Crop:
    """``left`` and ``top`` from 0, ``width`` and ``height`` to 1."""

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0

    @classmethod
    def of(cls, stored: Sequence[float] | None) -> Self:
        """From what ``Style.crop`` keeps; the whole picture where it keeps nothing."""
        return cls(*stored) if stored else cls()

    @property
    def is_whole(self) -> bool:
        return self == Crop()

    def stored(self) -> list[float] | None:
        return None if self.is_whole else [self.left, self.top, self.width, self.height]

    def box(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Left, top, right and bottom in pixels of a picture of this size."""
        width, height = size
        return (
            round(self.left * width),
            round(self.top * height),
            round(min(1.0, self.left + self.width) * width),
            round(min(1.0, self.top + self.height) * height),
        )

    def apply(self, image: Image.Image) -> Image.Image:
        """The part of ``image``. Raises ``ImageError`` as ``check`` does."""
        self.check(image.size)
        return image.copy() if self.is_whole else image.crop(self.box(image.size))

    def check(self, size: tuple[int, int]) -> None:
        """Raises ``ImageError`` unless this is a part of a picture of this size, large enough."""
        ends = (self.left + self.width, self.top + self.height)
        inside = self.left >= 0 and self.top >= 0 and max(ends) <= 1 + SLACK
        if not (inside and self.width > 0 and self.height > 0):
            sentence = _("The part you keep reaches beyond the picture: choose it anew.")
            raise ImageError(sentence, reason="too_small")
        left, top, right, bottom = self.box(size)
        sides = (right - left, bottom - top)
        least = Limits().min_side_px
        if min(sides) < least:
            sentence = _(
                "That part is only %(width)d × %(height)d pixels: keep at least %(least)d."
            )
            words = {"width": sides[0], "height": sides[1], "least": least}
            raise ImageError(sentence % words, reason="too_small")
        if max(sides) > MAX_ASPECT * min(sides):
            raise ImageError(_("That part is too long and narrow."), reason="too_narrow")
