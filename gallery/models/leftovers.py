"""What may be left over in the store, written down before it is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Leftover(models.Model):
    """A place in the store that has to be looked at; see ``gallery.leftovers``."""

    prefix = models.CharField(
        max_length=200,
        unique=True,
        help_text="The name of a file, or what the names of several begin with, up to a / or -.",
    )
    look_at = models.DateTimeField(db_index=True, help_text="Not before.")

    class Meta:
        verbose_name = _("file that may be left over")
        verbose_name_plural = _("files that may be left over")

    def __str__(self) -> str:
        return self.prefix
