"""How many threads of the web server may be at slow work, so that some are always left for pages.

A thread reads a request and is nobody else's until the answer is sent. What may take longer than a
page says so here before it begins, and does not begin where as many are at such work as may be, or
as many for the same person, or for all who have links of one. Its thread counts until its request
is answered: a photo that was read still has to be encoded and stored, a zip to be taken. Who takes
it slowly gives their place up where that is one for somebody who was refused
(``stylesite.web_worker``). Commands and workers have threads enough, and are never refused.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from django.core.signals import request_finished, request_started

from gallery.busy import PLACE_AGAIN_S, SLOW_AGAIN_S, Enough, NoPlaceError

THREADS = 8
"""Of a process, where nobody says how many it has."""

MOST_EACH, MOST_LONG_EACH = 2, 1
"""So many places of a process may one person have, and of those that take minutes. Photos have
limits of their own, in which some wait (``gallery.reading``)."""

WANTED_S = float(PLACE_AGAIN_S)
"""So long after somebody was refused, a place is wanted: they were told to come back by then."""

MOST_REFUSED = 20
"""So many who were refused are remembered, the last of them."""

BARRED_S = float(SLOW_AGAIN_S)
"""Whoever lost a place because they were slow gets no other so long: those who wait are first."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever has no account: all of a network are one. ``links_of`` is whose link they have, if
    any: all of these have a share together, so that one link in many hands is not all places."""

    network: str
    links_of: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """``who`` has it; None where it is nobody's in particular."""

    who: Hashable
    long: bool
    is_given_up: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    who: Hashable
    long: bool
    most_each: int


class Room:
    """For the threads of one process that are at slow work: three quarters of all."""

    def __init__(self, threads: int = THREADS) -> None:
        self._lock = threading.Lock()
        self._here = threading.local()
        self._at_work: dict[int, Place] = {}
        self._barred: dict[Hashable, float] = {}
        self._refused: dict[Wish, float] = {}
        self.fit(threads)

    def fit(self, threads: int) -> None:
        """Half of the places may go to what takes minutes, so that photos always find some; and two
        thirds to those who have links of one person."""
        self.most = max(1, threads - max(1, threads // 4))
        self.most_long = max(1, self.most // 2)
        self.most_by_links = max(1, self.most * 2 // 3)
        self.most_long_by_links = max(1, self.most_long * 2 // 3)

    def count_as(self, asks: Callable[[], Hashable]) -> None:
        """``asks`` says who sent this thread's request, when that matters and is known."""
        self._here.asks = asks

    def who(self) -> Hashable:
        """Who sent this thread's request; None where nobody is known to have."""
        asks: Callable[[], Hashable] | None = getattr(self._here, "asks", None)
        return asks() if asks else None

    def enter(
        self,
        who: Hashable = None,
        *,
        long: bool = False,
        most_each: int = MOST_EACH,
        again_s: int = PLACE_AGAIN_S,
    ) -> None:
        """This thread is to begin, and leaves with its request. Twice counts once. Raises
        NoPlaceError.

        ``who`` it is for, where that is not who asks. ``long``: what takes minutes, such as a zip.
        ``most_each``: so many places may they have with this one. ``again_s``: so soon is whoever
        is refused told to come back, where others are why.
        """
        if not getattr(self._here, "answers", False):
            return
        wish = Wish(self.who() if who is None else who, long, most_each)
        thread = threading.get_ident()
        with self._lock:
            others = [place for at, place in self._at_work.items() if at != thread]
            enough = self._enough(wish, others)
            self._remember(wish, enough)
            if enough:
                raise NoPlaceError(enough, _count(wish, others), again_s)
            before = self._at_work.get(thread)
            self._at_work[thread] = Place(wish.who, long or (before is not None and before.long))

    def threads(self) -> frozenset[int]:
        """Those that are at slow work, by their idents."""
        with self._lock:
            return frozenset(self._at_work)

    def is_wanted(self, thread: int) -> bool:
        """Whether somebody else was refused of late, finds no place yet, and would find one if
        ``thread`` gave its up."""
        now = monotonic()
        with self._lock:
            held = {at: place for at, place in self._at_work.items() if not place.is_given_up}
            if (place := held.pop(thread, None)) is None:
                return False
            rest = list(held.values())
            return any(
                now - at < WANTED_S
                and not (wish.who is not None and wish.who == place.who)
                and self._enough(wish, [*rest, place])
                and not self._enough(wish, rest)
                for wish, at in self._refused.items()
            )

    def bar(self, thread: int) -> None:
        """Whoever ``thread`` works for is too slow: they give its place up, and find no other for a
        while. Those who have links of the same person still do."""
        now = monotonic()
        with self._lock:
            self._barred = {who: at for who, at in self._barred.items() if now - at < BARRED_S}
            place = self._at_work.get(thread)
            if place is None:
                return
            self._at_work[thread] = replace(place, is_given_up=True)
            if place.who is not None:
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

    def _enough(self, wish: Wish, others: list[Place]) -> Enough | None:
        who, long = wish.who, wish.long
        if who is not None:
            is_visitor = isinstance(who, Visitor)
            if monotonic() - self._barred.get(who, float("-inf")) < BARRED_S:
                return Enough.NETWORK_TOO_SLOW if is_visitor else Enough.TOO_SLOW
            theirs = [place for place in others if place.who == who]
            if _is_full(theirs, long, wish.most_each, MOST_LONG_EACH):
                return Enough.NETWORK if is_visitor else Enough.ONESELF
        if (links_of := _links_of(who)) is not None:
            holders = [place for place in others if _links_of(place.who) == links_of]
            if _is_full(holders, long, self.most_by_links, self.most_long_by_links):
                return Enough.HOLDERS
        return Enough.EVERYBODY if _is_full(others, long, self.most, self.most_long) else None

    def _remember(self, wish: Wish, enough: Enough | None) -> None:
        """Nobody gives a place up to whoever has enough themselves, or has found one."""
        self._refused.pop(wish, None)
        if enough in (Enough.HOLDERS, Enough.EVERYBODY):
            self._refused[wish] = monotonic()
            if len(self._refused) > MOST_REFUSED:
                del self._refused[next(iter(self._refused))]


def _is_full(places: list[Place], long: bool, most: int, most_long: int) -> bool:
    return len(places) >= most or (long and sum(place.long for place in places) >= most_long)


def _count(wish: Wish, others: list[Place]) -> int:
    """How many places of those that are refused to whoever wishes for one they have."""
    theirs = [place for place in others if place.who == wish.who]
    long = [place for place in theirs if place.long]
    return len(long) if wish.long and len(long) >= MOST_LONG_EACH else len(theirs)


def _links_of(who: Hashable) -> int | None:
    return who.links_of if isinstance(who, Visitor) else None


room = Room()
request_started.connect(room.begin, dispatch_uid="slow work")
request_finished.connect(room.end, dispatch_uid="slow work")
