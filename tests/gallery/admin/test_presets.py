from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from gallery.models import Style
from tests.gallery.admin.presets import LIST, change_page, fields
from tests.gallery.drawings import gradient, upload


def test_the_list_shows_presets_with_thumbnails_and_no_personal_style(
    admin_client: Client, preset: Style, own_style: Style
) -> None:
    html = admin_client.get(LIST).content.decode()
    thumbnail = reverse("gallery:style-file", args=[preset.pk, "thumbnail"])
    assert f'<img src="{thumbnail}?v={preset.version}" alt="Swirls" width="96" height="64"' in html
    assert "My tiles" not in html


def test_a_personal_style_cannot_be_opened(admin_client: Client, own_style: Style) -> None:
    response = admin_client.get(change_page(own_style), follow=True)
    assert "My tiles" not in response.content.decode()


def test_an_admin_adds_a_preset(admin_client: Client) -> None:
    sent = fields(title="Tiles", tags="Blue, tile", params='{"style_strength": 70}')
    response = admin_client.post(f"{LIST}add/", {**sent, "new_image": upload(gradient(100, 50))})
    assert response.status_code == 302
    added = Style.objects.presets().get()
    assert (added.title, added.tags, added.params) == (
        "Tiles",
        ["blue", "tile"],
        {"style_strength": 70},
    )
    assert (added.width, added.height) == (100, 50)
    assert Path(added.thumbnail.path).exists()


def test_a_preset_needs_a_picture(admin_client: Client) -> None:
    response = admin_client.post(f"{LIST}add/", fields())
    assert response.context["adminform"].form.errors["new_image"] == ["This field is required."]


def test_a_picture_beyond_the_limit_is_refused_and_the_old_one_stays(
    admin_client: Client, preset: Style, settings: Settings
) -> None:
    settings.UPLOAD_MAX_BYTES = 100
    response = admin_client.post(change_page(preset), fields(new_image=upload(gradient(50, 50))))
    assert "larger than" in response.context["adminform"].form.errors["new_image"][0]
    preset.refresh_from_db()
    assert preset.width == 96


def test_what_is_no_picture_is_refused_with_the_engines_sentence(
    admin_client: Client, media_root: Path
) -> None:
    bad = upload(name="bad.png")
    bad.file = type(bad.file)(b"certainly not a picture, but long enough to be one")
    response = admin_client.post(f"{LIST}add/", fields(new_image=bad))
    assert "not a picture" in response.context["adminform"].form.errors["new_image"][0]
    assert not Style.objects.exists()
    assert not media_root.exists()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ('{"style_strength": 140}', "style_strength must be a number from 0 to 100."),
        ('{"brush": 2}', "There is no parameter called 'brush'."),
        ("[1]", "Parameters must be an object of names and values."),
        ("{", "Enter a valid JSON."),
    ],
)
def test_settings_the_engine_cannot_use_are_refused_beside_their_field(
    admin_client: Client, preset: Style, params: str, words: str
) -> None:
    response = admin_client.post(change_page(preset), fields(params=params))
    assert response.context["adminform"].form.errors["params"] == [words]
    assert words.replace("'", "&#x27;") in response.content.decode()
    preset.refresh_from_db()
    assert preset.params == {}


def test_a_new_picture_replaces_the_old_one_and_its_files(
    admin_client: Client,
    preset: Style,
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        sent = fields(new_image=upload(gradient(50, 80)))
        assert admin_client.post(change_page(preset), sent).status_code == 302
    preset.refresh_from_db()
    assert (preset.width, preset.height) == (50, 80)
    stored = {str(p.relative_to(media_root)) for p in media_root.rglob("*") if p.is_file()}
    assert stored == {file.name for file in preset.file_fields()}


def test_words_can_change_without_touching_the_picture(admin_client: Client, preset: Style) -> None:
    assert admin_client.post(change_page(preset), fields(title="Whirls")).status_code == 302
    changed = Style.objects.get()
    assert changed.title == "Whirls"
    assert changed.original == preset.original


def test_presets_are_hidden_and_published_by_actions(
    admin_client: Client, make_preset: Callable[..., Style], own_style: Style
) -> None:
    keys = [str(make_preset(slug=slug, artist="Ada", licence="CC0-1.0").pk) for slug in ("a", "b")]
    keys.append(str(own_style.pk))
    for action, published in (("hide", 0), ("publish", 2)):
        sent = {"action": action, "_selected_action": keys}
        html = admin_client.post(LIST, sent, follow=True).content.decode()
        assert Style.objects.presets().count() == published
        assert "2 presets are" in html
    own_style.refresh_from_db()
    assert own_style.state == Style.State.PUBLISHED


def test_the_order_is_edited_in_the_list(admin_client: Client, preset: Style) -> None:
    sent = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "_save": "Save"}
    sent |= {"form-0-id": str(preset.pk), "form-0-position": "30"}
    assert admin_client.post(LIST, sent).status_code == 302
    preset.refresh_from_db()
    assert preset.position == 30


def test_a_preset_that_ships_with_the_site_cannot_be_deleted_and_says_so(
    admin_client: Client, preset: Style
) -> None:
    html = admin_client.get(change_page(preset)).content.decode()
    assert "it cannot be deleted" in html
    assert "deletelink" not in html
    delete = reverse("admin:gallery_style_delete", args=[preset.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
    sent = {"action": "delete_selected", "_selected_action": [str(preset.pk)], "post": "yes"}
    admin_client.post(LIST, sent)
    assert Style.objects.filter(pk=preset.pk).exists()


def test_a_preset_of_ones_own_making_can_be_deleted_with_its_files(
    admin_client: Client,
    make_preset: Callable[..., Style],
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    made = make_preset(slug=None)
    with django_capture_on_commit_callbacks(execute=True):
        delete = reverse("admin:gallery_style_delete", args=[made.pk])
        assert admin_client.post(delete, {"post": "yes"}).status_code == 302
    assert not Style.objects.exists()
    assert not [path for path in media_root.rglob("*") if path.is_file()]


def test_people_who_are_not_staff_stay_outside(signed_in: Client, preset: Style) -> None:
    assert signed_in.get(LIST).status_code == 302
    assert signed_in.post(change_page(preset), fields(title="Mine")).status_code == 302
    preset.refresh_from_db()
    assert preset.title == "Swirls"
