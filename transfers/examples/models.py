"""That a transfer is painted to be the example of a preset."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.models import Style

UNFINISHED = ("queued", "running")


class ExampleOrderQuerySet(models.QuerySet["ExampleOrder"]):
    def unfinished(self) -> Self:
        return self.filter(transfer__state__in=UNFINISHED)


class ExampleOrder(models.Model):
    """A curator's wish for an example. ``transfer`` says how far it is; a retry takes its place."""

    style = models.ForeignKey(Style, on_delete=models.CASCADE, related_name="example_orders")
    transfer = models.OneToOneField(
        "transfers.Transfer", on_delete=models.CASCADE, related_name="example_order"
    )
    photo = models.SlugField(_("photo"), help_text="Of the catalogue: gallery.presets.catalog.")
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ordered by"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    ordered_at = models.DateTimeField(_("ordered"), default=timezone.now)
    hung_at = models.DateTimeField(
        null=True, help_text="When its picture became the example, in that same transaction."
    )

    objects = ExampleOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order of an example")
        verbose_name_plural = _("orders of examples")
        indexes = [
            models.Index(fields=["style", "-ordered_at"], name="example_orders_of_style"),
            models.Index(
                fields=["style", "-hung_at"],
                name="example_hung",
                condition=Q(hung_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.style_id} ← {self.photo}"
