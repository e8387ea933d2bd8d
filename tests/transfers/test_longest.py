"""What one picture may take of a worker, on every way in."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from engine.errors import EngineError
from engine.params import Params
from gallery.models import Artwork, Style
from tests.gallery.drawings import hang_artwork
from tests.transfers.drawings import as_file, quadrants
from transfers import longest
from transfers.booth import sittings
from transfers.longest import TooLongError
from transfers.models import Booth, ContentImage, MachineSpeed, Sitting, Transfer
from transfers.queue import submission
from transfers.queue.submission import Order
from transfers.studies import looks

pytestmark = pytest.mark.django_db

WORK = (256 * 171 + 6000) * 15
"""Pixel steps of a draft of the photo: 13 of one level, which is set up in the time of two."""

SENTENCE = (
    "Such a picture would take about 8 hours to paint, more than the 6 hours that one may take "
    "here. Choose a smaller size or fewer steps."
)


@pytest.fixture
def slow(db: None) -> MachineSpeed:
    """A machine that paints a draft in eight hours."""
    return MachineSpeed.objects.create(
        host="here", pixel_steps_per_s=WORK / (8 * 3600), overhead_s=1
    )


@pytest.fixture
def chosen(photo: ContentImage, preset: Style) -> dict[str, Any]:
    return {"photo": photo.pk, "style": preset.pk, "quality": "draft"}


@pytest.fixture
def artwork(user: User, transfer: Transfer) -> Artwork:
    picture = quadrants(256, 171)
    hung = hang_artwork(owner=user, image=picture, before=picture, title="Harbour", recipe={})
    Transfer.objects.filter(pk=transfer.pk).update(state="succeeded", artwork=hung)
    return hung


def test_what_takes_as_long_as_may_be_is_taken_and_no_more(slow: MachineSpeed) -> None:
    a_second = slow.pixel_steps_per_s
    assert longest.refusal(round((6 * 3600 - 2) * a_second), slow) == ""
    assert longest.refusal(round((6 * 3600 + 2) * a_second), slow) != ""
    assert longest.refusal(WORK, slow) == SENTENCE


def test_the_setting_says_how_long_that_is(slow: MachineSpeed, settings: Settings) -> None:
    settings.LONGEST_PICTURE_S = 9 * 3600
    assert longest.refusal(WORK, slow) == ""
    settings.LONGEST_PICTURE_S = 3600
    assert "more than the 1 hour that" in longest.refusal(WORK, slow)


def test_before_the_machine_is_measured_a_speed_is_assumed(
    user: User, photo: ContentImage, preset: Style
) -> None:
    for_days = Params(size_px=4096, objective="classic", steps=20_000)
    with pytest.raises(TooLongError, match="would take about 9 days") as refused:
        submission.submit(user, photo, [(preset, 1.0)], for_days)
    assert refused.value.field == "steps"
    assert not Transfer.objects.exists()


def test_of_many_all_are_refused_where_one_is_too_long(
    user: User, photo: ContentImage, preset: Style, slow: MachineSpeed
) -> None:
    sizes = (64, 256, 64)
    orders = [
        Order(content_image=photo, styles=[(preset, 1.0)], params=Params(size_px=size_px))
        for size_px in sizes
    ]
    with pytest.raises(TooLongError) as refused:
        submission.submit_all(user, orders)
    assert refused.value.field == "size_px"
    assert not Transfer.objects.exists()


def test_one_that_is_tried_again_or_painted_up_to_a_step_is_no_exception(
    transfer: Transfer, artwork: Artwork, slow: MachineSpeed
) -> None:
    Transfer.objects.filter(pk=transfer.pk).update(state="failed", artwork=None)
    with pytest.raises(TooLongError):
        submission.retry(transfer)
    Transfer.objects.filter(pk=transfer.pk).update(state="succeeded", artwork=artwork)
    artwork.recipe = {"steps": 13}
    with pytest.raises(TooLongError):
        submission.paint_up_to(artwork, 13)


def test_nor_is_a_quick_look(
    user: User, photo: ContentImage, preset: Style, slow: MachineSpeed
) -> None:
    order = Order(content_image=photo, styles=[(preset, 1.0)], params=Params(size_px=1024))
    with pytest.raises(TooLongError):
        looks.begin(user, order, asked=True)


def test_the_page_says_so_beside_the_quality_and_keeps_all_that_was_chosen(
    signed_in: Client, chosen: dict[str, Any], slow: MachineSpeed
) -> None:
    response = signed_in.post("/new/", {**chosen, "style_strength": "37"})
    assert response.status_code == 422
    assert response.context["form"].errors == {"quality": [SENTENCE]}
    assertContains(response, 'value="37"', status_code=422)
    assert response.context["photo"].pk == chosen["photo"]
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    ("asked", "field"), [({"quality": "own", "size_px": 256}, "size_px"), ({"steps": 13}, "steps")]
)
def test_it_says_so_beside_the_size_or_the_steps_where_they_were_chosen(
    signed_in: Client,
    chosen: dict[str, Any],
    slow: MachineSpeed,
    asked: dict[str, Any],
    field: str,
) -> None:
    response = signed_in.post("/new/", {**chosen, **asked})
    assert response.context["form"].errors == {field: [SENTENCE]}


def test_the_page_says_so_before_anything_is_sent(
    signed_in: Client, chosen: dict[str, Any], slow: MachineSpeed
) -> None:
    told = signed_in.get("/new/estimates/", chosen)
    assertContains(told, f'<span id="too-long-draft" hx-swap-oob="innerHTML">{SENTENCE}</span>')
    assertNotContains(told, "about 8 hours</span>")
    assertContains(signed_in.get("/new/", chosen), SENTENCE)
    slow.pixel_steps_per_s = 1e6
    slow.save()
    assertNotContains(signed_in.get("/new/estimates/", chosen), "Such a picture")


def test_so_does_the_page_of_many(
    signed_in: Client, photo: ContentImage, preset: Style, slow: MachineSpeed
) -> None:
    many = {"photos": photo.pk, "styles": preset.pk, "quality": "draft"}
    assertContains(signed_in.get("/new/many/summary/", many), SENTENCE)
    response = signed_in.post("/new/many/", many)
    assert response.status_code == 422
    assert response.context["form"].errors == {"quality": [SENTENCE]}


def test_so_does_the_page_of_going_on(
    signed_in: Client, artwork: Artwork, slow: MachineSpeed
) -> None:
    address = f"/continue/{artwork.pk}/"
    (only,) = signed_in.get(address).context["choices"]
    assert (only["too_long"], only["checked"]) == (SENTENCE, False)
    response = signed_in.post(address, {"size_px": 256})
    assert response.status_code == 422
    assert response.context["form"].errors == {"size_px": [SENTENCE]}
    slow.pixel_steps_per_s *= 2
    slow.save()
    own, larger = signed_in.get(address).context["choices"]
    assert own["too_long"] == ""
    assert "more than the 6 hours" in larger["too_long"]


def test_a_guest_of_a_booth_is_told_that_it_is_the_booth_and_not_to_wait(
    user: User, preset: Style, slow: MachineSpeed
) -> None:
    booth = Booth.objects.create(owner=user, title="Summer party", quality="draft")
    booth.styles.add(preset)
    with pytest.raises(EngineError, match="longer than this site allows") as refused:
        sittings.take(booth, BytesIO(as_file(quadrants())), preset, on_wall=True)
    assert "minutes" not in refused.value.sentence
    assert not Sitting.objects.exists()
    assert not ContentImage.objects.exists()
