"""What a decoder that was taken over may say, and what the site makes of it."""

import random
import socket
import struct
import threading
from time import monotonic

import pytest
from PIL import Image

from engine.decoding.wire import STRIP_BYTES, Line, WireError, receive_answer, send_picture
from engine.errors import ImageError
from engine.images import Limits, Picture

LIMITS = Limits(max_pixels=10_000, min_side_px=10)
HEAD = struct.Struct("!BIIBBBI")


def answered(
    said: bytes, *, closed: bool = True, longest_px: int | None = None, limits: Limits = LIMITS
) -> Picture:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(said)
        if closed:
            theirs.shutdown(socket.SHUT_WR)
        return receive_answer(Line(ours, monotonic() + 0.3), limits, longest_px)


def test_a_picture_of_many_strips_arrives_whole() -> None:
    image = Image.effect_noise((1000, 2000), 90).convert("RGB")
    assert image.width * image.height * 3 > 3 * STRIP_BYTES
    ours, theirs = socket.socketpair()
    picture = Picture(image=image, file_format="JPEG", is_grey=True, xmp=b"x" * 99)
    with ours, theirs:
        sending = threading.Thread(target=send_picture, args=(Line(theirs), picture))
        sending.start()
        arrived = receive_answer(Line(ours, monotonic() + 10), Limits(), None)
        sending.join()
    assert arrived.image.tobytes() == image.tobytes()
    assert (arrived.file_format, arrived.is_grey, arrived.xmp) == ("JPEG", True, b"x" * 99)


@pytest.mark.parametrize(
    "head",
    [
        (1, 60_000, 60_000, 3, 0, 0, 0),  # more pixels than were allowed
        (1, 101, 100, 3, 0, 0, 0),
        (1, 0, 10, 3, 0, 0, 0),
        (1, 10, 0, 4, 0, 0, 0),
        (1, 10_000, 1, 3, 0, 0, 0),  # narrower than any
        (1, 200, 9, 3, 0, 0, 0),  # narrower than was asked for
        (1, 10, 10, 2, 0, 0, 0),
        (1, 10, 10, 200, 0, 0, 0),
        (1, 10, 10, 3, 5, 0, 0),  # no such format
        (1, 10, 10, 3, 0, 0, 2**32 - 1),  # XMP without end
        (2, 0, 0, 0, 0, 0, 2**32 - 1),  # words without end
        (3, 0, 0, 0, 0, 0, 2**32 - 1),
        (0, 0, 0, 0, 0, 0, 0),
        (9, 1, 1, 3, 0, 0, 1),
    ],
)
def test_what_no_decoder_says_is_refused_before_anything_is_allocated(
    head: tuple[int, ...],
) -> None:
    with pytest.raises(WireError, match="an answer that no decoder gives"):
        answered(HEAD.pack(*head) + b"\0" * 400)


def test_a_format_that_was_not_asked_for_is_refused() -> None:
    as_jpeg, as_png = (HEAD.pack(1, 4, 4, 3, kind, 0, 0) + b"\0" * 48 for kind in (0, 1))
    only_png = Limits(min_side_px=1, formats=("PNG",))
    assert answered(as_png, limits=only_png).file_format == "PNG"
    with pytest.raises(WireError):
        answered(as_jpeg, limits=only_png)


@pytest.mark.parametrize(
    "words",
    [
        b"damaged\nClick <b>here</b>\nor there",  # not one line
        b"not a reason\nSomething.",
        b"damaged\n\x1b[2J",
        b"damaged\n\xe2\x80\xaetxet",  # turns the direction of reading around
    ],
)
def test_of_a_refusal_only_one_printable_line_with_a_known_reason_is_shown(words: bytes) -> None:
    with pytest.raises(WireError):
        answered(HEAD.pack(2, 0, 0, 0, 0, 0, len(words)) + words)


def test_a_refusal_is_shown() -> None:
    words = "svg\nDrawings have no pixels × 2.".encode()
    with pytest.raises(ImageError, match="Drawings have no pixels × 2") as caught:
        answered(HEAD.pack(2, 0, 0, 0, 0, 0, len(words)) + words)
    assert caught.value.reason == "svg"


def test_a_failure_tells_its_name_and_nothing_that_could_be_made_up() -> None:
    with pytest.raises(WireError, match="it failed with MemoryError"):
        answered(HEAD.pack(3, 0, 0, 0, 0, 0, 11) + b"MemoryError")
    with pytest.raises(WireError, match="an answer that no decoder gives"):
        answered(HEAD.pack(3, 0, 0, 0, 0, 0, 11) + b"a\nfalse log")


def test_larger_than_asked_for_is_refused() -> None:
    with pytest.raises(WireError):
        answered(HEAD.pack(1, 20, 10, 3, 0, 0, 0) + b"\0" * 600, longest_px=19)


def test_one_that_stops_in_the_middle_is_waited_for_no_longer_than_was_said() -> None:
    began = monotonic()
    with pytest.raises(WireError, match="says nothing"):
        answered(HEAD.pack(1, 20, 10, 3, 0, 0, 0) + b"\0" * 599, closed=False)
    assert monotonic() - began < 2
    with pytest.raises(WireError, match="is gone"):
        answered(HEAD.pack(1, 20, 10, 3, 0, 0, 0) + b"\0" * 599)


def test_noise_is_never_more_than_an_error() -> None:
    random_bytes = random.Random(5)
    for _ in range(500):
        said = random_bytes.randbytes(HEAD.size + random_bytes.randrange(100))
        with pytest.raises((WireError, ImageError)):
            answered(bytes([random_bytes.randrange(5)]) + said)
