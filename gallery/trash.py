"""What is in the trash leaves for good: after thirty days by itself, or when its owner empties it.

Going there and coming back is in ``artworks`` and ``styles``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from gallery.models import Artwork
from gallery.pictures import delete_for_good

TRASH_KEPT_DAYS = 30


def kept_since() -> datetime:
    """What went to the trash before this has been there for long enough."""
    return timezone.now() - timedelta(days=TRASH_KEPT_DAYS)


def empty(owner: User) -> int:
    """Delete for good all artworks that ``owner`` has in the trash; return how many."""
    return delete_for_good(Artwork.objects.trashed_by(owner))
