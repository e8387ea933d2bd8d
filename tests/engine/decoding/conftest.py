"""The real decoder, and one that every file takes over; and pictures for them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest
from PIL import Image

from engine.decoding.decoder import Decoder
from engine.errors import ImageError
from engine.images import Limits

LIMITS = Limits(max_pixels=2_000_000)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    decoder = Decoder()
    yield decoder
    decoder.close()


@pytest.fixture(scope="module")
def hostile() -> Iterator[Decoder]:
    decoder = Decoder("tests.engine.decoding.hostile_child")
    yield decoder
    decoder.close()


def drawn(kind: str = "PNG", size: tuple[int, int] = (97, 64), mode: str = "RGB") -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (*size[::-1], 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).convert(mode).save(buffer, kind)
    return buffer.getvalue()


def refused(decoder: Decoder, data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        decoder.read(data, LIMITS)
    return caught.value.reason


def children(pid: int | None) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def until(holds: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = monotonic() + seconds
    while not holds() and monotonic() < deadline:
        sleep(0.02)
    return holds()
