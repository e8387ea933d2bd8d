"""Masks inside recipe files: written as PNG in base64, and judged like any upload when one comes.

Which masks a recipe has, ``recipe_files`` says.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image

from engine.errors import ImageError
from engine.images import Limits
from gallery.busy import BusyError
from gallery.masks import MAX_SIDE_PX, as_png
from gallery.models import Mask
from gallery.pictures import pixels_sha256
from gallery.reading import read_picture
from gallery.recipe_entries import Entries

MOST_PNG_BYTES = MAX_SIDE_PX * (MAX_SIDE_PX + 1) * 5 // 4
"""Of one mask: noise, which nothing compresses, and something for the format."""

LIMITS = Limits(
    max_bytes=MOST_PNG_BYTES, max_pixels=MAX_SIDE_PX**2, min_side_px=1, formats=("PNG",)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskInput:
    """A mask of a recipe. pixels_sha256: of its grey pixels; png: the file, where it is at hand."""

    pixels_sha256: str
    width: int
    height: int
    png: bytes = b""

    def to_json(self, *, whole: bool) -> dict[str, Any]:
        """whole: with the PNG, as in a file; a row of the site names the mask only."""
        said = {
            "pixels_sha256": self.pixels_sha256,
            "width": self.width,
            "height": self.height,
        }
        return {**said, "png": base64.b64encode(self.png).decode()} if whole and self.png else said

    def image(self) -> Image.Image:
        """The mask itself, in mode L; of one that came with its PNG."""
        with Image.open(BytesIO(self.png)) as image:
            return image.convert("L")


def described(said: Any, masks: Mapping[str, Mask]) -> dict[str, Any] | None:
    """The entry of a recipe file, for what the row of an artwork says of a mask.

    masks: those of the artwork, by their SHA-256. Raises FileNotFoundError where it is gone.
    """
    if not said:
        return None
    mask = masks.get(str(said.get("sha256")))
    if mask is None:
        raise FileNotFoundError("the mask of a recipe is gone")
    with mask.original.open("rb") as file:
        png = file.read()
    entry = MaskInput(
        pixels_sha256=mask.pixels_sha256, width=mask.width, height=mask.height, png=png
    )
    return entry.to_json(whole=True)


def read_mask(said: Entries, who: Hashable) -> MaskInput:
    """A mask of a recipe file, read for ``who`` (``gallery.reading``).

    Raises RecipeFileError for anything but a grey picture of the size and the pixels that it says.
    """
    mask = MaskInput(
        pixels_sha256=said.sha256("pixels_sha256"),
        width=said.whole("width", 1, MAX_SIDE_PX),
        height=said.whole("height", 1, MAX_SIDE_PX),
        png=_png(said),
    )
    said.finish()
    return replace(mask, png=_judged(mask, said, who)) if mask.png else mask


def _png(said: Entries) -> bytes:
    text = said.take("png") or ""
    if not isinstance(text, str) or len(text) > MOST_PNG_BYTES * 4 // 3 + 4:
        said.refuse(_("must be a small PNG in base64"), "png")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        said.refuse(_("must be a small PNG in base64"), "png")


def _judged(mask: MaskInput, said: Entries, who: Hashable) -> bytes:
    """The same mask as a PNG of our own: nobody opens what somebody sent but the decoder."""
    try:
        picture = read_picture(BytesIO(mask.png), who, limits=LIMITS)
    except BusyError:
        raise
    except ImageError:
        picture = None
    if picture is None:
        said.refuse(_("is a picture that is damaged, or no PNG, or too large for a mask"), "png")
    if not picture.is_grey or picture.image.size != (mask.width, mask.height):
        said.refuse(_("must be a grey picture of the size that the recipe says"), "png")
    grey = picture.image.getchannel(0)
    if pixels_sha256(grey) != mask.pixels_sha256:
        said.refuse(_("is another mask than the recipe’s hash says"), "png")
    return as_png(grey)
