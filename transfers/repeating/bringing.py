"""A recipe arrives, as JSON or inside a picture, and is kept."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image

from accounts.models import User
from accounts.quotas import check_count
from engine.pyramid import MAX_SIDE_PX
from gallery import leftovers
from gallery.embedded_recipes import from_picture
from gallery.masks import keep_mask
from gallery.models import Mask
from gallery.reading import read_picture
from gallery.recipe_files import RecipeFile, RecipeFileError, read
from gallery.recipe_masks import MaskInput
from gallery.storage_use import check_room
from transfers.repeating.models import BroughtRecipe

MOST_WAITING = 200
"""Recipes of one person that nothing was painted by."""


def bring(owner: User, file: BinaryIO) -> BroughtRecipe:
    """Keep the recipe in ``file``: JSON, or a picture that carries one.

    Such a picture is kept no larger than any that is painted; for ``check`` brings the larger of
    two to the size of the smaller one.

    Raises RecipeFileError, engine.errors.ImageError for a picture that cannot be read, and
    QuotaError; each with a sentence, and nothing is kept then.
    """
    data = file.read(settings.UPLOAD_MAX_BYTES + 1)
    if not data:
        raise RecipeFileError(_("This file is empty. Please choose it again."))
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return keep(owner, read(data, owner.pk))
    picture = read_picture(BytesIO(data), owner.pk, longest_px=MAX_SIDE_PX)
    recipe = from_picture(picture, owner.pk)
    if recipe is None:
        raise RecipeFileError(
            _(
                "This picture carries no recipe. Only those that were downloaded “with the recipe "
                "inside” do, and many programs and sites remove it."
            )
        )
    return keep(owner, recipe, picture.image, picture.file_format.lower())


def keep(
    owner: User, recipe: RecipeFile, image: Image.Image | None = None, picture_format: str = ""
) -> BroughtRecipe:
    """The row of a judged recipe; its masks and the files of its picture are written first.

    The masks become its owner's, and the row names them only. Raises RecipeFileError for one that
    is neither in the file nor here.
    """
    masks = [_kept_mask(owner, mask) for mask in recipe.masks]
    brought = BroughtRecipe(
        owner=owner,
        recipe=recipe.to_json(whole=False),
        picture_format=picture_format,
        width=0,
        height=0,
        bytes=0,
        sha256="",
    )
    with leftovers.removed_on_error(brought.file_fields):
        if image is not None:
            brought.set_picture(image)
        with transaction.atomic():
            _check_count(owner)
            check_room(owner, brought.stored_bytes)
            brought.save(force_insert=True)
            brought.masks.set(masks)
    return brought


def _check_count(owner: User) -> None:
    waiting = BroughtRecipe.objects.owned_by(owner).filter(repetitions=None)
    sentence = _(
        "You brought %(most)d recipes that nothing was painted by, which is all there is room for. "
        "Forget one of them first."
    )
    check_count(owner, waiting, MOST_WAITING, sentence)


def _kept_mask(owner: User, mask: MaskInput) -> Mask:
    if mask.png:
        return keep_mask(owner, mask.image())
    here = Mask.objects.owned_by(owner).filter(pixels_sha256=mask.pixels_sha256).first()
    if here is None:
        raise RecipeFileError(
            _("This recipe names a mask that is not inside it. Please bring the whole recipe file.")
        )
    return here


def forget(brought: BroughtRecipe) -> bool:
    """Delete it with its picture; False where something was painted by it, which refers to it."""
    with transaction.atomic():
        deleted, _rows = BroughtRecipe.objects.filter(pk=brought.pk, repetitions=None).delete()
        if deleted:
            leftovers.remove([str(file.name) for file in brought.file_fields()])
    return bool(deleted)
