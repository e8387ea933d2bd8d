"""What a brought recipe needs: found among one's own pictures, or asked for and matched.

An input is the same where its file, as it was stored, or its pixels have the hash that the recipe
names. Of rows from before pixels had hashes, those of the right size are looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from gallery.forms import title_from_file_name
from gallery.models import Artwork, Style
from gallery.pictures import StoredPicture
from gallery.reading import read_image
from gallery.recipe_files import Input, RecipeFileError
from gallery.styles import ORIGINAL_SIDE_PX, add_style
from transfers.models import ContentImage
from transfers.photos import add_photo
from transfers.queue.submission import Order
from transfers.repeating.models import BroughtRecipe

MOST_OLD_ROWS = 50
"""Rows without a hash of pixels that one look may work out; each has to be opened."""

P = TypeVar("P", bound=StoredPicture)


@dataclass(frozen=True, slots=True)
class Need:
    """One input of a recipe. slot: "photo", "earlier", or "style-" and its number from 0.

    row: the picture for it, if there is one. is_same: whether it is the recipe's. is_accepted:
    whether its owner wants it although it is another one.
    """

    slot: str
    said: Input
    row: StoredPicture | None
    is_same: bool = False
    is_accepted: bool = False

    @property
    def is_met(self) -> bool:
        return self.row is not None and (self.is_same or self.is_accepted)

    @property
    def is_style(self) -> bool:
        return self.slot.startswith("style-")


def needs_of(brought: BroughtRecipe) -> list[Need]:
    """All inputs of a recipe, the photo first."""
    recipe, owner = brought.file, brought.owner
    photos = ContentImage.objects.owned_by(owner)
    usable = Style.objects.usable_by(owner).order_by("pk")
    needs = [_need(brought, "photo", recipe.photo, photos)]
    for number, style in enumerate(recipe.styles):
        needs.append(_need(brought, f"style-{number}", style, usable))
    if recipe.earlier is not None:
        works = Artwork.objects.visible_to(owner)
        needs.append(_need(brought, "earlier", recipe.earlier, works))
    return needs


def _need(brought: BroughtRecipe, slot: str, said: Input, rows: QuerySet[Any]) -> Need:
    if (choice := brought.chosen.get(slot)) and (row := rows.filter(pk=choice["id"]).first()):
        return Need(slot, said, row, choice["same"], choice["accepted"])
    row = find(said, rows)
    return Need(slot, said, row, is_same=row is not None)


def find(said: Input, rows: QuerySet[P]) -> P | None:
    """The picture among ``rows`` that the recipe means."""
    same = Q(sha256=said.sha256)
    if said.pixels_sha256:
        same |= Q(pixels_sha256=said.pixels_sha256)
    if row := rows.filter(same).first():
        return row
    if not said.pixels_sha256:
        return None
    old = rows.filter(pixels_sha256="", width=said.width, height=said.height)[:MOST_OLD_ROWS]
    return next((row for row in old if row.known_pixels_sha256() == said.pixels_sha256), None)


def take(brought: BroughtRecipe, slot: str, file: BinaryIO, name: str | None) -> Need:
    """Keep ``file`` among the photos or styles of the recipe's owner, for this slot.

    What is the stored file of the recipe itself is kept with every pixel: encoded once more, it
    would not be the same any more. Raises ImageError, QuotaError, and RecipeFileError for a slot
    that takes no file.
    """
    said = _said(brought, slot)
    data = file.read(settings.UPLOAD_MAX_BYTES + 1)
    is_the_file = hashlib.sha256(data).hexdigest() == said.sha256
    title = title_from_file_name(name)
    row: StoredPicture
    if slot == "photo":
        row = add_photo(brought.owner, BytesIO(data), "upload", title, exactly=is_the_file)
    else:
        image = read_image(BytesIO(data), brought.owner_id, longest_px=ORIGINAL_SIDE_PX)
        row = add_style(
            owner=brought.owner,
            image=image,
            title=said.title or title,
            artist=said.artist,
            exactly=is_the_file,
        )
    is_same = is_the_file or _is_same(said, row)
    choose(brought, slot, row, is_same=is_same)
    return Need(slot, said, row, is_same)


def _is_same(said: Input, row: StoredPicture) -> bool:
    if row.sha256 == said.sha256:
        return True
    return bool(said.pixels_sha256) and row.known_pixels_sha256() == said.pixels_sha256


def choose(
    brought: BroughtRecipe,
    slot: str,
    row: StoredPicture,
    *,
    is_same: bool,
    is_accepted: bool = False,
) -> None:
    """Remember that ``row`` is meant for this slot."""
    wanted = {"id": str(row.pk), "same": is_same, "accepted": is_accepted}
    _change(brought, lambda chosen: chosen.update({slot: wanted}))


def give(brought: BroughtRecipe, needs: Sequence[Need], slot: str, row: StoredPicture) -> None:
    """Its owner names a picture of theirs for this slot, the recipe's own or another one."""
    said = next(need.said for need in needs if need.slot == slot)
    choose(brought, slot, row, is_same=_is_same(said, row), is_accepted=True)


def accept(brought: BroughtRecipe, slot: str) -> None:
    """Its owner wants what they gave for this slot, although it is another picture."""
    _change(brought, lambda chosen: chosen.get(slot, {}).update(accepted=True))


def let_go(brought: BroughtRecipe, slot: str) -> None:
    """Forget what was given for this slot; the picture itself stays where it is."""
    _change(brought, lambda chosen: chosen.pop(slot, None))


def _change(brought: BroughtRecipe, change: Callable[[dict[str, Any]], object]) -> None:
    """Of two slots that are filled at once, neither is lost; nothing where it was forgotten."""
    with transaction.atomic():
        row = BroughtRecipe.objects.select_for_update().filter(pk=brought.pk).first()
        if row is None:
            return
        change(row.chosen)
        row.save(update_fields=["chosen"])
    brought.chosen = row.chosen


def order_of(brought: BroughtRecipe, needs: Sequence[Need]) -> Order:
    """What is to be painted. Raises RecipeFileError while something is missing."""
    if not all(need.is_met for need in needs):
        raise RecipeFileError(_("Some of the pictures that this recipe needs are still missing."))
    rows = {need.slot: need.row for need in needs}
    styles = list(_styles(needs))
    if len({style.pk for style, _weight in styles}) < len(styles):
        raise RecipeFileError(_("Please give a different picture for each of the styles."))
    photo, earlier = rows["photo"], rows.get("earlier")
    result = brought.file.result
    masks = {mask.pixels_sha256: mask for mask in brought.masks.all()}
    protect = brought.file.protect
    assert isinstance(photo, ContentImage)  # noqa: S101  # for the type checker
    assert earlier is None or isinstance(earlier, Artwork)  # noqa: S101
    return Order(
        content_image=photo,
        styles=styles,
        params=brought.file.params,
        masks={
            need.row.pk: masks[need.said.mask.pixels_sha256]
            for need in needs
            if need.row is not None and need.said.mask is not None
        },
        protect=None if protect is None else masks[protect.pixels_sha256],
        continues=earlier,
        stop_after=result.steps if result.was_stopped else None,
        repeats=brought,
    )


def _styles(needs: Sequence[Need]) -> Iterator[tuple[Style, float]]:
    for need in needs:
        if isinstance(need.row, Style):
            yield need.row, need.said.weight


def _said(brought: BroughtRecipe, slot: str) -> Input:
    recipe = brought.file
    slots = {"photo": recipe.photo}
    slots |= {f"style-{number}": style for number, style in enumerate(recipe.styles)}
    if slot not in slots:
        raise RecipeFileError(_("Nothing can be uploaded for this part of the recipe."))
    return slots[slot]
