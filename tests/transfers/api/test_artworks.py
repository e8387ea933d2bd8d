"""/artworks/: finished pictures, their files, and the trash."""

from io import BytesIO

import pytest
from PIL import Image

from gallery import differences, search
from gallery.artwork_recipes import of_artwork
from gallery.models import Artwork
from gallery.recipe_files import RecipeFile
from tests.gallery.drawings import hang_artwork, recipe_inside
from tests.transfers.api.conftest import ApiClient, data_of
from tests.transfers.drawings import quadrants
from transfers.models import Transfer

pytestmark = pytest.mark.django_db


def test_a_picture_is_listed_with_its_transfer(
    api: ApiClient, artwork: Artwork, finished: Transfer
) -> None:
    [row] = api.get("/artworks/").json()["results"]
    assert row == api.get(f"/artworks/{artwork.pk}/").json()
    assert row["title"] == "Harbour in stripes"
    assert (row["width"], row["height"]) == (96, 64)
    assert row["transfer"] == str(finished.pk)
    assert row["recipe"]["steps"] == 3


def test_one_without_a_transfer_says_so(api: ApiClient, artwork: Artwork) -> None:
    assert api.get(f"/artworks/{artwork.pk}/").json()["transfer"] is None


def test_its_files_and_downloads_are_handed_out(api: ApiClient, artwork: Artwork) -> None:
    files = api.get(f"/artworks/{artwork.pk}/").json()["files"]
    kinds = {"original": "png", "display": "webp", "thumbnail": "webp", "before": "webp"}
    for name, kind in {**kinds, "png": "png", "jpg": "jpeg", "webp": "webp"}.items():
        response = api.get(files[name])
        assert response["Content-Type"] == f"image/{kind}"
        data = data_of(response)
        assert Image.open(BytesIO(data)).size == (96, 64)
    assert "Harbour in stripes.jpg" in api.get(files["jpg"])["Content-Disposition"]
    for path in ("files/odd/", "download/gif/"):
        assert api.get(f"/artworks/{artwork.pk}/{path}").status_code == 404


def test_it_gets_another_title(api: ApiClient, artwork: Artwork) -> None:
    response = api.patch(f"/artworks/{artwork.pk}/", {"title": " Evening "})
    assert response.json()["title"] == "Evening"
    artwork.refresh_from_db()
    assert artwork.title == "Evening"
    assert api.patch(f"/artworks/{artwork.pk}/").json()["title"] == "Evening"


@pytest.mark.parametrize("title", ["", " ", "A" * 121, None, ["a"], 0, True, "a\x00b"])
def test_a_wrong_title_is_refused(api: ApiClient, artwork: Artwork, title: object) -> None:
    response = api.patch(f"/artworks/{artwork.pk}/", {"title": title})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["title"])


def test_all_that_its_owner_says_is_changed_at_once(api: ApiClient, artwork: Artwork) -> None:
    words = {"notes": "For\ngrandmother", "rating": 4, "is_favourite": True}
    changes = {**words, "title": "Evening", "tags": ["Sea", "winter  walk", "sea"]}
    answer = api.patch(f"/artworks/{artwork.pk}/", changes).json()
    assert answer["tags"] == ["sea", "winter walk"]
    assert {name: answer[name] for name in words} == words
    for word in ("evening", "grandmother", "winter"):
        assert search.matching(Artwork.objects.all(), word).get() == artwork
    assert api.patch(f"/artworks/{artwork.pk}/", {"tags": []}).json()["tags"] == []
    assert api.get("/artworks/").json()["results"][0]["rating"] == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rating", 6),
        ("rating", -1),
        ("rating", "4"),
        ("rating", True),
        ("is_favourite", "yes"),
        ("is_favourite", 1),
        ("notes", "x" * 4001),
        ("notes", None),
        ("tags", "sea"),
        ("tags", ["a,b"]),
        ("tags", ["x" * 41]),
        ("tags", ["x"] * 31),
        ("tags", [7]),
    ],
)
def test_wrong_words_are_refused_and_nothing_is_changed(
    api: ApiClient, artwork: Artwork, name: str, value: object
) -> None:
    response = api.patch(f"/artworks/{artwork.pk}/", {"title": "Other", name: value})
    assert response.status_code == 400
    assert next(iter(response.json()["errors"])).split(".")[0] == name
    artwork.refresh_from_db()
    assert artwork.title == "Harbour in stripes"


def test_downloads_come_smaller_and_with_the_recipe(api: ApiClient, whole: Artwork) -> None:
    address = f"/artworks/{whole.pk}/download/webp/?size=web&recipe=true"
    assert recipe_inside(data_of(api.get(address))) == of_artwork(whole)
    for query in ("size=huge", "recipe=perhaps"):
        response = api.get(f"/artworks/{whole.pk}/download/png/?{query}")
        assert (response.status_code, response.json()["reason"]) == (400, "invalid")


def test_its_recipe_is_handed_out_where_enough_is_known(
    api: ApiClient, whole: Artwork, artwork: Artwork
) -> None:
    said = api.get(f"/artworks/{whole.pk}/recipe/").json()
    assert RecipeFile.from_json(said) == of_artwork(whole)
    for path in ("recipe/", "download/png/?recipe=true"):
        response = api.get(f"/artworks/{artwork.pk}/{path}")
        assert (response.status_code, response.json()["reason"]) == (409, "no_recipe")


def test_two_pictures_tell_how_much_they_differ(
    api: ApiClient, whole: Artwork, artwork: Artwork
) -> None:
    same = api.get(f"/artworks/{whole.pk}/difference/{artwork.pk}/").json()
    assert same == {"mean_difference": 0.0, "is_identical": True}


def test_of_large_pictures_only_whether_they_are_the_same_is_told(
    api: ApiClient, whole: Artwork, artwork: Artwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = quadrants(96, 64).rotate(180)
    other = hang_artwork(
        owner=whole.owner, image=turned, before=None, title="Turned", recipe=whole.recipe
    )
    assert api.get(f"/artworks/{whole.pk}/difference/{other.pk}/").json()["mean_difference"] > 2
    monkeypatch.setattr(differences, "MOST_PX", 96 * 64 - 1)
    answer = api.get(f"/artworks/{whole.pk}/difference/{other.pk}/").json()
    assert answer == {"mean_difference": None, "is_identical": False}
    same = api.get(f"/artworks/{whole.pk}/difference/{artwork.pk}/").json()
    assert same == {"mean_difference": 0.0, "is_identical": True}


def test_it_goes_to_the_trash_and_comes_back(api: ApiClient, artwork: Artwork) -> None:
    address = f"/artworks/{artwork.pk}/"
    assert api.send("DELETE", address).status_code == 204
    assert api.get("/artworks/").json()["results"] == []
    assert api.get("/artworks/?trash=true").json()["results"][0]["id"] == str(artwork.pk)
    assert api.get(f"{address}download/png/").status_code == 404
    assert api.post(f"{address}restore/").json()["trashed_at"] is None
    assert len(api.get("/artworks/?trash=false").json()["results"]) == 1
    response = api.get("/artworks/?trash=perhaps")
    assert (response.status_code, list(response.json()["errors"])) == (400, ["trash"])
