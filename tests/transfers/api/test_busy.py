"""What is slow waits for its place, whether a page or a program asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from gallery import slow_work
from gallery.models import Artwork
from tests.gallery.drawings import hang_artwork
from tests.gallery.films import add_time_lapse
from tests.transfers.api.conftest import ApiClient, data_of
from tests.transfers.drawings import as_file, quadrants
from transfers.models import BroughtRecipe, Sweep, Transfer
from transfers.queue import checkpoints
from transfers.studies import sweeps

pytestmark = pytest.mark.django_db


@pytest.fixture
def repetition(brought: BroughtRecipe, whole: Artwork) -> Artwork:
    """It was painted by the recipe of ``whole``, and became another picture."""
    recipe = {**whole.recipe, "repeats": str(brought.pk)}
    return hang_artwork(
        owner=whole.owner,
        image=quadrants(96, 64).rotate(180),
        before=None,
        title="Again",
        recipe=recipe,
    )


def paint(study: Transfer) -> None:
    picture = as_file(quadrants(96, 64), "PNG")
    study.preview.name = checkpoints.write(study, "study", picture, "png")
    study.state = Transfer.State.SUCCEEDED
    study.save()


@pytest.mark.parametrize("is_full", [True, False])
def test_what_is_slow_waits_for_its_place_on_both_sides(
    signed_in: Client,
    api: ApiClient,
    sweep: Sweep,
    whole: Artwork,
    repetition: Artwork,
    monkeypatch: pytest.MonkeyPatch,
    is_full: bool,
) -> None:
    add_time_lapse(whole)
    cell = sweeps.cells_of(sweep)[0]
    paint(cell.transfer)
    place = [sweep.pk, cell.row, cell.column]
    in_api = (
        ("GET", f"/sheets/{sweep.pk}/picture/"),
        ("GET", f"/artworks/{whole.pk}/difference/{repetition.pk}/"),
        ("GET", f"/artworks/{repetition.pk}/check/"),
        ("GET", f"/artworks/{whole.pk}/time-lapse/animation/?kind=webp"),
        ("POST", f"/artworks/{whole.pk}/time-lapse/frames/3/keep/"),
        ("POST", f"/sheets/{sweep.pk}/cells/{cell.row}/{cell.column}/keep/"),
    )
    pages = (
        ("get", reverse("transfers:sweep-picture", args=[sweep.pk]), {}),
        ("get", reverse("transfers:recipe-check", args=[repetition.pk]), {}),
        ("post", reverse("gallery:time-lapse-keep", args=[whole.pk]), {"step": "3"}),
        ("post", reverse("transfers:sweep-keep", args=place), {}),
    )
    if is_full:
        monkeypatch.setattr(slow_work.room, "most", 0)  # as many as may be are at it
    for method, address in in_api:
        answer = api.send(method, address)
        if is_full:
            assert (answer.status_code, answer.json()["reason"]) == (503, "busy"), address
        else:
            assert answer.status_code in (200, 201), address
            assert data_of(answer), address
    cache.clear()  # it knows the check
    for method, address, data in pages:
        answer: Any = getattr(signed_in, method)(address, data, follow=True)
        said = b"" if answer.get("Content-Type") == "image/jpeg" else answer.content
        assert (b"Please try again in a minute" in said) is is_full, address
