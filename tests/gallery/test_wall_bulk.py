"""What is done with a selection: in one POST, with one's own pictures only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from gallery import albums, search, tags
from gallery.models import Album, Artwork, Tag

BULK = "/gallery/bulk/"
MANY = ",".join(str(uuid4()) for _ in range(1001))
AS_JSON = {"Accept": "application/json"}

Make = Callable[..., Artwork]


@pytest.fixture
def works(make_artwork: Make) -> list[Artwork]:
    return [make_artwork(title=title) for title in ("Mill", "Sea", "Hill")]


def act(client: Client, works: list[Artwork], action: str, **fields: Any) -> HttpResponse:
    data = {"ids": ",".join(str(work.pk) for work in works), "action": action, **fields}
    return client.post(BULK, data, headers=AS_JSON)


def said(response: HttpResponse) -> str:
    assert response.status_code == 200
    message: str = response.json()["message"]
    return message


def test_favourites_are_made_and_unmade(signed_in: Client, works: list[Artwork]) -> None:
    assert said(act(signed_in, works[:2], "favourite")) == "2 favourites more."
    assert set(Artwork.objects.filter(is_favourite=True)) == set(works[:2])
    act(signed_in, works, "unfavourite")
    assert not Artwork.objects.filter(is_favourite=True).exists()


def test_stars_are_given_and_taken_away(signed_in: Client, works: list[Artwork]) -> None:
    assert said(act(signed_in, works, "rate:4")) == "4 of 5 stars for 3 pictures."
    assert said(act(signed_in, works[:1], "rate:0")) == "No stars for 1 picture."
    stars = {work.title: work.rating for work in Artwork.objects.all()}
    assert stars == {"Mill": 0, "Sea": 4, "Hill": 4}


def test_tags_beyond_what_a_picture_may_have_are_refused_by_a_sentence(
    signed_in: Client, works: list[Artwork]
) -> None:
    tags.set_tags(works[0], [f"tag {number}" for number in range(tags.MOST_TAGS)])
    answer = act(signed_in, works, "tag", tags="new")
    assert (answer.status_code, answer.json()["count"]) == (422, 0)
    assert "“Mill” would have more than 30 tags then" in answer.json()["message"]
    assert not Tag.objects.filter(name="new").exists()


def test_an_album_beyond_as_many_as_may_be_is_refused_by_a_sentence(
    signed_in: Client, works: list[Artwork], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(albums, "MOST", 1)
    albums.create(works[0].owner, "First")
    for action, fields in (("album", {"new_album": "Second"}), ("share", {})):
        answer = act(signed_in, works, action, **fields)
        assert answer.status_code == 422
        assert "You have 1 albums, which is all there is room for." in answer.json()["message"]
    assert [album.title for album in Album.objects.all()] == ["First"]


def test_tags_are_given_and_found_by_a_search(signed_in: Client, works: list[Artwork]) -> None:
    works[0].tags.add(Tag.objects.create(owner=works[0].owner, name="old"))
    assert said(act(signed_in, works[:2], "tag", tags="Stones,  by the sea ,stones")) == (
        "stones, by the sea: given to 2 pictures."
    )
    names = {work.title: {tag.name for tag in work.tags.all()} for work in works}
    assert names == {
        "Mill": {"old", "stones", "by the sea"},
        "Sea": {"stones", "by the sea"},
        "Hill": set(),
    }
    assert set(search.matching(Artwork.objects.all(), "stones")) == set(works[:2])
    act(signed_in, works[:2], "tag", tags="stones")
    assert Tag.objects.filter(name="stones").count() == 1


def test_pictures_go_into_an_album_that_is_there(signed_in: Client, works: list[Artwork]) -> None:
    album = albums.create(works[0].owner, "Holidays", works[:1])
    assert said(act(signed_in, works, "album", album=str(album.pk))) == (
        "2 pictures more in “Holidays”."
    )
    assert set(album.artworks.all()) == set(works)
    assert list(album.places.values_list("position", flat=True)) == [0, 1, 2]


def test_pictures_go_into_a_new_album(signed_in: Client, works: list[Artwork]) -> None:
    other = albums.create(works[0].owner, "Other", [])
    act(signed_in, works, "album", album=str(other.pk), new_album="Holidays")
    assert Album.objects.get(title="Holidays").artworks.count() == 3
    assert other.artworks.count() == 0


def test_sharing_leads_to_where_the_link_is_made(signed_in: Client, works: list[Artwork]) -> None:
    answer = act(signed_in, works[:2], "share").json()
    album = Album.objects.get()
    assert answer["address"] == f"/albums/{album.pk}/share/"
    assert set(album.artworks.all()) == set(works[:2])
    assert album.title in signed_in.get(answer["address"]).content.decode()


def test_two_to_six_are_compared_side_by_side(signed_in: Client, works: list[Artwork]) -> None:
    answer = act(signed_in, works[:2], "compare").json()
    assert answer["address"].startswith("/gallery/compare/?ids=")
    assert signed_in.get(answer["address"]).status_code == 200
    refused = act(signed_in, works[:1], "compare")
    assert refused.status_code == 422
    assert "2 to 6" in refused.json()["message"]


def test_one_picture_is_shared_without_an_album(signed_in: Client, works: list[Artwork]) -> None:
    answer = act(signed_in, works[:1], "share").json()
    assert answer["address"] == f"/gallery/{works[0].pk}/share/"
    assert not Album.objects.exists()


def test_the_trash_takes_many_and_one_undo_brings_them_back(
    signed_in: Client, works: list[Artwork]
) -> None:
    earlier = works[2]
    act(signed_in, [earlier], "trash")
    answer = act(signed_in, works[:2], "trash").json()
    assert (answer["message"], answer["count"]) == ("2 pictures are in the trash.", 2)
    assert not Artwork.objects.visible_to(works[0].owner).exists()
    back = signed_in.post(answer["undo"], headers=AS_JSON).json()
    assert (back["message"], back["count"]) == ("2 pictures are back.", 2)
    assert list(Artwork.objects.trashed_by(works[0].owner)) == [earlier]
    again = signed_in.post(answer["undo"], headers=AS_JSON).json()
    assert again["count"] == 0


def test_a_plain_form_comes_back_to_its_view_with_a_message(
    signed_in: Client, works: list[Artwork]
) -> None:
    fields = {"ids": [str(work.pk) for work in works[:2]], "action": "trash"}
    response = signed_in.post(BULK, {**fields, "view": "q=hill&sort=title"}, follow=True)
    assert response.redirect_chain == [("/gallery/?q=hill&sort=title", 302)]
    html = response.content.decode()
    assert "2 pictures are in the trash." in html
    assert re_undo(html)
    assert [work.title for work in response.context["page"]] == ["Hill"]


def re_undo(html: str) -> bool:
    return 'action="/gallery/trash/undo/' in html


def test_enter_in_a_field_does_what_the_field_is_for(
    signed_in: Client, works: list[Artwork]
) -> None:
    ids = str(works[0].pk)
    signed_in.post(BULK, {"ids": ids, "action": "enter", "tags": "stones"})
    assert works[0].tags.get().name == "stones"
    signed_in.post(BULK, {"ids": ids, "action": "enter", "new_album": "Holidays"})
    assert Album.objects.get().artworks.get() == works[0]


@pytest.mark.parametrize("action", ["favourite", "rate:3", "trash"])
def test_many_take_as_many_queries_as_few(
    signed_in: Client, make_artwork: Make, action: str
) -> None:
    counts = []
    for number in (1, 1, 12):
        chosen = [make_artwork() for _ in range(number)]
        with CaptureQueriesContext(connection) as queries:
            assert act(signed_in, chosen, action).status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2]  # the first one also begins a minute's count


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("favourite", {}),
        ("rate:5", {}),
        ("tag", {"tags": "mine"}),
        ("album", {"new_album": "Mine"}),
        ("trash", {}),
    ],
)
def test_others_pictures_are_passed_over(
    client: Client, stranger: User, works: list[Artwork], action: str, fields: dict[str, str]
) -> None:
    client.force_login(stranger)
    answer = act(client, works, action, **fields)
    assert (answer.status_code, answer.json()["count"]) == (200, 0)
    for work in Artwork.objects.all():
        assert (work.is_favourite, work.rating, work.trashed_at) == (False, 0, None)
        assert not work.tags.exists()
        assert not work.albums.exists()


def test_sharing_others_pictures_makes_no_album(
    client: Client, stranger: User, works: list[Artwork]
) -> None:
    client.force_login(stranger)
    assert act(client, works, "share").status_code == 422
    assert not Album.objects.exists()


def test_others_albums_take_nothing(
    signed_in: Client, works: list[Artwork], stranger: User
) -> None:
    theirs = albums.create(stranger, "Theirs", [])
    answer = act(signed_in, works, "album", album=str(theirs.pk))
    assert answer.status_code == 422
    assert answer.json()["message"] == "This album is gone. Choose another one."
    assert not theirs.artworks.exists()


def test_others_undo_nothing(client: Client, stranger: User, user: User, artwork: Artwork) -> None:
    client.force_login(user)
    undo = act(client, [artwork], "trash").json()["undo"]
    client.force_login(stranger)
    assert client.post(undo, headers=AS_JSON).json()["count"] == 0
    artwork.refresh_from_db()
    assert artwork.trashed_at


def test_visitors_do_nothing(client: Client, artwork: Artwork) -> None:
    assert act(client, [artwork], "trash").status_code == 404
    assert client.post(reverse("gallery:undo-trash", args=["1"])).status_code == 404
    artwork.refresh_from_db()
    assert artwork.trashed_at is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ids": ""}, "Choose a picture first."),
        ({"ids": "x"}, "One of the pictures was not named as it should be."),
        (
            {"ids": MANY},
            "Please choose 1000 pictures at most.",
        ),
        ({"action": ""}, "Choose what to do with the pictures."),
        ({"action": "frame"}, "Choose what to do with the pictures."),
        ({"action": "rate:6"}, "Stars go from 0 to 5."),
        ({"action": "rate:"}, "Stars go from 0 to 5."),
        ({"action": "tag", "tags": " , "}, "Write the tags first, with commas between."),
        ({"action": "tag", "tags": "x" * 41}, "A tag has 40 letters at most."),
        ({"action": "album"}, "Choose an album, or write the title of a new one."),
        ({"action": "album", "album": "7"}, "This album is gone. Choose another one."),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    signed_in: Client, artwork: Artwork, changes: dict[str, str], sentence: str
) -> None:
    data = {"ids": str(artwork.pk), "action": "favourite", **changes}
    answer = signed_in.post(BULK, data, headers=AS_JSON)
    assert (answer.status_code, answer.json()["message"]) == (422, sentence)
    page = signed_in.post(BULK, data, follow=True)
    assert sentence in page.content.decode()
    artwork.refresh_from_db()
    assert not artwork.is_favourite


@pytest.mark.parametrize("word", ["x", "9" * 40, "-1"])
def test_an_undo_that_was_made_up_undoes_nothing(
    signed_in: Client, artwork: Artwork, word: str
) -> None:
    answer = signed_in.post(reverse("gallery:undo-trash", args=[word]), headers=AS_JSON)
    assert answer.json()["count"] == 0


def test_looking_changes_nothing(signed_in: Client, artwork: Artwork) -> None:
    assert signed_in.get(BULK, {"ids": str(artwork.pk), "action": "trash"}).status_code == 405
    assert signed_in.get(reverse("gallery:undo-trash", args=["1"])).status_code == 405


def test_a_form_from_another_site_is_refused(user: User, artwork: Artwork) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert act(client, [artwork], "trash").status_code == 403
