"""Many pictures at once: every photo in every style, all or none."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import Quota, User
from engine import pyramid
from engine.params import Params
from gallery.models import Style
from gallery.styles import add_style
from tests.transfers.drawings import BAD_FILES, as_file, quadrants
from transfers.models import ContentImage, MachineSpeed, Transfer
from transfers.photos import add_photo

URL = "/new/many/"


@pytest.fixture
def second_photo(user: User) -> ContentImage:
    return add_photo(user, BytesIO(as_file(quadrants(90, 120))), "upload", "Garden")


def chosen(photos: list[ContentImage], styles: list[Style], **more: object) -> dict[str, object]:
    return {
        "photos": [photo.pk for photo in photos],
        "styles": [style.pk for style in styles],
        "quality": "draft",
        **more,
    }


def test_each_photo_is_painted_in_each_style_in_the_order_of_the_page(
    signed_in: Client,
    photo: ContentImage,
    second_photo: ContentImage,
    preset: Style,
    own_style: Style,
) -> None:
    response = signed_in.post(URL, chosen([photo, second_photo], [preset, own_style]), follow=True)
    assertRedirects(response, "/transfers/")
    assertContains(response, "4 pictures are waiting to be painted")
    waiting = Transfer.objects.queued().in_own_order()
    made = {(row.content_image_id, row.styles.get().pk) for row in waiting}
    assert made == {
        (each.pk, style.pk) for each in (photo, second_photo) for style in (preset, own_style)
    }
    strengths = {row.styles.get().pk: row.params["style_strength"] for row in waiting}
    assert strengths == {preset.pk: 71, own_style.pk: Params().style_strength}
    assert {row.params["size_px"] for row in waiting} == {256}


def test_photos_sent_along_are_stored_and_painted(signed_in: Client, preset: Style) -> None:
    files = [
        SimpleUploadedFile("one.jpg", as_file(quadrants())),
        SimpleUploadedFile("two.jpg", as_file(quadrants(100, 60))),
    ]
    signed_in.post(URL, {"styles": [preset.pk], "quality": "draft", "images": files})
    assert {row.content_image.title for row in Transfer.objects.queued()} == {"one", "two"}


def test_a_bad_file_among_good_ones_loses_neither_them_nor_the_choices(
    signed_in: Client, preset: Style
) -> None:
    bad = BAD_FILES["not an image"]
    files = [
        SimpleUploadedFile("good.jpg", as_file(quadrants())),
        SimpleUploadedFile(bad.name, bad.data),
    ]
    response = signed_in.post(URL, {"styles": [preset.pk], "quality": "draft", "images": files})
    assertContains(response, f"{bad.name}: ", status_code=422)
    assertContains(response, bad.words, status_code=422)
    html = response.content.decode()
    for pk in (ContentImage.objects.get(title="good").pk, preset.pk):
        assert "checked" in html.partition(f'value="{pk}"')[2].partition(">")[0]
    assert not Transfer.objects.exists()


def test_without_a_photo_or_a_style_it_says_what_is_missing(
    signed_in: Client, photo: ContentImage, preset: Style
) -> None:
    assertContains(signed_in.post(URL, chosen([photo], [])), "at least one style", status_code=422)
    assertContains(signed_in.post(URL, chosen([], [preset])), "at least one photo", status_code=422)


def test_more_than_a_hundred_are_refused(
    signed_in: Client, user: User, photo: ContentImage
) -> None:
    styles = [add_style(owner=user, image=quadrants(40, 40), title=str(n)) for n in range(101)]
    response = signed_in.post(URL, chosen([photo], styles))
    assertContains(response, "That is 101 pictures", status_code=422)
    assert not Transfer.objects.exists()


def test_at_a_limit_none_of_them_is_submitted(
    signed_in: Client, photo: ContentImage, preset: Style, own_style: Style
) -> None:
    Quota.objects.create(waiting=1)
    response = signed_in.post(URL, chosen([photo], [preset, own_style]))
    assertContains(response, "You may have 1 picture waiting", status_code=422)
    assert not Transfer.objects.exists()


def test_the_summary_counts_the_pictures_and_their_time(
    signed_in: Client, photo: ContentImage, preset: Style, own_style: Style
) -> None:
    draft = pyramid.plan(120, 80, Params(size_px=256)).pixel_steps
    MachineSpeed.objects.create(host="here", pixel_steps_per_s=draft / 58, overhead_s=2)
    query = chosen([photo], [preset, own_style])
    summary = signed_in.get(f"{URL}summary/", query)
    assertContains(summary, "2 pictures, about 2 minutes of painting")
    assertContains(signed_in.get(f"{URL}summary/"), "Choose photos and styles")


def test_other_peoples_photos_and_styles_cannot_be_chosen(
    client: Client, stranger: User, photo: ContentImage, preset: Style, own_style: Style
) -> None:
    client.force_login(stranger)
    assertNotContains(client.get(URL), str(photo.pk))
    assertContains(client.post(URL, chosen([photo], [preset])), "no longer here", status_code=422)
    assertNotContains(client.get(f"{URL}summary/", chosen([photo], [own_style])), "1 picture")
    assert not Transfer.objects.exists()


@pytest.mark.parametrize("value", ["1", "no id", "00000000-0000-4000-8000-000000000000"])
def test_ids_that_are_none_are_refused(signed_in: Client, preset: Style, value: str) -> None:
    values = {"photos": [value], "styles": [preset.pk], "quality": "draft"}
    assertContains(signed_in.post(URL, values), "no longer here", status_code=422)


def test_visitors_are_asked_to_sign_in(client: Client, db: None) -> None:
    assertRedirects(client.get(URL), f"/accounts/login/?next={URL}")
    assert client.post(URL).status_code == 302
    assert client.get(f"{URL}summary/").status_code == 302


def test_wrong_methods_are_not_allowed(signed_in: Client) -> None:
    assert signed_in.delete(URL).status_code == 405
    assert signed_in.post(f"{URL}summary/").status_code == 405
