"""A time-lapse as a film (MP4) or an animated picture (WebP), made when somebody asks for it.

Bounded in side, seconds and bytes, so that it is made within the request; and so that nobody keeps
the processor busy with it, one at a time for each person, and for each process of the site.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from django.core.cache import cache
from django.utils.translation import gettext as _
from PIL import Image

from accounts.limits import counted
from accounts.models import User
from gallery import slow_work, time_lapses
from gallery.busy import BusyError
from gallery.file_names import safe_name
from gallery.frames import Frame, thinned
from gallery.models import TimeLapse

KINDS = ("mp4", "webp")
SECONDS = (4, 8, 16)
HOLD_S = 1.5
"""The finished picture is held so long, and the photo at the beginning, where it is wanted."""

MOST_SIDE_PX = {"mp4": 960, "webp": 640}
MOST_WEBP_FRAMES = 60
"""All are in memory while it is made: 75 MB, where a film needs one frame at a time."""
FRAMES_PER_S = 25
WEBP_QUALITY = 60

# Frames are repeated, which costs next to nothing; brush strokes in motion need about 2 Mbit/s.
# What is beyond 6 is coarsened, so 19 seconds are 14 MB at most.
X264 = {"preset": "veryfast", "crf": "22", "maxrate": "6M", "bufsize": "6M"}
BT709 = 1  # of ITU-T H.273: matrix, primaries and transfer alike

MOST_A_MINUTE = 6
LONGEST_S = 60
PATIENCE_S = 10

_one_at_a_time = threading.BoundedSemaphore(1)


@dataclass(frozen=True, slots=True)
class Wish:
    """What kind of animation, how long without the picture that is held, beginning with the
    photo or not."""

    kind: str = "mp4"
    seconds: int = 8
    photo: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture, and how long it is shown."""

    image: Image.Image
    seconds: float


def animate(time_lapse: TimeLapse, wish: Wish, user: User) -> IO[bytes]:
    """The animation as an open file, which is gone when it is closed.

    Raises BusyError where ``user`` has had enough for now, and Http404 where the frames are gone.
    """
    with _in_turn(user):
        frames = time_lapses.read_frames(time_lapse)
        photo = _photo_of(time_lapse) if wish.photo else None
        size = _size(time_lapse, MOST_SIDE_PX[wish.kind])
        if wish.kind == "webp":
            return _webp(_shots(thinned(frames, MOST_WEBP_FRAMES), size, photo, wish.seconds))
        return _mp4(_shots(frames, size, photo, wish.seconds), size)


def file_name(title: str, kind: str) -> str:
    """The title of the artwork as a file name that every system takes."""
    return f"{safe_name(title)}.{kind}"


def _shots(
    frames: Sequence[Frame], size: tuple[int, int], photo: Image.Image | None, seconds: int
) -> Iterator[Shot]:
    """All in one size, which is that of the last frame."""
    if photo is not None:
        yield Shot(photo.resize(size, Image.Resampling.LANCZOS), HOLD_S)
    each_s = seconds / len(frames)
    for number, frame in enumerate(frames, start=1):
        image = frame.image()
        if image.size != size:
            image = image.resize(size, Image.Resampling.BICUBIC)
        yield Shot(image, each_s + (HOLD_S if number == len(frames) else 0))


def _mp4(shots: Iterator[Shot], size: tuple[int, int]) -> IO[bytes]:
    import av  # only here: FFmpeg's libraries are 100 MB, and most processes never need them

    # What is known in the end is moved to the beginning, so that it plays while it loads. FFmpeg
    # opens it once more by name for that; it has none that would stay if this process were killed.
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the caller's
    path = f"/proc/self/fd/{file.fileno()}"
    try:
        with av.open(path, "w", format="mp4", options={"movflags": "+faststart"}) as film:
            stream = film.add_stream("libx264", rate=FRAMES_PER_S, options=X264)
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            context = stream.codec_context
            context.thread_count = 2
            context.colorspace = context.color_primaries = context.color_trc = BT709
            shown, until_s = 0, 0.0
            for shot in shots:
                until_s += shot.seconds
                frame = av.VideoFrame.from_image(shot.image).reformat(  # type: ignore[no-untyped-call]
                    format="yuv420p", dst_colorspace="ITU709"
                )
                while shown < round(until_s * FRAMES_PER_S):
                    frame.pts = shown
                    film.mux(stream.encode(frame))
                    shown += 1
            film.mux(stream.encode())
    except BaseException:
        file.close()
        raise
    return file


def _webp(shots: Iterator[Shot]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the caller's
    pictures: list[Image.Image] = []
    durations_ms: list[int] = []
    for shot in shots:
        pictures.append(shot.image)
        durations_ms.append(round(shot.seconds * 1000))
    pictures[0].save(
        file,
        "WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=durations_ms,
        loop=0,
        quality=WEBP_QUALITY,
        method=0,
    )
    file.seek(0)
    return file


def _size(time_lapse: TimeLapse, most_px: int) -> tuple[int, int]:
    """That of the last frame within `most_px`; even, as H.264 wants it."""
    scale = min(1.0, most_px / max(time_lapse.width, time_lapse.height))
    width, height = (round(side * scale) for side in (time_lapse.width, time_lapse.height))
    return max(2, width - width % 2), max(2, height - height % 2)


def _photo_of(time_lapse: TimeLapse) -> Image.Image | None:
    """None where its file is gone: the animation is as good without."""
    try:
        return time_lapse.artwork.opened_before()
    except FileNotFoundError:
        return None


@contextmanager
def _in_turn(user: User) -> Iterator[None]:
    """One at a time, and not too many a minute. The cache is shared by all processes."""
    busy = f"animation-{user.pk}"
    if not cache.add(busy, 1, timeout=LONGEST_S):
        raise BusyError(
            _("An animation of yours is being made. Please try again in a moment."), PATIENCE_S
        )
    try:
        _count(user)
        slow_work.room.enter(long=True)
        if not _one_at_a_time.acquire(timeout=PATIENCE_S):
            raise BusyError(
                _("Many animations are being made right now. Please try again in a moment."),
                PATIENCE_S,
            )
        try:
            yield
        finally:
            _one_at_a_time.release()
    finally:
        cache.delete(busy)


def _count(user: User) -> None:
    minute, second = divmod(int(time.time()), 60)
    if counted(f"animations-{user.pk}-{minute}") > MOST_A_MINUTE:
        raise BusyError(
            _("You have had %(count)d animations within a minute. Please wait a little.")
            % {"count": MOST_A_MINUTE},
            60 - second,
        )
