"""JPEGs that are small to send and long to read."""

import io
from typing import Any

import pytest
from PIL import Image

from engine.errors import ImageError
from engine.images import Limits, read_picture


def encoded(**options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((80, 48)).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(ImageError, match="made of more pieces") as caught:
        read_picture(data, Limits())
    return caught.value.reason


def scans(data: bytes) -> list[bytes]:
    """The last scan of a progressive JPEG, and what is before and behind it."""
    start = data.rindex(b"\xff\xda")
    return [data[:start], data[start:-2], data[-2:]]


def test_a_jpeg_of_endless_scans_is_refused_before_it_is_decoded() -> None:
    before, last, end = scans(encoded(progressive=True))
    assert read_picture(before + 80 * last + end, Limits()).image.size == (80, 48)
    assert refused(before + 100 * last + end) == "unsupported"
    assert refused(before[:2] + 10_000 * b"\xff\xfe\0\2" + before[2:] + last + end) == "unsupported"


def test_what_looks_like_scans_inside_or_behind_a_jpeg_is_none() -> None:
    noise = 300 * b"\xff\xda\0"
    data = encoded(comment=noise, exif=b"Exif\0\0" + noise)
    assert read_picture(data + noise, Limits()).image.size == (80, 48)
