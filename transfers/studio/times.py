"""What each quality means for what is chosen: its size, and how long painting takes."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from engine.errors import EngineError
from engine.pyramid import plan
from gallery.models import Style
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
    """Every quality with its words; for what the form holds so far, whether or not it was sent."""
    field = form.fields["quality"]
    chosen = form["quality"].value() or DEFAULT_QUALITY
    return [
        {
            "name": name,
            "label": label,
            "size_px": form.side_px(name),
            "is_own": name == OWN_SIZE,
            "checked": name == chosen,
            **_times(user, form, photo, lead, form.side_px(name)),
        }
        for name, label in field.choices  # type: ignore[attr-defined]
    ]


def _times(
    user: User,
    form: StudioForm,
    photo: ContentImage | None,
    lead: Style | None,
    size_px: int | None,
) -> dict[str, str]:
    """How long painting takes, and where others come first also when the picture will be ready."""
    if size_px is None:
        return {}
    width, height = (photo.width, photo.height) if photo else USUAL_PHOTO_PX
    try:
        params = form.params(lead, size_px)
        seconds = estimates.seconds_for(width, height, params)
        pixel_steps = plan(width, height, params).pixel_steps
    except EngineError:
        return {}
    if seconds is None:
        return {}
    turn = forecast.turn_of_another(user, pixel_steps)
    if turn is None or not turn.starts_in_s or turn.ready_in_s is None:
        return {"time": spoken(seconds)}
    return {"time": spoken(seconds), "ready": spoken(turn.ready_in_s)}
