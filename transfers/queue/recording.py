"""Takes the frames of a time-lapse while a transfer is painted.

Nothing here may cost the picture: an error leaves a frame out, and where frames take more than
their share of the time, fewer are taken. What was taken is stored beside each checkpoint, so that
whoever goes on from there has it.
"""

from __future__ import annotations

import functools
import logging
from time import monotonic, thread_time
from typing import Protocol

from django.conf import settings
from PIL import Image

from engine.pyramid import Plan
from gallery import time_lapses
from gallery.files import FilesUnavailableError
from gallery.frames import DamagedFramesError, Frame, pack, take, thinned, unpack
from gallery.models import Artwork, TimeLapse
from transfers.models import Transfer
from transfers.queue import checkpoints

logger = logging.getLogger(__name__)

# Of the time since painting began; what a short run may take all the same is far less than a step.
MOST_SHARE = 0.01
ALLOWED_S = 0.25

LEAST_OF_A_LEVEL = 3
"""Frames of a level of the pyramid, however few of a long run's steps it has."""


class Painted(Protocol):
    """What of an `engine.stylize.Step` a frame is taken from."""

    @property
    def index(self) -> int: ...
    @property
    def level(self) -> int: ...
    @property
    def plan(self) -> Plan: ...
    def preview(self, max_side_px: int) -> Image.Image: ...


def begin(transfer: Transfer) -> Recording | None:
    """The recording of `transfer`, with the frames of its earlier attempts, or of the picture that
    it goes on from; None where none is wanted.

    May raise what says that the database or the files are away.
    """
    if not (settings.TIMELAPSE and transfer.keeps_time_lapse):
        return None
    try:
        kept = checkpoints.read_frames(transfer)
        if kept is not None:
            return Recording(*unpack(kept))
        if transfer.continues is not None:
            return Recording(*_of_earlier(transfer.continues))
    except FilesUnavailableError:
        raise  # they are there, and come back: to begin anew would overwrite them
    except (OSError, DamagedFramesError):
        logger.warning("transfer %s: its frames cannot be read", transfer.pk, exc_info=True)
    return Recording()


def _of_earlier(artwork: Artwork) -> tuple[list[Frame], int]:
    """The frames of the picture that is gone on from take at most half of the room."""
    earlier = TimeLapse.objects.filter(pk=artwork.pk).first()
    if earlier is None:
        return [], 0
    with earlier.file.open("rb") as file:
        frames, _steps_before = unpack(file.read())
    return thinned(frames, max(2, settings.TIMELAPSE_FRAMES // 2)), earlier.steps


class Recording:
    """The frames of one transfer so far.

    steps_before: of the pictures that it goes on from. Frames count their steps from the beginning
    of the first of those.
    """

    def __init__(self, frames: list[Frame] | None = None, steps_before: int = 0) -> None:
        self.frames = frames or []
        self.steps_before = steps_before
        self.most = settings.TIMELAPSE_FRAMES
        self._room = max(2, self.most - sum(f.step <= steps_before for f in self.frames))
        self._began_at, self._spent_s = monotonic(), 0.0
        self._stored: list[Frame] = list(self.frames)

    def saw(self, step: Painted) -> None:
        """Take a frame of `step` if it is one of those to be kept."""
        self._forget_from(step)
        if step.index == 1 or (self._in_time() and _is_wanted(step, self._room)):
            self._take(step)

    def finish(self, step: Painted) -> list[Frame]:
        """All frames, `step` being the last one."""
        self._forget_from(step)
        self._take(step)
        return self.frames

    def unstored(self) -> bytes | None:
        """The frames as a file, unless they are what `stored` was told last."""
        if not self.frames or self.frames == self._stored:
            return None
        data, _places = pack(self.frames, self.steps_before)
        return data

    def stored(self) -> None:
        self._stored = list(self.frames)

    def _in_time(self) -> bool:
        return self._spent_s <= ALLOWED_S + MOST_SHARE * (monotonic() - self._began_at)

    def _forget_from(self, step: Painted) -> None:
        """A run that goes on from a checkpoint does some steps again, or all of them."""
        number = self.steps_before + step.index
        while self.frames and self.frames[-1].step >= number:
            del self.frames[-1]

    def _take(self, step: Painted) -> None:
        # Its own time on the processor: what others do there meanwhile is no reason to take fewer.
        began = thread_time()
        try:
            picture = step.preview(settings.TIMELAPSE_SIDE_PX).convert("RGB")
            number = self.steps_before + step.index
            self.frames.append(take(picture, number, settings.TIMELAPSE_QUALITY))
            self.frames = thinned(self.frames, self.most)
        except Exception:
            logger.warning("the frame of step %d is left out", step.index, exc_info=True)
        self._spent_s += thread_time() - began


def frame(artwork: Artwork, recording: Recording | None, step: Painted) -> TimeLapse | None:
    """The time-lapse to be hung with `artwork`; None where there is none, or no room for it."""
    if recording is None:
        return None
    frames = recording.finish(step)
    if not frames:
        return None
    try:
        return time_lapses.frame_time_lapse(artwork, frames)
    except Exception:
        logger.warning("artwork %s: without its time-lapse", artwork.pk, exc_info=True)
        return None


def _is_wanted(step: Painted, most: int) -> bool:
    """Whether `step` is one of about `most` that tell the run.

    Each level of the pyramid has frames for its share of the steps; see `chosen`.
    """
    counts = [level.steps for level in step.plan.levels]
    total = sum(counts)
    if total <= most:
        return True
    done = sum(counts[: step.level - 1])
    of_level = counts[min(step.level, len(counts)) - 1]
    share = max(LEAST_OF_A_LEVEL, most * of_level // total)
    return step.index - done in chosen(of_level, share)


@functools.lru_cache(maxsize=64)
def chosen(steps: int, count: int) -> frozenset[int]:
    """About `count` of the steps 1 to `steps`, the first and the last among them.

    Their distances grow evenly from one step on: when a level begins its picture changes most.
    """
    last, picked = 0, []
    for number in range(min(count, steps)):
        curve = 1 + (steps - 1) * (number / max(1, count - 1)) ** 2
        last = max(last + 1, round(curve))
        picked.append(last)
    return frozenset(picked)
