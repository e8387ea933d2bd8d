"""Settings that somebody saved under a name, to paint with them again."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

NAME_LENGTH = 60


class SavedSettingsQuerySet(models.QuerySet["SavedSettings"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user, trashed_at=None).order_by("name", "created_at")

    def trashed(self, user: User) -> Self:
        return self.filter(owner=user, trashed_at__isnull=False)

    def expired(self, now: datetime) -> Self:
        """Deleted for so long that nobody will want them back."""
        return self.filter(trashed_at__lt=now - SavedSettings.TRASH_KEPT)


class SavedSettings(models.Model):
    TRASH_KEPT = timedelta(days=1)
    """Time to think better of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_settings"
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    params = models.JSONField(_("settings"), help_text="engine.params.Params, with its version.")
    created_at = models.DateTimeField(_("saved"), default=timezone.now, editable=False)
    trashed_at = models.DateTimeField(_("deleted"), null=True, blank=True)

    objects = SavedSettingsQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved settings")
        verbose_name_plural = _("saved settings")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=Q(trashed_at=None),
                name="saved_settings_by_name",
            )
        ]

    def __str__(self) -> str:
        return self.name
