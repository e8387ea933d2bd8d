"""Requests that may be repeated without being carried out twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    def expired(self, now: datetime) -> Self:
        """Those that stand for nothing any more."""
        return self.filter(created_at__lte=now - IdempotencyKey.KEPT_FOR)


class IdempotencyKey(models.Model):
    """A request that its sender may repeat without having the same painted, or kept, twice.

    The row is written in one transaction with the transfers, the photo or the sheet it led to, so
    there is never one without the other; the constraint makes the second of two simultaneous
    requests wait for the first and then find its answer.
    """

    KEPT_FOR = timedelta(hours=24)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="idempotency_keys"
    )
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was asked.")
    # Of a photo where the request sent one, of a sheet where it ordered one: the path is part of
    # the fingerprint, so nobody takes one for the other.
    transfer_ids = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_once")
        ]

    def __str__(self) -> str:
        return self.key
