"""Pictures that people send: who waits for whom, and what a file that breaks its reader costs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from time import monotonic, sleep
from typing import BinaryIO, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from engine.decoding.decoder import Decoder
from engine.errors import ImageError
from gallery import reading, slow_work
from gallery.busy import BusyError
from gallery.models import Style
from gallery.reading import Turns, read_image, read_picture
from gallery.slow_work import Room
from stylesite import web_server
from tests.engine.decoding.hostile_child import HOLE
from tests.gallery.drawings import gradient, upload

LIMIT_S = 10


class Crowd:
    """Threads that hold a turn each, or wait for one, until they are let go."""

    def __init__(self, turns: Turns) -> None:
        self._turns, self._let_go = turns, threading.Event()
        self._threads: list[threading.Thread] = []

    def join(self, who: str, count: int = 1) -> None:
        for _ in range(count):
            here = self._here(who)
            thread = threading.Thread(target=self._hold, args=(who,))
            thread.start()
            self._threads.append(thread)
            deadline = monotonic() + LIMIT_S
            while self._here(who) <= here:
                assert monotonic() < deadline, f"{who} neither reads nor waits"
                sleep(0.001)

    def _here(self, who: str) -> int:
        with self._turns._changed:
            return self._turns._reading[who] + self._turns._waiting[who]

    def _hold(self, who: str) -> None:
        with self._turns.turn(who):
            self._let_go.wait(LIMIT_S)

    def leave(self) -> None:
        self._let_go.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()


@pytest.fixture
def turns() -> Turns:
    return Turns(at_once=3, each=2, waiting=2, waiting_each=1, patience_s=0.2)


@pytest.fixture
def crowd(turns: Turns) -> Iterator[Crowd]:
    crowd = Crowd(turns)
    yield crowd
    crowd.leave()


def gets_a_turn(turns: Turns, who: str) -> bool:
    try:
        with turns.turn(who):
            return True
    except BusyError:
        return False


def test_nobody_takes_the_last_place_by_sending_more(turns: Turns, crowd: Crowd) -> None:
    crowd.join("ada", 2)
    assert not gets_a_turn(turns, "ada")
    assert gets_a_turn(turns, "bob")


def test_no_more_are_read_at_once_than_there_are_places(turns: Turns, crowd: Crowd) -> None:
    crowd.join("ada", 2)
    crowd.join("bob")
    assert not gets_a_turn(turns, "eve")
    crowd.leave()
    assert gets_a_turn(turns, "eve")


def test_one_person_keeps_few_threads_waiting() -> None:
    turns = Turns(at_once=3, each=1, waiting=9, waiting_each=1, patience_s=5)
    crowd = Crowd(turns)
    crowd.join("ada", 2)  # one inside, one that waits
    began = monotonic()
    assert not gets_a_turn(turns, "ada")
    assert monotonic() - began < 1
    crowd.leave()


def test_all_together_keep_few_threads_waiting() -> None:
    turns = Turns(at_once=1, each=1, waiting=2, waiting_each=1, patience_s=5)
    crowd = Crowd(turns)
    for who in ("ada", "bob", "eve"):
        crowd.join(who)
    began = monotonic()
    assert not gets_a_turn(turns, "zoe")
    assert monotonic() - began < 1
    crowd.leave()


def test_a_web_process_always_keeps_threads_for_pages() -> None:
    assert web_server.threads - 1 > reading.AT_ONCE + reading.WAITING


def test_who_waits_comes_in_when_a_place_is_free() -> None:
    turns = Turns(at_once=1, each=1, waiting=1, waiting_each=1, patience_s=5)
    crowd = Crowd(turns)
    crowd.join("ada")
    threading.Timer(0.1, crowd.leave).start()
    assert gets_a_turn(turns, "bob")


def test_nothing_is_remembered_of_those_who_have_left(turns: Turns) -> None:
    assert gets_a_turn(turns, "ada")
    assert not turns._reading
    assert not turns._waiting


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """Which this thread may enter, as it answers a request."""
    room = Room()
    monkeypatch.setattr(slow_work, "room", room)
    room.begin()
    yield room
    room.end()


def test_who_finds_no_place_for_a_photo_is_told_to_come_back_in_seconds(room: Room) -> None:
    room.most = 0
    with pytest.raises(BusyError, match="Please try again in 10 seconds") as caught:
        read_image(cast(BinaryIO, upload()), "ada")
    assert caught.value.wait_s == 10


def test_who_was_too_slow_is_not_told_to_send_a_photo_again_before_it_is_taken(
    room: Room,
) -> None:
    room.enter("ada")
    room.bar(threading.get_ident())
    with pytest.raises(BusyError, match="Please try again in 2 minutes") as caught:
        read_image(cast(BinaryIO, upload()), "ada")
    assert caught.value.wait_s == 120


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Decoder]:
    decoder = Decoder("tests.engine.decoding.hostile_child")
    monkeypatch.setattr(reading, "decoder", decoder)
    yield decoder
    decoder.close()


def test_what_the_picture_said_besides_comes_along() -> None:
    picture = read_picture(cast(BinaryIO, upload()))
    assert (picture.file_format, picture.is_grey) == ("PNG", False)
    assert picture.image.tobytes() == gradient().tobytes()


def test_the_operators_limits_hold(settings: Settings) -> None:
    settings.UPLOAD_MAX_PIXELS = 5000
    with pytest.raises(ImageError) as caught:
        read_image(cast(BinaryIO, upload(gradient(120, 80))))
    assert caught.value.reason == "too_many_pixels"


def test_a_file_that_kills_its_reader_is_refused_with_a_sentence(
    hostile: Decoder, signed_in: Client, user: User
) -> None:
    files = {"image": SimpleUploadedFile("bad.png", HOLE + b"crash")}
    response = signed_in.post(reverse("gallery:style-add"), files)
    assert response.status_code == 422
    assert "We couldn’t read this picture" in response.content.decode()
    files = {"image": upload()}
    assert signed_in.post(reverse("gallery:style-add"), files).status_code == 302
    assert Style.objects.owned_by(user).count() == 1


def test_while_too_many_are_read_a_page_says_so_and_keeps_what_was_written(
    signed_in: Client, own_style: Style, nobody_may_read: None
) -> None:
    form = {
        "title": "Another name",
        "image": upload(),
    }
    response = signed_in.post(reverse("gallery:style-edit", args=[own_style.pk]), form)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Many pictures are arriving right now" in page
    assert "Another name" in page
