"""What the small pictures beside the controls show: the same picture at several values of one.

They are static files (`transfers/img/controls/NAME.webp`), cut by `tests.benchmarks.control_help`
from the rows that the engine painted for docs/engine.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise

WIDTH, HEIGHT, GAP = 640, 150, 8
"""Of a strip, in its own pixels; it is shown at half of them."""


@dataclass(frozen=True, slots=True)
class HelpPicture:
    """row: docs/images/control-ROW.jpg. cells: those of it that are shown, and what each is."""

    row: str
    cells: tuple[int, ...]
    captions: tuple[Words, ...]

    @property
    def width(self) -> int:
        """Of the file: as many pixels as the cells share out evenly."""
        count = len(self.cells)
        return (WIDTH - GAP * (count - 1)) // count * count + GAP * (count - 1)

    @property
    def height(self) -> int:
        return HEIGHT


PICTURES: dict[str, HelpPicture] = {
    "style_strength": HelpPicture("strength", (1, 3, 5), ("30", "70", "100")),
    "style_scale": HelpPicture("style-scale", (0, 1, 2), ("0.5 ×", "1 ×", "2 ×")),
    "keep_colors": HelpPicture(
        "keep-colors",
        (0, 1, 2, 3),
        (_("the style’s"), _("light and dark"), _("shade by shade"), _("as a whole")),
    ),
    "tv_weight": HelpPicture("smoothness", (0, 1, 2, 3), ("0", "1", "20", "100")),
    "initial": HelpPicture(
        "initial", (0, 1, 2), (_("the style’s colours"), _("the photo"), _("noise"))
    ),
    "steps": HelpPicture("steps", (0, 1, 2), ("5", "13", "100")),
    "seed": HelpPicture("seed", (0, 1, 2), ("0", "1", "2")),
    "objective": HelpPicture("objective", (0, 1), (_("Balanced"), _("Classic"))),
    "optimizer": HelpPicture("steps", (1, 3), ("L-BFGS", "Adam")),
    "pooling": HelpPicture("pooling", (0, 1), (_("average"), _("maximum"))),
    "style_layers": HelpPicture(
        "style-layers", (0, 1, 2, 3), (_("usual"), _("early"), _("middle"), _("late"))
    ),
    "content_layers": HelpPicture("content-layers", (0, 1, 2), (_("usual"), _("early"), _("late"))),
}
"""By the name of the control."""
