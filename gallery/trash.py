"""What is in the trash leaves for good: after some days by itself, or when its owner says so.

Going there and coming back is in ``artworks`` and ``styles``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from gallery.models import LEAVING, Artwork
from gallery.pictures import delete_for_good

WITHIN_S = 5.0
"""For no longer does somebody who deletes many pictures wait for their files to be gone."""


def kept_since() -> datetime:
    """What went to the trash before this has been there for long enough."""
    return timezone.now() - timedelta(days=settings.TRASH_DAYS)


def delete(trashed: QuerySet[Artwork]) -> int:
    """Delete these pictures in the trash for good; return how many.

    What is not gone within WITHIN_S is out of everybody's sight at once, and housekeeping deletes
    it as it does what has been in the trash for too long.
    """
    count = delete_for_good(trashed, within_s=WITHIN_S)
    return count + trashed.update(trashed_at=LEAVING)
