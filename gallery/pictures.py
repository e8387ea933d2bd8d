"""Pictures at rest: an original and its renditions, written once when a picture arrives.

Photos, styles and artworks all keep their files this way. Nothing is scaled on the fly, nothing
an uploader wrote (metadata, file name) is kept, and a picture's files carry its random id.
"""

from __future__ import annotations

import hashlib
import io
import math
import time
from typing import ClassVar, TypeVar

from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _
from PIL import Image

from gallery import leftovers

DISPLAY_SIDE_PX = 1600
THUMBNAIL_SIDE_PX = 480

# Of WebP. Brush strokes are the hardest thing to compress: a wall of 60 thumbnails at the quality
# of a page's one large picture would be twice the bytes, for no difference that shows at that size.
DISPLAY_QUALITY = 84
THUMBNAIL_QUALITY = 70

RENDITIONS = ("original", "display", "thumbnail")


def _file_path(picture: models.Model, filename: str) -> str:
    key = str(picture.pk)
    return f"{picture._meta.model_name}s/{key[:2]}/{key}/{filename}"


def about_to_write(picture: models.Model) -> None:
    """Before its first file is written: what no row names in the end does not stay."""
    leftovers.note_writing(_file_path(picture, ""))


Kept = TypeVar("Kept", bound="WithFiles")


class WithFiles(models.Model):
    """A row with a file, or several. Subclasses have a UUID primary key, set before saving."""

    original = models.FileField(_("original"), upload_to=_file_path, max_length=200)

    class Meta:
        abstract = True

    def file_fields(self) -> list[FieldFile]:
        """Every file this row names, those of subclasses too."""
        fields = (field for field in self._meta.fields if isinstance(field, models.FileField))
        return [file for field in fields if (file := getattr(self, field.name))]

    def delete_files(self) -> None:
        """Remove the files from storage; the row keeps their names."""
        for file in self.file_fields():
            file.storage.delete(str(file.name))


class StoredPicture(WithFiles):
    """A picture with fixed renditions."""

    display = models.FileField(upload_to=_file_path, max_length=200, editable=False)
    thumbnail = models.FileField(upload_to=_file_path, max_length=200, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    sha256 = models.CharField(max_length=64, editable=False, db_index=True)
    bytes = models.PositiveBigIntegerField(_("bytes"), editable=False)
    beside_bytes = models.PositiveBigIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Of the files beside the picture; 0 of rows from before they were counted.",
    )
    pixels_sha256 = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
        db_index=True,
        help_text="Of the pixels as they arrived, before any encoder; of older rows once needed.",
    )

    # Artworks keep every pixel as it was painted; photos are JPEGs unless they have an alpha.
    lossless: ClassVar[bool] = False

    class Meta:
        abstract = True

    @property
    def version(self) -> str:
        """Changes when the picture does; addresses that carry it may be cached for good."""
        return self.sha256[:12]

    @property
    def stored_bytes(self) -> int:
        """What all its files take, as far as they were counted."""
        return self.bytes + self.beside_bytes

    def set_picture(self, image: Image.Image, *, exactly: bool = False) -> None:
        """Write ``image`` (RGB or RGBA, upright, sRGB) and its renditions to storage.

        The row is not saved: the caller does that, and removes the files if saving fails.
        ``sha256`` is that of the stored original, so equal pictures have equal hashes. ``exactly``
        keeps every pixel also where a JPEG would do.
        """
        png = exactly or self.lossless or image.mode == "RGBA"
        data = encode(image, "PNG") if png else encode(image, "JPEG")
        self.width, self.height = image.size
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.bytes = len(data)
        self.pixels_sha256 = pixels_sha256(image)
        about_to_write(self)
        suffix = "png" if png else "jpg"
        self.original.save(f"original-{self.version}.{suffix}", ContentFile(data), save=False)
        display = self.set_rendition(self.display, image, DISPLAY_SIDE_PX)
        thumbnail = self.set_rendition(self.thumbnail, image, THUMBNAIL_SIDE_PX, THUMBNAIL_QUALITY)
        self.beside_bytes = display + thumbnail

    def set_rendition(
        self, file: FieldFile, image: Image.Image, side_px: int, quality: int = DISPLAY_QUALITY
    ) -> int:
        """Write ``image`` as the WebP of one file field; the row is not saved. Returns its bytes.

        The name carries the content's hash: a stored file never changes, it is only replaced.
        """
        data = encode(shrink(image, side_px), "WEBP", quality)
        digest = hashlib.sha256(data).hexdigest()[:12]
        file.save(f"{file.field.name}-{digest}.webp", ContentFile(data), save=False)
        return len(data)

    def known_pixels_sha256(self) -> str:
        """``pixels_sha256``, found out from the stored original where an older row lacks it.

        Empty where that file is gone.
        """
        if self.pixels_sha256 or not self.original:
            return self.pixels_sha256
        try:
            self.pixels_sha256 = pixels_sha256(self.opened())
        except FileNotFoundError:
            return ""
        type(self)._default_manager.filter(pk=self.pk).update(pixels_sha256=self.pixels_sha256)
        return self.pixels_sha256

    def opened(self) -> Image.Image:
        """The stored original, which was checked and cleaned when it arrived."""
        with self.original.open("rb") as file, Image.open(file) as image:
            return image.convert("RGBA" if image.mode == "RGBA" else "RGB")


def delete_for_good(
    pictures: QuerySet[Kept], most: int | None = None, within_s: float = math.inf
) -> int:
    """Delete these with their files, no more than ``most`` and for ``within_s``; return how many.

    Rows go first: a file without a row is seen by nobody, a row without its file is a broken page.
    The store is asked first whether it answers: FilesUnavailableError then, and nothing has
    changed. What somebody refers to, or what is no longer one of ``pictures``
    at this very moment, stays.
    """
    count, until = 0, time.monotonic() + within_s
    for picture in pictures[:most]:
        if time.monotonic() > until:
            break
        original = picture.original
        original.storage.exists(str(original.name))
        files = [str(file.name) for file in picture.file_fields()]
        try:
            with transaction.atomic():
                deleted, _rows = pictures.filter(pk=picture.pk).delete()
                if deleted:
                    leftovers.remove(files)
        except IntegrityError:
            continue
        count += bool(deleted)
    return count


def pixels_sha256(image: Image.Image) -> str:
    """A hash of what is to be seen in ``image`` (RGB or RGBA), whatever file it came from.

    SHA-256 of mode, width and height as one line of text, then the samples row by row.
    """
    digest = hashlib.sha256(f"{image.mode} {image.width}x{image.height}\n".encode())
    digest.update(image.tobytes())
    return digest.hexdigest()


def shrink(image: Image.Image, side_px: int) -> Image.Image:
    """Return ``image`` with its longer side at most ``side_px``; never enlarged."""
    smaller = image.copy()
    smaller.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    return smaller


def encode(
    image: Image.Image,
    file_format: str,
    quality: int = DISPLAY_QUALITY,
    *,
    jpeg_quality: int = 95,
    xmp: bytes = b"",
) -> bytes:
    """Encode ``image`` (RGB or RGBA) as PNG, JPEG or WEBP without any metadata but ``xmp``.

    ``quality`` is WebP's; ``xmp`` is for JPEG and WebP. Only the pixels are copied, so neither EXIF
    nor an ICC profile nor a comment gets through. JPEG has no transparency: what is transparent
    becomes white.
    """
    options: dict[str, dict[str, object]] = {
        "PNG": {"optimize": False, "compress_level": 6},
        "JPEG": {"quality": jpeg_quality, "subsampling": 0 if jpeg_quality >= 90 else 2},
        "WEBP": {"quality": quality, "method": 4},
    }
    if file_format == "JPEG" and image.mode == "RGBA":
        clean = Image.new("RGB", image.size, "white")
        clean.paste(image, mask=image.getchannel("A"))
    else:
        clean = Image.new(image.mode, image.size)
        clean.paste(image)
    buffer = io.BytesIO()
    said = {"xmp": xmp} if xmp and file_format != "PNG" else {}
    clean.save(buffer, file_format, **options[file_format], **said)
    return buffer.getvalue()
