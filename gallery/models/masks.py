"""Masks that people paint on a photo: where a style paints, or where the photo stays."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from PIL import Image

from accounts.models import User
from gallery.pictures import WithFiles

UNUSED_FOR = timedelta(days=1)
"""So long after it arrived, a mask that nothing refers to goes."""


class MaskQuerySet(models.QuerySet["Mask"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def older_than(self, when: datetime) -> Self:
        return self.filter(created_at__lt=when).order_by("created_at")


class Mask(WithFiles):
    """A grey picture in a photo's proportions: white is all, black is nothing; see
    ``gallery.masks``. The same pixels of the same owner are one row. It never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="masks"
    )
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    bytes = models.PositiveBigIntegerField(_("bytes"), editable=False)
    sha256 = models.CharField(
        max_length=64, editable=False, db_index=True, help_text="Of the stored file."
    )
    pixels_sha256 = models.CharField(
        max_length=64, editable=False, help_text="See gallery.pictures.pixels_sha256; mode L."
    )
    share = models.FloatField(
        _("share"), editable=False, help_text=_("How much of the picture is white, from 0 to 1.")
    )
    created_at = models.DateTimeField(
        _("added"), default=timezone.now, editable=False, help_text="Or sent once more."
    )

    objects = MaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("mask")
        verbose_name_plural = _("masks")
        constraints = [
            models.UniqueConstraint(fields=["owner", "pixels_sha256"], name="mask_once_per_owner")
        ]
        indexes = [models.Index(fields=["created_at"], name="mask_age")]

    def __str__(self) -> str:
        return f"{self.width} × {self.height}, {self.percent} %"

    @property
    def percent(self) -> int:
        """How much of the picture is white; never 0 or 100 where that is not the whole truth."""
        if self.share in (0, 1):
            return round(100 * self.share)
        return min(99, max(1, round(100 * self.share)))

    def fits(self, width: int, height: int) -> bool:
        """Whether it has the proportions of a picture of this size, within a pixel."""
        return (
            abs(self.width * height / width - self.height) <= 1
            or abs(self.height * width / height - self.width) <= 1
        )

    def opened(self) -> Image.Image:
        """The stored picture, in mode L."""
        with self.original.open("rb") as file, Image.open(file) as image:
            return image.convert("L")
