"""What a run is given: style images and their masks, checked, and a hash of all that decides it.

Torch-free."""

import dataclasses
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from engine.errors import ParameterError
from engine.masks import mask_values, protected
from engine.params import Params

_BAND_ROWS = 256
"""Rows that are hashed at a time, so that a large photo is not copied for it."""


@dataclass(frozen=True, slots=True)
class StyleImage:
    """A style image (any mode, any size) and its weight in a blend, more than 0.

    mask: where it paints, as a grey picture that is stretched over the photo: white paints, black
    does not, grey shares. None paints what the other styles' masks leave, or everywhere.
    """

    image: Image.Image
    weight: float = 1.0
    mask: Image.Image | None = None


def check_styles(styles: Sequence[StyleImage]) -> None:
    """Raises ParameterError where there is no style, a weight is no number above 0, or every mask
    is black."""
    if not styles:
        raise ParameterError("Choose at least one style image.", field="styles")
    if any(not (math.isfinite(s.weight) and s.weight > 0) for s in styles):
        raise ParameterError("Every style's weight must be a number above 0.", field="styles")
    if not any(s.mask is None or mask_values(s.mask, s.mask.size).any() for s in styles):
        raise ParameterError(
            "The masks are black everywhere, so no style would paint anything. "
            "Make a part of a mask white.",
            field="styles",
        )


def protect_photo(
    styles: Sequence[StyleImage], params: Params, protect: Image.Image | None
) -> tuple[list[StyleImage], Params]:
    """What `stylize` takes so that the photo stays where `protect` is white: exactly where it is
    all white, a mixture where it is grey. `protect` is stretched over the photo, as masks are.

    The masks of `styles` become `engine.masks.protected`, and `params.outside_masks` "photo". A
    `protect` that is None or black changes nothing; one that is white wherever a style would paint
    leaves black masks, which `check_styles` refuses.
    """
    if protect is None or not mask_values(protect, protect.size).any():
        return list(styles), params
    masks = protected([style.mask for style in styles], protect)
    return (
        [dataclasses.replace(s, mask=mask) for s, mask in zip(styles, masks, strict=True)],
        dataclasses.replace(params, outside_masks="photo"),
    )


def pixels_given(
    content: Image.Image, styles: Sequence[StyleImage], earlier: Image.Image | None
) -> int:
    """Pixels of all pictures that a run is given, which it keeps as large as they came."""
    pictures = [content, earlier]
    for style in styles:
        pictures += [style.image, style.mask]
    return sum(image.width * image.height for image in pictures if image is not None)


def run_digest(
    content: Image.Image,
    styles: Sequence[StyleImage],
    params: Params,
    earlier: Image.Image | None,
    weights_sha256: str,
) -> str:
    """Everything that decides a run's course, as a hash.

    weights_sha256: of the file that the network came from; what it is called decides nothing.
    """
    digest = hashlib.sha256(json.dumps([params.to_json(), weights_sha256], sort_keys=True).encode())
    pictures = [("content", content, 1.0)]
    for style in styles:
        pictures.append(("style", style.image, style.weight))
        if style.mask is not None:
            pictures.append(("mask", style.mask, 1.0))
    if earlier is not None:
        pictures.append(("earlier", earlier, 1.0))
    for role, image, weight in pictures:
        digest.update(f"{role} {image.mode} {image.size} {weight!r}".encode())
        for top in range(0, image.height, _BAND_ROWS):
            band = (0, top, image.width, min(top + _BAND_ROWS, image.height))
            digest.update(image.crop(band).tobytes())
    return digest.hexdigest()
