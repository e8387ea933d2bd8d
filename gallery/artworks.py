"""Artworks are framed, go to the trash and come back. How they leave for good is in ``trash``.

What is written beside the row (the files) is removed again whenever the row is not kept. How an
artwork is shown lives in ``views``; how it is painted, a floor above.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from accounts.models import User
from gallery import leftovers, recipes, search
from gallery.models import Artwork, ArtworkStyle, Mask, Style
from gallery.pictures import DISPLAY_SIDE_PX

TITLE_MAX_LENGTH: int = Artwork._meta.get_field("title").max_length or 0


def frame_artwork(
    *,
    owner: User,
    image: Image.Image,
    before: Image.Image | None,
    title: str,
    recipe: dict[str, Any],
) -> Artwork:
    """An artwork whose files are written and whose row is not: the caller saves it.

    ``image`` (RGB or RGBA) is kept losslessly, with the photo it was painted from, unless that is
    gone, and its recipe.
    Encoding takes a second or more, so it is done before the caller's transaction, not within;
    the caller saves within ``leftovers.removed_on_error``. When writing fails half-way, what was
    written is removed.
    """
    content = recipe.get("content") or {}
    artwork = Artwork(
        owner=owner,
        title=title.strip()[:TITLE_MAX_LENGTH],
        recipe=recipe,
        content_sha256=content.get("sha256") or "",
        from_camera=content.get("source") == "camera",
        painting_s=recipes.painting_s(recipe),
    )
    artwork.search_text = search.search_text(artwork, [])
    with leftovers.removed_on_error(artwork.file_fields):
        artwork.set_picture(image)
        if before is not None:
            artwork.beside_bytes += artwork.set_rendition(artwork.before, before, DISPLAY_SIDE_PX)
    return artwork


def hang(artwork: Artwork) -> None:
    """Save the row of a framed ``artwork``, with the styles of its recipe that are still there,
    and its masks.

    Within the caller's transaction: all of it or nothing.
    """
    artwork.save(force_insert=True)
    weights = {
        style["style_id"]: style.get("weight", 1.0)
        for style in artwork.recipe.get("styles") or []
        if style.get("style_id")
    }
    still_there = Style.objects.filter(pk__in=weights)
    ArtworkStyle.objects.bulk_create(
        ArtworkStyle(artwork=artwork, style_id=pk, weight=weights[str(pk)])
        for pk in still_there.values_list("pk", flat=True)
    )
    still_there.update(times_used=F("times_used") + 1)
    if hashes := recipes.mask_hashes(artwork.recipe):
        artwork.masks.set(Mask.objects.filter(owner=artwork.owner, sha256__in=hashes))


def title_at_step(title: str, step: int) -> str:
    """``title`` with the step behind it, cut so that the step is always to be read."""
    at_step = _("%(title)s at step %(step)d")
    room = TITLE_MAX_LENGTH - len(at_step % {"title": "", "step": step})
    short = title if len(title) <= room else title[: room - 1].rstrip() + "…"
    return at_step % {"title": short, "step": step}


def rename(artwork: Artwork, title: str) -> None:
    """Give ``artwork`` another title, which searches find from then on."""
    artwork.title = title.strip()[:TITLE_MAX_LENGTH]
    _say(artwork, "title")


def annotate(artwork: Artwork, notes: str) -> None:
    """Write down what its owner has to say about ``artwork``; searches find that, too."""
    artwork.notes = notes.strip()
    _say(artwork, "notes")


def _say(artwork: Artwork, field: str) -> None:
    with transaction.atomic():
        artwork.save(update_fields=[field])
        search.index(artwork)


def rate(artwork: Artwork, stars: int) -> None:
    """Give ``artwork`` up to five stars; 0 takes them away."""
    artwork.rating = stars
    artwork.save(update_fields=["rating"])


def mark_favourite(artwork: Artwork, is_favourite: bool) -> None:
    artwork.is_favourite = is_favourite
    artwork.save(update_fields=["is_favourite"])


def trash(artwork: Artwork) -> None:
    """Put ``artwork`` in the trash; putting it there twice keeps the first date."""
    Artwork.objects.filter(pk=artwork.pk, trashed_at=None).update(trashed_at=timezone.now())
    artwork.refresh_from_db(fields=["trashed_at"])


def restore(artwork: Artwork) -> None:
    """Take ``artwork`` out of the trash; harmless for one that is not in it."""
    Artwork.objects.filter(pk=artwork.pk).update(trashed_at=None)
    artwork.trashed_at = None
