"""/albums/: made, filled, put in order, and deleted without harm to pictures."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from gallery import artworks
from gallery.artworks import frame_artwork
from gallery.models import Album, Artwork
from tests.transfers.api.conftest import ApiClient
from tests.transfers.drawings import quadrants

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(user: User) -> list[str]:
    """Ids of three pictures."""
    made = []
    for title in ("One", "Two", "Three"):
        given = {"owner": user, "image": quadrants(32, 32), "before": quadrants(32, 32)}
        framed = frame_artwork(**given, title=title, recipe={})
        framed.save()
        made.append(str(framed.pk))
    return made


def test_an_album_is_made_read_and_changed(api: ApiClient, three: list[str]) -> None:
    made = api.post("/albums/", {"title": " Summer ", "artworks": three[:2]})
    assert made.status_code == 201
    album = made.json()
    assert (album["title"], album["count"], album["cover"]) == ("Summer", 2, three[0])
    address = f"/albums/{album['id']}/"
    assert api.get(address).json() == album
    assert api.get("/albums/").json()["results"] == [album]
    changed = api.patch(address, {"description": "By the sea", "cover": three[1]}).json()
    assert (changed["title"], changed["description"]) == ("Summer", "By the sea")
    assert changed["cover"] == three[1]
    assert api.patch(address, {"cover": three[2]}).json()["errors"].keys() == {"cover"}


def test_pictures_are_added_ordered_and_taken_out(
    api: ApiClient, album: Album, artwork: Artwork, three: list[str]
) -> None:
    address = f"/albums/{album.pk}/"
    assert api.post(f"{address}artworks/", {"artworks": three}).json() == {"count": 3}
    assert api.post(f"{address}artworks/", {"artworks": three}).json() == {"count": 0}
    ordered = api.post(f"{address}order/", {"artworks": [three[2], three[0]]}).json()
    assert ordered["artworks"] == [three[2], three[0], str(artwork.pk), three[1]]
    assert api.get(f"{address}artworks/").json() == ordered
    removed = api.post(f"{address}remove/", {"artworks": [three[0], three[0]]})
    assert removed.json() == {"count": 1}
    assert three[0] not in api.get(f"{address}artworks/").json()["artworks"]


def test_deleting_one_leaves_its_pictures(api: ApiClient, album: Album) -> None:
    assert api.send("DELETE", f"/albums/{album.pk}/").status_code == 204
    assert api.get(f"/albums/{album.pk}/").status_code == 404
    assert len(api.get("/artworks/").json()["results"]) == 1


def test_only_ones_own_pictures_that_are_there_can_be_named(
    api: ApiClient, strangers_api: ApiClient, album: Album, artwork: Artwork, three: list[str]
) -> None:
    refused = api.post(f"/albums/{album.pk}/artworks/", {"artworks": [three[0], str(uuid4())]})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["artworks.1"])
    made = strangers_api.post("/albums/", {"title": "Mine", "artworks": [str(artwork.pk)]})
    assert (made.status_code, list(made.json()["errors"])) == (400, ["artworks.0"])
    assert album.artworks.count() == 1
    artworks.trash(artwork)
    assert api.get(f"/albums/{album.pk}/").json()["count"] == 0
    assert api.get(f"/albums/{album.pk}/artworks/").json() == {"artworks": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "x", "description": "y" * 2001}, "description"),
        ({"title": "x", "artworks": ["y"]}, "artworks.0"),
        ({"title": "x", "artworks": "y"}, "artworks"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    api: ApiClient, body: dict[str, object], field: str
) -> None:
    refused = api.post("/albums/", body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])


def test_a_list_takes_as_many_queries_for_many_as_for_one(
    api: ApiClient, album: Album, user: User
) -> None:
    api.get("/albums/")  # the token notes its use once
    with CaptureQueriesContext(connection) as one:
        api.get("/albums/")
    for number in range(5):
        Album.objects.create(owner=user, title=str(number))
    with CaptureQueriesContext(connection) as many:
        assert len(api.get("/albums/").json()["results"]) == 6
    assert len(many) == len(one)
