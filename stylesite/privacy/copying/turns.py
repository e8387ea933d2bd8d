"""One copy at a time for each person: a copy keeps a thread of the web server for as long as it is
sent, which may be long.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator
from time import monotonic

from django.core.cache import cache

from accounts.models import User

HELD_S = 10 * 60
"""So long after the last sign of life a turn ends by itself, should the server die."""

RENEWED_EVERY_S = 30


class Turn:
    """The pieces of a copy, and the turn that ends with them: also when nobody wants the rest.

    A turn that ended by itself, as its reader stalled, leaves alone the one that came after it.
    """

    def __init__(self, key: str, mark: str, pieces: Generator[bytes, None, None]) -> None:
        self._key, self._mark = key, mark
        self._pieces = pieces
        self._renewed_at = monotonic()

    def __iter__(self) -> Turn:
        return self

    def __next__(self) -> bytes:
        if monotonic() - self._renewed_at > RENEWED_EVERY_S:
            self._renewed_at = monotonic()
            if self._is_held():
                cache.touch(self._key, HELD_S)
        return next(self._pieces)

    def close(self) -> None:
        """Called by the web server at the end, whether it came early or not."""
        self._pieces.close()
        if self._is_held():
            cache.delete(self._key)

    def _is_held(self) -> bool:
        return bool(cache.get(self._key) == self._mark)


def take(user: User, pieces: Generator[bytes, None, None]) -> Turn | None:
    """The turn of ``user``; None while another copy of theirs is being sent."""
    key, mark = f"copy-{user.pk}", secrets.token_hex(8)
    return Turn(key, mark, pieces) if cache.add(key, mark, timeout=HELD_S) else None
