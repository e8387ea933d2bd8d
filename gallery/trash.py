"""What is in the trash leaves for good: after thirty days by itself, or when its owner empties it.

Going there and coming back is in ``artworks`` and ``styles``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from gallery.models import Artwork
from gallery.pictures import StoredPicture

TRASH_KEPT_DAYS = 30

Picture = TypeVar("Picture", bound=StoredPicture)


def kept_since() -> datetime:
    """What went to the trash before this has been there for long enough."""
    return timezone.now() - timedelta(days=TRASH_KEPT_DAYS)


def empty(owner: User) -> int:
    """Delete for good all artworks that ``owner`` has in the trash; return how many."""
    return delete(Artwork.objects.trashed_by(owner))


def delete(trashed: QuerySet[Picture], most: int | None = None) -> int:
    """Delete these for good with their files, but no more than ``most``; return how many.

    Rows go first: a file without a row harms nobody, a row without its file is a broken page. So
    that no file stays for ever, the store is asked first whether it answers: FilesUnavailableError
    then, and nothing has changed. What somebody refers to, or takes out of the trash at this very
    moment, stays.
    """
    count = 0
    for picture in trashed[:most]:
        original = picture.original
        original.storage.exists(str(original.name))
        try:
            with transaction.atomic():
                deleted, _rows = trashed.filter(pk=picture.pk).delete()
        except IntegrityError:
            continue
        if deleted:
            transaction.on_commit(picture.delete_files)
            count += 1
    return count
