"""A frame of a time-lapse kept as a picture of its own."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404

from accounts.quotas import hold
from gallery import leftovers, storage_use, time_lapses
from gallery.artworks import frame_artwork, hang, restore, title_at_step
from gallery.frames import Place
from gallery.models import LEAVING, Artwork, TimeLapse
from gallery.sending import take_place

# What the recipe says of the finished picture, and what is not so, or not known, of a frame of it.
NOT_OF_A_FRAME = ("losses", "seconds", "planned_steps", "transfer")


def keep_frame(time_lapse: TimeLapse, step: int) -> tuple[Artwork, bool]:
    """Hang the frame of ``step`` as an artwork beside the one it belongs to; whether it is new.

    It is as large as the frame, which is smaller than most paintings. Kept before, it is the same
    artwork again, out of the trash if it is there; of two who keep it at once, both get the same.
    Raises Http404 where there is no such frame, accounts.quotas.QuotaError where its owner has no
    room for it, and gallery.busy.BusyError where others are first.
    """
    artwork, place = time_lapse.artwork, time_lapses.own_place(time_lapse, step)
    if there := _kept(artwork, place):
        return there, False
    take_place(long=False)
    picture = time_lapses.read_frame(time_lapse, place).image()
    try:
        before = artwork.opened_before()
    except FileNotFoundError as missing:
        raise Http404 from missing
    kept = frame_artwork(
        owner=artwork.owner,
        image=picture,
        before=before,
        title=title_at_step(artwork.title, step),
        recipe=recipe_of(artwork, time_lapse, step, picture.size),
    )
    with leftovers.removed_on_error(kept.file_fields), transaction.atomic():
        # One after another for each person: of two alike at once, the later finds the earlier.
        hold(artwork.owner)
        if there := _kept(artwork, place):
            leftovers.remove([str(file.name) for file in kept.file_fields()])
            return there, False
        storage_use.check_room(artwork.owner, kept.stored_bytes)
        hang(kept)
    return kept, True


def _kept(artwork: Artwork, place: Place) -> Artwork | None:
    of_photo = Artwork.objects.filter(owner=artwork.owner_id, content_sha256=artwork.content_sha256)
    kept = (
        of_photo.filter(width=place.width, height=place.height)
        .filter(recipe__frame_of__artwork=str(artwork.pk), recipe__frame_of__step=place.step)
        .exclude(trashed_at=LEAVING)
        .first()
    )
    if kept is not None:
        restore(kept)
    return kept


def recipe_of(
    artwork: Artwork, time_lapse: TimeLapse, step: int, size_px: tuple[int, int]
) -> dict[str, Any]:
    """The recipe of ``artwork`` as far as it had come, and where the picture was taken from."""
    so_far = {name: value for name, value in artwork.recipe.items() if name not in NOT_OF_A_FRAME}
    width, height = size_px
    return {
        **so_far,
        "steps": step,
        "width": width,
        "height": height,
        "frame_of": {"artwork": str(artwork.pk), "step": step, "of_steps": time_lapse.steps},
    }
