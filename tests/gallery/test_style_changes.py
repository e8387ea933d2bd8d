"""Changing what is written about a style of one's own, its crop, and its picture."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from pytest_django.asserts import assertContains

from accounts.models import Quota, User
from gallery import styles
from gallery.cropping import Crop
from gallery.models import Style
from tests.gallery.drawings import gradient, upload
from tests.gallery.style_forms import words
from tests.transfers.drawings import quadrants


def edit_of(style: Style) -> str:
    return reverse("gallery:style-edit", args=[style.pk])


def test_what_is_written_about_a_style_can_be_changed(signed_in: Client, own_style: Style) -> None:
    assert signed_in.get(edit_of(own_style)).status_code == 200
    sent = words(title="Azulejos", year="1740", tags="blue")
    response = signed_in.post(edit_of(own_style), sent)
    assert response["Location"] == reverse("gallery:style", args=[own_style.pk])
    own_style.refresh_from_db()
    assert (own_style.title, own_style.year, own_style.tags) == ("Azulejos", "1740", ["blue"])
    assert own_style.search_text == "azulejos\n\n#blue#"
    assert own_style.crop is None


def test_it_is_cropped_again_from_the_whole_picture(signed_in: Client, own_style: Style) -> None:
    styles.crop(own_style, Crop(0, 0, 0.5, 1))
    html = signed_in.get(edit_of(own_style)).content.decode()
    assert 'name="crop_width" value="50.0"' in html
    assert 'width="96"' in html  # of the whole picture, which is what is cropped
    signed_in.post(edit_of(own_style), words(crop_left="25", crop_width="75"))
    own_style.refresh_from_db()
    assert (own_style.crop, own_style.width) == ([0.25, 0, 0.75, 1], 72)


def test_another_picture_comes_whole_and_look_alikes_are_told(
    signed_in: Client, own_style: Style, make_preset: Any
) -> None:
    flags = make_preset(title="Flags", slug="flags")
    flags.set_picture(quadrants())
    flags.save()
    sent = words(title="Flag", crop_width="50", image=upload(quadrants()))
    response = signed_in.post(edit_of(own_style), sent, follow=True)
    own_style.refresh_from_db()
    assert (own_style.title, own_style.width, own_style.crop) == ("Flag", 120, None)
    assertContains(response, "This is “Flags”, which hangs here for everybody.")


def test_a_bad_picture_changes_nothing(signed_in: Client, own_style: Style) -> None:
    bad = SimpleUploadedFile("diary.jpg", b"Dear diary, " * 99)
    response = signed_in.post(edit_of(own_style), words(title="New title", image=bad))
    assertContains(response, "not a picture", status_code=422)
    assertContains(response, 'value="New title"', status_code=422)
    own_style.refresh_from_db()
    assert (own_style.title, own_style.width) == ("My tiles", 96)


def test_a_picture_beyond_the_limit_is_refused_with_a_sentence(
    signed_in: Client, own_style: Style, settings: Settings
) -> None:
    image = upload(gradient(400, 300))
    settings.UPLOAD_MAX_BYTES = image.size - 1
    response = signed_in.post(edit_of(own_style), words(image=image))
    assertContains(response, "This file is larger than", status_code=422)


def test_a_crop_without_room_says_so_and_keeps_the_words(
    signed_in: Client, own_style: Style
) -> None:
    Style.objects.update(bytes=10**6)
    Quota.objects.create(storage_mb=1)
    styles_before = Style.objects.get().original.name
    Style.objects.update(bytes=0)
    Quota.objects.update(storage_mb=0)
    response = signed_in.post(edit_of(own_style), words(title="Renamed", crop_width="50"))
    assertContains(response, "There is no room", status_code=422)
    own_style.refresh_from_db()
    assert (own_style.title, own_style.original.name) == ("Renamed", styles_before)


def test_a_style_cannot_lose_its_title(signed_in: Client, own_style: Style) -> None:
    response = signed_in.post(edit_of(own_style), {"title": ""})
    assert response.status_code == 422
    own_style.refresh_from_db()
    assert own_style.title == "My tiles"


def test_saving_what_is_written_leaves_a_style_in_the_trash_that_went_there_meanwhile(
    signed_in: Client, own_style: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_it_was = Style.objects.get(pk=own_style.pk)
    styles.trash(own_style)
    monkeypatch.setattr("gallery.views.own_styles.own_style", lambda *_: as_it_was)
    signed_in.post(edit_of(own_style), words(title="Renamed"))
    own_style.refresh_from_db()
    assert own_style.title == "Renamed"
    assert own_style.trashed_at is not None


def test_suggested_licences_are_only_suggestions(signed_in: Client, own_style: Style) -> None:
    response = signed_in.get(edit_of(own_style))
    assertContains(response, '<option value="CC BY-SA 4.0"></option>')
    assertContains(response, 'list="licences"')
    signed_in.post(edit_of(own_style), words(licence="As my aunt allows"))
    own_style.refresh_from_db()
    assert own_style.licence == "As my aunt allows"


@pytest.mark.parametrize("who", ["stranger", "visitor"])
def test_nobody_else_changes_it(client: Client, own_style: Style, stranger: User, who: str) -> None:
    if who == "stranger":
        client.force_login(stranger)
    assert client.get(edit_of(own_style)).status_code == 404
    assert client.post(edit_of(own_style), words(title="X")).status_code == 404


def test_its_address_takes_no_other_methods(signed_in: Client, own_style: Style) -> None:
    assert signed_in.put(edit_of(own_style)).status_code == 405
