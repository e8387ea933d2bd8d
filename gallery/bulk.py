"""What is done with many pictures at once, for the wall, the trash and the API.

Every function takes pictures of one owner that were fetched through them (``chosen``), and is all
or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from gallery.models import Artwork

MOST = 1000
"""Pictures at once: a statement that names them all stays short."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BulkError(Exception):
    """Nothing was done; ``sentence`` says why, to the person who asked."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def read_ids(said: Iterable[str]) -> list[UUID]:
    """Ids as forms and addresses carry them: several values, each with one or with commas between.

    Raises BulkError for none, too many, or what is no id.
    """
    words = dict.fromkeys(word for value in said for word in value.split(",") if word)
    if not words:
        raise BulkError(_("Choose a picture first."))
    if len(words) > MOST:
        raise BulkError(_("Please choose %(most)d pictures at most.") % {"most": MOST})
    try:
        return [UUID(word) for word in words]
    except ValueError as error:
        raise BulkError(_("One of the pictures was not named as it should be.")) from error


def chosen(owner: User, ids: Iterable[UUID]) -> QuerySet[Artwork]:
    """Those of ``ids`` that are on the wall of ``owner``; others are passed over."""
    return Artwork.objects.visible_to(owner).filter(pk__in=list(ids))


def thrown_away(owner: User, ids: Iterable[UUID]) -> QuerySet[Artwork]:
    """Those of ``ids`` that are in the trash of ``owner``."""
    return Artwork.objects.trashed_by(owner).filter(pk__in=list(ids))


def favour(works: QuerySet[Artwork], favourite: bool) -> int:
    return works.update(is_favourite=favourite)


def rate(works: QuerySet[Artwork], stars: int) -> int:
    return works.update(rating=stars)


def trash(works: QuerySet[Artwork]) -> tuple[int, str]:
    """Put ``works`` in the trash; how many, and the word that ``undo_trash`` takes them back by."""
    at = timezone.now()
    count = works.update(trashed_at=at)
    return count, str((at - EPOCH) // timedelta(microseconds=1))


def undo_trash(owner: User, word: str) -> int:
    """Take back what went to the trash in one go and is still there; none for an unknown word."""
    try:
        at = EPOCH + timedelta(microseconds=int(word))
    except (ValueError, OverflowError):
        return 0
    return restore(Artwork.objects.trashed_by(owner).filter(trashed_at=at))


def restore(works: QuerySet[Artwork]) -> int:
    return works.update(trashed_at=None)
