"""One copy at a time for each person: a copy keeps a thread of the web server for as long as it is
sent, which may be long.
"""

from __future__ import annotations

from collections.abc import Generator
from time import monotonic

from django.core.cache import cache

from accounts.models import User

HELD_S = 10 * 60
"""So long after the last sign of life a turn ends by itself, should the server die."""

RENEWED_EVERY_S = 30


class Turn:
    """The pieces of a copy, and the turn that ends with them: also when nobody wants the rest."""

    def __init__(self, key: str, pieces: Generator[bytes, None, None]) -> None:
        self._key = key
        self._pieces = pieces
        self._renewed_at = monotonic()

    def __iter__(self) -> Turn:
        return self

    def __next__(self) -> bytes:
        if monotonic() - self._renewed_at > RENEWED_EVERY_S:
            self._renewed_at = monotonic()
            cache.touch(self._key, HELD_S)
        return next(self._pieces)

    def close(self) -> None:
        """Called by the web server at the end, whether it came early or not."""
        self._pieces.close()
        cache.delete(self._key)


def take(user: User, pieces: Generator[bytes, None, None]) -> Turn | None:
    """The turn of ``user``; None while another copy of theirs is being sent."""
    key = f"copy-{user.pk}"
    return Turn(key, pieces) if cache.add(key, 1, timeout=HELD_S) else None
