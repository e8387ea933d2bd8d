"""What an artwork's recipe says, in words for its owner. Nothing here touches the database.

A recipe is JSON that the runner wrote, perhaps long ago: every entry may be missing, and a missing
one is left out rather than guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST_S = 10**7
"""Beyond four months of painting, a recipe is not to be believed."""


def style_names(recipe: dict[str, Any]) -> str:
    """The styles of a recipe as one phrase: "Swirls + Tiles"."""
    return " + ".join(style["title"] for style in _styles(recipe))


def credits_line(recipe: dict[str, Any]) -> str:
    """The same with their artists: "Swirls by Ada + Tiles"."""
    with_artist = _("%(title)s by %(artist)s")
    return " + ".join(
        with_artist % style if style.get("artist") else style["title"] for style in _styles(recipe)
    )


def alt_text(title: str, recipe: dict[str, Any]) -> str:
    """Title, style, of what photo: what a listener needs to tell this picture from the next."""
    photo = (recipe.get("content") or {}).get("title", "")
    words = {"title": title, "style": style_names(recipe), "photo": photo}
    if words["style"] and photo:
        return _("%(title)s: the photo “%(photo)s” painted in %(style)s") % words
    if words["style"]:
        return _("%(title)s, painted in %(style)s") % words
    return title


def painting_s(recipe: dict[str, Any]) -> float:
    """Seconds of painting; 0 where the recipe does not say, or says what cannot be."""
    said = recipe.get("seconds")
    if isinstance(said, bool) or not isinstance(said, int | float):
        return 0.0
    return float(said) if 0 <= said < MOST_S else 0.0


def duration(seconds: float) -> str:
    """Seconds as one would say them: "41 seconds", "2 min 5 s", "1 h 12 min"."""
    whole = max(1, round(seconds))
    if whole < 60:
        return ngettext("%(count)d second", "%(count)d seconds", whole) % {"count": whole}
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}
    hours, minutes = divmod(minutes, 60)
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def recipe_lines(recipe: dict[str, Any], size_px: tuple[int, int]) -> list[tuple[str, str]]:
    """The recipe of a picture of this size as (label, value) pairs, in reading order."""
    lines = [
        (_("Style"), credits_line(recipe)),
        (_("Photo"), (recipe.get("content") or {}).get("title", "")),
        *setting_lines(recipe.get("params") or {}),
        (_("Size"), f"{size_px[0]} × {size_px[1]} px"),
        (_("Steps"), _steps(recipe)),
        (_("Time taken"), duration(recipe["seconds"]) if recipe.get("seconds") else ""),
    ]
    seed = recipe.get("seed", (recipe.get("params") or {}).get("seed"))
    if seed is not None:
        lines.append((_("Seed"), str(seed)))
    return [(label, value) for label, value in lines if value]


def _steps(recipe: dict[str, Any]) -> str:
    steps, planned = recipe.get("steps") or 0, recipe.get("planned_steps") or 0
    if steps < planned:
        return _("%(steps)d of %(planned)d, stopped by you") % {"steps": steps, "planned": planned}
    return str(steps or "")


def _styles(recipe: dict[str, Any]) -> list[dict[str, Any]]:
    return [style for style in recipe.get("styles") or [] if style.get("title")]


def setting_lines(params: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What was chosen, and of the rest only what differs from the usual."""
    if (strength := params.get("style_strength")) is not None:
        yield _("Style strength"), _("%(strength)g of 100") % {"strength": strength}
    if (scale := params.get("style_scale")) not in (None, 1):
        yield _("Brush size"), f"{scale:g} ×"
    if kept := {
        "luminance": _("the photo’s own, painted in brightness"),
        "histogram": _("the photo’s own, by histogram"),
        "covariance": _("the photo’s own, by covariance"),
    }.get(params.get("keep_colors", "off")):
        yield _("Colours"), kept
    if params.get("objective") == "classic":
        yield _("Method"), _("classic")
