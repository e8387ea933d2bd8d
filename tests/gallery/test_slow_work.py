"""However much slow work is asked for, a quarter of the threads is left for pages."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator

import pytest

from gallery import reading, slow_work
from gallery.busy import NoPlaceError
from gallery.slow_work import Room, Visitor
from stylesite import web_server


def enters(room: Room, who: Hashable = None, *, long: bool = False) -> bool:
    return why_not(room, who, long=long) is None


def why_not(room: Room, who: Hashable = None, *, long: bool = False) -> str | None:
    """What whoever is refused is told; None where they are not."""
    try:
        room.enter(who, long=long)
    except NoPlaceError as error:
        return error.sentence
    return None


class Visitors:
    """Threads that answer a request each, and have asked for a place."""

    def __init__(self, room: Room) -> None:
        self._room, self._over = room, threading.Event()
        self._threads: list[threading.Thread] = []
        self._who: list[Hashable] = []

    def come(self, count: int, who: Hashable = None, *, long: bool = False) -> list[bool]:
        """Whether each of them may begin."""
        found: list[bool] = []
        for _ in range(count):
            ready = threading.Event()
            thread = threading.Thread(target=self._answer, args=(who, long, found, ready))
            thread.start()
            self._threads.append(thread)
            self._who.append(who)
            assert ready.wait(10)
        return found

    def who_give_way(self, *, then: bool = False) -> list[Hashable]:
        """Whose places somebody wants, were they all slow; each is looked at in the order in which
        they came, and ``then`` barred if so."""
        ways = []
        for thread, who in zip(self._threads, self._who, strict=True):
            if self._room.is_wanted(thread.ident or 0):
                ways.append(who)
                if then:
                    self._room.bar(thread.ident or 0)
        return ways

    def leave(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._over, self._threads, self._who = threading.Event(), [], []

    def _answer(self, who: Hashable, long: bool, found: list[bool], ready: threading.Event) -> None:
        self._room.begin()
        if who is not None:
            self._room.count_as(lambda: who)
        found.append(enters(self._room, long=long))
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


def test_nobody_has_more_than_two_places_and_one_for_minutes(visitors: Visitors) -> None:
    assert visitors.come(2, "ada", long=True) == [True, False]
    assert visitors.come(2, "ada") == [True, False]
    assert not visitors.who_give_way(), "there is room for others"
    assert visitors.come(3, "bob") == [True, True, False]
    assert visitors.come(1, "eve", long=True) == [True]


HOME, PHONE, BAR, CAFE = (
    Visitor(network, links_of=7)
    for network in ("192.0.2.1/32", "192.0.2.2/32", "2001:db8::/64", "192.0.2.3/32")
)


def test_each_network_with_a_link_of_somebody_has_a_share_and_all_have_one_together(
    visitors: Visitors,
) -> None:
    """Which leaves places for everybody else."""
    assert visitors.come(2, HOME, long=True) == [True, False]
    assert visitors.come(2, PHONE, long=True) == [True, False]
    assert visitors.come(1, BAR, long=True) == [False]
    assert visitors.come(2, BAR) == [True, True]
    assert visitors.come(1, CAFE) == [False]
    assert visitors.come(1, Visitor("192.0.2.3/32", links_of=8), long=True) == [True]
    assert visitors.come(1, 7) == [True], "whose links they are"


def test_visitors_without_a_link_have_nothing_together(visitors: Visitors) -> None:
    visitors.come(2, Visitor("192.0.2.1/32"))
    visitors.come(2, Visitor("192.0.2.2/32"))
    assert visitors.come(3, Visitor("192.0.2.3/32")) == [True, True, False]


def test_who_is_refused_for_others_with_such_links_is_given_one_of_their_places(
    visitors: Visitors,
) -> None:
    """And nobody else’s."""
    visitors.come(1, "bob", long=True)
    visitors.come(1, HOME, long=True)
    visitors.come(1, HOME)
    visitors.come(1, PHONE, long=True)
    assert not visitors.who_give_way()
    visitors.come(1, BAR, long=True)
    assert visitors.who_give_way() == [HOME, PHONE]
    assert visitors.who_give_way(then=True) == [HOME], "one is enough"
    assert not visitors.who_give_way()


def test_who_was_too_slow_waits_and_nobody_else_with_such_a_link(visitors: Visitors) -> None:
    visitors.come(1, HOME, long=True)
    visitors.come(1, PHONE, long=True)
    visitors.come(1, BAR, long=True)
    assert visitors.who_give_way(then=True) == [HOME]
    visitors.leave()
    assert visitors.come(1, HOME) == [False]
    assert visitors.come(1, BAR, long=True) == [True]
    assert visitors.come(1, CAFE, long=True) == [True]


def test_a_photo_counts_for_whom_it_is_read(room: Room, visitors: Visitors) -> None:
    visitors.come(2, "booth 3")
    room.begin()
    room.count_as(lambda: "a network")
    assert not enters(room, "booth 3")
    assert enters(room)
    room.end()


def test_a_place_is_wanted_while_somebody_was_refused_for_others(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in ("ada", "bob", "eve"):
        assert visitors.come(1, who, long=True) == [True]
    assert visitors.come(1, "ada", long=True) == [False]
    assert not visitors.who_give_way(), "only they themselves want another"
    assert visitors.come(1, "zoe", long=True) == [False]
    assert visitors.who_give_way() == ["ada", "bob", "eve"]
    monkeypatch.setattr(slow_work, "WANTED_S", 0.0)
    assert not visitors.who_give_way()


def test_only_a_place_is_wanted_that_would_do(visitors: Visitors) -> None:
    """What takes minutes finds one where such a place becomes free; a photo in any."""
    for who in ("ada", "bob", "eve"):
        visitors.come(1, who, long=True)
        visitors.come(1, f"{who}’s photo")
    visitors.come(1, "zoe", long=True)
    assert visitors.who_give_way() == ["ada", "bob", "eve"]
    visitors.come(1, "zoe’s photo")
    assert len(visitors.who_give_way()) == 6


def test_nobody_gives_way_to_themselves(visitors: Visitors) -> None:
    """Having given one place up, they would be given no other."""
    visitors.come(1, "ada")
    visitors.come(2, "bob")
    visitors.come(2, "eve")
    visitors.come(1, "zoe")
    assert visitors.come(1, "ada") == [False]
    assert visitors.who_give_way() == ["bob", "bob", "eve", "eve", "zoe"]


def test_who_found_a_place_wants_no_other(room: Room, visitors: Visitors) -> None:
    for who in ("ada", "bob", "eve"):
        visitors.come(1, who, long=True)
    room.begin()
    room.count_as(lambda: "zoe")
    assert not enters(room, long=True)
    assert visitors.who_give_way(then=True) == ["ada"]
    assert not enters(room, long=True), "it is not free yet"
    visitors.leave()
    assert enters(room, long=True)
    visitors.come(1, "bob", long=True)
    visitors.come(1, "eve", long=True)
    assert not visitors.who_give_way()
    room.end()


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


def test_whoever_is_refused_is_told_who_has_enough(room: Room, visitors: Visitors) -> None:
    room.begin()
    visitors.come(1, "ada", long=True)
    one = "You already have 1 download, photo or the like on its way. Please try again when it is"
    assert (why_not(room, "ada", long=True) or "").startswith(one)
    visitors.come(1, "ada")
    two = "You already have 2 downloads, photos or the like on their way. Please try again when one"
    assert (why_not(room, "ada") or "").startswith(two)
    visitors.come(1, HOME, long=True)
    assert "on your network, already have 1" in (why_not(room, HOME, long=True) or "")
    visitors.come(1, PHONE, long=True)
    assert "Others who use links of the same person" in (why_not(room, BAR, long=True) or "")
    everybody = "Many people have downloads, photos or the like on their way right now. "
    assert (why_not(room, "bob", long=True) or "").startswith(everybody)
    assert visitors.who_give_way(then=True) == ["ada", HOME], "one for each who was refused"
    visitors.leave()
    theirs, on_network = why_not(room, "ada") or "", why_not(room, HOME) or ""
    assert "a download that you took slowly" in theirs
    assert "a download that you, or somebody on your network, took slowly" in on_network
    assert theirs.endswith("Please try again in 2 minutes.")
    assert on_network.endswith("Please try again in 2 minutes.")
    room.end()


def test_who_was_too_slow_is_told_how_long_that_counts_also_where_they_have_enough(
    room: Room, visitors: Visitors
) -> None:
    visitors.come(1, "ada", long=True)
    for thread in room.threads():
        room.bar(thread)
    room.begin()
    assert "Please try again in 2 minutes." in (why_not(room, "ada", long=True) or "")
    room.end()


def test_who_asks_twice_counts_once_and_stays_what_it_is(room: Room, visitors: Visitors) -> None:
    room.begin()
    assert all(enters(room, long=long) for long in (True, False, True))
    assert visitors.come(3, long=True) == [True, True, False]
    room.end()
    assert visitors.come(1, long=True) == [True]


def test_a_thread_that_begins_anew_has_left_whatever_became_of_its_last_answer(room: Room) -> None:
    room.begin()
    assert enters(room)
    room.begin()
    assert not room.threads()
    room.end()


def test_commands_and_workers_are_never_refused(room: Room, visitors: Visitors) -> None:
    visitors.come(6)
    assert enters(room)
    assert enters(room, long=True)


@pytest.mark.parametrize(("threads", "most", "most_long"), [(8, 6, 3), (4, 3, 1), (1, 1, 1)])
def test_a_quarter_is_left_however_many_there_are(threads: int, most: int, most_long: int) -> None:
    room = Room()
    room.fit(threads)
    assert (room.most, room.most_long) == (most, most_long)


def test_the_web_server_has_as_many_as_is_thought() -> None:
    assert web_server.threads == slow_work.THREADS
    assert Room().most_long >= 3, "two zips, and whatever else"
    assert Room().most - Room().most_long >= reading.AT_ONCE
