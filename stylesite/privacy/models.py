"""That somebody wants to leave, and that somebody has left."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AccountDeletionQuerySet(models.QuerySet["AccountDeletion"]):
    def due(self, now: datetime) -> Self:
        """Those whose time has come, the longest first."""
        return self.filter(due_at__lte=now, user__is_active=False).order_by("due_at")

    def overruled(self) -> Self:
        """Those of accounts that are open: an admin opened them again, in whatever way."""
        return self.filter(user__is_active=True)

    def can_be_called_off(self, now: datetime) -> Self:
        """By the person, who still may come back."""
        return self.filter(due_at__gt=now, user__is_active=False, by_staff=False)


class AccountDeletion(models.Model):
    """An account that is closed and goes for good at ``due_at``; see ``closing`` and ``erasing``.

    The row goes with the account, or when the person comes back.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="leaving"
    )
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    due_at = models.DateTimeField(_("to be deleted at"), db_index=True)
    by_staff = models.BooleanField(_("by an admin"), default=False)

    objects = AccountDeletionQuerySet.as_manager()

    class Meta:
        verbose_name = _("deletion of an account")
        verbose_name_plural = _("deletions of accounts")

    def __str__(self) -> str:
        return str(self.pk)


class Tombstone(models.Model):
    """That an account was deleted, and nothing of whose it was: see ``tombstones``."""

    digest = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the account’s number and first moment."
    )
    erased_at = models.DateTimeField(_("deleted"), default=timezone.now)

    class Meta:
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")

    def __str__(self) -> str:
        return self.digest[:12]
