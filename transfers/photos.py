"""Photos on their way in: judged, cleaned, made small enough to keep, and titled; and out again.

What a picture may be is decided by ``engine.images``; where its files lie, by
``gallery.pictures``. Pages, the API and the camera all come through here.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from gallery import leftovers
from gallery.pictures import delete_for_good
from gallery.reading import read_image
from gallery.storage_use import check_room
from transfers.models import ContentImage, ContentImageQuerySet
from transfers.studies import keeping

MAX_SIDE_PX = 4096
"""Longer side of a stored photo: the largest picture that the engine paints."""

TITLE_LENGTH = 120


def _at_once(keep: Callable[[], ContentImage]) -> ContentImage:
    return keep()


def add_photo(
    owner: User,
    file: BinaryIO,
    source: str,
    title: str = "",
    *,
    exactly: bool = False,
    once: Callable[[Callable[[], ContentImage]], ContentImage] = _at_once,
) -> ContentImage:
    """Keep ``file`` as a photo of ``owner``: upright, sRGB, without metadata.

    The same picture sent again gives the row that is already there, moved to the front of their
    latest photos, also when both come at once. Raises ``ImageError`` or ``QuotaError``, whose
    sentences are fit for the owner; nothing is stored then. ``exactly`` keeps every pixel, in a
    larger file. ``once`` is given the short last step, writing the row, and may answer with a
    photo of its own instead.
    """
    image = read_image(file, owner.pk, longest_px=MAX_SIDE_PX)
    photo = ContentImage(owner=owner, source=source, title=clean_title(title) or _title_for(source))
    with leftovers.removed_on_error(photo.file_fields):
        photo.set_picture(image, exactly=exactly)
        kept = once(lambda: _keep(photo))
    if kept is not photo:
        photo.delete_files()
    return kept


def _keep(photo: ContentImage) -> ContentImage:
    """``photo``, now a row, or the row that the same picture has already."""
    with transaction.atomic():
        # One after another for each person: of two alike at once, the later finds the earlier.
        User.objects.select_for_update(no_key=True).get(pk=photo.owner_id)
        own = ContentImage.objects.owned_by(photo.owner)
        same = own.filter(sha256=photo.sha256).first()
        if same is None:
            check_room(photo.owner, photo.stored_bytes)
            photo.save(force_insert=True)
            return photo
        same.created_at = timezone.now()
        same.save(update_fields=["created_at"])
        return same


def delete_photos(photos: ContentImageQuerySet, most: int | None = None) -> int:
    """Delete these for good, but for those that something is painted from, and no more than
    ``most``; return how many. With what was painted from them they go by ``photo_deletion``.

    One that is ordered at this very moment stays, too. Raises FilesUnavailableError.
    """
    keeping.forget_painted_from(photos)
    return delete_for_good(photos.unused(), most)


def clean_title(title: str) -> str:
    """``title`` on one line, without control and invisible characters, short enough to store."""
    spaced = re.sub(r"\s+", " ", unicodedata.normalize("NFC", title))
    visible = "".join(char for char in spaced if not unicodedata.category(char).startswith("C"))
    return visible.strip()[:TITLE_LENGTH].rstrip()


def _title_for(source: str) -> str:
    if source == ContentImage.Source.CAMERA:
        today = date_format(timezone.localdate(), "j F Y")
        return _("Camera, %(date)s") % {"date": today}
    return _("Untitled photo")
