"""However much slow work is asked for, a quarter of the threads is left for pages."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator

import pytest

from gallery import reading, slow_work
from gallery.slow_work import Room
from stylesite import web_server


class Visitors:
    """Threads that answer a request each, and have asked for a place."""

    def __init__(self, room: Room) -> None:
        self._room, self._over = room, threading.Event()
        self._threads: list[threading.Thread] = []

    def come(self, count: int, who: Hashable = None, *, long: bool = False) -> list[bool]:
        """Whether each of them may begin."""
        found: list[bool] = []
        for _ in range(count):
            ready = threading.Event()
            thread = threading.Thread(target=self._answer, args=(who, long, found, ready))
            thread.start()
            self._threads.append(thread)
            assert ready.wait(10)
        return found

    def leave(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _answer(self, who: Hashable, long: bool, found: list[bool], ready: threading.Event) -> None:
        self._room.begin()
        if who is not None:
            self._room.count_as(lambda: who)
        found.append(self._room.enter(long=long))
        ready.set()
        self._over.wait(10)
        self._room.end()


@pytest.fixture
def room() -> Room:
    return Room(8)


@pytest.fixture
def visitors(room: Room) -> Iterator[Visitors]:
    here = Visitors(room)
    yield here
    here.leave()


def test_of_eight_threads_six_may_be_at_slow_work(room: Room, visitors: Visitors) -> None:
    assert visitors.come(8) == [True] * 6 + [False] * 2
    assert len(room.threads()) == 6
    visitors.leave()
    assert not room.threads()


def test_what_takes_minutes_leaves_places_for_photos(visitors: Visitors) -> None:
    assert visitors.come(5, long=True) == [True] * 3 + [False] * 2
    assert visitors.come(4) == [True] * 3 + [False]


def test_nobody_has_more_than_two_places_and_one_for_minutes(
    room: Room, visitors: Visitors
) -> None:
    assert visitors.come(2, "ada", long=True) == [True, False]
    assert visitors.come(2, "ada") == [True, False]
    assert not room.is_wanted(), "there is room for others"
    assert visitors.come(3, "bob") == [True, True, False]
    assert visitors.come(1, "eve", long=True) == [True]


def test_a_photo_counts_for_whom_it_is_read(room: Room, visitors: Visitors) -> None:
    visitors.come(2, "booth 3")
    room.begin()
    room.count_as(lambda: "a network")
    assert not room.enter("booth 3")
    assert room.enter()
    room.end()


def test_places_are_wanted_while_somebody_was_refused_for_others(
    room: Room, visitors: Visitors
) -> None:
    for who in ("ada", "bob", "eve"):
        assert visitors.come(1, who, long=True) == [True]
    assert not room.is_wanted()
    assert visitors.come(1, "zoe", long=True) == [False]
    assert room.is_wanted()


def test_who_was_too_slow_waits_behind_those_who_were_refused(
    room: Room, visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitors.come(1, "ada", long=True)
    visitors.come(1)
    for thread in room.threads():
        room.bar(thread)
    visitors.leave()
    assert visitors.come(1, "ada") == [False]
    assert visitors.come(2, "bob") == [True, True]
    assert visitors.come(1) == [True], "what is nobody’s in particular"
    monkeypatch.setattr(slow_work, "BARRED_S", 0.0)
    assert visitors.come(1, "ada") == [True]


def test_who_asks_twice_counts_once_and_stays_what_it_is(room: Room, visitors: Visitors) -> None:
    room.begin()
    assert [room.enter(long=True), room.enter(), room.enter(long=True)] == [True] * 3
    assert visitors.come(3, long=True) == [True, True, False]
    room.end()
    assert visitors.come(1, long=True) == [True]


def test_a_thread_that_begins_anew_has_left_whatever_became_of_its_last_answer(room: Room) -> None:
    room.begin()
    assert room.enter()
    room.begin()
    assert not room.threads()
    room.end()


def test_commands_and_workers_are_never_refused(room: Room, visitors: Visitors) -> None:
    visitors.come(6)
    assert room.enter()
    assert room.enter(long=True)


@pytest.mark.parametrize(("threads", "most", "most_long"), [(8, 6, 3), (4, 3, 1), (1, 1, 1)])
def test_a_quarter_is_left_however_many_there_are(threads: int, most: int, most_long: int) -> None:
    room = Room()
    room.fit(threads)
    assert (room.most, room.most_long) == (most, most_long)


def test_the_web_server_has_as_many_as_is_thought() -> None:
    assert web_server.threads == slow_work.THREADS
    assert Room().most_long >= 3, "two zips, and whatever else"
    assert Room().most - Room().most_long >= reading.AT_ONCE
