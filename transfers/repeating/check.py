"""Whether a repetition is the picture that its recipe promised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Q
from django.utils.translation import gettext as _
from PIL import Image

from gallery.likeness import MOST_TO_THE_EYE, mean_difference
from gallery.models import Artwork
from gallery.recipe_files import RecipeFile
from gallery.sending import take_place
from transfers.repeating.models import BroughtRecipe

IDENTICAL, SAME_TO_THE_EYE, DIFFERS, UNKNOWN = OUTCOMES = (
    "identical",
    "same_to_the_eye",
    "differs",
    "unknown",
)

KEPT_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Check:
    """outcome: one of OUTCOMES. mean_difference: of 255; None where there was nothing to compare
    with. reasons: sentences on what may have made the difference."""

    outcome: str
    mean_difference: float | None
    reasons: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        mean = {"mean": f"{self.mean_difference or 0:.1f}"}
        if self.outcome == IDENTICAL:
            return _("The same picture: identical.")
        if self.outcome == SAME_TO_THE_EYE:
            return _("The same to the eye (mean difference %(mean)s of 255).") % mean
        if self.mean_difference is not None:
            return _("It differs (mean difference %(mean)s of 255).") % mean
        if self.outcome == DIFFERS:
            return _("It differs: the proportions are others.")
        return _(
            "It is not identical. How much it differs cannot be told: the recipe came without its "
            "picture."
        )


def check(brought: BroughtRecipe, artwork: Artwork) -> Check:
    """Hold ``artwork`` against what ``brought`` says came out. Neither changes any more, so the
    answer is kept for a while. Raises BusyError where others are first."""
    key = f"recipe-check-{brought.pk}-{artwork.pk}"
    found: Check | None = cache.get(key)
    if found is None:
        found = _checked(brought, artwork)
        cache.set(key, found, KEPT_S)
    return found


def _checked(brought: BroughtRecipe, artwork: Artwork) -> Check:
    recipe = brought.file
    promised = recipe.result
    pixels = artwork.known_pixels_sha256()
    if artwork.sha256 == promised.sha256 or (pixels and pixels == promised.pixels_sha256):
        return Check(IDENTICAL, 0.0)
    reasons = tuple(_reasons(brought, recipe, artwork))
    take_place(long=False)
    reference = _reference(brought, recipe)
    if reference is None:
        return Check(UNKNOWN, None, reasons)
    mean = mean_difference(reference, artwork.opened())
    if mean is None:
        return Check(DIFFERS, None, reasons)
    if mean == 0 and reference.size == (artwork.width, artwork.height):
        return Check(IDENTICAL, 0.0)
    return Check(SAME_TO_THE_EYE if mean <= MOST_TO_THE_EYE else DIFFERS, mean, reasons)


def _reference(brought: BroughtRecipe, recipe: RecipeFile) -> Image.Image | None:
    """The picture that carried the recipe, or one's own that it was written for."""
    try:
        if brought.original:
            return brought.opened()
        same = Q(sha256=recipe.result.sha256)
        if recipe.result.pixels_sha256:
            same |= Q(pixels_sha256=recipe.result.pixels_sha256)
        own = Artwork.objects.filter(same, owner=brought.owner).first()
        return None if own is None else own.opened()
    except FileNotFoundError:
        return None


def _reasons(brought: BroughtRecipe, recipe: RecipeFile, artwork: Artwork) -> Iterator[str]:
    if any(not choice["same"] for choice in brought.chosen.values()):
        yield _("Another photo or style was used than the recipe names.")
    steps = {"then": recipe.result.steps, "now": artwork.recipe.get("steps") or 0}
    if steps["then"] != steps["now"]:
        yield _("It was painted in %(then)d steps then, in %(now)d now.") % steps
    yield from _other_machines(recipe.made_with, artwork.recipe.get("versions") or {})
    if brought.picture_format in {"jpeg", "webp"}:
        yield _("The picture that it is compared with is a JPEG or WebP, which is never exact.")
    if brought.original and (brought.width, brought.height) != (artwork.width, artwork.height):
        yield _("The picture that it is compared with has another size.")


def _other_machines(then: Any, now: Any) -> Iterator[str]:
    """What differs between the machines, each with what it was and is."""
    named = {
        "engine": _("The engine has another version: %(then)s then, %(now)s now."),
        "torch": _("PyTorch has another version: %(then)s then, %(now)s now."),
        "pillow": _("Pillow has another version: %(then)s then, %(now)s now."),
        "weights_sha256": _("The network has other weights."),
        "threads": _("It was painted with %(then)s threads then, with %(now)s now."),
        "processor": _("The processor is another one: %(then)s then, %(now)s now."),
    }
    for name, sentence in named.items():
        before, after = then.get(name), now.get(name)
        if before and after and before != after:
            yield sentence % {"then": before, "now": after}
