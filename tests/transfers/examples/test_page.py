"""The curator's page of examples: what it shows, what it orders, and for whom."""

from __future__ import annotations

import pytest
from django.test import Client
from PIL import Image
from pytest_django import Settings

from accounts.models import Quota, User
from gallery.artworks import frame_artwork
from gallery.models import Style
from tests.gallery.admin.people import as_staff, staff
from tests.gallery.drawings import gradient
from transfers.examples import ordering
from transfers.examples.models import ExampleOrder
from transfers.models import Transfer
from transfers.queue import lifecycle

PAGE = "/admin/examples/"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def small(settings: Settings) -> None:
    settings.EXAMPLE_SIZE_PX = 64


@pytest.fixture
def curator(db: None) -> Client:
    return as_staff("transfers.add_exampleorder")


@pytest.fixture
def running(user: User, preset: Style) -> Transfer:
    ordering.order(user, preset, "chelsea")
    held = lifecycle.claim("test")
    assert held is not None
    return held


def html(client: Client, address: str = PAGE, **headers: str) -> str:
    return str(client.get(address, **headers).content.decode())  # type: ignore[arg-type]


def test_many_are_ordered_each_on_its_photo(curator: Client, preset: Style) -> None:
    second = Style(title="Dots", state="draft")
    second.set_picture(Image.new("RGB", (64, 64), "teal"))
    second.save()
    sent = {"style": [str(preset.pk), str(second.pk)], f"photo-{second.pk}": "coffee"}
    text = curator.post(PAGE, sent, follow=True).content.decode()
    assert "2 examples are ordered." in text
    assert dict(ExampleOrder.objects.values_list("style__title", "photo")) == {
        "Stripes": "chelsea",
        "Dots": "coffee",
    }
    again = curator.post(PAGE, sent, follow=True).content.decode()
    assert "2 were on their way already." in again
    assert Transfer.objects.count() == 2


def test_it_follows_by_itself_while_something_is_on_its_way(
    curator: Client, running: Transfer
) -> None:
    Transfer.objects.update(step=3, total_steps=12, seconds_left=40, levels=1)
    text = html(curator, **HTMX)
    assert "Getting the paints ready, 25 %" in text
    assert "about 40 seconds left" in text
    assert 'hx-get="/admin/examples/"' in text
    assert 'hx-swap-oob="true"' in text
    assert "<html" not in text


def test_a_failure_is_told_with_its_reference(curator: Client, running: Transfer) -> None:
    lifecycle.fail(running, "Something went wrong on our side.", "ab12cd34", kind="crash")
    text = html(curator)
    assert "Something went wrong on our side." in text
    assert "ab12cd34" in text
    assert "hx-get" not in text


def test_the_presets_of_the_address_are_ticked_and_shown_alone(
    curator: Client, preset: Style
) -> None:
    other = Style(title="Other")
    other.set_picture(Image.new("RGB", (64, 64), "teal"))
    other.save()
    response = curator.get(f"{PAGE}?style={preset.pk}&style=nonsense")
    (row,) = response.context["rows"]
    assert (row.style, row.chosen) == (preset, True)
    assert len(curator.get(PAGE).context["rows"]) == 2


def test_the_studio_and_the_live_page_of_the_curator_bear_it(
    client: Client, user: User, running: Transfer
) -> None:
    artwork = frame_artwork(
        owner=user, image=gradient(), before=gradient(), title="Example", recipe={}
    )
    lifecycle.succeed(running, artwork)
    client.force_login(user)
    for address in ("/transfers/", f"/transfers/{running.pk}/", "/gallery/", "/gallery/trash/"):
        assert client.get(address).status_code == 200
    assert "Example" not in html(client, "/gallery/")


def test_a_personal_style_is_neither_shown_nor_ordered(curator: Client, own_style: Style) -> None:
    assert "My tiles" not in html(curator)
    text = curator.post(PAGE, {"style": str(own_style.pk)}, follow=True).content.decode()
    assert "Nothing was ordered." in text
    assert not Transfer.objects.exists()


def test_a_limit_is_told_for_its_preset(db: None, preset: Style) -> None:
    person = staff("transfers.add_exampleorder")
    Quota.objects.create(user=person, waiting=0)
    client = Client()
    client.force_login(person)
    text = client.post(PAGE, {"style": str(preset.pk)}, follow=True).content.decode()
    assert "Stripes: You may have 0 pictures waiting" in text
    assert not ExampleOrder.objects.exists()


def test_an_unknown_photo_is_the_usual_one(curator: Client, preset: Style) -> None:
    curator.post(PAGE, {"style": str(preset.pk), f"photo-{preset.pk}": "../../secret"})
    assert ExampleOrder.objects.get().photo == "chelsea"


def test_others_stay_outside(signed_in: Client, preset: Style) -> None:
    other = as_staff("gallery.view_style", "gallery.change_style")
    for method in ("get", "post"):
        assert getattr(other, method)(PAGE).status_code == 403
        assert getattr(signed_in, method)(PAGE).status_code == 302
        assert getattr(Client(), method)(PAGE).status_code == 302
    assert not Transfer.objects.exists()


def test_other_methods_do_nothing(curator: Client) -> None:
    assert curator.put(PAGE).status_code == 405
    assert curator.delete(PAGE).status_code == 405
