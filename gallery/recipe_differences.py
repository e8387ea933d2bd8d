"""In what the recipes of several pictures differ, as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gallery import recipes
from gallery.models import Artwork


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that recipes say: its name, and what each picture's has; empty where nothing."""

    label: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


def rows(artworks: Sequence[Artwork]) -> list[Row]:
    """All that any of the recipes says, in reading order."""
    told = [_lines(artwork) for artwork in artworks]
    labels = list(dict.fromkeys(label for lines in told for label in lines))
    return [Row(label, tuple(lines.get(label, "") for lines in told)) for label in labels]


def _lines(artwork: Artwork) -> dict[str, str]:
    recipe = artwork.recipe
    lines = dict(recipes.recipe_lines(recipe, (artwork.width, artwork.height)))
    if recipe.get("params"):
        lines.setdefault(_("Brush size"), "1 ×")  # usual, and so not among the lines
    shares = recipes.style_shares(recipe, {})
    if len(shares) > 1:
        lines[_("Parts of the styles")] = ", ".join(f"{share.percent} %" for share in shares)
    lines |= dict(recipes.mask_lines(recipe))
    return lines | dict(recipes.loss_lines(recipe)) | dict(recipes.version_lines(recipe))
