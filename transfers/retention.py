"""What a site keeps for some days only, if its operator says so: settings in days, 0 is for ever.

Chores of ``housekeeping``. Photos of booths' guests have times of their own.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from transfers import photo_deletion
from transfers.models import ContentImage, PastPainting, Transfer
from transfers.photos import delete_photos
from transfers.queue import checkpoints


def forget_unused_photos(most: int) -> int:
    """Photos that nothing was painted from, counted from when they were last sent."""
    if not settings.UNUSED_PHOTO_DAYS:
        return 0
    old = ContentImage.objects.filter(booth=None, created_at__lt=_ago(settings.UNUSED_PHOTO_DAYS))
    return delete_photos(old.unused(), most)


def forget_photos(most: int) -> int:
    """All photos, counted from when they were last sent or painted. Pictures keep their copies."""
    if not settings.PHOTO_DAYS:
        return 0
    since = _ago(settings.PHOTO_DAYS)
    lately = Transfer.objects.filter(content_image=OuterRef("pk"), created_at__gte=since)
    old = ContentImage.objects.filter(~Exists(lately), booth=None, created_at__lt=since)
    return photo_deletion.delete(old, keep_copies=True, most=most)


def forget_failed_transfers(most: int) -> int:
    """Pictures that failed or were cancelled: rows that say so, and what was painted of them."""
    if not settings.FAILED_TRANSFER_DAYS:
        return 0
    ended = Transfer.objects.pictures().filter(
        state__in=[Transfer.State.FAILED, Transfer.State.CANCELLED],
        finished_at__lt=_ago(settings.FAILED_TRANSFER_DAYS),
        booth=None,
        cell=None,
    )
    some = list(ended[:most])
    for transfer in some:
        PastPainting.objects.remember([transfer])
        checkpoints.remove(transfer)
        transfer.delete()
    return len(some)


def _ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)
