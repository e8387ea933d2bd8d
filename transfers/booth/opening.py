"""A booth opens and ends. On which devices it is open nobody counts: they know its door, or not."""

from __future__ import annotations

import secrets

from django.utils import timezone

from transfers.models import Booth


def begin(booth: Booth) -> None:
    """Open it, if it has ended. Devices on which it was open before its end stay shut out."""
    if booth.ended_at is None:
        return
    booth.ended_at, booth.door = None, secrets.token_hex()
    booth.save(update_fields=["ended_at", "door"])


def end(booth: Booth) -> None:
    """Shut out every device; what is being painted goes on, and its guest's link works."""
    booth.ended_at, booth.door = timezone.now(), secrets.token_hex()
    booth.save(update_fields=["ended_at", "door"])
