"""What the studio's script asks for: a look begins, is followed, stopped and kept."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Quota, User
from engine import pyramid
from engine.params import Params
from gallery.models import Artwork, Style
from tests.transfers.studies.conftest import Look, painted
from transfers.models import ContentImage, MachineSpeed, Transfer

URL = "/looks/"
State = Transfer.State


def chosen(photo: ContentImage, style: Style, **more: object) -> dict[str, object]:
    return {"photo": photo.pk, "style": style.pk, "quality": "fine", **more}


def test_the_fields_of_the_studio_begin_a_look(
    signed_in: Client, photo: ContentImage, preset: Style
) -> None:
    response = signed_in.post(URL, chosen(photo, preset, style_scale="2", seed="5"))
    assert response.status_code == 201
    look = Transfer.objects.looks().get()
    # What the style recommends, what was chosen, and the size of a look.
    assert Params.from_json(look.params) == Params(
        size_px=256, style_strength=71, style_scale=2, seed=5
    )
    answer = response.json()
    assert (answer["id"], answer["unfinished"], answer["picture"]) == (str(look.pk), True, None)
    assert answer["words"] == "Next in line"
    assert response["Cache-Control"] == "private, no-store"


def test_the_next_one_stops_it(signed_in: Client, photo: ContentImage, preset: Style) -> None:
    first = signed_in.post(URL, chosen(photo, preset)).json()
    signed_in.post(URL, chosen(photo, preset, style_strength="20"))
    assert signed_in.get(first["state_url"]).json()["state"] == "cancelled"
    assert Transfer.objects.looks().unfinished().get().params["style_strength"] == 20.0


def test_a_finished_one_says_where_its_picture_is_and_how_long_it_took(
    signed_in: Client, look: Look
) -> None:
    begun = painted(look())
    answer = signed_in.get(f"/looks/{begun.pk}/").json()
    assert (answer["state"], answer["unfinished"], answer["percent"]) == ("succeeded", False, 100)
    assert answer["words"] == "Painted in 2 seconds"
    picture = signed_in.get(answer["picture"])
    assert picture["Content-Type"] == "image/png"
    assert len(picture.getvalue()) > 100


def test_a_failed_one_says_why(signed_in: Client, look: Look) -> None:
    begun = look()
    Transfer.objects.filter(pk=begun.pk).update(state=State.FAILED, error="Too dark to paint.")
    assert signed_in.get(f"/looks/{begun.pk}/").json()["words"] == "Too dark to paint."


def test_it_is_stopped_when_the_page_is_left(signed_in: Client, look: Look) -> None:
    begun = look()
    answer = signed_in.post(f"/looks/{begun.pk}/cancel/").json()
    assert answer["state"] == "cancelled"
    assert not Transfer.objects.unfinished().exists()


def test_it_is_kept_as_a_picture_once(signed_in: Client, look: Look, user: User) -> None:
    begun = painted(look())
    answer = signed_in.post(f"/looks/{begun.pk}/keep/").json()
    artwork = Artwork.objects.get()
    assert answer["address"] == f"/gallery/{artwork.pk}/"
    assert (artwork.owner, artwork.width) == (user, 256)
    assert signed_in.post(f"/looks/{begun.pk}/keep/").json()["address"] == answer["address"]
    assert Artwork.objects.count() == 1
    assert Transfer.objects.pictures().get().artwork == artwork


def test_what_is_gone_cannot_be_kept_and_says_so(signed_in: Client, look: Look) -> None:
    begun = painted(look())
    look()
    response = signed_in.post(f"/looks/{begun.pk}/keep/")
    assert response.status_code == 422
    assert response.json()["sentence"] == (
        "This picture is no longer here. Please have it painted again."
    )


def test_a_look_is_in_no_list(signed_in: Client, look: Look) -> None:
    begun = painted(look())
    for address in ("/transfers/", "/gallery/", "/"):
        assertNotContains(signed_in.get(address), str(begun.pk))
    look()
    assertNotContains(signed_in.get("/new/"), "picture is being painted")
    assertContains(signed_in.get("/transfers/"), "Nothing on the easel")
    assert signed_in.get(f"/transfers/{begun.pk}/").status_code == 404


def test_a_photo_that_was_only_looked_at_can_be_deleted(
    signed_in: Client, look: Look, photo: ContentImage
) -> None:
    painted(look())
    signed_in.post("/photos/delete/", {"photo": photo.pk})
    assert not ContentImage.objects.exists()
    assert not Transfer.objects.exists()


def test_a_photo_that_is_being_looked_at_stays(
    signed_in: Client, look: Look, photo: ContentImage
) -> None:
    look()
    signed_in.post("/photos/delete/", {"photo": photo.pk})
    assert ContentImage.objects.get() == photo


# Somebody else, and visitors


@pytest.mark.parametrize("what", ["", "cancel/", "keep/"])
def test_somebody_elses_look_is_not_found(
    client: Client, stranger: User, look: Look, what: str
) -> None:
    begun = look()
    client.force_login(stranger)
    address = f"/looks/{begun.pk}/{what}"
    assert (client.post(address) if what else client.get(address)).status_code == 404
    assert Transfer.objects.get().state == State.QUEUED


def test_nobody_looks_at_somebody_elses_photo(
    client: Client, stranger: User, photo: ContentImage, preset: Style
) -> None:
    client.force_login(stranger)
    response = client.post(URL, chosen(photo, preset))
    assert response.status_code == 422
    assert response.json()["sentence"] == "That photo is no longer here. Please add it again."


def test_visitors_are_asked_to_sign_in(client: Client, look: Look) -> None:
    assert client.post(URL)["Location"].startswith("/accounts/login/")
    assert client.get(f"/looks/{look().pk}/").status_code == 404


# What cannot be


def test_settings_that_cannot_be_are_said_and_stop_the_one_before(
    signed_in: Client, look: Look, photo: ContentImage, preset: Style
) -> None:
    look()
    response = signed_in.post(URL, chosen(photo, preset, style_strength="1000"))
    assert response.status_code == 422
    assert "from 0 to 100" in response.json()["sentence"]
    assert not Transfer.objects.unfinished().exists()


def test_one_that_would_take_long_waits_to_be_asked_for(
    signed_in: Client, photo: ContentImage, preset: Style
) -> None:
    cost = pyramid.plan(120, 80, Params(size_px=256)).pixel_steps
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=cost / 50, overhead_s=10)
    response = signed_in.post(URL, chosen(photo, preset))
    assert (response.status_code, response.json()["can_be_asked"]) == (409, True)
    assert "would take about 1 minute right now" in response.json()["sentence"]
    assert signed_in.post(URL, chosen(photo, preset, asked="yes")).status_code == 201


def test_at_the_limit_of_minutes_a_sentence_says_so(
    signed_in: Client, look: Look, photo: ContentImage, preset: Style
) -> None:
    Quota.objects.create(painting_minutes_a_day=1)
    begun = painted(look())
    Transfer.objects.filter(pk=begun.pk).update(painting_s=60)
    response = signed_in.post(URL, chosen(photo, preset))
    assert response.status_code == 422
    assert "minutes of painting a day" in response.json()["sentence"]


@pytest.mark.parametrize("what", ["", "x/cancel/", "x/keep/"])
def test_only_posts_change_anything(signed_in: Client, look: Look, what: str) -> None:
    address = f"{URL}{what}".replace("x", str(look().pk))
    assert signed_in.get(address).status_code == 405
