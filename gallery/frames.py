"""Frames of a time-lapse: small WebP pictures of a painting's steps, packed into one file.

The file is a zip without compression, so that any program opens it and any frame can be cut out of
it by its place alone. Which steps are kept is decided where they are painted; here is only what a
frame is, how many there may be, and how they are packed.
"""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

# The quickest of WebP's methods: an eighth more bytes than its usual one, for a quarter of the
# time, which is taken from painting.
METHOD = 0

_NAME = re.compile(r"step-(\d{1,9})-(\d{1,5})x(\d{1,5})\.webp")
_LOCAL_HEADER_BYTES = 30
"""Of a zip's entry, before its name; ours have no extra field."""

_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(ValueError, KeyError, TypeError),
    RuntimeError,  # of an entry that says that it is encrypted, or compressed in an odd way
)
"""What `zipfile` raises for one broken file or another."""


class DamagedFramesError(ValueError):
    """The file does not hold frames."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture after `step` steps, as WebP, in the size in which it was painted or smaller."""

    step: int
    width: int
    height: int
    data: bytes

    @property
    def name(self) -> str:
        return f"step-{self.step:06d}-{self.width}x{self.height}.webp"

    def image(self) -> Image.Image:
        with Image.open(io.BytesIO(self.data), formats=["WEBP"]) as image:
            return image.convert("RGB")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a frame lies in its file, in bytes."""

    step: int
    width: int
    height: int
    start: int
    length: int


def take(image: Image.Image, step: int, quality: int) -> Frame:
    """A frame of `image` (RGB), which is no larger than a frame should be."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=METHOD)
    return Frame(step, image.width, image.height, buffer.getvalue())


def thinned(frames: Sequence[Frame], most: int) -> list[Frame]:
    """At most `most` (2 or more) of `frames`, in order, always with the first and the last.

    Those go first that are close to their neighbours for how late they come: early on a painting
    changes more.
    """
    kept = list(frames)
    while len(kept) > most:
        gaps = [
            (kept[at + 1].step - kept[at - 1].step) / max(1, kept[at].step)
            for at in range(1, len(kept) - 1)
        ]
        del kept[1 + gaps.index(min(gaps))]
    return kept


def pack(frames: Sequence[Frame], steps_before: int = 0) -> tuple[bytes, list[Place]]:
    """`frames` as a file, and the place of each in it.

    steps_before: of the pictures that this one goes on from; kept along for `unpack`. The same
    frames give the same bytes.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:
        file.comment = json.dumps({"steps_before": steps_before}).encode()
        for frame in frames:
            file.writestr(zipfile.ZipInfo(frame.name), frame.data)
        places = [
            Place(
                frame.step,
                frame.width,
                frame.height,
                entry.header_offset + _LOCAL_HEADER_BYTES + len(entry.filename),
                entry.file_size,
            )
            for frame, entry in zip(frames, file.infolist(), strict=True)
        ]
    return buffer.getvalue(), places


def unpack(data: bytes) -> tuple[list[Frame], int]:
    """What was packed: the frames in their order, and `steps_before`.

    Raises DamagedFramesError where that cannot be read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            frames = [_frame(entry.filename, file.read(entry)) for entry in file.infolist()]
            steps_before = int(json.loads(file.comment)["steps_before"])
    except _DAMAGE as error:
        raise DamagedFramesError("This file does not hold the frames of a time-lapse.") from error
    return frames, steps_before


def _frame(name: str, data: bytes) -> Frame:
    said = _NAME.fullmatch(name)
    if said is None:
        raise DamagedFramesError(name)
    step, width, height = map(int, said.groups())
    return Frame(step, width, height, data)
