"""Pictures at rest: an original and its renditions, written once when a picture arrives.

Photos, styles and artworks all keep their files this way. Nothing is scaled on the fly, nothing
an uploader wrote (metadata, file name) is kept, and a picture's files carry its random id.
"""

from __future__ import annotations

import hashlib
import io
from typing import ClassVar

from django.core.files.base import ContentFile
from django.db import models
from django.utils.translation import gettext_lazy as _
from PIL import Image

DISPLAY_SIDE_PX = 1600
THUMBNAIL_SIDE_PX = 480

RENDITIONS = ("original", "display", "thumbnail")


def _file_path(picture: StoredPicture, filename: str) -> str:
    key = str(picture.pk)
    return f"{picture._meta.model_name}s/{key[:2]}/{key}/{filename}"


class StoredPicture(models.Model):
    """A picture with fixed renditions. Subclasses have a UUID primary key, set before saving."""

    original = models.FileField(_("original"), upload_to=_file_path, max_length=200)
    display = models.FileField(upload_to=_file_path, max_length=200, editable=False)
    thumbnail = models.FileField(upload_to=_file_path, max_length=200, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    sha256 = models.CharField(max_length=64, editable=False, db_index=True)
    bytes = models.PositiveBigIntegerField(_("bytes"), editable=False)

    # Artworks keep every pixel as it was painted; photos are JPEGs unless they have an alpha.
    lossless: ClassVar[bool] = False

    class Meta:
        abstract = True

    def set_picture(self, image: Image.Image) -> None:
        """Write ``image`` (RGB or RGBA, upright, sRGB) and its renditions to storage.

        The row is not saved: the caller does that, and removes the files if saving fails.
        ``sha256`` is that of the stored original, so equal pictures have equal hashes.
        """
        png = self.lossless or image.mode == "RGBA"
        data = encode(image, "PNG") if png else encode(image, "JPEG")
        self.width, self.height = image.size
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.bytes = len(data)
        self.original.save("original.png" if png else "original.jpg", ContentFile(data), save=False)
        for field, side_px in (
            (self.display, DISPLAY_SIDE_PX),
            (self.thumbnail, THUMBNAIL_SIDE_PX),
        ):
            rendition = encode(shrink(image, side_px), "WEBP")
            field.save(f"{field.field.name}.webp", ContentFile(rendition), save=False)

    def delete_files(self) -> None:
        """Remove the files from storage; the row keeps their names."""
        for file in (self.original, self.display, self.thumbnail):
            if file:
                file.storage.delete(file.name)


def shrink(image: Image.Image, side_px: int) -> Image.Image:
    """Return ``image`` with its longer side at most ``side_px``; never enlarged."""
    smaller = image.copy()
    smaller.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    return smaller


def encode(image: Image.Image, format: str) -> bytes:
    """Encode ``image`` as PNG, JPEG or WEBP without any metadata."""
    options: dict[str, dict[str, object]] = {
        "PNG": {"optimize": False, "compress_level": 6},
        "JPEG": {"quality": 95, "subsampling": 0},
        "WEBP": {"quality": 84, "method": 4},
    }
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    buffer = io.BytesIO()
    clean.save(buffer, format, **options[format])
    return buffer.getvalue()
