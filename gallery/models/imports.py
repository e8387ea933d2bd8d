"""A zip of presets between its upload and its import."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery import leftovers
from gallery.models.styles import Collection


class StyleImportQuerySet(models.QuerySet["StyleImport"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def forgotten(self) -> Self:
        """Uploaded and then neither imported nor thrown away."""
        return self.filter(created_at__lt=timezone.now() - StyleImport.KEPT)


class StyleImport(models.Model):
    """An uploaded zip that its curator has looked at, or is about to. Imported, it is gone."""

    KEPT = timedelta(days=1)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="style_imports"
    )
    name = models.CharField(_("file"), max_length=200)
    file = models.FileField(upload_to="imports", max_length=200)
    publish = models.BooleanField(_("publish what is complete"), default=False)
    collection = models.ForeignKey(
        Collection, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)

    objects = StyleImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of presets")
        verbose_name_plural = _("imports of presets")

    def __str__(self) -> str:
        return self.name

    def keep_zip(self, file: File[bytes]) -> None:
        """Store ``file``; the caller saves the row, or removes the file."""
        name = f"{self.pk}.zip"
        leftovers.note_writing(self.file.field.generate_filename(self, name))
        self.file.save(name, file, save=False)

    def throw_away(self) -> None:
        """The row first: a file without a row is seen by nobody.

        The store is asked before whether it answers: FilesUnavailableError then, and nothing has
        changed.
        """
        self.file.storage.exists(str(self.file.name))
        with transaction.atomic():
            self.delete()
            leftovers.remove([str(self.file.name)])
