"""Settings saved under a name from within the studio, with htmx and without."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from engine.params import Params
from gallery.models import Style
from transfers.housekeeping import tidy
from transfers.models import ContentImage, SavedSettings
from transfers.studio import saved

URL = "/new/settings/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def kept(user: User) -> SavedSettings:
    params = Params(size_px=700, style_strength=40, keep_colors="luminance", seed=5)
    return saved.save(user, "Soft", params)


def test_what_is_set_on_the_page_is_saved_whole(signed_in: Client, preset: Style) -> None:
    preset.params = {"style_strength": 71, "tv_weight": 2.0}
    preset.save()
    page = {"style": str(preset.pk), "quality": "draft", "style_scale": "2", "style_strength": ""}
    response = signed_in.post(URL, {**page, "settings_name": " Broad \0 brush "}, headers=HTMX)
    assertContains(response, "“Broad brush” is saved.")
    one = SavedSettings.objects.get()
    assert one.name == "Broad brush"
    assert Params.from_json(one.params) == Params(
        size_px=256, style_strength=71.0, tv_weight=2.0, style_scale=2.0
    )


def test_without_javascript_the_page_keeps_everything(
    signed_in: Client, preset: Style, photo: ContentImage
) -> None:
    page = {"style": str(preset.pk), "photo": str(photo.pk), "quality": "fine", "seed": "9"}
    response = signed_in.post(URL, {**page, "settings_name": "Nine"})
    assert response.status_code == 200
    form = response.context["form"]
    assert (form["seed"].value(), form["quality"].value()) == ("9", "fine")
    assert (response.context["photo"], response.context["style"]) == (photo, preset)
    assertContains(response, "“Nine” is saved.")


def test_saved_settings_are_used_for_another_photo_and_style(
    signed_in: Client, kept: SavedSettings, own_style: Style, photo: ContentImage
) -> None:
    page = {"style": str(own_style.pk), "photo": str(photo.pk), "quality": "fine", "tv_weight": "3"}
    response = signed_in.post("/new/", {**page, "use": str(kept.pk)})
    assert response.status_code == 200
    form = response.context["form"]
    values = {name: form[name].value() for name in ("quality", "size_px", "style_strength")}
    assert values == {"quality": "own", "size_px": "700", "style_strength": "40"}
    assert form["tv_weight"].value() == ""
    assert form["base"].value() == "engine"
    assert (response.context["photo"], response.context["style"]) == (photo, own_style)


def test_they_are_renamed(signed_in: Client, kept: SavedSettings) -> None:
    sent = {f"name-{kept.pk}": "Softer"}
    response = signed_in.post(f"{URL}{kept.pk}/change/", sent, headers=HTMX)
    assertContains(response, "“Soft” is called “Softer” now.")
    assertContains(response, "Use “Softer”")


def test_they_are_set_to_what_is_on_the_page(signed_in: Client, kept: SavedSettings) -> None:
    sent = {"anew": "yes", "quality": "standard", "seed": "8"}
    signed_in.post(f"{URL}{kept.pk}/change/", sent, headers=HTMX)
    kept.refresh_from_db()
    assert kept.name == "Soft"
    assert Params.from_json(kept.params) == Params(seed=8)


def test_deleting_can_be_undone(signed_in: Client, kept: SavedSettings) -> None:
    response = signed_in.post(f"{URL}{kept.pk}/delete/", headers=HTMX)
    assertContains(response, "“Soft” is deleted.")
    assertContains(response, f'hx-post="{URL}{kept.pk}/put-back/"')
    assertNotContains(response, "Use “Soft”")
    back = signed_in.post(f"{URL}{kept.pk}/put-back/", headers=HTMX)
    assertContains(back, "“Soft” is back.")
    assertContains(back, "Use “Soft”")


def test_back_again_they_take_the_next_name_that_is_free(user: User, kept: SavedSettings) -> None:
    saved.trash(kept)
    saved.save(user, "Soft", Params())
    saved.put_back(kept)
    kept.refresh_from_db()
    assert kept.name == "Soft (2)"


def test_too_many_are_not_put_back_and_can_be_put_back_later(
    signed_in: Client, user: User, kept: SavedSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved, "MOST", 1)
    saved.trash(kept)
    other = saved.save(user, "Hard", Params())
    back = f"{URL}{kept.pk}/put-back/"
    answer = signed_in.post(back, headers=HTMX)
    assertContains(answer, "all there is room for")
    assertContains(answer, f'hx-post="{back}"')
    saved.trash(other)
    assertContains(signed_in.post(back, headers=HTMX), "“Soft” is back.")


def test_after_a_day_they_are_gone_for_good(kept: SavedSettings) -> None:
    saved.trash(kept)
    tidy()
    assert SavedSettings.objects.exists()
    SavedSettings.objects.update(trashed_at=timezone.now() - timedelta(days=1, minutes=1))
    tidy()
    assert not SavedSettings.objects.exists()


def test_those_of_another_version_are_left_out(signed_in: Client, kept: SavedSettings) -> None:
    SavedSettings.objects.update(params={"version": 99})
    response = signed_in.get("/new/")
    assert response.status_code == 200
    assertNotContains(response, "Use “Soft”")


def test_somebody_elses_are_not_there(client: Client, stranger: User, kept: SavedSettings) -> None:
    client.force_login(stranger)
    for what in ("change", "delete", "put-back"):
        assert client.post(f"{URL}{kept.pk}/{what}/").status_code == 404
    assertNotContains(client.get("/new/"), str(kept.pk))
    used = client.post("/new/", {"use": str(kept.pk)})
    assert used.context["form"]["style_strength"].value() in (None, "")
    saved.trash(kept)
    assert client.post(f"{URL}{kept.pk}/put-back/").status_code == 404


def test_visitors_are_asked_to_sign_in(client: Client, kept: SavedSettings) -> None:
    assert client.post(URL).status_code == 302
    assert client.post(f"{URL}{kept.pk}/delete/").status_code == 302
    assert SavedSettings.objects.get().trashed_at is None


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"settings_name": ""}, "Please give them a name."),
        ({"settings_name": "x" * 61}, "at most 60 letters"),
        ({"settings_name": "Soft"}, "You have settings called “Soft” already."),
        ({"settings_name": "New", "seed": "x"}, "a whole number from 0 to 4294967295"),
        ({"settings_name": "New", "quality": "own"}, "how long the longer side"),
        ({"settings_name": "New", "objective": "classic", "style_scale": "2"}, "classic objective"),
    ],
)
def test_what_cannot_be_saved_says_why(
    signed_in: Client, kept: SavedSettings, sent: dict[str, str], words: str
) -> None:
    assertContains(signed_in.post(URL, {"quality": "draft", **sent}, headers=HTMX), words)
    plain = signed_in.post(URL, {"quality": "draft", **sent})
    assertContains(plain, words, status_code=422)
    assert SavedSettings.objects.count() == 1


def test_a_name_that_is_taken_is_not_given_twice(
    signed_in: Client, user: User, kept: SavedSettings
) -> None:
    other = saved.save(user, "Hard", Params())
    response = signed_in.post(
        f"{URL}{other.pk}/change/", {f"name-{other.pk}": "Soft"}, headers=HTMX
    )
    assertContains(response, "You have settings called “Soft” already.")
    other.refresh_from_db()
    assert other.name == "Hard"


def test_all_of_them_are_posts(signed_in: Client, kept: SavedSettings) -> None:
    for path in ("", f"{kept.pk}/change/", f"{kept.pk}/delete/", f"{kept.pk}/put-back/"):
        assert signed_in.get(URL + path).status_code == 405
