"""All that there is of a sitting leaves at once: photo, transfer, picture, and every file of them.

When their time has come, housekeeping does it; guests and hosts may do it before.
"""

from __future__ import annotations

import logging
import math
import time

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from gallery import leftovers
from gallery.models import Artwork
from transfers.booth.models import Booth, BoothPicture, PastPainting, Sitting
from transfers.models import ContentImage, Transfer
from transfers.queue import checkpoints
from transfers.queue.transitions import cancellation

logger = logging.getLogger(__name__)

WITHIN_S = 5.0
"""For no longer does a host who deletes many wait for their files to be gone."""


def delete(sittings: QuerySet[Sitting], most: int | None = None, within_s: float = math.inf) -> int:
    """Delete these, no more than ``most`` and for ``within_s``; return how many.

    What is still being painted is cancelled by it. Rows go first, as in ``gallery.pictures``; the
    store is asked before whether it answers: FilesUnavailableError then, and nothing has changed.
    """
    count, until = 0, time.monotonic() + within_s
    for sitting in sittings.select_related("photo")[:most]:
        if time.monotonic() > until:
            break
        original = sitting.photo.original
        original.storage.exists(str(original.name))
        try:
            with transaction.atomic():
                _delete(sitting)
        except IntegrityError:
            # Something was written beside it in this very moment; it goes the next time.
            logger.warning("sitting %s: not deleted yet", sitting.pk, exc_info=True)
            continue
        count += 1
    return count


def delete_all_of(booth: Booth) -> None:
    """Delete every sitting of ``booth``; what takes too long is out of sight at once, and
    housekeeping does the rest."""
    now = timezone.now()
    booth.sittings.update(delete_at=now, link_until=now)
    delete(Sitting.objects.filter(booth=booth), within_s=WITHIN_S)


def delete_booth(booth: Booth) -> None:
    """Delete ``booth`` with all its sittings, or let housekeeping do it where they are many."""
    Booth.objects.filter(pk=booth.pk).update(leaving=True, ended_at=timezone.now(), door="")
    delete_all_of(booth)
    sweep_booths()


def sweep_booths(most: int | None = None) -> int:
    """Remove the rows of booths that were deleted and hold nothing any more."""
    empty = Booth.objects.filter(leaving=True, sittings=None).values_list("pk", flat=True)[:most]
    gone, _rows = Booth.objects.filter(pk__in=list(empty)).delete()
    return gone


def _delete(sitting: Sitting) -> None:
    """In a transaction, after which the files go.

    Cancelled first: a worker that finishes in this moment has either hung its picture before, and
    then it is found here, or holds the transfer no more.
    """
    transfers = Transfer.objects.filter(content_image=sitting.photo_id)
    transfers.unfinished().update(**cancellation())
    painted = list(transfers)
    pictures = [
        *BoothPicture.objects.filter(sitting=sitting),
        # Of a worker from before booths, which hung it in the host's gallery.
        *Artwork.objects.filter(transfer__in=painted),
        sitting.photo,
    ]
    PastPainting.objects.remember(painted)
    files = [str(file.name) for picture in pictures for file in picture.file_fields()]
    Artwork.objects.filter(transfer__in=painted).delete()
    sitting.delete()
    transfers.delete()
    ContentImage.objects.filter(pk=sitting.photo_id).delete()
    leftovers.remove([*files, *map(checkpoints.prefix, painted)])
