"""A new picture in the settings of an earlier one: what its recipe or order gives to the form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch

from accounts.models import User
from engine.errors import ParameterError
from engine.params import Params
from gallery.models import Artwork, Style
from transfers.models import Transfer, TransferStyle
from transfers.studio.controls import all_values_of, text
from transfers.studio.fields import MOST_STYLES
from transfers.studio.form import FROM_ENGINE


@dataclass(frozen=True, slots=True)
class Prefill:
    """styles: those of the recipe that can still be painted in, with their weights. masks: of its
    styles, by their ids, and of what was protected, `protect`; they are of its photo, photo_id."""

    artwork: Artwork
    settings: Params
    styles: list[tuple[Style, float]]
    photo_id: str = ""
    masks: dict[str, str] = field(default_factory=dict)
    protect: str = ""

    @property
    def has_masks(self) -> bool:
        return bool(self.masks or self.protect)

    def initial(self, photo_id: Any = None) -> dict[str, Any]:
        """All of it as values of `transfers.studio.form.StudioForm`; masks where the photo is the
        one that they were painted on."""
        is_same = bool(self.photo_id) and str(photo_id) == self.photo_id
        return {
            **({"masks": self.masks, "protect": self.protect} if is_same else {}),
            "base": FROM_ENGINE,
            "style": [str(style.pk) for style, _weight in self.styles],
            "weights": {str(style.pk): text(weight) for style, weight in self.styles},
            **all_values_of(self.settings),
        }


def find(user: User, artwork_id: Any) -> Prefill | None:
    """Of an artwork of ``user``; None for any other, and for one whose recipe cannot be used."""
    try:
        artwork = Artwork.objects.visible_to(user).filter(pk=artwork_id).first()
    except (ValidationError, ValueError, TypeError):
        return None
    return None if artwork is None else of(user, artwork)


def of(user: User, artwork: Artwork) -> Prefill | None:
    recipe = artwork.recipe
    said = dict(recipe.get("params") or {})
    if said.get("initial") == "earlier":
        said["initial"] = None  # a new picture begins anew
    try:
        settings = Params.from_json(said)
    except ParameterError:
        return None
    shares = [share for share in recipe.get("styles") or [] if share.get("style_id")]
    rows = Style.objects.usable_by(user).filter(pk__in=[share["style_id"] for share in shares])
    here = {str(style.pk): style for style in rows}
    styles = [
        (here[share["style_id"]], float(share.get("weight") or 1.0))
        for share in shares
        if share["style_id"] in here
    ]
    masks = {mask.sha256: str(mask.pk) for mask in artwork.masks.all()}

    def mask_of(said: dict[str, Any]) -> str:
        return masks.get(str((said or {}).get("sha256")), "")

    painted = {share["style_id"]: mask_of(share.get("mask")) for share in shares}
    return Prefill(
        artwork,
        settings,
        styles[:MOST_STYLES],
        photo_id=str((recipe.get("content") or {}).get("photo_id") or ""),
        masks={pk: mask for pk, mask in painted.items() if mask and pk in here},
        protect=mask_of(recipe.get("protect") or {}),
    )


def of_transfer(user: User, transfer_id: Any) -> dict[str, Any]:
    """What a transfer of ``user`` was ordered with, photo and masks included, as values of the
    form: to change something about one that failed or was stopped. Empty for any other."""
    shares = Prefetch("style_shares", TransferStyle.objects.select_related("style"))
    own = Transfer.objects.owned_by(user).prefetch_related(shares)
    try:
        transfer = own.filter(pk=transfer_id).first() if transfer_id else None
        params = Params.from_json(transfer.params) if transfer else None
    except (ValidationError, ValueError, TypeError, ParameterError):
        return {}
    if transfer is None or params is None:
        return {}
    painted = list(transfer.style_shares.all())[:MOST_STYLES]
    return {
        "photo": str(transfer.content_image_id),
        "base": FROM_ENGINE,
        "style": [str(share.style_id) for share in painted],
        "weights": {str(share.style_id): text(share.weight) for share in painted},
        "masks": {str(share.style_id): str(share.mask_id) for share in painted if share.mask_id},
        "protect": str(transfer.protect_id or ""),
        "time_lapse": "yes" if transfer.keeps_time_lapse else "no",
        **all_values_of(params),
    }
