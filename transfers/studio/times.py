"""What each quality means for what is chosen: its size, and how long painting takes."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from engine.errors import EngineError
from engine.pyramid import plan
from gallery.models import Style
from transfers import longest
from transfers.durations import spoken
from transfers.forms import DEFAULT_QUALITY
from transfers.models import ContentImage
from transfers.queue import estimates, forecast
from transfers.studio.controls import OWN_SIZE
from transfers.studio.form import StudioForm

USUAL_PHOTO_PX = (1600, 1200)
"""Proportions to estimate with while there is no photo yet."""


def qualities(
    user: User, form: StudioForm, photo: ContentImage | None, lead: Style | None
) -> list[dict[str, Any]]:
    """Every quality with its words; for what the form holds so far, whether or not it was sent.

    One that would take too long says so already.
    """
    field = form.fields["quality"]
    chosen = form["quality"].value() or DEFAULT_QUALITY
    names = [name for name, _label in field.choices]  # type: ignore[attr-defined]
    works = {name: _work(form, photo, lead, form.side_px(name)) for name in names}
    times = _times(user, {name: work for name, work in works.items() if work is not None})
    return [
        {
            "name": name,
            "label": label,
            "size_px": form.side_px(name),
            "is_own": name == OWN_SIZE,
            "checked": name == chosen,
            **times.get(name, {}),
        }
        for name, label in field.choices  # type: ignore[attr-defined]
    ]


def _work(
    form: StudioForm, photo: ContentImage | None, lead: Style | None, size_px: int | None
) -> int | None:
    """Pixel steps of painting it; None where there is no size, or nobody can tell."""
    if size_px is None:
        return None
    width, height = (photo.width, photo.height) if photo else USUAL_PHOTO_PX
    try:
        return plan(width, height, form.params(lead, size_px)).pixel_steps
    except EngineError:
        return None


def _times(user: User, works: dict[str, int]) -> dict[str, dict[str, str]]:
    """How long painting takes, and where others come first also when the picture will be ready; or
    why it takes too long."""
    speed = estimates.current_speed()
    times = {name: {"too_long": longest.refusal(work, speed)} for name, work in works.items()}
    if speed is None:
        return times
    turns = forecast.turns_of_others(user, list(works.values()))
    for (name, work), turn in zip(works.items(), turns, strict=True):
        times[name]["time"] = spoken(estimates.work_s(work, speed))
        if times[name]["too_long"]:
            continue
        if turn is not None and turn.starts_in_s and turn.ready_in_s is not None:
            times[name]["later" if turn.or_later else "ready"] = spoken(turn.ready_in_s)
    return times
