"""The recipe of an artwork, as it is written into a file: from what its row remembers.

What a recipe file says, ``recipe_files`` says.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from gallery import recipe_masks
from gallery.models import Artwork, Style
from gallery.pictures import StoredPicture
from gallery.recipe_entries import LONGEST_TEXT, SHA256, UNPRINTABLE
from gallery.recipe_files import FORMAT, MADE_WITH, SCHEMA, RecipeFile, RecipeFileError
from gallery.recipes import mask_hashes


def of_artwork(artwork: Artwork) -> RecipeFile:
    """What ``artwork`` was made by. Raises RecipeFileError where its row does not say enough."""
    recipe = artwork.recipe
    if not can_be_written(artwork):
        raise _too_little()
    content, styles = recipe["content"], recipe["styles"]
    here = Style.objects.in_bulk([pk for style in styles if (pk := _id(style.get("style_id")))])
    by_id: dict[str, StoredPicture] = {str(pk): style for pk, style in here.items()}
    photo_id = _id(content.get("photo_id"))
    photo = artwork.owner.content_images.filter(pk=photo_id).first() if photo_id else None
    masks = {mask.sha256: mask for mask in artwork.masks.all()} if mask_hashes(recipe) else {}
    try:
        protect = recipe_masks.described(recipe.get("protect"), masks)
        masks_of = [recipe_masks.described(style.get("mask"), masks) for style in styles]
    except FileNotFoundError as error:
        raise _too_little() from error
    said = {
        "format": FORMAT,
        "schema": SCHEMA,
        "title": _cut(artwork.title),
        "inputs": {
            "photo": _described(content, photo),
            "styles": [
                {
                    **_described(style, by_id.get(str(style.get("style_id")))),
                    "artist": _cut(style.get("artist")),
                    "weight": style.get("weight", 1.0),
                    "mask": mask,
                }
                for style, mask in zip(styles, masks_of, strict=True)
            ],
            "earlier": _earlier(artwork),
            "protect": protect,
        },
        "params": recipe.get("params"),
        "result": {
            "width": artwork.width,
            "height": artwork.height,
            "sha256": artwork.sha256,
            "pixels_sha256": artwork.known_pixels_sha256(),
            "steps": recipe.get("steps"),
            "planned_steps": recipe.get("planned_steps") or recipe.get("steps"),
        },
        "made_with": _made_with(recipe),
    }
    try:
        return RecipeFile.from_json(said, artwork.owner_id)
    except RecipeFileError as error:
        raise _too_little() from error


def _too_little() -> RecipeFileError:
    return RecipeFileError(
        _("Not enough is known of how this picture was made to write it down as a recipe.")
    )


def can_be_written(artwork: Artwork) -> bool:
    """Whether its row says enough for a recipe file; it is written only when it is asked for."""
    recipe = artwork.recipe
    content, styles = recipe.get("content") or {}, recipe.get("styles") or []
    hashes = [str(said.get("sha256")) for said in (content, *styles)]
    if recipe.get("frame_of"):
        return False  # a small frame of a painting, which no painting makes
    return bool(styles and recipe.get("params") and all(map(SHA256.fullmatch, hashes)))


def described(picture: StoredPicture) -> dict[str, Any]:
    """What a recipe says of an input, so that the same picture is known again elsewhere."""
    return {
        "sha256": picture.sha256,
        "pixels_sha256": picture.known_pixels_sha256(),
        "width": picture.width,
        "height": picture.height,
    }


def _described(said: dict[str, Any], row: StoredPicture | None) -> dict[str, Any]:
    """An input as the row of an artwork remembers it; of older ones the picture itself tells."""
    known = {"title": _cut(said.get("title")), "sha256": said.get("sha256")}
    if "pixels_sha256" in said:
        names = ("pixels_sha256", "width", "height")
        return known | {name: said.get(name) for name in names}
    if row is not None and row.sha256 == said.get("sha256"):
        return known | described(row)
    return known


def _earlier(artwork: Artwork) -> dict[str, Any] | None:
    if said := artwork.recipe.get("earlier"):
        return _described(said, None)
    pk = _id(artwork.recipe.get("continues"))
    row = Artwork.objects.filter(owner=artwork.owner, pk=pk).first() if pk else None
    return None if row is None else {"title": _cut(row.title), **described(row)}


def _made_with(recipe: dict[str, Any]) -> dict[str, Any]:
    versions = recipe.get("versions") or {}
    return {name: versions[name] for name in MADE_WITH if versions.get(name) is not None}


def _id(said: Any) -> UUID | None:
    try:
        return UUID(str(said))
    except ValueError:
        return None


def _cut(text: Any) -> str:
    return UNPRINTABLE.sub(" ", str(text or ""))[:LONGEST_TEXT]
