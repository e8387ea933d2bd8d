"""Pictures that people send, read where a hostile one does no harm: in ``engine.decoding``.

Every picture that comes from outside comes in here. Few are read at once, and of each person fewer,
so that nobody keeps the others waiting; who waits too long is told so, and loses nothing.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.conf import settings
from PIL import Image

from engine.decoding.decoder import decoder
from engine.errors import ImageError
from engine.images import Limits, Picture, read_bytes
from gallery import slow_work
from gallery.busy import PICTURE_AGAIN_S, BusyError

AT_ONCE = 3
"""Of each process of the site. A web server has two, with eight threads each."""

AT_ONCE_EACH = 2
"""Of one person, whose pages send a few at the same time; somebody else's always finds a place."""

WAITING, WAITING_EACH = 3, 2
"""Beyond those, at most so many threads wait for a place, and for one person. With those that have
been read and are being stored, they are among the threads that ``slow_work`` counts."""

PATIENCE_S = 15


class Turns:
    """Who may have a picture read now; safe for threads."""

    def __init__(
        self, *, at_once: int, each: int, waiting: int, waiting_each: int, patience_s: float
    ) -> None:
        self._at_once, self._each = at_once, each
        self._most_waiting, self._waiting_each = waiting, waiting_each
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._reading: Counter[Hashable] = Counter()
        self._waiting: Counter[Hashable] = Counter()

    @contextmanager
    def turn(self, who: Hashable) -> Iterator[None]:
        """Wait for a place, and hold it. Raises BusyError."""
        with self._changed:
            self._wait(who)
            self._reading[who] += 1
        try:
            yield
        finally:
            with self._changed:
                self._leave(self._reading, who)
                self._changed.notify_all()

    def _wait(self, who: Hashable) -> None:
        if self._has_place(who):
            return
        most = self._waiting.total() >= self._most_waiting
        if most or self._waiting[who] >= self._waiting_each:
            raise BusyError
        self._waiting[who] += 1
        try:
            if not self._changed.wait_for(lambda: self._has_place(who), self._patience_s):
                raise BusyError
        finally:
            self._leave(self._waiting, who)

    def _has_place(self, who: Hashable) -> bool:
        return self._reading.total() < self._at_once and self._reading[who] < self._each

    @staticmethod
    def _leave(counts: Counter[Hashable], who: Hashable) -> None:
        counts[who] -= 1
        if not counts[who]:
            del counts[who]


turns = Turns(
    at_once=AT_ONCE,
    each=AT_ONCE_EACH,
    waiting=WAITING,
    waiting_each=WAITING_EACH,
    patience_s=PATIENCE_S,
)


def upload_limits() -> Limits:
    """What an uploaded picture may be; the operator's settings."""
    return Limits(max_bytes=settings.UPLOAD_MAX_BYTES, max_pixels=settings.UPLOAD_MAX_PIXELS)


def read_picture(
    file: BinaryIO,
    who: Hashable = None,
    *,
    limits: Limits | None = None,
    longest_px: int | None = None,
) -> Picture:
    """The picture in ``file``, as ``engine.images`` reads it, at most ``longest_px`` long.

    ``who`` it is read for is one value for each person; None where it is nobody's in particular.
    Raises ImageError, whose sentence is fit for them; BusyError is one.
    """
    limits = limits or upload_limits()
    # Where there is no place now, one is free in seconds: so long take photos.
    most_each = AT_ONCE_EACH + WAITING_EACH
    slow_work.room.enter(who, most_each=most_each, again_s=PICTURE_AGAIN_S)
    data = read_bytes(file, limits)
    with turns.turn(object() if who is None else who):
        try:
            return decoder.read(data, limits, longest_px)
        except ImageError as error:
            if error.reason == "busy":
                raise BusyError from error
            raise


def read_image(
    file: BinaryIO,
    who: Hashable = None,
    *,
    limits: Limits | None = None,
    longest_px: int | None = None,
) -> Image.Image:
    """The same without what the file said besides."""
    return read_picture(file, who, limits=limits, longest_px=longest_px).image
