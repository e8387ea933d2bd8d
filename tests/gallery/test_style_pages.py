from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from gallery import styles
from gallery.models import Style
from tests.gallery.bodies import post_gigabyte
from tests.gallery.drawings import gradient, upload

STYLES = "/styles/"
ADD = "/styles/add/"

StyleMaker = Callable[..., Style]


def page_of(style: Style) -> str:
    return reverse("gallery:style", args=[style.pk])


def file_of(style: Style, rendition: str) -> str:
    return reverse("gallery:style-file", args=[style.pk, rendition])


def action_of(style: Style, action: str) -> str:
    return reverse(f"gallery:style-{action}", args=[style.pk])


def fields(**changes: Any) -> dict[str, Any]:
    given = {"image": upload(), "title": "Tiles", "artist": "", "year": "", "licence": ""}
    return {**given, "tags": "", **changes}


# The wall of styles


def test_everyone_sees_the_published_presets_in_their_order(
    client: Client, make_preset: StyleMaker
) -> None:
    make_preset(slug="b", title="Second", position=20)
    make_preset(slug="a", title="First", position=10)
    make_preset(slug="c", title="Secret", state=Style.State.DRAFT)
    html = client.get(STYLES).content.decode()
    assert html.index("First") < html.index("Second")
    assert "Secret" not in html


def test_ones_own_styles_are_there_and_nobody_elses(
    client: Client, own_style: Style, stranger: User, user: User
) -> None:
    client.force_login(user)
    assert "My tiles" in client.get(STYLES).content.decode()
    client.force_login(stranger)
    assert "My tiles" not in client.get(STYLES).content.decode()


def test_many_styles_take_no_more_queries(
    signed_in: Client,
    make_preset: StyleMaker,
    django_assert_num_queries: DjangoAssertNumQueries,
    user: User,
) -> None:
    for number in range(12):
        make_preset(slug=f"s{number}")
        styles.add_style(owner=user, image=gradient(), title=f"T{number}")
    with django_assert_num_queries(4):  # session, person, presets, own styles
        signed_in.get(STYLES)


def test_an_empty_wall_of_styles_invites(client: Client, db: None) -> None:
    assert reverse("account_signup") in client.get(STYLES).content.decode()


def test_the_wall_of_styles_takes_no_posts(signed_in: Client) -> None:
    assert signed_in.post(STYLES).status_code == 405


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
    for words in ("Thick strokes.", "Ada", "CC0-1.0", "blue, night", "62 of 100"):
        assert words in html
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


# Adding


def test_a_style_is_added_to_ones_own_library(signed_in: Client, user: User) -> None:
    sent = fields(artist="Me", year="1999", licence="CC BY", tags="Blue, sea,blue ,")
    response = signed_in.post(ADD, sent)
    added = Style.objects.get()
    assert response["Location"] == STYLES
    assert (added.owner, added.title, added.artist) == (user, "Tiles", "Me")
    assert (added.year, added.licence, added.tags) == ("1999", "CC BY", ["blue", "sea"])
    assert list(Style.objects.usable_by(user)) == [added]


def test_a_style_without_a_title_takes_the_files_name(signed_in: Client) -> None:
    name = "Grandma's_quilt.final.png"
    signed_in.post(ADD, fields(title="", image=upload(name=name)))
    assert Style.objects.get().title == "Grandma's quilt.final"


def test_a_stored_style_has_no_metadata_and_stands_upright(signed_in: Client) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying on its side
    exif.get_ifd(0x8825)[1] = "N"
    photo = upload(gradient(96, 64), "quilt.jpg", format="JPEG", exif=exif.tobytes())
    signed_in.post(ADD, fields(image=photo))
    style = Style.objects.get()
    assert (style.width, style.height) == (64, 96)
    for file in style.file_fields():
        with Image.open(file.path) as stored:
            assert not stored.getexif()


def test_a_huge_style_image_is_stored_at_the_largest_size_of_use(signed_in: Client) -> None:
    signed_in.post(ADD, fields(image=upload(Image.new("RGB", (5000, 100), "teal"))))
    assert Style.objects.get().width == 4096


@pytest.mark.parametrize(
    ("onward", "location"),
    [
        ("/new/?photo=1", "/new/?photo=1&style={style}"),
        ("/new/?style=old&photo=1", "/new/?photo=1&style={style}"),
        ("https://elsewhere.example/", STYLES),
        ("//elsewhere.example/", STYLES),
        ("javascript:alert(1)", STYLES),
        ("", STYLES),
    ],
)
def test_after_adding_one_goes_back_where_one_came_from(
    signed_in: Client, onward: str, location: str
) -> None:
    response = signed_in.post(ADD, fields(next=onward))
    assert response["Location"] == location.format(style=Style.objects.get().pk)


def test_the_form_remembers_where_one_came_from(signed_in: Client) -> None:
    html = signed_in.get(ADD, {"next": "/new/?photo=1"}).content.decode()
    assert '<input type="hidden" name="next" value="/new/?photo=1">' in html


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"", "empty"),
        (b"certainly not a picture, but long enough to be one", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence_and_the_rest_kept(
    signed_in: Client, media_root: Path, sent: bytes, words: str
) -> None:
    bad = upload(name="bad.png")
    bad.file = type(bad.file)(sent)
    bad.size = len(sent)
    response = signed_in.post(ADD, fields(image=bad, artist="Someone"))
    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors["image"])
    assert 'value="Someone"' in response.content.decode()
    assert not Style.objects.exists()
    assert not media_root.exists()


def test_a_file_beyond_the_limit_is_refused_with_a_sentence(
    signed_in: Client, settings: Settings
) -> None:
    image = upload(gradient(400, 300))
    settings.UPLOAD_MAX_BYTES = image.size - 1
    response = signed_in.post(ADD, fields(image=image, artist="Someone"))
    assertContains(response, "This file is larger than", status_code=422)
    assertNotContains(response, "This field is required", status_code=422)
    assertContains(response, 'value="Someone"', status_code=422)


def test_a_gigabyte_is_given_up_at_its_first_file(signed_in: Client) -> None:
    response = post_gigabyte(signed_in, ADD, artist="Someone")
    assertContains(response, "This file is larger than 25 MB", status_code=422)
    assertContains(response, 'value="Someone"', status_code=422)


def test_a_form_without_a_picture_says_so(signed_in: Client) -> None:
    response = signed_in.post(ADD, fields(image=""))
    assert response.status_code == 422
    assert response.context["form"].errors["image"] == ["This field is required."]


def test_visitors_who_want_to_add_a_style_are_asked_to_sign_in(client: Client, db: None) -> None:
    response = client.post(ADD, fields())
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert not Style.objects.exists()


# Changing and deleting


def test_what_is_written_about_a_style_can_be_changed(signed_in: Client, own_style: Style) -> None:
    assert signed_in.get(action_of(own_style, "edit")).status_code == 200
    sent = {"title": "Azulejos", "artist": "", "year": "1740", "licence": "", "tags": "blue"}
    response = signed_in.post(action_of(own_style, "edit"), sent)
    assert response["Location"] == page_of(own_style)
    own_style.refresh_from_db()
    assert (own_style.title, own_style.year, own_style.tags) == ("Azulejos", "1740", ["blue"])


def test_a_style_cannot_lose_its_title(signed_in: Client, own_style: Style) -> None:
    response = signed_in.post(action_of(own_style, "edit"), {"title": ""})
    assert response.status_code == 422
    own_style.refresh_from_db()
    assert own_style.title == "My tiles"


def test_saving_what_is_written_leaves_a_style_in_the_trash_that_went_there_meanwhile(
    signed_in: Client, own_style: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_it_was = Style.objects.get(pk=own_style.pk)
    styles.trash(own_style)
    monkeypatch.setattr("gallery.views.styles.own_style", lambda *_: as_it_was)
    signed_in.post(action_of(own_style, "edit"), {"title": "Renamed"})
    own_style.refresh_from_db()
    assert own_style.title == "Renamed"
    assert own_style.trashed_at is not None


def test_too_many_tags_are_refused(signed_in: Client, own_style: Style) -> None:
    tags = ", ".join(f"t{number}" for number in range(13))
    response = signed_in.post(action_of(own_style, "edit"), {"title": "T", "tags": tags})
    assert "12 tags or fewer" in response.context["form"].errors["tags"][0]


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
