"""/styles/: presets to read, one's own to change."""

from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from accounts.models import User
from gallery.models import Collection, Style, StyleOffer
from gallery.styles import add_style
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


# Looking for styles


def test_the_list_is_narrowed_and_ordered(api: ApiClient, preset: Style, own_style: Style) -> None:
    preset.collections.create(slug="flags", title="Flags")
    Style.objects.filter(pk=own_style.pk).update(times_used=3)
    assert titles(api, "?q=tile") == {"My tiles"}
    assert titles(api, "?collection=flags") == {"Stripes"}
    assert titles(api, "?color=green") == {"My tiles", "Stripes"}
    assert titles(api, "?color=purple") == set()
    assert titles(api, "?tag=none") == set()
    for sort, order in {
        "popular": ["My tiles", "Stripes"],
        "title": ["My tiles", "Stripes"],
        "newest": ["My tiles", "Stripes"],
    }.items():
        rows = api.get(f"/styles/?sort={sort}").json()["results"]
        assert [row["title"] for row in rows] == order
    row = api.get(f"/styles/{preset.pk}/").json()
    assert row["color_groups"] == ["red", "green", "blue", "white"]
    assert row["palette"][0] == {"hex": preset.palette[0]["hex"], "share": 0.25}
    assert (row["collections"], row["crop"], row["times_used"]) == (["flags"], None, 0)


@pytest.mark.parametrize("sort", ["house", "popular", "newest", "title"])
def test_pages_follow_each_other_in_every_order(
    api: ApiClient, preset: Style, own_style: Style, sort: str
) -> None:
    first = api.get(f"/styles/?limit=1&sort={sort}").json()
    second = api.get(first["next"]).json()
    assert {row["id"] for page in (first, second) for row in page["results"]} == {
        str(preset.pk),
        str(own_style.pk),
    }
    assert second["next"] is None


@pytest.mark.parametrize("query", ["sort=odd", "color=octarine"])
def test_what_means_nothing_is_named(api: ApiClient, query: str) -> None:
    response = api.get(f"/styles/?{query}")
    assert (response.status_code, list(response.json()["errors"])) == (400, [query.split("=")[0]])


def test_many_styles_take_no_more_queries(api: ApiClient, user: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.get("/styles/").status_code == 200
        return len(captured)

    add_style(owner=user, image=quadrants(), title="First")
    queries()  # the first request of a minute begins its count
    of_one = queries()
    for number in range(5):
        add_style(owner=user, image=quadrants(), title=str(number))
    assert queries() == of_one


def test_collections_are_those_that_hold_something(api: ApiClient, preset: Style) -> None:
    preset.collections.create(slug="flags", title="Flags", description="Of all seas")
    Collection.objects.create(slug="empty", title="Empty")
    flags = {"slug": "flags", "title": "Flags", "description": "Of all seas"}
    assert api.get("/collections/").json() == [flags]


def test_collections_are_for_people_who_are_signed_in(visitor: ApiClient) -> None:
    assert visitor.get("/collections/").status_code == 401
    assert visitor.post("/collections/").status_code == 401


# Look-alikes, crops and other pictures


def test_an_upload_is_told_what_it_looks_like(
    api: ApiClient, preset: Style, own_style: Style
) -> None:
    answer = api.upload("/styles/", {"image": picture()}).json()
    assert {one["title"] for one in answer["look_alikes"]} == {"Stripes", "My tiles"}
    first = next(one for one in answer["look_alikes"] if one["title"] == "Stripes")
    assert (first["is_preset"], first["is_same"]) == (True, False)
    assert first["distance"] <= 10
    assert "“Stripes”" in first["sentence"]
    again = api.upload("/styles/", {"image": picture()}).json()["look_alikes"]
    assert [(one["title"], one["distance"]) for one in again if one["is_same"]] == [
        ("wave print", 0)
    ]


def test_a_part_is_kept_and_the_whole_can_be_had(api: ApiClient, own_style: Style) -> None:
    address = f"/styles/{own_style.pk}/"
    part = {"left": 0.5, "top": 0, "width": 0.5, "height": 0.5}
    answer = api.post(f"{address}crop/", part).json()
    assert (answer["width"], answer["height"], answer["crop"]) == (32, 48, part)
    with Image.open(BytesIO(data_of(api.get(f"{address}files/whole/")))) as whole:
        assert whole.size == (64, 96)
    whole_part = {"left": 0, "top": 0, "width": 1, "height": 1}
    answer = api.post(f"{address}crop/", whole_part).json()
    assert (answer["width"], answer["crop"], answer["sha256"]) == (64, None, own_style.sha256)


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ({"left": 0.7, "top": 0, "width": 0.5, "height": 1}, "too_small"),
        ({"left": 0, "top": 0, "width": 0.2, "height": 0.2}, "too_small"),
        ({"left": 0, "top": 0, "width": 2, "height": 1}, "invalid"),
        ({"left": "0", "top": 0, "width": 1, "height": 1}, "invalid"),
        ({}, "invalid"),
    ],
)
def test_a_part_that_cannot_be_is_refused(
    api: ApiClient, own_style: Style, part: dict[str, object], reason: str
) -> None:
    response = api.post(f"/styles/{own_style.pk}/crop/", part)
    assert (response.status_code, response.json()["reason"]) == (400, reason)
    own_style.refresh_from_db()
    assert own_style.crop is None


def test_another_picture_takes_its_place(api: ApiClient, own_style: Style) -> None:
    response = api.upload(f"/styles/{own_style.pk}/picture/", {"image": picture()})
    assert (response.status_code, response.json()["title"]) == (200, "My tiles")
    assert (response.json()["width"], response.json()["look_alikes"]) == (50, [])
    bad = SimpleUploadedFile("diary.jpg", b"Dear diary, " * 99)
    response = api.upload(f"/styles/{own_style.pk}/picture/", {"image": bad})
    assert (response.status_code, response.json()["reason"]) == (400, "not_an_image")


def test_pictures_of_others_are_left_alone(
    strangers_api: ApiClient, api: ApiClient, preset: Style, own_style: Style
) -> None:
    part = {"left": 0, "top": 0, "width": 0.5, "height": 1}
    assert strangers_api.post(f"/styles/{own_style.pk}/crop/", part).status_code == 404
    assert api.post(f"/styles/{preset.pk}/crop/", part).status_code == 403
    assert api.upload(f"/styles/{preset.pk}/picture/", {"image": picture()}).status_code == 403
    assert api.get(f"/styles/{preset.pk}/files/whole/").status_code == 404
    assert strangers_api.get(f"/styles/{own_style.pk}/files/whole/").status_code == 404


# Offers


def test_a_style_is_offered_answered_for_and_taken_back(api: ApiClient, own_style: Style) -> None:
    address = f"/styles/{own_style.pk}/offer/"
    assert api.get(address).status_code == 404
    sent = {"licence": "CC BY 4.0", "credit": "Me", "consent": True}
    response = api.post(address, sent)
    assert (response.status_code, response.json()["state"]) == (201, "open")
    again = api.post(address, sent)
    assert (again.status_code, again.json()["reason"]) == (409, "wrong_state")
    assert api.send("DELETE", address).status_code == 204
    assert api.send("DELETE", address).status_code == 204
    answer = api.get(address).json()
    assert (answer["state"], answer["preset"]) == ("withdrawn", None)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"licence": "CC0"}, "consent"),
        ({"licence": "CC0", "consent": False}, "consent"),
        ({"consent": True}, "licence"),
        ({"licence": "CC0", "consent": True, "message": "x" * 1001}, "message"),
    ],
)
def test_without_consent_or_licence_nothing_is_offered(
    api: ApiClient, own_style: Style, sent: dict[str, object], field: str
) -> None:
    response = api.post(f"/styles/{own_style.pk}/offer/", sent)
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert not StyleOffer.objects.exists()


def test_nobody_else_offers_it(
    strangers_api: ApiClient, visitor: ApiClient, own_style: Style, preset: Style
) -> None:
    sent = {"licence": "CC0", "consent": True}
    for style in (own_style, preset):
        assert strangers_api.post(f"/styles/{style.pk}/offer/", sent).status_code == 404
        assert strangers_api.send("DELETE", f"/styles/{style.pk}/offer/").status_code == 404
    assert visitor.get(f"/styles/{own_style.pk}/offer/").status_code == 401
