"""The new-transfer page in the settings of a finished picture: used again, or remixed."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from engine.params import Params
from gallery.artworks import trash
from gallery.models import Artwork, Mask, Style
from gallery.styles import add_style
from tests.gallery.drawings import hang_artwork
from tests.transfers.drawings import as_file, quadrants
from transfers.models import ContentImage, MachineSpeed, Transfer
from transfers.photos import add_photo
from transfers.queue import submission
from transfers.queue.submission import Order

NEW = "/new/"
PARAMS = Params(size_px=700, style_strength=37, keep_colors="luminance", steps=9, seed=5)


@pytest.fixture
def finished(
    user: User, photo: ContentImage, preset: Style, own_style: Style
) -> Callable[..., Any]:
    def hang(params: Params = PARAMS, owner: User = user) -> Artwork:
        shares = [(preset, 1.0), (own_style, 3.0)]
        recipe = {
            "params": params.to_json(),
            "styles": [
                {"style_id": str(style.pk), "title": style.title, "weight": weight}
                for style, weight in shares
            ],
            "content": {"photo_id": str(photo.pk), "title": photo.title},
        }
        picture = quadrants(96, 64)
        return hang_artwork(owner=owner, image=picture, before=picture, title="Mill", recipe=recipe)

    return hang


def as_shown(client: Client, artwork: Artwork, photo: ContentImage) -> dict[str, Any]:
    """What the page sends when nothing on it is touched."""
    form = client.get(NEW, {"from": str(artwork.pk), "photo": str(photo.pk)}).context["form"]
    sent = {field.name: field.value() for field in form if field.value() is not None}
    for style in form.shown_styles():
        sent[f"weight-{style.pk}"] = form.weight_text(style)
    return sent


def test_the_page_comes_with_everything_but_the_photo(
    signed_in: Client, finished: Callable[..., Artwork], preset: Style, own_style: Style
) -> None:
    artwork = finished()
    response = signed_in.get(NEW, {"from": str(artwork.pk)})
    form = response.context["form"]
    assert response.context["photo"] is None
    assert response.context["style"] == preset
    values = {
        name: form[name].value() for name in ("style_strength", "keep_colors", "steps", "seed")
    }
    assert values == {"style_strength": "37", "keep_colors": "luminance", "steps": "9", "seed": "5"}
    assert (form["quality"].value(), form["size_px"].value()) == ("own", "700")
    assert [(shown.style, shown.percent) for shown in response.context["chosen"]] == [
        (preset, 25),
        (own_style, 75),
    ]
    for words in ("With the settings of", "Mill", "My tiles"):
        assertContains(response, words)


def test_a_remix_comes_with_the_photo_too(
    signed_in: Client, finished: Callable[..., Artwork], photo: ContentImage
) -> None:
    artwork = finished(Params(size_px=1024))
    response = signed_in.get(NEW, {"from": str(artwork.pk), "photo": str(photo.pk)})
    assert response.context["photo"] == photo
    assert response.context["form"]["quality"].value() == "fine"


def test_its_pages_link_there(
    signed_in: Client, finished: Callable[..., Artwork], photo: ContentImage
) -> None:
    artwork = finished()
    html = signed_in.get(f"/gallery/{artwork.pk}/")
    assertContains(html, f'href="/new/?from={artwork.pk}"')
    assertContains(html, f'href="/new/?from={artwork.pk}&amp;photo={photo.pk}"')


def test_unchanged_it_paints_all_styles_in_all_settings(
    signed_in: Client,
    finished: Callable[..., Artwork],
    photo: ContentImage,
    preset: Style,
    own_style: Style,
) -> None:
    preset.params = {"style_strength": 60, "tv_weight": 3.0, "initial": "noise"}
    preset.save()  # of which nothing counts: the settings are those of the picture
    response = signed_in.post(NEW, as_shown(signed_in, finished(), photo))
    transfer = Transfer.objects.get()
    assertRedirects(response, f"/transfers/{transfer.pk}/")
    assert Params.from_json(transfer.params) == PARAMS
    shares = [(share.style, share.weight) for share in transfer.style_shares.all()]
    assert shares == [(preset, 1.0), (own_style, 3.0)]


def test_what_is_changed_is_changed_and_the_rest_stays(
    signed_in: Client, finished: Callable[..., Artwork], photo: ContentImage, preset: Style
) -> None:
    other = Style(title="Other", slug="other")
    other.set_picture(quadrants(60, 60))
    other.save()
    changes = {"style": str(other.pk), "quality": "draft", "style_strength": "80"}
    signed_in.post(NEW, as_shown(signed_in, finished(), photo) | changes)
    transfer = Transfer.objects.get()
    params = Params.from_json(transfer.params)
    assert (params.size_px, params.style_strength) == (256, 80)
    assert (params.keep_colors, params.steps, params.seed) == ("luminance", 9, 5)
    assert [share.style for share in transfer.style_shares.all()] == [other]


def test_what_went_on_from_an_earlier_picture_begins_anew(
    signed_in: Client, finished: Callable[..., Artwork], photo: ContentImage, preset: Style
) -> None:
    artwork = finished(Params(size_px=512, initial="earlier"))
    signed_in.post(NEW, as_shown(signed_in, artwork, photo))
    assert Params.from_json(Transfer.objects.get().params).initial is None


def test_the_times_are_those_of_the_settings(
    signed_in: Client, finished: Callable[..., Artwork], photo: ContentImage
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=1e5, overhead_s=2)
    artwork = finished(Params(size_px=700, steps=20_000))
    response = signed_in.get(NEW, {"from": str(artwork.pk), "photo": str(photo.pk)})
    assertContains(response, 'id="time-own"')
    assertContains(response, "hour")


def test_a_picture_that_is_gone_meanwhile_changes_nothing(
    signed_in: Client, finished: Callable[..., Artwork], photo: ContentImage
) -> None:
    """Its settings are all on the page."""
    artwork = finished()
    sent = as_shown(signed_in, artwork, photo)
    trash(artwork)
    signed_in.post(NEW, sent)
    assert Params.from_json(Transfer.objects.get().params) == PARAMS


def test_of_very_many_styles_the_first_four_come_along(
    signed_in: Client, finished: Callable[..., Artwork], user: User
) -> None:
    artwork = finished()
    styles = [add_style(owner=user, image=quadrants(), title=f"Tile {n}") for n in range(5)]
    recipe = artwork.recipe | {"styles": [{"style_id": str(style.pk)} for style in styles]}
    Artwork.objects.filter(pk=artwork.pk).update(recipe=recipe)
    response = signed_in.get(NEW, {"from": str(artwork.pk)})
    assert [shown.style for shown in response.context["chosen"]] == styles[:4]


@pytest.mark.parametrize("asked", ["x", "", "7e5b0000-0000-4000-8000-000000000000"])
def test_an_unknown_picture_prefills_nothing(signed_in: Client, asked: str) -> None:
    assert signed_in.get(NEW, {"from": asked}).context["prefill"] is None


def test_nor_does_somebody_elses_or_one_without_a_recipe(
    signed_in: Client, finished: Callable[..., Artwork], stranger: User
) -> None:
    theirs = finished(owner=stranger)
    assert signed_in.get(NEW, {"from": str(theirs.pk)}).context["prefill"] is None
    mine = finished()
    Artwork.objects.filter(pk=mine.pk).update(recipe={"params": {"odd": 1}})
    assert signed_in.get(NEW, {"from": str(mine.pk)}).context["prefill"] is None


# All that a transfer was ordered with


def test_one_that_was_stopped_is_set_up_again_as_it_was(
    signed_in: Client, user: User, photo: ContentImage, preset: Style, own_style: Style
) -> None:
    order = Order(
        content_image=photo,
        styles=[(own_style, 30.0), (preset, 70.0)],
        params=PARAMS,
        keeps_time_lapse=False,
    )
    stopped = submission.submit_all(user, [order])[0]
    Transfer.objects.update(state="cancelled")
    assertContains(signed_in.get(f"/transfers/{stopped.pk}/"), f'href="/new/?again={stopped.pk}"')
    form = signed_in.get(NEW, {"again": str(stopped.pk)}).context["form"]
    sent = {field.name: field.value() for field in form if field.value() is not None}
    weights = {f"weight-{style.pk}": form.weight_text(style) for style in form.shown_styles()}
    signed_in.post(NEW, {**sent, **weights})
    again = Transfer.objects.exclude(pk=stopped.pk).get()
    assert Params.from_json(again.params) == PARAMS
    assert not again.keeps_time_lapse
    assert [(share.style, share.weight) for share in again.style_shares.all()] == [
        (own_style, 30.0),
        (preset, 70.0),
    ]


def test_of_somebody_elses_transfer_nothing_is_told(
    client: Client, stranger: User, transfer: Transfer
) -> None:
    client.force_login(stranger)
    for asked in (str(transfer.pk), "x", ""):
        context = client.get(NEW, {"again": asked}).context
        assert (context["photo"], context["style"]) == (None, None)


@pytest.fixture
def painted_on(finished: Callable[..., Artwork], mask: Mask, own_style: Style) -> Artwork:
    """The same with a mask for the second style, and with something protected."""
    artwork = finished()
    artwork.recipe["styles"][1]["mask"] = {"sha256": mask.sha256, "percent": 50}
    artwork.recipe["protect"] = {"sha256": mask.sha256, "percent": 50}
    artwork.save()
    artwork.masks.add(mask)
    return artwork


LEFT_OUT = "What was painted on its photo is left out"


def test_what_was_painted_on_the_photo_comes_back_with_it(
    signed_in: Client, painted_on: Artwork, photo: ContentImage, mask: Mask, own_style: Style
) -> None:
    asked = {"from": str(painted_on.pk), "photo": str(photo.pk)}
    response = signed_in.get(NEW, asked)
    hidden = '<input type="hidden" name="{}" value="{}">'
    assertContains(response, hidden.format(f"mask-{own_style.pk}", mask.pk), html=True)
    assertContains(response, hidden.format("protect", mask.pk), html=True)
    assertNotContains(response, LEFT_OUT)


def test_on_another_photo_what_was_painted_is_left_out_and_that_is_said(
    signed_in: Client, painted_on: Artwork, user: User, finished: Callable[..., Artwork]
) -> None:
    other = add_photo(user, BytesIO(as_file(quadrants(64, 64))), "upload", "Other")
    for photo in (other.pk, ""):
        response = signed_in.get(NEW, {"from": str(painted_on.pk), "photo": str(photo)})
        assertContains(response, LEFT_OUT)
        assertNotContains(response, 'name="protect"')
    plain = signed_in.get(NEW, {"from": str(finished().pk), "photo": str(other.pk)})
    assertNotContains(plain, LEFT_OUT)
