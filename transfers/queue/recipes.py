"""What an artwork remembers of how it was painted: enough to paint it again.

Torch-free; the runner hands in what only it knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from platform import machine
from typing import Any, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from engine.params import Params
from engine.weight_files import digest
from gallery.artwork_recipes import described
from gallery.artworks import title_at_step
from gallery.models import Mask
from transfers.models import Transfer, TransferStyle
from transfers.queue import workers

RECIPE_VERSION = 1


class FinishedStep(Protocol):
    """What of the last `engine.stylize.Step` goes into a recipe."""

    @property
    def index(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def content_loss(self) -> float: ...
    @property
    def style_loss(self) -> float: ...
    @property
    def tv_loss(self) -> float: ...
    @property
    def total_loss(self) -> float: ...


def recipe_for(
    transfer: Transfer,
    params: Params,
    shares: Sequence[TransferStyle],
    step: FinishedStep,
    seconds: float,
    processor: str = "",
) -> dict[str, Any]:
    """The recipe as JSON; `seconds` is the work on it, over all attempts.

    processor: what of the machine makes a difference to the numbers.
    """
    photo, earlier = transfer.content_image, transfer.continues
    return {
        "version": RECIPE_VERSION,
        "transfer": str(transfer.pk),
        "params": params.to_json(),
        "styles": [
            {
                "style_id": str(share.style_id),
                "title": share.style.title,
                "artist": share.style.artist,
                **described(share.style),
                "weight": share.weight,
                **({"mask": _said_of(share.mask)} if share.mask else {}),
            }
            for share in shares
        ],
        **({"protect": _said_of(transfer.protect)} if transfer.protect else {}),
        "content": {
            "photo_id": str(photo.pk),
            "title": photo.title,
            **described(photo),
            "source": photo.source,
        },
        "seed": params.seed,
        "steps": step.index,
        "planned_steps": step.total,
        "continues": None if earlier is None else str(earlier.pk),
        "earlier": None if earlier is None else {"title": earlier.title, **described(earlier)},
        "repeats": str(transfer.repeats_id) if transfer.repeats_id else None,
        "seconds": round(seconds, 2),
        "losses": {
            "content": step.content_loss,
            "style": step.style_loss,
            "tv": step.tv_loss,
            "total": step.total_loss,
        },
        "versions": {
            "torch": version("torch"),
            "engine": params.to_json()["version"],
            # Of a file only its name: where it lies on this machine is nobody's business.
            "weights": Path(settings.VGG19_WEIGHTS).name,
            "weights_sha256": digest(settings.VGG19_WEIGHTS),
            "pillow": version("pillow"),
            "threads": workers.threads_per_worker(),
            "processor": processor or machine(),
        },
        "width": step.width,
        "height": step.height,
    }


def _said_of(mask: Mask) -> dict[str, Any]:
    """`gallery.artworks.hang` finds the mask again by its hash."""
    return {"sha256": mask.sha256, "percent": mask.percent}


def artwork_title(transfer: Transfer, shares: Sequence[TransferStyle]) -> str:
    """What the artwork is called until its owner renames it."""
    if transfer.title:
        return transfer.title
    styles = " + ".join(share.style.title for share in shares)
    title = _("%(photo)s in %(style)s") % {"photo": transfer.content_image.title, "style": styles}
    if transfer.stop_after is None:
        return title
    return title_at_step(title, transfer.stop_after)
