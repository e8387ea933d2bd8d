"""A study that its owner likes becomes a picture like any other, and what nobody likes goes."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from engine.errors import ImageError
from gallery import leftovers, storage_use
from gallery.artworks import frame_artwork, hang, restore
from gallery.models import LEAVING, Artwork
from gallery.sending import take_place
from transfers import logs
from transfers.models import ContentImageQuerySet, PastPainting, Transfer
from transfers.queue import checkpoints
from transfers.queue.recipes import artwork_title
from transfers.queue.submission import WrongStateError
from transfers.queue.transitions import drop_files
from transfers.studies.models import Purpose, SweepCell

logger = logging.getLogger(__name__)

COUNTED_FOR = timedelta(hours=24)
"""How long painting counts against the minutes of a day (``transfers.quotas``)."""

LOOKS_KEPT = timedelta(hours=1)
"""The picture of the latest look of somebody; those before it go when it begins."""

WITHOUT_FILES = {"preview": "", "checkpoint": "", "time_lapse": ""}


def keep(study: Transfer) -> Artwork:
    """Hang the finished picture of `study` in its owner's gallery, as it was painted.

    The same artwork again where it was kept before, out of the trash if it is there. Raises
    WrongStateError where it is not finished, ImageError where its picture is gone by now,
    QuotaError where there is no room, and BusyError where others are first. Of two who keep it at
    once, both get the same.
    """
    try:
        return _kept(study) or _hung(study)
    except WrongStateError:
        kept = _kept(study)  # meanwhile
        if kept is None:
            raise
        return kept


def _kept(study: Transfer) -> Artwork | None:
    kept = Artwork.objects.filter(transfer=study).exclude(trashed_at=LEAVING).first()
    if kept is not None:
        restore(kept)
    return kept


def _hung(study: Transfer) -> Artwork:
    if study.state != Transfer.State.SUCCEEDED:
        raise WrongStateError("only a finished study can be kept")
    if study.is_picture:
        raise ImageError(
            _("It was kept and deleted again. Please have it painted again."), reason="missing"
        )
    take_place(long=False)
    shares = list(study.style_shares.select_related("style"))
    artwork = frame_artwork(
        owner=study.owner,
        image=_picture(study),
        before=study.content_image.opened(),
        title=artwork_title(study, shares),
        recipe=study.recipe or {},
    )
    with leftovers.removed_on_error(artwork.file_fields), transaction.atomic():
        storage_use.check_room(study.owner, artwork.stored_bytes)
        hang(artwork)
        studies = Transfer.objects.filter(pk=study.pk, artwork=None)
        if not studies.exclude(purpose=Purpose.PICTURE).update(
            purpose=Purpose.PICTURE, artwork=artwork, recipe=None
        ):
            raise WrongStateError("somebody kept it or threw it away meanwhile")
    if not SweepCell.objects.filter(transfer=study).exists():  # a sheet still shows it
        drop_files(study)
    logger.info("transfer %s: kept as artwork %s", study.pk, artwork.pk, extra=logs.about(study))
    return artwork


def _picture(study: Transfer) -> Image.Image:
    try:
        with study.preview.open("rb") as file, Image.open(file) as image:
            return image.convert("RGBA" if image.mode == "RGBA" else "RGB")
    except (FileNotFoundError, ValueError) as error:  # ValueError: the row names no file any more.
        raise ImageError(
            _("This picture is no longer here. Please have it painted again."), reason="missing"
        ) from error


def forget_painted_from(photos: ContentImageQuerySet) -> None:
    """Let go of studies that keep `photos` from being deleted though nobody can see them.

    What they took still counts against the day: of their rows a `PastPainting` is left.
    """
    with transaction.atomic():
        passing = Transfer.objects.passing().filter(content_image__in=photos.unused())
        studies = list(passing.select_for_update(of=("self",)))
        PastPainting.objects.remember(studies)
        Transfer.objects.filter(pk__in=[study.pk for study in studies]).delete()
        leftovers.remove([checkpoints.prefix(study) for study in studies if _has_files(study)])


def forget_pictures(most: int) -> int:
    """Remove the pictures of `most` studies that nobody can see any more: of looks that ended an
    hour ago, and of cells of sheets that were thrown away. Returns how many."""
    passing = Transfer.objects.passing().filter(
        Q(purpose=Purpose.SWEEP) | Q(finished_at__lt=timezone.now() - LOOKS_KEPT)
    )
    old = list(passing.exclude(**WITHOUT_FILES)[:most])
    for study in old:
        drop_files(study)
        Transfer.objects.filter(pk=study.pk).update(recipe=None)
    return len(old)


def _has_files(study: Transfer) -> bool:
    return any(getattr(study, field) for field in WITHOUT_FILES)


def forget_uncounted(most: int) -> int:
    """Delete the rows of studies that nobody can see and that no longer count against a day."""
    uncounted = Transfer.objects.passing().filter(
        finished_at__lt=timezone.now() - COUNTED_FOR, **WITHOUT_FILES
    )
    some = list(uncounted.values_list("pk", flat=True)[:most])
    if some:
        Transfer.objects.filter(pk__in=some).passing().delete()
    return len(some)
