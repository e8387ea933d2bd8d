"""A finished picture painted again, up to one of its steps."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from accounts.models import Quota, User
from engine.params import Params
from gallery.frames import Frame
from gallery.models import Artwork, Style
from gallery.time_lapses import read_frames
from tests.transfers.queue.fake_engine import FakeEngine
from transfers.models import ContentImage, Transfer
from transfers.queue import recording, runner, submission

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(runner, "stylize", fake)
    return fake


@pytest.fixture
def finished(user: User, photo: ContentImage, preset: Style, engine: FakeEngine) -> Artwork:
    submission.submit(user, photo, [(preset, 1.0)], Params(size_px=64, seed=5))
    runner.paint_next()
    return Artwork.objects.get()


def address(artwork: Artwork) -> str:
    return reverse("transfers:up-to", args=[artwork.pk])


def said(response: Any) -> str:
    [message] = response.context["messages"]
    return str(message)


def test_it_ends_after_that_step(signed_in: Client, finished: Artwork, preset: Style) -> None:
    response = signed_in.post(address(finished), {"step": "3"})
    new = Transfer.objects.get(state=Transfer.State.QUEUED)
    assert response["Location"] == reverse("transfers:detail", args=[new.pk])
    assert (new.stop_after, new.params["seed"]) == (3, 5)
    whole = Transfer.objects.get(artwork=finished)
    order = submission.Order(
        content_image=whole.content_image,
        styles=[(preset, 1.0)],
        params=Params.from_json(whole.params),
    )
    assert new.pixel_steps_left < order.pixel_steps()
    runner.paint_next()
    new.refresh_from_db()
    artwork = new.artwork
    assert artwork is not None
    assert artwork.title == "Harbour in Stripes at step 3"
    assert (artwork.recipe["steps"], artwork.recipe["planned_steps"]) == (3, 5)
    assert (new.step, new.total_steps) == (3, 3)
    assert [place.step for place in artwork.time_lapse.frames] == [1, 2, 3]


def test_a_continued_picture_counts_its_own_steps(signed_in: Client, finished: Artwork) -> None:
    submission.continue_artwork(finished, size_px=96)
    runner.paint_next()
    further = Artwork.objects.exclude(pk=finished.pk).get()
    signed_in.post(address(further), {"step": "8"})
    new = Transfer.objects.get(state=Transfer.State.QUEUED)
    assert (new.stop_after, new.continues) == (3, finished)
    new.delete()
    response = signed_in.post(address(further), {"step": "5"}, follow=True)
    assert "cannot be painted again" in said(response)
    assert not Transfer.objects.queued().exists()


def test_tried_again_it_stops_there_too(signed_in: Client, finished: Artwork) -> None:
    signed_in.post(address(finished), {"step": "3"})
    new = Transfer.objects.get(state=Transfer.State.QUEUED)
    Transfer.objects.filter(pk=new.pk).update(state=Transfer.State.FAILED)
    assert submission.retry(new).stop_after == 3


@pytest.mark.vgg
def test_it_is_the_picture_of_the_frame(
    user: User, photo: ContentImage, preset: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lossless(image: Image.Image, step: int, quality: int) -> Frame:
        buffer = BytesIO()
        image.save(buffer, "WEBP", lossless=True)
        return Frame(step, image.width, image.height, buffer.getvalue())

    monkeypatch.setattr(recording, "take", lossless)
    submission.submit(user, photo, [(preset, 1.0)], Params(size_px=96, steps=6, seed=5))
    runner.paint_next()
    first = Artwork.objects.get()
    frames = {frame.step: frame.image() for frame in read_frames(first.time_lapse)}
    submission.paint_up_to(first, 3)
    runner.paint_next()
    again = Artwork.objects.exclude(pk=first.pk).get()
    with again.original.open("rb") as file, Image.open(file) as painted:
        assert painted.convert("RGB").tobytes() == frames[3].tobytes()
    assert frames[3].tobytes() != frames[4].tobytes()


def test_another_users_or_a_visitors_is_not_found(
    client: Client, finished: Artwork, stranger: User
) -> None:
    assert client.post(address(finished), {"step": "3"}).status_code == 404
    client.force_login(stranger)
    assert client.post(address(finished), {"step": "3"}).status_code == 404


@pytest.mark.parametrize("step", ["", "0", "6", "-1", "x", "9" * 40, "²"])
def test_another_step_is_refused_with_a_sentence(
    signed_in: Client, finished: Artwork, step: str
) -> None:
    response = signed_in.post(address(finished), {"step": step}, follow=True)
    assert "cannot be painted again" in said(response)
    assert not Transfer.objects.queued().exists()


def test_a_limit_is_said(signed_in: Client, finished: Artwork, user: User) -> None:
    Quota.objects.create(user=user, waiting=0)
    response = signed_in.post(address(finished), {"step": "3"}, follow=True)
    assert "waiting" in said(response)


def test_what_was_not_painted_here_has_no_such_button(signed_in: Client, finished: Artwork) -> None:
    page = reverse("gallery:artwork", args=[finished.pk])
    assert address(finished) in signed_in.get(page).content.decode()
    Transfer.objects.all().delete()
    assert address(finished) not in signed_in.get(page).content.decode()
    assert "cannot be painted again" in said(
        signed_in.post(address(finished), {"step": "3"}, follow=True)
    )


def test_it_wants_to_be_posted(signed_in: Client, finished: Artwork) -> None:
    assert signed_in.get(address(finished)).status_code == 405


# The tick on the new-transfer page


@pytest.mark.parametrize(
    ("sent", "keeps"),
    [({}, True), ({"time_lapse": ["no", "yes"]}, True), ({"time_lapse": ["no"]}, False)],
)
def test_whoever_unticks_the_time_lapse_gets_none(
    signed_in: Client, photo: ContentImage, preset: Style, sent: dict[str, Any], keeps: bool
) -> None:
    chosen = {
        "photo": str(photo.pk),
        "style": str(preset.pk),
        "quality": "draft",
        "style_strength": "50",
    }
    signed_in.post(reverse("transfers:new"), {**chosen, **sent})
    assert Transfer.objects.get().keeps_time_lapse is keeps


def test_the_tick_stays_as_it_was_after_a_mistake(
    signed_in: Client, photo: ContentImage, settings: Settings
) -> None:
    page = signed_in.get(reverse("transfers:new")).content.decode()
    assert "Keep the time-lapse" in page
    response = signed_in.post(
        reverse("transfers:new"), {"photo": str(photo.pk), "time_lapse": "no"}
    )
    again = response.content.decode()
    tick = next(tag for tag in again.split("<input") if "checkbox" in tag and "time_lapse" in tag)
    assert "checked" not in tick.partition(">")[0]
    settings.TIMELAPSE = False
    assert "Keep the time-lapse" not in signed_in.get(reverse("transfers:new")).content.decode()
