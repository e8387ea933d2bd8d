"""/artworks/: finished pictures, their files, and the trash."""

from io import BytesIO

import pytest
from PIL import Image

from gallery.models import Artwork
from tests.transfers.api.conftest import ApiClient, data_of
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
    for name, kind in {**kinds, "png": "png", "jpg": "jpeg"}.items():
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
