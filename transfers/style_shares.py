"""What a transfer is painted in: each of its styles, how strongly, and where."""

from __future__ import annotations

from django.db import models

from gallery.models import Mask, Style


class TransferStyle(models.Model):
    """A style's share in a transfer."""

    transfer = models.ForeignKey("Transfer", on_delete=models.CASCADE, related_name="style_shares")
    style = models.ForeignKey(Style, on_delete=models.RESTRICT)
    weight = models.FloatField(default=1.0)
    mask = models.ForeignKey(
        Mask,
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="style_shares",
        help_text="Where it paints; without one, wherever the others leave room.",
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["transfer", "style"], name="style_once_per_transfer")
        ]

    def __str__(self) -> str:
        return f"{self.style_id} × {self.weight}"
