"""A booth opens and ends. On which devices it is open nobody counts: they know its door, or not."""

from __future__ import annotations

import secrets

from django.utils import timezone

from transfers.models import Booth


def begin(booth: Booth) -> None:
    """Open it, if it has ended. Devices on which it was open before its end stay shut out.

    Of two that open it at once, both get the one door. Raises Booth.DoesNotExist where it was
    deleted meanwhile.
    """
    there = Booth.objects.filter(leaving=False)
    ended = there.filter(pk=booth.pk).exclude(ended_at=None)
    ended.update(ended_at=None, door=secrets.token_hex())
    booth.refresh_from_db(fields=["ended_at", "door"], from_queryset=there)


def end(booth: Booth) -> None:
    """Shut out every device; what is being painted goes on, and its guest's link works."""
    booth.ended_at, booth.door = timezone.now(), secrets.token_hex()
    there = Booth.objects.filter(pk=booth.pk, leaving=False)
    there.update(ended_at=booth.ended_at, door=booth.door)
