"""Sittings begin, are found again by their code, and say how far they are.

How they end is in ``hanging`` (painted) and ``deletion``.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.quotas import QuotaError
from engine.errors import EngineError
from gallery import leftovers
from gallery.models import Style
from gallery.reading import read_image
from gallery.storage_use import check_room
from transfers.booth import links
from transfers.forms import params_for, recommended_strength
from transfers.longest import TooLongError
from transfers.models import Booth, ContentImage, Sitting
from transfers.queue import submission

MAX_SIDE_PX = 2048
"""Longer side of a guest's photo: no more is kept of it than painting and comparing need."""

HOUR = timedelta(hours=1)


class BoothError(Exception):
    """Why a guest cannot be painted now, in a sentence for them."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def take(
    booth: Booth, file: BinaryIO, style: Style, *, on_wall: bool, key: str = ""
) -> tuple[Sitting, str]:
    """Begin a sitting with this photo and have it painted; the sitting, and the code of its link.

    ``key`` is the device's own for what it sends: sent once more, because the answer was lost, it
    is the sitting that has begun already. Raises BoothError where the booth or its host have
    reached a limit or the booth has ended, and engine.errors.EngineError for a picture that is
    none, or where what the booth is set to takes too long; nothing is stored then.
    """
    code = links.code_for(booth, key or uuid4().hex)
    if begun := find(code):
        return begun, code
    photo = _photo(booth, file)
    try:
        with leftovers.removed_on_error(photo.file_fields), transaction.atomic():
            _count(booth)
            begun = find(code)  # by the same request, whose answer took too long
            if begun is None:
                check_room(booth.owner, photo.stored_bytes)
                photo.save(force_insert=True)
                return _begin(booth, photo, style, code, on_wall=on_wall), code
            transaction.set_rollback(True)  # it has been counted
    except QuotaError as error:
        raise BoothError(
            _(
                "This booth cannot take another picture right now. Please tell whoever set it up, "
                "or try again in a few minutes."
            )
        ) from error
    except TooLongError as error:
        raise EngineError(
            _(
                "This booth is set to paint pictures that take longer than this site allows. "
                "Please tell whoever set it up: they can choose another quality or style for it."
            )
        ) from error
    photo.delete_files()
    return begun, code


def find(code: str) -> Sitting | None:
    """The sitting whose link has this code, if its time has not come."""
    found = Sitting.objects.there(timezone.now()).filter(code_sha256=links.sha256_of(code))
    return found.select_related("booth__owner", "photo", "transfer", "picture").first()


def is_linked(sitting: Sitting) -> bool:
    """Whether its link still shows it: not after its time, nor while its host's account is
    closed."""
    return may_be_deleted(sitting) and sitting.booth.owner.is_active


def may_be_deleted(sitting: Sitting) -> bool:
    """By its guest, who may even where the host is away and the link shows nothing."""
    return sitting.link_until > timezone.now()


def shorten(booth: Booth) -> None:
    """Let the times of ``booth`` hold for what was taken before, too, where they are shorter.

    Nothing is kept for longer than its guest was told, and what was deleted meanwhile stays so.
    """
    booth.sittings.update(
        delete_at=Least(F("delete_at"), F("taken_at") + booth.kept_for),
        link_until=Least(F("link_until"), F("taken_at") + booth.link_for),
    )


def _photo(booth: Booth, file: BinaryIO) -> ContentImage:
    """The photo with its files; its row is not saved. Never the row of an equal photo: each guest
    may delete what is theirs."""
    image = read_image(file, f"booth {booth.pk}", longest_px=MAX_SIDE_PX)
    today = date_format(timezone.localdate(), "j F Y")
    title = _("Guest, %(date)s") % {"date": today}
    source = ContentImage.Source.CAMERA
    photo = ContentImage(owner=booth.owner, booth=booth, source=source, title=title)
    with leftovers.removed_on_error(photo.file_fields):
        photo.set_picture(image)
    return photo


def _begin(booth: Booth, photo: ContentImage, style: Style, code: str, *, on_wall: bool) -> Sitting:
    order = submission.Order(
        content_image=photo,
        styles=[(style, 1.0)],
        params=params_for(style, booth.quality, recommended_strength(style)),
        keeps_time_lapse=False,
        booth=booth,
    )
    transfer = submission.submit_all(booth.owner, [order])[0]
    now = timezone.now()
    return Sitting.objects.create(
        booth=booth,
        photo=photo,
        transfer=transfer,
        code_sha256=links.sha256_of(code),
        on_wall=on_wall,
        taken_at=now,
        link_until=now + booth.link_for,
        delete_at=now + booth.kept_for,
    )


def _count(booth: Booth) -> None:
    """One more in this hour. What guests delete again counts as well: it was painted.

    Of two devices that take the last one, the second waits here for the first.
    """
    now = timezone.now()
    held = (
        Booth.objects.select_for_update(of=("self",), no_key=True)
        .open()
        .filter(pk=booth.pk, door=booth.door)
        .first()
    )
    if held is None:
        raise BoothError(_("This booth has ended."))
    if now - held.hour_began_at >= HOUR:
        held.hour_began_at, held.hour_count = now, 0
    if held.hour_count >= held.most_an_hour:
        raise BoothError(_resting(held, now))
    held.hour_count += 1
    held.save(update_fields=["hour_began_at", "hour_count"])


def _resting(booth: Booth, now: datetime) -> str:
    left = booth.hour_began_at + HOUR - now
    minutes = max(1, math.ceil(left / timedelta(minutes=1)))
    return ngettext(
        "This booth has painted all it may for now. It goes on in %(count)d minute.",
        "This booth has painted all it may for now. It goes on in %(count)d minutes.",
        minutes,
    ) % {"count": minutes}
