"""Personal styles come, change, go to the trash and come back. Presets are the admin’s (``admin``).

A style in the trash cannot be chosen any more, but artworks painted in it keep all they show. One
that nothing was painted in leaves for good after a while (``trash``).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from accounts.models import User
from gallery import leftovers, slow_work
from gallery.cropping import Crop
from gallery.models import Style
from gallery.pictures import encode, shrink
from gallery.storage_use import check_room

# The largest picture that can be painted; a style image beyond that has no use.
ORIGINAL_SIDE_PX = 4096

BATCH = 200

PICTURE_COLUMNS = [
    "original",
    "display",
    "thumbnail",
    "width",
    "height",
    "sha256",
    "bytes",
    "beside_bytes",
    "pixels_sha256",
    "uncropped",
    "crop",
    "palette",
    "color_groups",
    "perceptual_hash",
]
"""What changes with the picture, and with nothing else."""


def add_style(
    *,
    owner: User,
    image: Image.Image,
    title: str,
    description: str = "",
    artist: str = "",
    year: str = "",
    licence: str = "",
    tags: Sequence[str] = (),
    exactly: bool = False,
) -> Style:
    """Add ``image`` (as ``engine.images.read_image`` returns it) to the library of ``owner``.

    Files are written first and the row last; when that fails, the files are removed. Raises
    ``QuotaError`` where there is no room for it. ``exactly`` keeps every pixel, in a larger file.
    """
    style = Style(
        owner=owner,
        title=title,
        description=description,
        artist=artist,
        year=year,
        licence=licence,
        tags=list(tags),
    )
    with leftovers.removed_on_error(style.file_fields):
        style.set_picture(shrink(image, ORIGINAL_SIDE_PX), exactly=exactly)
        with transaction.atomic():
            check_room(owner, style.stored_bytes)
            style.save(force_insert=True)
    return style


def describe(style: Style, values: dict[str, Any]) -> None:
    """Write what is said about ``style``: title, artist, year, licence, tags.

    Not the whole row: it may be on its way to the trash in another tab.
    """
    for name, value in values.items():
        setattr(style, name, value)
    style.save(update_fields=[*values, "search_text"])


class ChangedMeanwhileError(Exception):
    """Another request gave the style another picture first. Nothing was changed by this one."""

    @property
    def sentence(self) -> str:
        return _("The picture was changed in another tab. Please look at it and try again.")


def would_change(style: Style, part: Crop) -> bool:
    """Whether ``crop`` would have anything to do."""
    return part.stored() != style.crop


def crop(style: Style, part: Crop) -> None:
    """Let ``style`` be this part of its whole picture, which is kept.

    Artworks have copies of what they show; what still waits is painted in the new part. Raises
    ``ImageError`` where the part is too small or too much is going on, ``QuotaError`` where there
    is no room, and ``ChangedMeanwhileError``.
    """
    if not would_change(style, part):
        return
    slow_work.room.enter()
    file = style.uncropped or style.original
    try:
        with file.storage.open(str(file.name)) as opened:
            data = opened.read()
    except FileNotFoundError as gone:
        raise ChangedMeanwhileError from gone
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        _set_picture(style, image.copy(), part, _Whole(str(file.name), data))


def replace_picture(style: Style, image: Image.Image, part: Crop | None = None) -> None:
    """Give ``style`` another picture, and say nothing else about it. Raises as ``crop`` does."""
    _set_picture(style, shrink(image, ORIGINAL_SIDE_PX), part or Crop())


class _Whole(NamedTuple):
    """The stored file of a whole picture: kept as it is, however often it is cropped."""

    name: str
    data: bytes


def _set_picture(style: Style, image: Image.Image, part: Crop, whole: _Whole | None = None) -> None:
    """New files first, then the row, then the old files go: the row always names whole files."""
    shown = part.apply(image)
    old = {str(file.name) for file in style.file_fields()}
    before, original = style.stored_bytes, str(style.original.name)
    with leftovers.removed_on_error(style.file_fields, but=old):
        style.set_picture(shown)
        style.crop = part.stored()
        surplus = _keep_whole(style, image, whole)
        with transaction.atomic():
            if style.owner is not None:
                check_room(style.owner, style.stored_bytes - before)
            same = Style.objects.select_for_update().filter(pk=style.pk, original=original)
            if same.first() is None:  # its files would be deleted, though they are named elsewhere
                raise ChangedMeanwhileError
            style.save(update_fields=PICTURE_COLUMNS)
            kept = {str(file.name) for file in style.file_fields()}
            leftovers.remove((old | surplus) - kept)


def _keep_whole(style: Style, image: Image.Image, whole: _Whole | None) -> set[str]:
    """Where the whole picture lies from now on; returns a file that is not needed after all."""
    if style.crop is None:
        style.uncropped = ""
        if whole is None:
            return set()
        written = {str(style.original.name)}
        style.original = whole.name
        style.sha256 = hashlib.sha256(whole.data).hexdigest()
        style.bytes = len(whole.data)
        return written
    if whole is None:
        file_format, suffix = ("PNG", "png") if image.mode == "RGBA" else ("JPEG", "jpg")
        data = encode(image, file_format)
        name = f"uncropped-{hashlib.sha256(data).hexdigest()[:12]}.{suffix}"
        style.uncropped.save(name, ContentFile(data), save=False)
        style.bytes += len(data)
    else:
        style.uncropped = whole.name
        style.bytes += len(whole.data)
    return set()


def describe_older() -> tuple[int, int]:
    """Note what is missing of styles from before it was noted: colours, fingerprint, words.

    One row after another, only its own columns, so that nobody waits; what is noted is not looked
    at again. Returns how many were described, and of how many the picture is not there.
    """
    older = Style.objects.filter(Q(perceptual_hash="") | Q(search_text=""))
    described = missing = 0
    for style in older.iterator(BATCH):
        try:
            with (
                style.thumbnail.storage.open(str(style.thumbnail.name)) as opened,
                Image.open(opened) as image,
            ):
                style.look_at(image.convert("RGBA" if image.mode == "RGBA" else "RGB"))
        except FileNotFoundError:
            missing += 1
        else:
            described += 1
        style.save(update_fields=["palette", "color_groups", "perceptual_hash", "search_text"])
    return described, missing


def trash(style: Style) -> None:
    """Put ``style`` in the trash; putting it there twice keeps the first date."""
    Style.objects.filter(pk=style.pk, trashed_at=None).update(trashed_at=timezone.now())
    style.refresh_from_db(fields=["trashed_at"])


def restore(style: Style) -> None:
    """Take ``style`` out of the trash; harmless for one that is not in it."""
    Style.objects.filter(pk=style.pk).update(trashed_at=None)
    style.trashed_at = None
