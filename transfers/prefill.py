"""A new picture in the settings of a finished one: what its recipe still gives to the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from engine.errors import ParameterError
from engine.params import Params
from gallery.models import Artwork, Style
from transfers.studio.controls import all_values_of, text
from transfers.studio.fields import MOST_STYLES
from transfers.studio.form import FROM_ENGINE


@dataclass(frozen=True, slots=True)
class Prefill:
    """styles: those of the recipe that can still be painted in, with their weights."""

    artwork: Artwork
    settings: Params
    styles: list[tuple[Style, float]]

    def initial(self) -> dict[str, Any]:
        """All of it as values of `transfers.studio.form.StudioForm`."""
        return {
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
    return Prefill(artwork, settings, styles[:MOST_STYLES])
