"""Personal styles come, go to the trash, and come back. Presets are the admin's (``admin``).

A style in the trash cannot be chosen any more, but artworks painted in it keep all they show. One
that nothing was painted in leaves for good after a while (``trash``).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from PIL import Image

from accounts.models import User
from gallery.models import Style
from gallery.pictures import shrink
from gallery.storage_use import check_room

# The largest picture that can be painted; a style image beyond that has no use.
ORIGINAL_SIDE_PX = 4096


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
) -> Style:
    """Add ``image`` (as ``engine.images.read_image`` returns it) to the library of ``owner``.

    Files are written first and the row last; when that fails, the files are removed. Raises
    ``QuotaError`` where there is no room for it.
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
    try:
        style.set_picture(shrink(image, ORIGINAL_SIDE_PX))
        check_room(owner, style.bytes)
        with transaction.atomic():
            style.save(force_insert=True)
    except BaseException:
        style.delete_files()
        raise
    return style


def trash(style: Style) -> None:
    """Put ``style`` in the trash; putting it there twice keeps the first date."""
    Style.objects.filter(pk=style.pk, trashed_at=None).update(trashed_at=timezone.now())
    style.refresh_from_db(fields=["trashed_at"])


def restore(style: Style) -> None:
    """Take ``style`` out of the trash; harmless for one that is not in it."""
    Style.objects.filter(pk=style.pk).update(trashed_at=None)
    style.trashed_at = None
