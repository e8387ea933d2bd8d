"""A photo goes though something was painted from it: by hand, or when a site keeps none for long.

Its transfers and sheets go with it, as they are nothing without it. Pictures stay; the copies of
the photo that they hold, beside them and where their time-lapse begins, go unless they are to be
kept. What is waiting or being painted keeps its photo.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from gallery import leftovers
from gallery.models import Artwork, ArtworkQuerySet, TimeLapse
from transfers.models import (
    ContentImage,
    ContentImageQuerySet,
    PastPainting,
    Sweep,
    Transfer,
    TransferQuerySet,
)
from transfers.queue import checkpoints

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Painted:
    """What came of some photos, for the question whether they should go."""

    pictures: int
    sheets: int


def busy(photos: ContentImageQuerySet) -> ContentImageQuerySet:
    """Those that something is waiting for or being painted from: they stay."""
    return photos.filter(Exists(_transfers_of_outer().unfinished()))


def idle(photos: ContentImageQuerySet) -> ContentImageQuerySet:
    return photos.filter(~Exists(_transfers_of_outer().unfinished()))


def painted_from(photos: Iterable[ContentImage]) -> Painted:
    chosen = list(photos)
    sheets = Sweep.objects.filter(cells__transfer__content_image__in=chosen).distinct()
    return Painted(pictures_of(chosen).count(), sheets.count())


def pictures_of(photos: Collection[ContentImage]) -> ArtworkQuerySet:
    """Those of their owners, in the trash as well, that were painted from them."""
    hashes = {photo.sha256 for photo in photos}
    same = Q(content_sha256__in=hashes) | Q(transfer__content_image__in=photos)
    return Artwork.objects.filter(same, owner__in={photo.owner_id for photo in photos}).distinct()


def delete(photos: ContentImageQuerySet, *, keep_copies: bool, most: int | None = None) -> int:
    """Delete these for good with what hangs on them, no more than ``most``; return how many.

    The store is asked first whether it answers: FilesUnavailableError then, and nothing has
    changed. One that is ordered at this very moment stays.
    """
    count = 0
    for photo in idle(photos).select_related("owner")[:most]:
        photo.original.storage.exists(str(photo.original.name))
        try:
            with transaction.atomic():
                count += _delete(photo, keep_copies=keep_copies)
        except IntegrityError:
            logger.info("photo %s: stays, as it was ordered meanwhile", photo.pk)
    return count


def _delete(photo: ContentImage, *, keep_copies: bool) -> bool:
    # Who orders it at this moment waits for this, and then finds no photo.
    User.objects.select_for_update(no_key=True).get(pk=photo.owner_id)
    if ContentImage.objects.select_for_update().filter(pk=photo.pk).first() is None:
        return False
    painted = list(Transfer.objects.filter(content_image=photo))
    if any(transfer.is_unfinished for transfer in painted):
        return False
    files = [str(file.name) for file in photo.file_fields()]
    if not keep_copies:
        files += _forget_copies(photo)
    Sweep.objects.filter(cells__transfer__in=painted).delete()
    PastPainting.objects.remember(painted)
    Transfer.objects.filter(pk__in=[transfer.pk for transfer in painted]).delete()
    photo.delete()
    leftovers.remove([*files, *map(checkpoints.prefix, painted)])
    return True


def _forget_copies(photo: ContentImage) -> list[str]:
    """Let go of what pictures hold of it; the names of the files that go after the commit."""
    works = list(pictures_of([photo]))
    lapses = list(TimeLapse.objects.filter(artwork__in=works))
    TimeLapse.objects.filter(pk__in=[lapse.pk for lapse in lapses]).delete()
    Artwork.objects.filter(pk__in=[work.pk for work in works]).update(
        before="", publishes_before=False
    )
    return [str(work.before.name) for work in works if work.before] + [
        str(lapse.file.name) for lapse in lapses
    ]


def _transfers_of_outer() -> TransferQuerySet:
    return Transfer.objects.filter(content_image=OuterRef("pk"))
