"""What a site and its decoder say to each other: fixed heads, then as many bytes as they announce.

The decoder's end may have been taken over by the file that it reads. So nothing here is unpickled
or evaluated, every number is held against what was asked for before anything is allocated, and what
does not fit raises WireError.
"""

import socket
import struct
from collections.abc import Iterator
from time import monotonic

from PIL import Image

from engine.errors import ImageError
from engine.images import FORMATS, MAX_ASPECT, MOST_XMP_BYTES, REASONS, Limits, Picture

WALL_S = 40
"""So long a file may take, however busy the machine is."""

STRIP_BYTES = 2**20
"""Pixels travel in strips of whole rows, so that no end holds a picture twice."""

MOST_WORDS_BYTES = 2000

_REQUEST = struct.Struct("!IIQIIB")  # bytes of the file; what it may be; longest side
_ANSWER = struct.Struct(
    "!BIIBBBI"
)  # kind; width, height, channels, format, grey; bytes that follow
_PICTURE, _REFUSED, _FAILED = 1, 2, 3
_MODES = {3: "RGB", 4: "RGBA"}


class WireError(Exception):
    """The other end is gone, too slow, or says what it never would."""


class Line:
    """One end of a connection, on which everything has to be over at `deadline` (monotonic).

    The confined end has none: waiting for a limited time is poll(2), which is refused there.
    """

    def __init__(self, connection: socket.socket, deadline: float | None = None) -> None:
        self._connection = connection
        self._deadline = deadline

    def send(self, data: bytes | memoryview) -> None:
        try:
            self._wait_no_longer()
            self._connection.sendall(data)
        except OSError as error:
            raise WireError("the other end takes nothing") from error

    def receive(self, count: int) -> bytearray:
        data = bytearray(count)
        view, done = memoryview(data), 0
        while done < count:
            try:
                self._wait_no_longer()
                got = self._connection.recv_into(view[done:])
            except OSError as error:
                raise WireError("the other end says nothing") from error
            if not got:
                raise WireError("the other end is gone")
            done += got
        return data

    def _wait_no_longer(self) -> None:
        if self._deadline is None:
            return
        left_s = self._deadline - monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._connection.settimeout(left_s)


def send_request(line: Line, data: bytes, limits: Limits, longest_px: int | None) -> None:
    formats = sum(1 << FORMATS.index(one) for one in limits.formats)
    asked = (limits.max_bytes, limits.max_pixels, limits.min_side_px, longest_px or 0)
    line.send(_REQUEST.pack(len(data), *asked, formats))
    line.send(data)


def receive_request(line: Line) -> tuple[bytearray, Limits, int | None]:
    """The file, what it may be at most, and the longer side it shall be brought down to."""
    count, max_bytes, max_pixels, min_side_px, longest_px, formats = _REQUEST.unpack(
        line.receive(_REQUEST.size)
    )
    limits = Limits(
        max_bytes=max_bytes,
        max_pixels=max_pixels,
        min_side_px=min_side_px,
        formats=tuple(one for number, one in enumerate(FORMATS) if formats >> number & 1),
    )
    return line.receive(count), limits, longest_px or None


def send_picture(line: Line, picture: Picture) -> None:
    image = picture.image
    channels = len(image.mode)
    known_as, grey = FORMATS.index(picture.file_format), int(picture.is_grey)
    said = (*image.size, channels, known_as, grey, len(picture.xmp))
    line.send(_ANSWER.pack(_PICTURE, *said) + picture.xmp)
    for top, rows in _strips(image.size, channels):
        line.send(image.crop((0, top, image.width, top + rows)).tobytes())


def send_refusal(line: Line, error: ImageError) -> None:
    words = f"{error.reason}\n{error.sentence}".encode()[:MOST_WORDS_BYTES]
    line.send(_ANSWER.pack(_REFUSED, 0, 0, 0, 0, 0, len(words)) + words)


def send_failure(line: Line, error: BaseException) -> None:
    """A fault of ours: only its name is told, as its words may be those of the file."""
    words = type(error).__name__.encode()[:MOST_WORDS_BYTES]
    line.send(_ANSWER.pack(_FAILED, 0, 0, 0, 0, 0, len(words)) + words)


def receive_answer(line: Line, limits: Limits, longest_px: int | None) -> Picture:
    """The picture. Raises ImageError where it was refused, WireError where it failed."""
    kind, width, height, channels, known_as, grey, count = _ANSWER.unpack(
        line.receive(_ANSWER.size)
    )
    if kind != _PICTURE:
        raise _refusal(kind, line, count)
    _check(width, height, channels, limits, longest_px)
    known = FORMATS[known_as : known_as + 1]
    if not set(known) & set(limits.formats) or count > MOST_XMP_BYTES:
        raise WireError("an answer that no decoder gives")
    xmp = bytes(line.receive(count))
    image = Image.new(_MODES[channels], (width, height))
    for top, rows in _strips(image.size, channels):
        strip = line.receive(rows * width * channels)
        image.paste(Image.frombytes(image.mode, (width, rows), strip), (0, top))
    return Picture(image=image, file_format=known[0], is_grey=bool(grey), xmp=xmp)


def _refusal(kind: int, line: Line, count: int) -> ImageError | WireError:
    if count > MOST_WORDS_BYTES:
        return WireError("an answer that no decoder gives")
    words = line.receive(count).decode("utf-8", "replace")
    reason, _, sentence = words.partition("\n")
    if kind == _REFUSED and reason in REASONS and sentence.isprintable():
        return ImageError(sentence, reason=reason)
    if kind == _FAILED and words.isidentifier():
        return WireError(f"it failed with {words}")
    return WireError("an answer that no decoder gives")


def _check(width: int, height: int, channels: int, limits: Limits, longest_px: int | None) -> None:
    """Nothing is allocated that was not allowed. Brought down, a picture may be very narrow."""
    longer, shorter = max(width, height), min(width, height)
    least = 1 if longest_px else max(1, limits.min_side_px)
    fits = channels in _MODES and shorter >= least and width * height <= limits.max_pixels
    if not fits or longer > 2 * MAX_ASPECT * shorter or (longest_px and longer > longest_px):
        raise WireError("an answer that no decoder gives")


def _strips(size: tuple[int, int], channels: int) -> Iterator[tuple[int, int]]:
    """The first row and the number of rows of each strip."""
    width, height = size
    most = max(1, STRIP_BYTES // (width * channels))
    for top in range(0, height, most):
        yield top, min(most, height - top)
