"""Masks on their way in: judged, made grey and small, and kept once.

What the engine does with them is in ``engine.masks``. Who refers to one, and so when it goes, is
known a floor above, in ``transfers.housekeeping``.
"""

from __future__ import annotations

import hashlib
import io
from typing import BinaryIO

import numpy as np
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from accounts.models import User
from engine.errors import ImageError
from engine.images import Limits, flatten
from gallery import leftovers
from gallery.models import Mask
from gallery.pictures import about_to_write, pixels_sha256
from gallery.reading import read_image
from gallery.storage_use import check_room

MAX_SIDE_PX = 1024
"""Longer side of a stored mask: it is stretched over the picture, and its edges are soft."""

LIMITS = Limits(max_bytes=8 * 2**20, max_pixels=20_000_000, min_side_px=1)
"""Of a file that somebody sends; a painted mask has some ten thousand bytes."""


def add_mask(owner: User, file: BinaryIO, photo_size: tuple[int, int]) -> Mask:
    """Keep ``file`` as a mask of ``owner`` for a photo of this size.

    Any picture is taken; its brightness counts, and what is transparent is black. Raises
    ``ImageError`` and ``QuotaError``, whose sentences are fit for the owner.
    """
    image = as_mask(read_image(file, owner.pk, limits=LIMITS))
    if not Mask(width=image.width, height=image.height).fits(*photo_size):
        sentence = _(
            "This mask has other proportions than the photo: %(mask)s instead of %(photo)s. "
            "Please paint it on this photo."
        )
        sizes = {"mask": "{} × {}".format(*image.size), "photo": "{} × {}".format(*photo_size)}
        raise ImageError(sentence % sizes, reason="other_proportions")
    return keep_mask(owner, image)


def as_mask(image: Image.Image) -> Image.Image:
    """``image`` (RGB, RGBA or L) as masks are stored: mode L, longer side at most MAX_SIDE_PX."""
    grey = image if image.mode == "L" else flatten(image, background=(0, 0, 0)).convert("L")
    scale = MAX_SIDE_PX / max(grey.size)
    if scale >= 1:
        return grey
    width, height = (max(1, round(side * scale)) for side in grey.size)
    # Without negative lobes: what is black stays black beside an edge.
    return grey.resize((width, height), Image.Resampling.BILINEAR)


def keep_mask(owner: User, image: Image.Image) -> Mask:
    """The row of ``image`` (as ``as_mask`` makes it), made anew or the one that is there.

    Raises ``QuotaError``; nothing is stored then.
    """
    pixels = pixels_sha256(image)
    if same := _again(owner, pixels):
        return same
    data = as_png(image)
    mask = Mask(
        owner=owner,
        width=image.width,
        height=image.height,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        pixels_sha256=pixels,
        share=float(np.asarray(image, np.float64).mean() / 255),
    )
    about_to_write(mask)
    try:
        with leftovers.removed_on_error(mask.file_fields):
            mask.original.save(f"mask-{mask.sha256[:12]}.png", ContentFile(data), save=False)
            with transaction.atomic():
                check_room(owner, mask.bytes)
                mask.save(force_insert=True)
    except IntegrityError:
        if same := _again(owner, pixels):  # it came twice at once
            return same
        raise
    return mask


def _again(owner: User, pixels: str) -> Mask | None:
    """The row of the same pixels; it counts as new, so that it stays while it is painted on."""
    same = Mask.objects.owned_by(owner).filter(pixels_sha256=pixels)
    if not same.update(created_at=timezone.now()):
        return None
    return same.first()


def as_png(image: Image.Image) -> bytes:
    """``image`` (mode L) as small as it gets: it is painted once, kept, and copied into recipes."""
    clean = Image.new("L", image.size)
    clean.paste(image)
    buffer = io.BytesIO()
    clean.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
