"""A time-lapse as a film or an animated picture, asked for on the page of its artwork."""

from __future__ import annotations

import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import av
import pytest
from django.core.cache import cache
from django.test import Client
from PIL import Image

from accounts.models import User
from gallery import animations, time_lapses
from gallery.frames import Frame
from gallery.models import Artwork, TimeLapse
from tests.gallery.drawings import gradient
from tests.gallery.films import add_time_lapse, at, body, frames_of, said

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_had_animations() -> None:
    cache.clear()


@pytest.mark.parametrize(("seconds", "photo"), [(4, False), (8, True), (16, False)])
def test_a_film_has_its_length_and_all_frames(
    signed_in: Client, time_lapse: TimeLapse, seconds: int, photo: bool
) -> None:
    query = {"kind": "mp4", "seconds": seconds} | ({"photo": "1"} if photo else {})
    response = signed_in.get(at(time_lapse, "time-lapse-animation"), query)
    assert response["Content-Type"] == "video/mp4"
    assert response["Content-Disposition"] == 'attachment; filename="Mill.mp4"'
    shown_s = seconds + 1.5 + (1.5 if photo else 0)
    with av.open(BytesIO(body(response))) as film:
        [stream] = film.streams
        assert (stream.codec.name, stream.width, stream.height) == ("h264", 96, 64)
        pictures = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
    assert len(pictures) == pytest.approx(shown_s * 25, abs=1)
    # Thirteen greys, ten apart, after the photo; the last one is held.
    greys = [int(picture[32, 48]) for picture in pictures[int(1.5 * 25) * photo + photo :]]
    seen = [round(grey / 10) * 10 for grey in greys]
    assert sorted(set(seen)) == list(range(10, 140, 10))
    assert seen.count(130) == pytest.approx((seconds / 13 + 1.5) * 25, abs=2)


def test_a_film_never_has_a_name_on_the_disk_and_begins_with_what_players_need(
    signed_in: Client, time_lapse: TimeLapse, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[Path] = []
    image = Frame.image

    def watched(frame: Frame) -> Image.Image:
        named.extend(temporary.iterdir())
        return image(frame)

    monkeypatch.setattr(Frame, "image", watched)
    response = signed_in.get(at(time_lapse, "time-lapse-animation"), {"kind": "mp4", "seconds": 4})
    film = body(response)
    assert 0 < film.index(b"moov") < film.index(b"mdat")
    assert named == list(temporary.iterdir()) == []


def test_an_animated_picture_has_its_frames_and_its_length(
    signed_in: Client, time_lapse: TimeLapse
) -> None:
    response = signed_in.get(
        at(time_lapse, "time-lapse-animation"), {"kind": "webp", "seconds": "4", "photo": "1"}
    )
    assert response["Content-Disposition"] == 'attachment; filename="Mill.webp"'
    picture = Image.open(BytesIO(body(response)))
    assert (picture.n_frames, picture.size, picture.info["loop"]) == (14, (96, 64), 0)
    durations_ms = []
    for number in range(picture.n_frames):
        picture.seek(number)
        picture.load()
        durations_ms.append(picture.info["duration"])
    assert sum(durations_ms) == pytest.approx(7000, abs=20)
    assert durations_ms[-1] == pytest.approx(4000 / 13 + 1500, abs=2)


def test_its_size_is_bounded_and_even(
    signed_in: Client, make_artwork: Callable[..., Artwork]
) -> None:
    wide = add_time_lapse(make_artwork(), [1])
    TimeLapse.objects.filter(pk=wide.pk).update(width=1919, height=1001)
    response = signed_in.get(at(wide, "time-lapse-animation"), {"seconds": "4"})
    with av.open(BytesIO(body(response))) as film:
        [stream] = film.streams
        assert (stream.width, stream.height) == (960, 500)


@pytest.mark.parametrize("query", ["kind=gif", "seconds=5", "seconds=999999", "kind=mp4&seconds=x"])
def test_another_wish_is_refused_with_a_sentence(
    signed_in: Client, time_lapse: TimeLapse, query: str
) -> None:
    response = signed_in.get(f"{at(time_lapse, 'time-lapse-animation')}?{query}", follow=True)
    assert said(response).startswith("Please choose")


def test_nobody_has_too_many_a_minute(
    signed_in: Client, time_lapse: TimeLapse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(animations, "MOST_A_MINUTE", 2)
    monkeypatch.setattr(animations, "time", SimpleNamespace(time=lambda: 1000.0))
    address = f"{at(time_lapse, 'time-lapse-animation')}?kind=webp"
    for _time in range(2):
        assert body(signed_in.get(address)).startswith(b"RIFF")
    assert "within a minute" in said(signed_in.get(address, follow=True))


def test_one_is_made_at_a_time(
    signed_in: Client, time_lapse: TimeLapse, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{at(time_lapse, 'time-lapse-animation')}?kind=webp"
    cache.set(f"animation-{user.pk}", 1)
    assert "is being made" in said(signed_in.get(address, follow=True))
    cache.delete(f"animation-{user.pk}")
    busy = threading.BoundedSemaphore(1)
    busy.acquire()
    monkeypatch.setattr(animations, "_one_at_a_time", busy)
    monkeypatch.setattr(animations, "PATIENCE_S", 0.01)
    assert "Many animations" in said(signed_in.get(address, follow=True))
    busy.release()
    assert body(signed_in.get(address)).startswith(b"RIFF")


def test_one_that_fails_lets_the_next_be_made(
    signed_in: Client, time_lapse: TimeLapse, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{at(time_lapse, 'time-lapse-animation')}?kind=webp"
    time_lapses.delete_file(time_lapse)
    assert signed_in.get(address).status_code == 404
    assert signed_in.get(address).status_code == 404  # and not: one is being made


def test_a_frame_of_odd_size_can_be_kept_and_shown(
    signed_in: Client, make_artwork: Callable[..., Artwork]
) -> None:
    odd = make_artwork(image=gradient(33, 95))
    lapse = time_lapses.frame_time_lapse(odd, frames_of([1, 2], (33, 95)))
    lapse.save(force_insert=True)
    response = signed_in.get(at(lapse, "time-lapse-animation"))
    with av.open(BytesIO(body(response))) as film:
        assert (film.streams.video[0].width, film.streams.video[0].height) == (32, 94)
