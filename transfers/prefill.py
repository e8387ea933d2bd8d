"""A new picture in the settings of a finished one: what its recipe still gives to the form.

Photo, style, size and strength are shown and can be changed; all other settings, and further styles
beside the first one, come along as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from engine.errors import ParameterError
from engine.params import QUALITIES, Params
from gallery.models import Artwork, Style
from gallery.recipes import setting_lines

SHOWN = ("size_px", "style_strength")
"""Settings that have a control of their own on the page."""


@dataclass(frozen=True, slots=True)
class Prefill:
    """styles: those of the recipe that can still be painted in, with their weights."""

    artwork: Artwork
    settings: Params
    styles: list[tuple[Style, float]]

    @property
    def quality(self) -> str | None:
        """The quality that its size has; None for a size in between."""
        return next((name for name, px in QUALITIES.items() if px == self.settings.size_px), None)

    def params(self, size_px: int, style_strength: float) -> Params:
        """Raises ParameterError where these do not go together."""
        chosen = {"size_px": size_px, "style_strength": float(style_strength)}
        return Params.from_json({**self.settings.to_json(), **chosen})

    def styles_for(self, style: Style) -> list[tuple[Style, float]]:
        """All styles of the recipe where ``style`` is one of them, else that one alone."""
        if style in [one for one, _weight in self.styles]:
            return self.styles
        return [(style, 1.0)]

    def lines(self) -> list[tuple[str, str]]:
        """The settings that come along unseen, in words."""
        unseen = {k: v for k, v in self.settings.to_json().items() if k not in SHOWN}
        return list(setting_lines(unseen))

    @property
    def further_styles(self) -> list[Style]:
        return [style for style, _weight in self.styles[1:]]


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
    return Prefill(artwork, settings, styles)
