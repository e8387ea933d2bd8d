"""What an artwork's recipe says, in words for its owner. Nothing here touches the database.

A recipe is JSON that the runner wrote, perhaps long ago: every entry may be missing, and a missing
one is left out rather than guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


def fact_lines(recipe: dict[str, Any], size_px: tuple[int, int]) -> list[tuple[str, str]]:
    """Size, steps, time and seed: what the settings led to."""
    told = {_("Style"), _("Photo")} | {label for label, _value in _settings(recipe)}
    return [line for line in recipe_lines(recipe, size_px) if line[0] not in told]


def _settings(recipe: dict[str, Any]) -> list[tuple[str, str]]:
    return list(setting_lines(recipe.get("params") or {}))


def mask_hashes(recipe: dict[str, Any]) -> set[str]:
    """The SHA-256 of every mask that a recipe names."""
    said = [recipe.get("protect"), *(style.get("mask") for style in recipe.get("styles") or [])]
    return {str(mask["sha256"]) for mask in said if mask and mask.get("sha256")}


def mask_lines(recipe: dict[str, Any]) -> list[tuple[str, str]]:
    """Where each style painted and where the photo was kept, as far as a line can say that."""
    told = _("%(percent)d %% (mask %(mask)s)")

    def said(mask: dict[str, Any]) -> str:
        return told % {"percent": mask.get("percent") or 0, "mask": str(mask.get("sha256"))[:6]}

    painted = [
        f"{style['title']}: {said(style['mask'])}" for style in _styles(recipe) if style.get("mask")
    ]
    lines = [(_("Where styles paint"), ", ".join(painted))]
    if protect := recipe.get("protect"):
        lines.append((_("Photo kept"), said(protect)))
    return [(label, value) for label, value in lines if value]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something of a recipe is: title says what, mask is the row of its mask."""

    title: str
    mask: Any


def places(recipe: dict[str, Any], masks: Mapping[str, Any]) -> list[Place]:
    """Where each style painted, and where the photo was kept; ``masks`` by their SHA-256."""
    said = [(style["title"], style.get("mask")) for style in _styles(recipe)]
    said.append((_("The photo, kept"), recipe.get("protect")))
    found = [(title, masks.get(str((mask or {}).get("sha256")))) for title, mask in said]
    return [Place(title, mask) for title, mask in found if mask is not None]


@dataclass(frozen=True, slots=True)
class StyleShare:
    """A style of a recipe. style: its row, while it is there. percent: its part of all styles."""

    title: str
    artist: str
    percent: int
    style: Any


def style_shares(recipe: dict[str, Any], here: Mapping[str, Any]) -> list[StyleShare]:
    """The styles of a recipe with their parts; ``here`` are those that are still there, by id."""
    said = _styles(recipe)
    weights = [float(style.get("weight") or 1.0) for style in said]
    return [
        StyleShare(
            title=style["title"],
            artist=style.get("artist") or "",
            percent=round(100 * weight / sum(weights)),
            style=here.get(str(style.get("style_id"))),
        )
        for style, weight in zip(said, weights, strict=True)
    ]


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
    for name, label, words in _choices():
        if said := words.get(params.get(name)):
            yield label, said
    for name, label in _numbers():
        if (value := params.get(name)) is not None:
            yield label, f"{value:g}"
    for name, label in (
        ("content_layers", _("Layers for the photo")),
        ("style_layers", _("Layers for the style")),
    ):
        if layers := params.get(name):
            yield label, ", ".join(f"{layer} × {weight:g}" for layer, weight in layers.items())


def _choices() -> list[tuple[str, str, dict[Any, str]]]:
    """Settings that are one of several words; a word that is not here is the usual one."""
    return [
        (
            "keep_colors",
            _("Colours"),
            {
                "luminance": _("the photo’s own, painted in brightness"),
                "histogram": _("the photo’s own, by histogram"),
                "covariance": _("the photo’s own, by covariance"),
            },
        ),
        ("objective", _("Method"), {"classic": _("classic")}),
        (
            "initial",
            _("Begun from"),
            {
                "content": _("the photo"),
                "noise": _("noise"),
                "style": _("the photo in the style’s colours"),
                "earlier": _("an earlier picture"),
            },
        ),
        ("optimizer", _("Optimiser"), {"lbfgs": "L-BFGS", "adam": "Adam"}),
        ("pooling", _("Pooling"), {"average": _("by average"), "max": _("by maximum")}),
        ("stop", _("Painted until"), {"settled": _("nothing changed any more")}),
        ("outside_masks", _("Outside the masks"), {"photo": _("the photo stays")}),
    ]


def _numbers() -> list[tuple[str, str]]:
    return [("learning_rate", _("Learning rate")), ("tv_weight", _("Smoothing"))]


def loss_lines(recipe: dict[str, Any]) -> list[tuple[str, str]]:
    """How far the picture was from photo and style in the end, as the engine measures it."""
    losses = recipe.get("losses") or {}
    named = [
        (_("Distance from the photo"), losses.get("content")),
        (_("Distance from the style"), losses.get("style")),
        (_("Roughness"), losses.get("tv")),
        (_("All together"), losses.get("total")),
    ]
    return [(label, f"{value:.4g}") for label, value in named if value is not None]


def version_lines(recipe: dict[str, Any]) -> list[tuple[str, str]]:
    """What painted it: programs, weights and machine."""
    versions = recipe.get("versions") or {}
    named = [
        (_("Engine"), versions.get("engine")),
        ("PyTorch", versions.get("torch")),
        ("Pillow", versions.get("pillow")),
        (_("Weights of the network"), versions.get("weights")),
        (_("Threads"), versions.get("threads")),
        (_("Processor"), versions.get("processor")),
    ]
    return [(label, str(value)) for label, value in named if value]


def hash_lines(recipe: dict[str, Any], sha256: str, pixels_sha256: str) -> list[tuple[str, str]]:
    """What tells whether two pictures are the same, of the inputs and of the result."""
    content = recipe.get("content") or {}
    named = [(_("Photo"), content.get("sha256")), (_("Pixels of the photo"), _pixels(content))]
    for style in recipe.get("styles") or []:
        title = {"title": style.get("title") or _("Style")}
        named.append((title["title"], style.get("sha256")))
        named.append((_("Pixels of %(title)s") % title, _pixels(style)))
        named.append((_("Mask of %(title)s") % title, (style.get("mask") or {}).get("sha256")))
    named.append((_("Where the photo was kept"), (recipe.get("protect") or {}).get("sha256")))
    named.append((_("Weights of the network"), _weights(recipe)))
    named.append((_("This picture"), sha256))
    named.append((_("Pixels of this picture"), pixels_sha256))
    return [(label, value) for label, value in named if value]


def _pixels(said: dict[str, Any]) -> str:
    return str(said.get("pixels_sha256") or "")


def _weights(recipe: dict[str, Any]) -> str:
    return str((recipe.get("versions") or {}).get("weights_sha256") or "")
