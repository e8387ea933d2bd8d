"""Finished pictures as files to keep: the PNG as painted, or one that is made of it now.

A file says how it was made only when its owner asks for that. It is named after the title.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from gallery import artwork_recipes, embedded_recipes
from gallery.file_names import safe_name
from gallery.files import bytes_response, file_response, harden
from gallery.models import Artwork
from gallery.pictures import encode, shrink
from gallery.recipe_files import RecipeFileError
from gallery.sending import take_place

FORMATS = ("png", "jpg", "webp")
SIZES = ("original", "web")

WEB_SIDE_PX = 1600
WEB_JPEG_QUALITY = 85
WEBP_QUALITY = 92

_PILLOW_NAMES = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How somebody wants to have a picture. with_recipe: whether the file says how it was made."""

    file_format: str = "png"
    size: str = "original"
    with_recipe: bool = False


def download_response(request: HttpRequest, artwork: Artwork, wish: Wish) -> HttpResponseBase:
    """``artwork`` under its title. Raises Http404 for formats and sizes that there are not, and
    BusyError.

    Where a recipe is wanted and its row does not say enough for one, RecipeFileError.
    """
    if wish.file_format not in FORMATS or wish.size not in SIZES:
        raise Http404
    name = file_name(artwork, wish.file_format)
    if wish == Wish():
        return file_response(request, artwork.original, download_as=name)
    take_place(long=False, pixels=artwork.width * artwork.height)
    try:
        data = file_bytes(artwork, wish)
    except FileNotFoundError as missing:
        raise Http404 from missing
    return bytes_response(data, download_as=name)


def file_bytes(artwork: Artwork, wish: Wish) -> bytes:
    """The file itself; raises what ``download_response`` does, and FileNotFoundError."""
    recipe = artwork_recipes.of_artwork(artwork) if wish.with_recipe else None
    xmp = embedded_recipes.packet(recipe) if recipe else b""
    if wish.file_format == "jpg" and len(xmp) > embedded_recipes.MOST_IN_A_JPEG:
        raise RecipeFileError(
            _(
                "With its masks, this recipe is too large to be put inside a JPEG. Please choose "
                "PNG or WebP, or download the recipe as a file of its own."
            )
        )
    if wish.file_format == "png" and wish.size == "original":
        with artwork.original.open("rb") as file:
            png = file.read()
    else:
        image = artwork.opened()
        if wish.size == "web":
            image = shrink(image, WEB_SIDE_PX)
        data = encode(
            image,
            _PILLOW_NAMES[wish.file_format],
            WEBP_QUALITY,
            jpeg_quality=95 if wish.size == "original" else WEB_JPEG_QUALITY,
            xmp=xmp,
        )
        if wish.file_format != "png":
            return data
        png = data
    return png if recipe is None else embedded_recipes.into_png(png, recipe)


def recipe_response(artwork: Artwork) -> HttpResponseBase:
    """The recipe of ``artwork`` as a file of its own. Raises RecipeFileError."""
    data = artwork_recipes.of_artwork(artwork).to_bytes()
    response = HttpResponse(data, content_type="application/json")
    name = file_name(artwork, "recipe.json")
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return harden(response)


def file_name(artwork: Artwork, suffix: str) -> str:
    """The title as a file name that every system takes."""
    return file_name_of(artwork.title, suffix)


def file_name_of(title: str, suffix: str) -> str:
    return f"{safe_name(title)}.{suffix}"
