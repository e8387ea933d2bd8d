"""A client that takes an answer too slowly is told from one that does anything else slowly."""

from __future__ import annotations

import socket
from typing import Any, cast

import pytest

from stylesite import web_clients
from stylesite.web_clients import LEAST_BYTES_A_S, Watched


class Slow:
    """A socket of which each call lasts some seconds; halfway through somebody looks on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(web_clients, "monotonic", lambda: self.now)
        self.now, self.call_s, self.size = 1000.0, 10.0, 100
        self.watched = Watched(cast(socket.socket, self))
        self.seen: list[bool] = []

    def recv(self, _size: int) -> bytes:
        self._pass()
        return b"x" * self.size

    def send(self, _data: Any) -> int:
        self._pass()
        return self.size

    def sendfile(self, _file: Any, _offset: int, _count: int) -> int:
        self._pass()
        return self.size

    def _pass(self) -> None:
        self.now += self.call_s / 2
        self.seen.append(self.watched.falls_short(self.now))
        self.now += self.call_s / 2


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    return Slow(monkeypatch)


def test_who_takes_little_for_a_minute_falls_short_from_then_on(slow: Slow) -> None:
    for _ in range(8):
        slow.watched.send(b"answer")
    assert slow.seen == [False] * 6 + [True] * 2  # 65 s were over in the middle of the seventh


def test_of_a_file_as_of_anything_else(slow: Slow) -> None:
    slow.watched.sendfile(None, 0, 800)
    assert slow.seen == [False] * 6 + [True] * 2


def test_what_somebody_sent_slowly_is_not_held_against_them_where_they_take(slow: Slow) -> None:
    for _ in range(20):
        slow.watched.recv(8192)
    assert not slow.watched.falls_short(slow.now), "the photo is read and encoded"
    slow.watched.send(b"answer")
    assert not any(slow.seen)


def test_what_somebody_sent_is_not_counted_as_taken(slow: Slow) -> None:
    slow.size = 100 * LEAST_BYTES_A_S
    slow.watched.recv(8192)
    slow.size = 100
    for _ in range(7):
        slow.watched.send(b"answer")
    assert slow.seen[-1]


def test_nothing_is_held_against_whom_nobody_waits_for(slow: Slow) -> None:
    for _ in range(8):
        slow.watched.send(b"answer")
    slow.now += 30
    assert not slow.watched.falls_short(slow.now), "more of the answer is made meanwhile"
    slow.watched.send(b"answer")
    assert slow.seen[-1]


def test_who_takes_enough_again_falls_short_no_more(slow: Slow) -> None:
    for _ in range(8):
        slow.watched.send(b"answer")
    slow.call_s, slow.size = 0.5, 2 * LEAST_BYTES_A_S
    for _ in range(20):
        slow.watched.send(b"answer")
    assert (slow.seen[8], slow.seen[-1]) == (True, False)
    slow.size = 10
    for _ in range(20):
        slow.watched.send(b"answer")
    assert slow.seen[-1], "of the last whole minute, too little was taken"


def test_the_next_answer_is_judged_anew(slow: Slow) -> None:
    for _ in range(8):
        slow.watched.send(b"answer")
    slow.watched.begin()
    slow.watched.send(b"answer")
    assert not slow.seen[-1]
