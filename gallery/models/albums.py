"""Albums: pictures of one owner in an order of their choice."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.models.artworks import Artwork


class AlbumQuerySet(models.QuerySet["Album"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user).order_by("-changed_at", "id")


class Album(models.Model):
    """A picture may be in several; an album that is deleted leaves its pictures where they are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="albums"
    )
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), blank=True, max_length=2000)
    artworks = models.ManyToManyField(Artwork, through="AlbumArtwork", related_name="albums")
    cover = models.ForeignKey(
        Artwork,
        verbose_name=_("cover"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Without one, the first picture."),
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = AlbumQuerySet.as_manager()

    class Meta:
        verbose_name = _("album")
        verbose_name_plural = _("albums")
        indexes = [models.Index(fields=["owner", "-changed_at"], name="album_list")]

    def __str__(self) -> str:
        return self.title


class AlbumArtwork(models.Model):
    """The place of a picture in an album."""

    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="places")
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="album_places")
    position = models.PositiveIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["album", "artwork"], name="artwork_once_per_album")
        ]
        indexes = [models.Index(fields=["album", "position"], name="album_order")]

    def __str__(self) -> str:
        return f"{self.album_id}: {self.artwork_id}"
