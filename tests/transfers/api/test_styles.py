"""/styles/: presets to read, one's own to change."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from gallery.models import Style
from tests.transfers.api.conftest import ApiClient, data_of
from tests.transfers.drawings import BAD_FILES, BadFile, as_file, quadrants

pytestmark = pytest.mark.django_db


def picture(name: str = "wave_print.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, as_file(quadrants(50, 40), "PNG"))


def titles(api: ApiClient, query: str = "") -> set[str]:
    return {row["title"] for row in api.get(f"/styles/{query}").json()["results"]}


def test_the_list_tells_presets_own_and_thrown_away_apart(
    api: ApiClient, preset: Style, own_style: Style, user: User
) -> None:
    hidden = Style(title="Hidden", slug="hidden", state="draft")
    hidden.set_picture(quadrants())
    hidden.save()
    assert titles(api) == {"Stripes", "My tiles"}
    assert titles(api, "?kind=preset") == {"Stripes"}
    assert titles(api, "?kind=own") == {"My tiles"}
    api.send("DELETE", f"/styles/{own_style.pk}/")
    assert titles(api) == {"Stripes"}
    assert titles(api, "?kind=trash") == {"My tiles"}
    response = api.get("/styles/?kind=odd")
    assert (response.status_code, list(response.json()["errors"])) == (400, ["kind"])
    assert api.get(f"/styles/{hidden.pk}/").status_code == 404


def test_a_preset_and_its_files_are_read(api: ApiClient, preset: Style) -> None:
    answer = api.get(f"/styles/{preset.pk}/").json()
    assert answer["is_preset"]
    assert answer["params"] == {"style_strength": 71}
    assert answer["files"]["example"] is None
    response = api.get(answer["files"]["original"])
    assert response["Content-Type"] == "image/jpeg"
    assert data_of(response)
    assert api.get(f"/styles/{preset.pk}/files/example/").status_code == 404


def test_a_style_is_added_and_titled_after_its_file(api: ApiClient, user: User) -> None:
    sent = {"image": picture(), "artist": "Me", "tags": ["Blue ", "blue", "Old  Japan"]}
    response = api.upload("/styles/", sent)
    assert response.status_code == 201
    style = Style.objects.get()
    assert (style.owner, style.title, style.artist) == (user, "wave print", "Me")
    assert response.json()["tags"] == style.tags == ["blue", "old japan"]


@pytest.mark.parametrize("bad", BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_picture_gets_its_sentence(api: ApiClient, bad: BadFile) -> None:
    response = api.upload("/styles/", {"image": SimpleUploadedFile(bad.name, bad.data)})
    assert response.status_code == bad.status
    assert response.json()["reason"] == bad.reason
    assert bad.words in response.json()["detail"]
    assert not Style.objects.exists()


def test_without_a_picture_there_is_no_style(api: ApiClient) -> None:
    response = api.upload("/styles/", {"title": "Nothing"})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["image"])
    over = SimpleUploadedFile("big.jpg", bytes(settings.UPLOAD_MAX_BYTES + 1))
    assert api.upload("/styles/", {"image": over}).status_code == 413


def test_what_is_said_of_ones_own_is_changed(api: ApiClient, own_style: Style) -> None:
    response = api.patch(f"/styles/{own_style.pk}/", {"title": "Tiles", "year": "1905"})
    assert response.status_code == 200
    own_style.refresh_from_db()
    assert (own_style.title, own_style.year) == ("Tiles", "1905")
    assert api.patch(f"/styles/{own_style.pk}/").json() == response.json()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "A" * 121}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": None}, "title"),
        ({"tags": "blue"}, "tags"),
        ({"tags": ["a,b"]}, "tags.0"),
        ({"tags": [str(number) for number in range(13)]}, "tags"),
        ({"tags": [f"{number}{'x' * 50}" for number in range(8)]}, "tags"),
    ],
)
def test_a_wrong_change_is_named_and_nothing_saved(
    api: ApiClient, own_style: Style, change: dict[str, object], field: str
) -> None:
    response = api.patch(f"/styles/{own_style.pk}/", {"artist": "Nobody", **change})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    own_style.refresh_from_db()
    assert own_style.artist == ""


def test_it_goes_to_the_trash_and_comes_back(api: ApiClient, own_style: Style) -> None:
    address = f"/styles/{own_style.pk}/"
    assert api.send("DELETE", address).status_code == 204
    assert api.send("DELETE", address).status_code == 204
    assert api.get(address).json()["trashed_at"]
    assert api.post(f"{address}restore/").json()["trashed_at"] is None
    assert titles(api, "?kind=own") == {"My tiles"}


def test_a_preset_is_nobodys_to_change(api: ApiClient, preset: Style) -> None:
    address = f"/styles/{preset.pk}/"
    for response in (
        api.patch(address, {"title": "Mine"}),
        api.send("DELETE", address),
        api.post(f"{address}restore/"),
    ):
        assert response.status_code == 403
        assert response.json()["reason"] == "forbidden"
    preset.refresh_from_db()
    assert (preset.title, preset.trashed_at) == ("Stripes", None)
