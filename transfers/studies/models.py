"""What a transfer is painted for, and the sheets whose cells are transfers."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

UNFINISHED = ("queued", "running")


class Purpose(models.TextChoices):
    """Why a transfer is painted."""

    PICTURE = "picture", _("picture")
    """Ends as an artwork in its owner's gallery, or as the example of a preset."""
    LOOK = "look", _("quick look")
    """A small picture of the settings as they stand: one at a time for each person."""
    SWEEP = "sweep", _("cell of a sheet")
    """One of the pictures of a `Sweep`."""


class SweepQuerySet(models.QuerySet["Sweep"]):
    def owned_by(self, user: Any) -> Self:
        """Theirs, newest first; what has expired is gone, whether housekeeping was there or not."""
        fresh = self.filter(owner=user, created_at__gt=timezone.now() - Sweep.KEPT)
        return fresh.order_by("-created_at")

    def unfinished(self) -> Self:
        painted = SweepCell.objects.filter(
            sweep=models.OuterRef("pk"), transfer__state__in=UNFINISHED
        )
        return self.filter(models.Exists(painted))

    def expired(self, now: datetime) -> Self:
        return self.filter(created_at__lte=now - Sweep.KEPT)


class Sweep(models.Model):
    """A sheet that compares two settings: each value of one with each value of the other.

    Nothing of it but its cells is painted, and how far they are says how far it is.
    """

    KEPT = timedelta(days=30)
    MOST_VALUES = 6
    """Of an axis."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sweeps"
    )
    title = models.CharField(_("title"), max_length=120)
    params = models.JSONField(
        _("settings"), help_text="Of the full painting, before rows and columns change them."
    )
    row_axis = models.JSONField(help_text="{name, values, labels}; see transfers.studies.axes.")
    column_axis = models.JSONField(help_text="The same.")
    cell_px = models.PositiveIntegerField(
        null=True, help_text="Longer side of the cells; null where the sheet compares sizes."
    )
    created_at = models.DateTimeField(_("ordered"), default=timezone.now, editable=False)

    objects = SweepQuerySet.as_manager()

    class Meta:
        verbose_name = _("sheet")
        verbose_name_plural = _("sheets")
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="own_sweeps"),
            models.Index(fields=["created_at"], name="sweep_age"),
        ]

    def __str__(self) -> str:
        return self.title


class SweepCell(models.Model):
    """A place on a sheet and the transfer that is painted for it; a new try takes its place."""

    sweep = models.ForeignKey(Sweep, on_delete=models.CASCADE, related_name="cells")
    row = models.PositiveSmallIntegerField()
    column = models.PositiveSmallIntegerField()
    transfer = models.OneToOneField(
        "transfers.Transfer", on_delete=models.CASCADE, related_name="cell"
    )

    class Meta:
        ordering = ["row", "column"]
        constraints = [
            models.UniqueConstraint(fields=["sweep", "row", "column"], name="one_cell_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.sweep_id} {self.row}:{self.column}"
