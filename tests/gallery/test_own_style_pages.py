"""Adding styles, several at once; naming and cropping them."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.asserts import assertContains

from accounts.models import User
from gallery import styles
from gallery.models import Style
from tests.gallery.bodies import post_gigabyte
from tests.gallery.drawings import gradient, upload
from tests.gallery.style_forms import naming
from tests.transfers.drawings import quadrants

ADD = "/styles/add/"
NAME = "/styles/name/"
OWN = "/styles/?of=own"


def again(some: list[Style]) -> list[Style]:
    """The same, as they are now."""
    now = Style.objects.in_bulk([style.pk for style in some])
    return [now[style.pk] for style in some]


def named_next(response: Any) -> list[str]:
    """The ids in the address of the page for naming that an answer leads to."""
    parts = urlsplit(response["Location"])
    assert parts.path == NAME
    return parse_qs(parts.query)["style"]


# Adding


def test_several_pictures_are_added_at_once_and_then_named(signed_in: Client, user: User) -> None:
    pictures = [upload(name="Grandma's_quilt.final.png"), upload(quadrants(), "tiles.png")]
    response = signed_in.post(ADD, {"image": pictures})
    added = Style.objects.owned_by(user).order_by("created_at")
    assert [style.title for style in added] == ["Grandma's quilt.final", "tiles"]
    assert named_next(response) == [str(style.pk) for style in added]


@pytest.mark.parametrize(
    ("sent", "title"),
    [
        ("%0D%0A", "Untitled"),
        ("%0D%0A.png", "Untitled"),
        ("%0D%0AMill%0Aby the sea.png", "Mill by the sea"),
        ("My %22mill%22.png", 'My "mill"'),
        ("100%0ff.png", "100%0ff"),
    ],
)
def test_a_title_is_plain_however_browsers_wrote_the_name_of_its_file(
    signed_in: Client, sent: str, title: str
) -> None:
    """https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data"""
    signed_in.post(ADD, {"image": upload(name=sent)})
    assert Style.objects.get().title == title


def test_a_picture_that_cannot_be_used_keeps_none_of_the_others_out(signed_in: Client) -> None:
    bad = SimpleUploadedFile("diary.jpg", b"Dear diary, " * 99)
    pictures = [upload(name="a.png"), bad, upload(quadrants(), "b.png")]
    response = signed_in.post(ADD, {"image": pictures}, follow=True)
    assert sorted(Style.objects.values_list("title", flat=True)) == ["a", "b"]
    assertContains(response, "diary.jpg: This file is not a picture")
    assertContains(response, "Name your 2 styles")


def test_one_that_is_too_large_is_named_and_the_others_kept(
    signed_in: Client, settings: Settings
) -> None:
    small, large = upload(name="small.png"), upload(gradient(400, 300), "large.png")
    settings.UPLOAD_MAX_BYTES = large.size - 1
    response = signed_in.post(ADD, {"image": [large, small]}, follow=True)
    assert [style.title for style in Style.objects.all()] == ["small"]
    assertContains(response, "large.png: This file is larger than")


def test_more_than_the_limit_are_left_out_by_name(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gallery.views.own_styles.MOST_AT_ONCE", 2)
    pictures = [upload(name=f"{number}.png") for number in range(4)]
    response = signed_in.post(ADD, {"image": pictures}, follow=True)
    assert Style.objects.count() == 2
    assertContains(response, "Only 2 at once; not added: 2.png, 3.png.")


def test_the_limits_are_told_beforehand(signed_in: Client) -> None:
    assertContains(signed_in.get(ADD), "Up to 24 at once, 25 MB each and 100 MB together.")


def test_a_stored_style_has_no_metadata_and_stands_upright(signed_in: Client) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying on its side
    exif.get_ifd(0x8825)[1] = "N"
    photo = upload(gradient(96, 64), "quilt.jpg", format="JPEG", exif=exif.tobytes())
    signed_in.post(ADD, {"image": photo})
    style = Style.objects.get()
    assert (style.width, style.height) == (64, 96)
    for file in style.file_fields():
        with Image.open(file.path) as stored:
            assert not stored.getexif()


def test_a_huge_style_image_is_stored_at_the_largest_size_of_use(signed_in: Client) -> None:
    signed_in.post(ADD, {"image": upload(Image.new("RGB", (5000, 100), "teal"))})
    assert Style.objects.get().width == 4096


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (b"", "empty"),
        (b"certainly not a picture, but long enough to be one", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(
    signed_in: Client, media_root: Path, sent: bytes, sentence: str
) -> None:
    bad = upload(name="bad.png")
    bad.file = type(bad.file)(sent)
    bad.size = len(sent)
    response = signed_in.post(ADD, {"image": bad, "next": "/new/?photo=1"})
    assertContains(response, sentence, status_code=422)
    assertContains(response, 'name="next" value="/new/?photo=1"', status_code=422)
    assert not Style.objects.exists()
    assert not media_root.exists()


def test_a_gigabyte_is_given_up_at_its_first_file(signed_in: Client) -> None:
    response = post_gigabyte(signed_in, ADD, next="/new/")
    assertContains(response, "Together these files are larger than 100 MB", status_code=422)


def test_a_form_without_a_picture_says_so(signed_in: Client) -> None:
    assertContains(signed_in.post(ADD, {}), "Please choose a picture", status_code=422)


def test_visitors_who_want_to_add_a_style_are_asked_to_sign_in(client: Client, db: None) -> None:
    for path in (ADD, NAME):
        response = client.post(path, {"image": upload()})
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))
    assert not Style.objects.exists()


# Naming and cropping


def test_all_are_named_and_cropped_on_one_page(
    signed_in: Client, user: User, own_style: Style
) -> None:
    other = styles.add_style(owner=user, image=quadrants(200, 100), title="b")
    assert signed_in.get(NAME, {"style": [own_style.pk, other.pk]}).status_code == 200
    said = {
        own_style: {"title": "Azulejos", "artist": "Me", "licence": "CC BY 4.0", "tags": "Blue, x"},
        other: {"title": "Flags", "crop_left": "50", "crop_width": "50"},
    }
    response = signed_in.post(NAME, naming(said))
    assert response["Location"] == OWN
    for style in (own_style, other):
        style.refresh_from_db()
    assert (own_style.title, own_style.artist, own_style.tags) == ("Azulejos", "Me", ["blue", "x"])
    assert own_style.crop is None
    assert (other.title, other.crop, other.width) == ("Flags", [0.5, 0, 0.5, 1], 100)


def test_crops_for_which_there_is_no_time_are_made_when_the_form_is_sent_again(
    signed_in: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the form is lost: two are cropped within ten seconds, then the other two."""
    clock = itertools.count(step=4)
    monkeypatch.setattr("gallery.views.own_styles.monotonic", lambda: float(next(clock)))
    some = [styles.add_style(owner=user, image=quadrants(200, 100), title="") for _ in range(4)]
    said = naming({style: {"title": "Flags", "crop_width": "50"} for style in some})
    response = signed_in.post(NAME, said)
    assertContains(response, "There was no time left for this crop", 2, status_code=422)
    assert [style.crop is None for style in again(some)] == [False, False, True, True]
    assert {style.title for style in again(some)} == {"Flags"}
    assert response.content.decode().count('value="50"') == 4
    assert signed_in.post(NAME, said)["Location"] == OWN
    assert {tuple(style.crop or ()) for style in again(some)} == {(0, 0, 0.5, 1)}


def test_fields_of_the_crop_that_are_left_empty_keep_all_of_it(
    signed_in: Client, own_style: Style
) -> None:
    empty = dict.fromkeys(("crop_left", "crop_top", "crop_width", "crop_height"), "")
    assert signed_in.post(NAME, naming({own_style: empty}))["Location"] == OWN
    own_style.refresh_from_db()
    assert own_style.crop is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "This field is required."),
        ({"crop_width": "wide"}, "Please give a number from 0 to 100."),
        ({"crop_left": "-3"}, "Please give a number from 0 to 100."),
        ({"crop_width": "nan"}, "Please give a number from 0 to 100."),
        ({"crop_left": "60", "crop_width": "60"}, "reaches beyond the picture"),
        ({"crop_width": "2"}, "That part is only 2 × 64 pixels"),
        ({"tags": ",".join(map(str, range(13)))}, "12 tags or fewer"),
    ],
)
def test_a_mistake_in_one_keeps_what_was_written_in_all(
    signed_in: Client, user: User, own_style: Style, wrong: dict[str, str], sentence: str
) -> None:
    other = styles.add_style(owner=user, image=quadrants(), title="b")
    sent = naming({own_style: {"artist": "Someone", **wrong}, other: {"title": "Kept words"}})
    response = signed_in.post(NAME, sent)
    for text in (sentence, 'value="Someone"', 'value="Kept words"'):
        assertContains(response, text, status_code=422)
    own_style.refresh_from_db()
    assert (own_style.title, own_style.artist) == ("My tiles", "Me")


def test_what_looks_like_another_is_told_and_can_be_left_out(
    signed_in: Client, user: User, preset: Style
) -> None:
    again = styles.add_style(owner=user, image=gradient(), title="Again")
    alike = styles.add_style(owner=user, image=gradient(48, 40), title="Alike")
    response = signed_in.get(NAME, {"style": [again.pk, alike.pk]})
    assertContains(response, "This is “Swirls”, which hangs here for everybody.")
    assertContains(response, "This looks like “Again”, which you have.")
    assertContains(response, "Add it anyway?")
    html = response.content.decode()
    for style, checked in ((again, True), (alike, False)):  # the very same is left out at first
        box = html[html.index(f'name="{style.pk}-leave_out"') :].split(">")[0]
        assert ("checked" in box) is checked
    sent = naming({again: {"title": "", "leave_out": "on"}, alike: {"title": "Kept"}})
    response = signed_in.post(NAME, sent, follow=True)
    assertContains(response, "“Kept” is in your styles.")
    assertContains(response, "1 was left out.")
    assert list(Style.objects.owned_by(user)) == [alike]


@pytest.mark.parametrize(
    ("onward", "location"),
    [
        ("/new/?photo=1", "/new/?photo=1&style={style}"),
        ("/new/?style=old&photo=1", "/new/?photo=1&style={style}"),
        ("https://elsewhere.example/", OWN),
        ("//elsewhere.example/", OWN),
        ("javascript:alert(1)", OWN),
        ("", OWN),
    ],
)
def test_afterwards_one_goes_back_where_one_came_from(
    signed_in: Client, onward: str, location: str
) -> None:
    response = signed_in.post(ADD, {"image": upload(), "next": onward})
    style = Style.objects.get()
    page = signed_in.get(response["Location"]).content.decode()
    came_from = f'<input type="hidden" name="next" value="{onward.replace("&", "&amp;")}">'
    assert (came_from in page) is (location != OWN)
    response = signed_in.post(NAME, naming({style: {}}, next=onward))
    assert response["Location"] == location.format(style=style.pk)


def test_other_peoples_styles_and_presets_are_passed_over(
    client: Client, own_style: Style, preset: Style, stranger: User
) -> None:
    client.force_login(stranger)
    sent = naming({own_style: {"title": "Mine now"}, preset: {"title": "Mine too"}})
    assert client.post(NAME, sent)["Location"] == "/styles/"
    assert client.get(NAME, {"style": [own_style.pk, "nonsense"]})["Location"] == "/styles/"
    own_style.refresh_from_db()
    assert own_style.title == "My tiles"


def test_many_to_name_take_no_more_queries(
    signed_in: Client, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    added = [styles.add_style(owner=user, image=gradient(), title=str(n)) for n in range(6)]
    with django_assert_num_queries(5):  # session, person, styles, fingerprints, look-alikes
        signed_in.get(NAME, {"style": [style.pk for style in added]})


def test_addresses_for_adding_take_no_other_methods(signed_in: Client) -> None:
    for address in (ADD, NAME):
        assert signed_in.put(address).status_code == 405
