from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from gallery import styles
from gallery.cropping import Crop
from gallery.models import Artwork, Profile, Style
from tests.gallery.drawings import RECIPE, gradient, hang_artwork

StyleMaker = Callable[..., Style]


def page_of(style: Style) -> str:
    return reverse("gallery:style", args=[style.pk])


def file_of(style: Style, rendition: str) -> str:
    return reverse("gallery:style-file", args=[style.pk, rendition])


def action_of(style: Style, action: str) -> str:
    return reverse(f"gallery:style-{action}", args=[style.pk])


# A style's page and files


def test_a_presets_page_tells_about_it(client: Client, make_preset: StyleMaker) -> None:
    preset = make_preset(
        description="Thick strokes.",
        artist="Ada",
        licence="CC0-1.0",
        tags=["blue", "night"],
        params={"style_strength": 62},
    )
    html = client.get(page_of(preset)).content.decode()
    for words in ("Thick strokes.", "Ada", "CC0-1.0", "?tag=night", "62 of 100"):
        assert words in html
    assert "Main colours: " in html
    assert f'fill="{preset.palette[0]["hex"]}"' in html
    assert 'style="' not in html
    assert f"{reverse('transfers:new')}?style={preset.pk}" in html
    assert action_of(preset, "delete") not in html


def test_the_example_is_shown_beside_its_photo(client: Client, make_preset: StyleMaker) -> None:
    preset = make_preset(
        example_alt="A painted cat", catalogue={"example_size": [96, 64]}, slug="cat"
    )
    preset.set_rendition(preset.example, gradient(), 1024)
    preset.set_rendition(preset.example_photo, gradient(), 1024)
    preset.save()
    html = client.get(page_of(preset)).content.decode()
    assert file_of(preset, "example") in html
    assert file_of(preset, "example-photo") in html
    assert 'alt="A painted cat"' in html
    for rendition in ("example", "example-photo"):
        assert client.get(file_of(preset, rendition)).getvalue()


@pytest.mark.parametrize("rendition", ["original", "display", "thumbnail"])
def test_a_published_presets_files_are_public(
    client: Client, preset: Style, rendition: str
) -> None:
    response = client.get(file_of(preset, rendition))
    assert response.getvalue() == Path(getattr(preset, rendition).path).read_bytes()
    assert response["Cache-Control"] == "public, max-age=60"
    assert "Cookie" not in response.get("Vary", "")


def test_an_address_with_the_pictures_version_is_kept_for_good(
    client: Client, preset: Style
) -> None:
    for version, caching in ((preset.version, "public, max-age=31536000, immutable"), ("0", None)):
        response = client.get(file_of(preset, "display"), {"v": version})
        assert response.getvalue()
        assert response["Cache-Control"] == (caching or "public, max-age=60")


def test_a_preset_without_example_has_no_example_file(client: Client, preset: Style) -> None:
    assert client.get(file_of(preset, "example")).status_code == 404


def test_a_hidden_preset_is_for_staff_only(
    client: Client, make_preset: StyleMaker, user: User, admin_user: User
) -> None:
    hidden = make_preset(state=Style.State.DRAFT)
    addresses = (page_of(hidden), file_of(hidden, "display"))
    for address in addresses:
        assert client.get(address).status_code == 404
    client.force_login(user)
    for address in addresses:
        assert client.get(address).status_code == 404
    client.force_login(admin_user)
    assert "Hidden:" in client.get(addresses[0]).content.decode()
    response = client.get(addresses[1])
    assert response.getvalue()
    assert response["Cache-Control"].startswith("private")


def test_the_owner_sees_a_personal_style(signed_in: Client, own_style: Style) -> None:
    html = signed_in.get(page_of(own_style)).content.decode()
    assert action_of(own_style, "edit") in html
    response = signed_in.get(file_of(own_style, "display"))
    assert response.getvalue()
    assert response["Cache-Control"].startswith("private")


@pytest.mark.parametrize("who", ["stranger", "visitor", "staff"])
def test_a_personal_style_is_nobody_elses(
    client: Client, own_style: Style, stranger: User, admin_user: User, who: str
) -> None:
    if who != "visitor":
        client.force_login(stranger if who == "stranger" else admin_user)
    for address in (page_of(own_style), file_of(own_style, "thumbnail")):
        assert client.get(address).status_code == 404
    for action in ("edit", "delete", "restore"):
        assert client.post(action_of(own_style, action), {"title": "X"}).status_code == 404
    own_style.refresh_from_db()
    assert (own_style.title, own_style.trashed_at) == ("My tiles", None)


# What was painted in it, and what is akin to it


def painted_in(style: Style, owner: User, title: str, **fields: Any) -> Artwork:
    recipe = {**RECIPE, "styles": [{"style_id": str(style.pk), "title": style.title}]}
    picture = gradient()
    work = hang_artwork(owner=owner, image=picture, before=picture, title=title, recipe=recipe)
    Artwork.objects.filter(pk=work.pk).update(**fields)
    return work


def test_ones_own_pictures_in_it_are_there_and_lead_to_all_of_them(
    signed_in: Client, preset: Style, user: User, stranger: User
) -> None:
    mine = painted_in(preset, user, "Mine")
    painted_in(preset, user, "Thrown away", trashed_at=timezone.now())
    painted_in(preset, stranger, "Theirs")
    html = signed_in.get(page_of(preset)).content.decode()
    assert reverse("gallery:artwork", args=[mine.pk]) in html
    assert f"{reverse('gallery:list')}?style={preset.pk}" in html
    assert "Thrown away" not in html
    assert "Theirs" not in html


def test_visitors_see_what_people_show_to_everybody(
    client: Client, preset: Style, user: User, stranger: User
) -> None:
    now = timezone.now()
    for owner in (user, stranger):
        Profile.objects.create(owner=owner, handle=f"p{owner.pk}", name=f"Painter {owner.pk}")
    shown = painted_in(preset, user, "Shown", published_at=now)
    painted_in(preset, stranger, "Taken down", published_at=now, taken_down_at=now)
    painted_in(preset, stranger, "Kept private")
    html = client.get(page_of(preset)).content.decode()
    assert reverse("gallery:explored", args=[shown.pk]) in html
    assert reverse("gallery:explored-file", args=[shown.pk, "thumbnail"]) in html
    assert f"Painter {user.pk}" in html
    assert "Old mill" not in html  # what the photo is called is its owner's affair
    assert "Taken down" not in html
    assert "Kept private" not in html


def test_akin_are_those_of_its_colours_and_never_a_strangers(
    client: Client, user: User, stranger: User
) -> None:
    def add(owner: User, title: str, color: str) -> Style:
        image = Image.new("RGB", (64, 64), color)
        return styles.add_style(owner=owner, image=image, title=title)

    shown = add(user, "Sea", "#204080")
    add(user, "Sky", "#3060a0")
    add(user, "Fire", "#c02010")
    add(stranger, "Secret sea", "#204080")
    client.force_login(user)
    html = client.get(page_of(shown)).content.decode()
    assert "Sky" in html
    assert "Fire" not in html
    assert "Secret sea" not in html


def test_a_page_with_many_pictures_takes_no_more_queries(
    signed_in: Client,
    make_preset: StyleMaker,
    user: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    preset = make_preset()
    Profile.objects.create(owner=user, handle="ada", name="Ada")
    for number in range(5):
        make_preset(slug=f"s{number}", title=f"Other {number}")
        painted_in(preset, user, f"P{number}", published_at=timezone.now())
    # session, person, style, own pictures, public ones, akin
    with django_assert_num_queries(6):
        signed_in.get(page_of(preset))


@pytest.mark.parametrize("who", ["owner", "stranger", "visitor"])
def test_the_whole_picture_is_its_owners_alone(
    client: Client, own_style: Style, user: User, stranger: User, who: str
) -> None:
    styles.crop(own_style, Crop(0, 0, 0.5, 1))
    if who != "visitor":
        client.force_login(user if who == "owner" else stranger)
    response = client.get(file_of(own_style, "whole"))
    if who == "owner":
        with Image.open(io.BytesIO(response.getvalue())) as image:
            assert image.size == (96, 64)
    else:
        assert response.status_code == 404


# Deleting


def test_deleting_a_style_offers_an_undo(signed_in: Client, own_style: Style, user: User) -> None:
    response = signed_in.post(action_of(own_style, "delete"), follow=True)
    undo = action_of(own_style, "restore")
    assert f'action="{undo}"' in response.content.decode()
    assert not Style.objects.usable_by(user).exists()
    assert signed_in.get(page_of(own_style)).status_code == 404
    assert signed_in.post(undo)["Location"] == page_of(own_style)
    assert list(Style.objects.usable_by(user)) == [own_style]


def test_presets_cannot_be_changed_from_here(
    client: Client, preset: Style, admin_user: User
) -> None:
    client.force_login(admin_user)
    for action in ("edit", "delete", "restore"):
        assert client.post(action_of(preset, action), {"title": "X"}).status_code == 404


@pytest.mark.parametrize("action", ["delete", "restore"])
def test_looking_at_an_address_changes_no_style(
    signed_in: Client, own_style: Style, action: str
) -> None:
    assert signed_in.get(action_of(own_style, action)).status_code == 405
