"""Time-lapses drawn by code, for artworks of tests, and what their pages answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from PIL import Image

from gallery.frames import Frame, take
from gallery.models import Artwork, TimeLapse
from gallery.time_lapses import frame_time_lapse


def frames_of(steps: Iterable[int], size: tuple[int, int] = (96, 64)) -> list[Frame]:
    """A frame of one grey for each step: ten more of 255 with each."""
    return [take(Image.new("RGB", size, (step * 10 % 250,) * 3), step, 80) for step in steps]


def add_time_lapse(artwork: Artwork, steps: Iterable[int] = range(1, 14)) -> TimeLapse:
    """The first third of its frames is half as large, as those of a coarser level are."""
    whole = frames_of(steps)
    coarse = len(whole) // 3
    small = frames_of([frame.step for frame in whole[:coarse]], (48, 32))
    time_lapse = frame_time_lapse(artwork, [*small, *whole[coarse:]])
    time_lapse.save(force_insert=True)
    return time_lapse


def at(time_lapse: TimeLapse, name: str, *more: object) -> str:
    return reverse(f"gallery:{name}", args=[time_lapse.pk, *more])


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def said(response: Any) -> str:
    [message] = response.context["messages"]
    return str(message)
