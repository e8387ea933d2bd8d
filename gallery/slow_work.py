"""How many threads of the web server may be at slow work, so that some are always left for pages.

A thread reads a request and is nobody else's until the answer is sent. What may take longer than a
page says so here before it begins, and does not begin where as many are at such work as may be, or
as many for the same person. Its thread counts until its request is answered: a photo that was read
still has to be encoded and stored, a zip to be taken. Who takes it slowly while somebody else was
refused a place gives theirs up (``stylesite.web_worker``). Commands and workers have threads
enough, and are never refused.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.core.signals import request_finished, request_started

THREADS = 8
"""Of a process, where nobody says how many it has."""

MOST_EACH, MOST_LONG_EACH = 2, 1
"""So many places of a process may one person have, and of those that take minutes. Photos have
limits of their own, in which some wait (``gallery.reading``)."""

WANTED_S = 60.0
"""So long after somebody was refused, places are wanted: they were told to come back by then."""

BARRED_S = 120.0
"""Whoever lost a place because they were slow gets no other so long: those who wait are first."""


@dataclass(frozen=True, slots=True)
class Place:
    """``who`` has it; None where it is nobody's in particular."""

    who: Hashable
    long: bool


class Room:
    """For the threads of one process that are at slow work: three quarters of all."""

    def __init__(self, threads: int = THREADS) -> None:
        self._lock = threading.Lock()
        self._here = threading.local()
        self._at_work: dict[int, Place] = {}
        self._barred: dict[Hashable, float] = {}
        self._refused_at = float("-inf")
        self.fit(threads)

    def fit(self, threads: int) -> None:
        """Half of the places may go to what takes minutes, so that photos always find some."""
        self.most = max(1, threads - max(1, threads // 4))
        self.most_long = max(1, self.most // 2)

    def count_as(self, asks: Callable[[], Hashable]) -> None:
        """``asks`` says who sent this thread's request, when that matters and is known."""
        self._here.asks = asks

    def who(self) -> Hashable:
        """Who sent this thread's request; None where nobody is known to have."""
        asks: Callable[[], Hashable] | None = getattr(self._here, "asks", None)
        return asks() if asks else None

    def enter(
        self, who: Hashable = None, *, long: bool = False, most_each: int = MOST_EACH
    ) -> bool:
        """Whether this thread may begin; it leaves with its request. Twice counts once.

        ``who`` it is for, where that is not who asks. ``long``: what takes minutes, such as a zip.
        ``most_each``: so many places may they have with this one.
        """
        if not getattr(self._here, "answers", False):
            return True
        who = self.who() if who is None else who
        thread = threading.get_ident()
        with self._lock:
            others = [place for at, place in self._at_work.items() if at != thread]
            if self._has_enough(who, others, long, most_each):
                return False
            long_others = sum(place.long for place in others)
            if len(others) >= self.most or (long and long_others >= self.most_long):
                self._refused_at = monotonic()
                return False
            before = self._at_work.get(thread)
            self._at_work[thread] = Place(who, long or (before is not None and before.long))
        return True

    def threads(self) -> frozenset[int]:
        """Those that are at slow work, by their idents."""
        with self._lock:
            return frozenset(self._at_work)

    def is_wanted(self) -> bool:
        """Whether somebody found no place of late, though they had not enough themselves."""
        return monotonic() - self._refused_at < WANTED_S

    def bar(self, thread: int) -> None:
        """Whoever ``thread`` works for was too slow, and finds no place for a while."""
        now = monotonic()
        with self._lock:
            self._barred = {who: at for who, at in self._barred.items() if now - at < BARRED_S}
            place = self._at_work.get(thread)
            if place is not None and place.who is not None:
                self._barred[place.who] = now

    def begin(self, **_said: Any) -> None:
        """This thread begins to answer a request."""
        self.end()
        self._here.answers = True

    def end(self, **_said: Any) -> None:
        self._here.answers = False
        self._here.asks = None
        with self._lock:
            self._at_work.pop(threading.get_ident(), None)

    def _has_enough(self, who: Hashable, others: list[Place], long: bool, most_each: int) -> bool:
        if who is None:
            return False
        theirs = [place for place in others if place.who == who]
        return (
            len(theirs) >= most_each
            or (long and sum(place.long for place in theirs) >= MOST_LONG_EACH)
            or monotonic() - self._barred.get(who, float("-inf")) < BARRED_S
        )


room = Room()
request_started.connect(room.begin, dispatch_uid="slow work")
request_finished.connect(room.end, dispatch_uid="slow work")
