"""Time-lapses of artworks: hung with them, read frame by frame, deleted with them or alone.

What a frame is and how frames are packed lives in ``frames``; how they are taken, a floor above.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from collections.abc import Sequence

from django.core.files.base import ContentFile
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import User
from gallery import leftovers
from gallery.frames import DamagedFramesError, Frame, Place, pack, unpack
from gallery.models import Artwork, TimeLapse
from gallery.pictures import about_to_write

logger = logging.getLogger(__name__)


def own_time_lapse(user: User, artwork_id: object) -> TimeLapse:
    """That of an artwork of ``user`` that is not in the trash; Http404 for any other."""
    own = TimeLapse.objects.filter(artwork__owner=user, artwork__trashed_at=None)
    return get_object_or_404(own.select_related("artwork"), pk=artwork_id)


def own_place(time_lapse: TimeLapse, step: int) -> Place:
    """The place of the frame of this step; Http404 where none was kept."""
    for place in time_lapse.frames:
        if place.step == step:
            return place
    raise Http404


def own_step(artwork: Artwork, step: int) -> int:
    """Which of its own steps that is, of those that its time-lapse counts.

    0 or less for one of the pictures that it goes on from.
    """
    time_lapse = TimeLapse.objects.filter(pk=artwork.pk).first()
    before = 0 if time_lapse is None else time_lapse.steps - int(artwork.recipe.get("steps") or 0)
    return step - max(0, before)


def frame_time_lapse(artwork: Artwork, frames: Sequence[Frame]) -> TimeLapse:
    """A time-lapse of ``frames`` (one at least), whose file is written and whose row is not.

    Like ``artworks.frame_artwork``: the caller saves the row, in the transaction that hangs
    ``artwork``, within ``leftovers.removed_on_error``.
    """
    data, places = pack(frames)
    time_lapse = TimeLapse(
        artwork=artwork,
        index=[list(dataclasses.astuple(place)) for place in places],
        width=frames[-1].width,
        height=frames[-1].height,
        bytes=len(data),
    )
    digest = hashlib.sha256(data).hexdigest()[:12]
    about_to_write(time_lapse)
    time_lapse.file.save(f"time-lapse-{digest}.zip", ContentFile(data), save=False)
    return time_lapse


def read_frames(time_lapse: TimeLapse) -> list[Frame]:
    """All frames. Raises Http404 where the file is gone, and FilesUnavailableError where it may be
    there in a moment."""
    try:
        with time_lapse.file.open("rb") as file:
            frames, _steps_before = unpack(file.read())
    except (FileNotFoundError, DamagedFramesError) as missing:
        logger.exception("the frames of artwork %s cannot be read", time_lapse.pk)
        raise Http404 from missing
    return frames


def read_frame(time_lapse: TimeLapse, place: Place) -> Frame:
    """One frame; raises like ``read_frames``."""
    try:
        with time_lapse.file.open("rb") as file:
            file.seek(place.start)
            data = file.read(place.length)
    except FileNotFoundError as missing:
        logger.exception("the frames of artwork %s cannot be read", time_lapse.pk)
        raise Http404 from missing
    return Frame(place.step, place.width, place.height, data)


def delete(time_lapse: TimeLapse) -> None:
    """Delete a time-lapse for good; its artwork stays. Deleting it twice harms nothing."""
    with transaction.atomic():
        TimeLapse.objects.filter(pk=time_lapse.pk).delete()
        leftovers.remove([str(time_lapse.file.name)])


def delete_file(time_lapse: TimeLapse) -> None:
    """Remove the file from storage; the row, if there is one, keeps its name."""
    time_lapse.file.storage.delete(str(time_lapse.file.name))
