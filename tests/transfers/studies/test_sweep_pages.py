"""The pages of sheets: set up, filled in, cell by cell, downloaded, thrown away."""

import io
from collections.abc import Callable

import pytest
from django.test import Client
from PIL import Image
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import Quota, User
from engine.params import Params
from gallery import sending
from gallery.models import Artwork, Style
from tests.transfers.drawings import as_file, quadrants
from tests.transfers.studies.conftest import painted
from transfers.models import ContentImage, Sweep, Transfer

NEW = "/sheets/new/"
Sheet = Callable[..., Sweep]
State = Transfer.State


def chosen(photo: ContentImage, style: Style, **more: object) -> dict[str, object]:
    """The studio's fields, and those of the page if there are any."""
    return {"photo": photo.pk, "style": style.pk, "quality": "standard", "seed": "7", **more}


def axes(**more: object) -> dict[str, object]:
    return {
        "act": "paint",
        "rows": "style_strength",
        "rows_shown": "style_strength",
        "rows_values": "40, 90",
        "columns": "style_scale",
        "columns_shown": "style_scale",
        "columns_values": "0.5 1 2",
        "cells": "draft",
        **more,
    }


def cell_at(sweep: Sweep, row: int, column: int) -> Transfer:
    return Transfer.objects.get(cell__sweep=sweep, cell__row=row, cell__column=column)


# Setting up


def test_the_studios_settings_come_along_and_something_is_suggested(
    signed_in: Client, photo: ContentImage, preset: Style
) -> None:
    response = signed_in.post(NEW, chosen(photo, preset, keep_colors="luminance"))
    assertContains(response, 'name="keep_colors" value="luminance"')
    assertContains(response, f'name="photo" value="{photo.pk}"')
    assertContains(response, 'value="40, 70, 90"')
    assertContains(response, 'value="0.5, 1, 2"')
    assertContains(response, "9 small pictures")
    assert not Transfer.objects.exists()


def test_where_styles_are_compared_it_says_in_whose_settings(
    signed_in: Client, photo: ContentImage, preset: Style
) -> None:
    said = "Each style is painted in the settings above"
    assertNotContains(signed_in.post(NEW, chosen(photo, preset)), said)
    assertContains(signed_in.post(NEW, chosen(photo, preset, rows="style")), said)


def test_a_sheet_is_ordered(signed_in: Client, photo: ContentImage, preset: Style) -> None:
    response = signed_in.post(NEW, chosen(photo, preset) | axes())
    sweep = Sweep.objects.get()
    assertRedirects(response, f"/sheets/{sweep.pk}/")
    assert sweep.cells.count() == 6
    params = Params.from_json(cell_at(sweep, 1, 2).params)
    assert params == Params(size_px=256, style_strength=90, style_scale=2, seed=7)
    assert Params.from_json(sweep.params).size_px == 512


def test_another_setting_brings_its_own_values_and_orders_nothing(
    signed_in: Client, photo: ContentImage, preset: Style
) -> None:
    # Without JavaScript the values that are sent are still those of the setting before.
    response = signed_in.post(NEW, chosen(photo, preset) | axes(rows="keep_colors"))
    shown = '<input type="hidden" name="rows_shown" value="keep_colors">'
    assertContains(response, shown, html=True)
    assertContains(response, "Your photo’s: only light and dark are painted")
    assert not Transfer.objects.exists()


def test_styles_are_chosen_by_their_pictures_that_of_the_studio_first(
    signed_in: Client, photo: ContentImage, preset: Style, own_style: Style
) -> None:
    response = signed_in.post(NEW, chosen(photo, preset, rows="style"))
    shown = response.content.decode()
    assert shown.index(f'value="{preset.pk}"') < shown.index(f'value="{own_style.pk}"')
    ordered = axes(rows="style", rows_shown="style", rows_values=[preset.pk, own_style.pk])
    signed_in.post(NEW, chosen(photo, preset) | ordered)
    assert Sweep.objects.get().row_axis["labels"] == ["Stripes", "My tiles"]


def test_a_photo_sent_along_is_kept_for_the_sheet(signed_in: Client, preset: Style) -> None:
    sent = io.BytesIO(as_file(quadrants()))
    sent.name = "harbour.jpg"
    response = signed_in.post(NEW, {"style": preset.pk, "quality": "draft", "image": sent})
    assertContains(response, f'name="photo" value="{ContentImage.objects.get().pk}"')


def test_the_number_of_pictures_follows_the_choices(
    signed_in: Client, photo: ContentImage, preset: Style
) -> None:
    fields = chosen(photo, preset) | axes()
    assertContains(signed_in.post(f"{NEW}summary/", fields), "6 small pictures")
    none = signed_in.post(f"{NEW}summary/", fields | {"rows_values": ""})
    assertContains(none, "at least one value")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"rows_values": "a lot"}, "How much style is a number from 0 to 100."),
        ({"rows_values": ""}, "Please choose at least one value for this."),
        ({"columns_values": "1 2 3 4 0.5 0.6 0.7"}, "Please choose at most 6 values for this."),
        (
            {"columns": "style_strength", "columns_shown": "style_strength", "columns_values": "5"},
            "Please compare two different settings.",
        ),
    ],
)
def test_mistakes_are_said_beside_what_is_wrong_and_lose_nothing(
    signed_in: Client,
    photo: ContentImage,
    preset: Style,
    wrong: dict[str, object],
    sentence: str,
) -> None:
    response = signed_in.post(NEW, chosen(photo, preset) | axes(**wrong))
    assertContains(response, sentence, status_code=422)
    assertContains(response, 'name="seed" value="7"', status_code=422)
    assert not Sweep.objects.exists()


def test_at_a_limit_a_sentence_says_so_and_nothing_is_lost(
    signed_in: Client, photo: ContentImage, preset: Style
) -> None:
    Quota.objects.create(waiting=0)
    response = signed_in.post(NEW, chosen(photo, preset) | axes())
    assertContains(response, "pictures waiting", status_code=422)
    assertContains(response, "40, 90", status_code=422)
    assert not Sweep.objects.exists()


def test_what_the_studio_would_refuse_is_shown_in_the_studio(
    signed_in: Client, preset: Style
) -> None:
    response = signed_in.post(NEW, {"style": preset.pk, "quality": "draft"})
    assertContains(response, "Please add a photo to paint.", status_code=422)


def test_without_settings_one_begins_in_the_studio(signed_in: Client) -> None:
    assertRedirects(signed_in.get(NEW), "/new/")


def test_somebody_elses_photo_is_refused(
    client: Client, stranger: User, photo: ContentImage, preset: Style
) -> None:
    client.force_login(stranger)
    response = client.post(NEW, chosen(photo, preset) | axes())
    assertContains(response, "That photo is no longer here.", status_code=422)
    assert not Sweep.objects.exists()


# The sheet


def test_the_sheet_is_a_table_with_headers_and_a_name_for_every_picture(
    signed_in: Client, sheet: Sheet
) -> None:
    sweep = sheet()
    done = painted(cell_at(sweep, 0, 1))
    response = signed_in.get(f"/sheets/{sweep.pk}/")
    assertContains(response, '<th scope="row"', count=2)
    assertContains(response, f"/transfers/{done.pk}/preview/?v=13")
    assertContains(
        response,
        'aria-label="Harbour in Stripes. How much style: 40, Brush size: 1 ×"',
    )
    assertContains(response, "1 of 6 painted")


def test_its_state_names_every_cell(signed_in: Client, sheet: Sheet) -> None:
    sweep = sheet()
    done = painted(cell_at(sweep, 0, 0))
    Transfer.objects.filter(pk=cell_at(sweep, 1, 0).pk).update(state=State.FAILED, error="No.")
    answer = signed_in.get(f"/sheets/{sweep.pk}/state/").json()
    cells = {cell.pop("place"): cell for cell in answer["cells"]}
    assert cells["0-0"] == {
        "state": "succeeded",
        "picture": f"/transfers/{done.pk}/preview/?v=13",
        "words": "",
    }
    assert cells["1-0"] == {"state": "failed", "picture": None, "words": "No."}
    assert cells["1-2"] == {"state": "queued", "picture": None, "words": "Waiting"}
    assert (answer["unfinished"], answer["missing"], answer["percent"]) == (True, 1, 33)


def test_a_sheet_is_cancelled_and_what_is_missing_painted_again(
    signed_in: Client, sheet: Sheet
) -> None:
    sweep = sheet()
    address = f"/sheets/{sweep.pk}/"
    assertRedirects(signed_in.post(f"{address}cancel/"), address)
    assertContains(signed_in.get(address), "6 pictures are missing")
    assertRedirects(signed_in.post(f"{address}again/"), address)
    assert Transfer.objects.queued().count() == 6


def test_a_cell_is_shown_large_with_its_neighbours(signed_in: Client, sheet: Sheet) -> None:
    sweep = sheet()
    painted(cell_at(sweep, 1, 0))
    response = signed_in.get(f"/sheets/{sweep.pk}/1/0/")
    assertContains(response, "How much style: 90, Brush size: 0.5 ×")
    assertContains(response, f'href="/sheets/{sweep.pk}/1/1/"')
    assertContains(response, f'href="/sheets/{sweep.pk}/0/0/"')
    assertNotContains(response, f'href="/sheets/{sweep.pk}/2/0/"')
    assertContains(response, "Keep it as it is")
    fragment = signed_in.get(f"/sheets/{sweep.pk}/1/0/", headers={"HX-Request": "true"})
    assertNotContains(fragment, "<html")


def test_the_winner_is_painted_in_full(signed_in: Client, sheet: Sheet) -> None:
    sweep = sheet()
    response = signed_in.post(f"/sheets/{sweep.pk}/1/2/paint/", {"size": "fine"})
    picture = Transfer.objects.pictures().get()
    assertRedirects(response, f"/transfers/{picture.pk}/")
    assert picture.params == cell_at(sweep, 1, 2).params | {"size_px": 1024}
    signed_in.post(f"/sheets/{sweep.pk}/1/2/paint/")
    assert Transfer.objects.pictures().latest("created_at").params["size_px"] == 512
    assert signed_in.post(f"/sheets/{sweep.pk}/1/2/paint/", {"size": "huge"}).status_code == 400


def test_at_a_limit_painting_in_full_is_refused_with_a_sentence(
    signed_in: Client, sheet: Sheet
) -> None:
    sweep = sheet()
    Quota.objects.create(waiting=1)
    response = signed_in.post(f"/sheets/{sweep.pk}/0/0/paint/", follow=True)
    assertContains(response, "You may have 1 picture waiting")
    assert not Transfer.objects.pictures().exists()


def test_a_cell_is_kept_as_it_is(signed_in: Client, sheet: Sheet) -> None:
    sweep = sheet()
    painted(cell_at(sweep, 0, 0))
    response = signed_in.post(f"/sheets/{sweep.pk}/0/0/keep/")
    assertRedirects(response, f"/gallery/{Artwork.objects.get().pk}/")
    waiting = signed_in.post(f"/sheets/{sweep.pk}/0/1/keep/", follow=True)
    assertContains(waiting, "There is nothing to keep")


def test_the_whole_sheet_is_downloaded_as_one_picture(signed_in: Client, sheet: Sheet) -> None:
    sweep = sheet()
    painted(cell_at(sweep, 0, 0))
    response = signed_in.get(f"/sheets/{sweep.pk}/picture/")
    assert response["Content-Disposition"] == 'attachment; filename="harbour-in-stripes.jpg"'
    image = Image.open(io.BytesIO(response.getvalue()))
    assert (image.format, image.width > 3 * 256) == ("JPEG", True)


def test_a_sheet_is_drawn_as_often_as_pictures_are_converted(
    signed_in: Client, sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_PIXELS_A_MINUTE", 1)
    address = f"/sheets/{sheet().pk}/picture/"
    assert [signed_in.get(address).status_code for _time in range(2)] == [200, 503]


def test_ones_sheets_are_in_a_list(signed_in: Client, sheet: Sheet) -> None:
    assertContains(signed_in.get("/sheets/"), "No sheets yet")
    sweep = sheet()
    painted(cell_at(sweep, 0, 0))
    response = signed_in.get("/sheets/")
    assertContains(response, f'href="/sheets/{sweep.pk}/"')
    assertContains(response, "How much style and Brush size")
    assertContains(response, "6 pictures")
    assertContains(response, "kept for 30 days")


def test_a_sheet_is_deleted(signed_in: Client, sheet: Sheet) -> None:
    sweep = sheet()
    response = signed_in.post(f"/sheets/{sweep.pk}/delete/", follow=True)
    assertContains(response, "was deleted")
    assert not Sweep.objects.exists()
    assert not Transfer.objects.unfinished().exists()


def test_a_sheet_is_not_among_the_pictures(signed_in: Client, sheet: Sheet) -> None:
    sheet()
    assertContains(signed_in.get("/transfers/"), "Nothing on the easel")
    signed_in.post("/transfers/cancel-waiting/")
    assert Transfer.objects.queued().count() == 6


# Somebody else, and other methods


@pytest.mark.parametrize(
    "what", ["cancel/", "again/", "delete/", "0/0/paint/", "0/0/keep/", "", "state/", "picture/"]
)
def test_somebody_elses_sheet_is_not_found(
    client: Client, stranger: User, sheet: Sheet, what: str
) -> None:
    address = f"/sheets/{sheet().pk}/{what}"
    client.force_login(stranger)
    reads = what in ("", "state/", "picture/")
    assert (client.get(address) if reads else client.post(address)).status_code == 404
    assert Transfer.objects.queued().count() == 6


def test_a_place_that_the_sheet_has_not_is_not_found(signed_in: Client, sheet: Sheet) -> None:
    assert signed_in.get(f"/sheets/{sheet().pk}/7/0/").status_code == 404


@pytest.mark.parametrize("what", ["cancel/", "again/", "delete/", "0/0/paint/", "0/0/keep/"])
def test_only_posts_change_anything(signed_in: Client, sheet: Sheet, what: str) -> None:
    assert signed_in.get(f"/sheets/{sheet().pk}/{what}").status_code == 405
