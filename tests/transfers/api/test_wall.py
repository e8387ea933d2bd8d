"""/artworks/ with filters and orders, /artworks/bulk/ and /artworks/zip/."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from gallery import albums, tags
from gallery.models import Album, Artwork
from tests.gallery.drawings import hang_copies
from tests.transfers.api.conftest import ApiClient, data_of

pytestmark = pytest.mark.django_db

Act = Callable[..., int]


@pytest.fixture
def works(artwork: Artwork) -> list[Artwork]:
    """Five pictures, the first of them the newest."""
    rest = hang_copies(
        artwork, 4, title=lambda number: f"Mill {number}", rating=lambda number: number
    )
    return [artwork, *rest]


@pytest.fixture
def act(api: ApiClient) -> Act:
    def do(works: list[Artwork], action: str, **fields: object) -> int:
        ids = [str(work.pk) for work in works]
        answer = api.post("/artworks/bulk/", {"ids": ids, "action": action, **fields})
        assert answer.status_code == 200, answer.json()
        count: int = answer.json()["count"]
        return count

    return do


def titles(api: ApiClient, query: str) -> list[str]:
    return [row["title"] for row in api.get(f"/artworks/?{query}").json()["results"]]


# The list


def test_filters_and_orders_are_those_of_the_wall(api: ApiClient, works: list[Artwork]) -> None:
    tags.add_tags(works[:2], ["sea"])
    album = albums.create(works[0].owner, "Holidays", works[3:])
    Artwork.objects.filter(pk=works[2].pk).update(is_favourite=True)
    assert titles(api, "tag=sea") == ["Harbour in stripes", "Mill 1"]
    assert titles(api, f"album={album.pk}") == ["Mill 3", "Mill 4"]
    assert titles(api, "favourite=true") == ["Mill 2"]
    assert titles(api, "favourite=false&rating=3&sort=rating") == ["Mill 4", "Mill 3"]
    assert titles(api, "q=sea&sort=oldest") == ["Mill 1", "Harbour in stripes"]
    assert titles(api, "until=2020-01-01") == []


@pytest.mark.parametrize("sort", ["newest", "oldest", "title", "rating", "largest"])
def test_next_and_previous_lead_through_every_order(
    api: ApiClient, works: list[Artwork], sort: str
) -> None:
    whole = api.get(f"/artworks/?sort={sort}").json()
    assert (whole["next"], whole["previous"]) == (None, None)
    pages = [api.get(f"/artworks/?sort={sort}&limit=2").json()]
    while pages[-1]["next"]:
        pages.append(api.get(pages[-1]["next"]).json())
    assert [row for page in pages for row in page["results"]] == whole["results"]
    assert len(pages) == 3
    assert api.get(pages[2]["previous"]).json()["results"] == pages[1]["results"]
    assert api.get(pages[1]["previous"]).json()["results"] == pages[0]["results"]


def test_a_longer_list_takes_as_many_queries(api: ApiClient, works: list[Artwork]) -> None:
    counts = []
    api.get("/artworks/")  # the first of a minute begins a count
    for limit in (1, 5):
        with CaptureQueriesContext(connection) as queries:
            api.get(f"/artworks/?limit={limit}")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "query",
    ["style=x", "rating=0", "rating=", "from=today", "size=huge", "sort=", "camera=perhaps"],
)
def test_a_filter_that_makes_no_sense_is_refused(api: ApiClient, query: str) -> None:
    answer = api.get(f"/artworks/?{query}")
    assert (answer.status_code, answer.json()["reason"]) == (400, "invalid")
    assert list(answer.json()["errors"]) == [query.split("=")[0]]


def test_a_cursor_of_another_order_is_refused(api: ApiClient, works: list[Artwork]) -> None:
    onward = api.get("/artworks/?limit=2").json()["next"]
    answer = api.get(onward + "&sort=title")
    assert (answer.status_code, answer.json()["reason"]) == (400, "bad_cursor")


# Many at once


def test_each_action_is_done_to_all_of_them(act: Act, works: list[Artwork], user: User) -> None:
    three = works[:3]
    assert act(three, "favourite") == 3
    assert act(works[:1], "unfavourite") == 1
    assert Artwork.objects.filter(is_favourite=True).count() == 2
    assert act(three, "rate", rating=5) == 3
    assert Artwork.objects.filter(rating=5).count() == 3
    assert act(three, "tag", tags=["  Sea ", "sea", "stones"]) == 3
    assert {tag.name for tag in works[0].tags.all()} == {"sea", "stones"}
    assert act(works[:1], "album", new_album="Holidays") == 1
    album = Album.objects.get()
    assert act(three, "album", album=str(album.pk)) == 2
    assert act(works, "trash") == 5
    assert act(works[:2], "restore") == 2
    assert Artwork.objects.trashed_by(user).count() == 3
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert act(works, "delete") == 3
    assert Artwork.objects.count() == 2


def test_others_pictures_and_albums_are_not_touched(
    strangers_api: ApiClient, works: list[Artwork], user: User, stranger: User
) -> None:
    ids = [str(work.pk) for work in works]
    for action in ("favourite", "trash", "delete"):
        answer = strangers_api.post("/artworks/bulk/", {"ids": ids, "action": action})
        assert answer.json() == {"count": 0}
    assert Artwork.objects.visible_to(user).filter(is_favourite=False).count() == 5
    album = albums.create(user, "Holidays", [])
    fields = {"ids": ids, "action": "album", "album": str(album.pk)}
    answer = strangers_api.post("/artworks/bulk/", fields)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["album"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ids": []}, "ids"),
        ({"ids": [str(uuid4()) for _ in range(1001)]}, "ids"),
        ({"ids": ["x"]}, "ids.0"),
        ({"action": "frame"}, "action"),
        ({"action": "rate"}, "rating"),
        ({"action": "rate", "rating": 6}, "rating"),
        ({"action": "rate", "rating": True}, "rating"),
        ({"action": "tag"}, "tags"),
        ({"action": "tag", "tags": []}, "tags"),
        ({"action": "tag", "tags": ["a,b"]}, "tags.0"),
        ({"action": "tag", "tags": ["x" * 41]}, "tags.0"),
        ({"action": "album"}, "album"),
        ({"action": "album", "album": str(uuid4())}, "album"),
        ({"action": "album", "new_album": " "}, "new_album"),
    ],
)
def test_what_cannot_be_done_names_its_field(
    api: ApiClient, artwork: Artwork, changes: dict[str, object], field: str
) -> None:
    answer = api.post("/artworks/bulk/", {"ids": [str(artwork.pk)], "action": "trash", **changes})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    artwork.refresh_from_db()
    assert artwork.trashed_at is None


def test_tags_beyond_what_a_picture_may_have_are_refused(
    api: ApiClient, works: list[Artwork]
) -> None:
    tags.set_tags(works[0], [f"tag {number}" for number in range(tags.MOST_TAGS)])
    ids = [str(work.pk) for work in works]
    answer = api.post("/artworks/bulk/", {"ids": ids, "action": "tag", "tags": ["new"]})
    assert (answer.status_code, answer.json()["reason"]) == (403, "quota_kept")
    assert "would have more than 30 tags then" in answer.json()["detail"]
    assert tags.own_names(works[0].owner) == sorted(f"tag {number}" for number in range(30))


# As a zip


def test_the_zip_holds_what_is_named_or_found(api: ApiClient, works: list[Artwork]) -> None:
    two = [str(work.pk) for work in works[1:3]]
    for answer in (
        api.get(f"/artworks/zip/?ids={','.join(two)}"),
        api.post("/artworks/zip/", {"ids": two}),
        api.get("/artworks/zip/?rating=1&sort=oldest&until=2999-01-01&ids=" + ",".join(two)),
    ):
        assert answer["Content-Type"] == "application/zip"
        names = zipfile.ZipFile(BytesIO(data_of(answer))).namelist()
        assert set(names) == {"Mill 1.png", "Mill 2.png"}
    found = zipfile.ZipFile(BytesIO(data_of(api.get("/artworks/zip/?rating=3"))))
    assert found.namelist() == ["Mill 3.png", "Mill 4.png"]


def test_ids_that_are_none_are_refused(api: ApiClient) -> None:
    answer = api.get("/artworks/zip/?ids=x")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["ids"])
    assert api.post("/artworks/zip/", {"ids": []}).status_code == 400
