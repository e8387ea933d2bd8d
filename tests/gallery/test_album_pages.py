"""The pages of albums; who may open them, tests/stylesite/access says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from gallery import albums
from gallery.models import Album, Artwork, ShareLink
from tests.gallery.album_contents import picture, titles

pytestmark = pytest.mark.django_db


def at(name: str, album: Album) -> str:
    return reverse(f"gallery:album-{name}" if name else "gallery:album", args=[album.pk])


def test_the_list_has_covers_and_counts_the_one_changed_last_first(
    signed_in: Client, album: Album, user: User
) -> None:
    albums.create(user, "Winter")
    html = signed_in.get("/albums/").content.decode()
    assert html.index("Winter") < html.index("Summer")
    assert reverse("gallery:artwork-file", args=[picture(album, "One").pk, "thumbnail"]) in html
    assert "3 pictures" in html
    assert "0 pictures" in html
    albums.change(album, "Summer", "")
    html = signed_in.get("/albums/").content.decode()
    assert html.index("Summer") < html.index("Winter")


def test_no_albums_yet_invites_to_make_one(signed_in: Client) -> None:
    html = signed_in.get("/albums/").content.decode()
    assert "No albums yet" in html
    assert reverse("gallery:album-add") in html


@pytest.mark.parametrize("page", ["list", "album", "arrange"])
def test_pages_take_as_many_queries_for_many_pictures_as_for_few(
    signed_in: Client, album: Album, make_artwork: Callable[..., Artwork], user: User, page: str
) -> None:
    address = "/albums/" if page == "list" else at("" if page == "album" else page, album)
    with CaptureQueriesContext(connection) as few:
        signed_in.get(address)
    albums.add(album, [make_artwork() for _ in range(8)])
    for number in range(4):
        albums.create(user, f"Album {number}", album.artworks.all()[:2])
    with CaptureQueriesContext(connection) as many:
        signed_in.get(address)
    assert len(many) == len(few) <= 6


def test_one_album_more_than_may_be_is_refused_and_its_words_stay(
    signed_in: Client, album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(albums, "MOST", 1)
    said = {"title": "Winter", "description": "Snow"}
    page = signed_in.post(reverse("gallery:album-add"), said)
    assert page.status_code == 422
    html = page.content.decode()
    assert "which is all there is room for. Delete one first." in html
    assert 'value="Winter"' in html
    assert "Snow" in html
    assert Album.objects.get() == album


def test_an_album_is_made_with_the_pictures_chosen(
    signed_in: Client, artwork: Artwork, make_artwork: Callable[..., Artwork], stranger: User
) -> None:
    theirs = make_artwork(owner=stranger)
    named = {"artwork": [str(artwork.pk), str(theirs.pk), "nonsense"]}
    page = signed_in.get(reverse("gallery:album-add"), named)
    assert page.context["chosen"] == [artwork]
    made = signed_in.post(reverse("gallery:album-add"), {"title": "New", **named})
    album = Album.objects.get()
    assert made.url == at("", album)
    assert (album.title, titles(album)) == ("New", ["Mill"])


@pytest.mark.parametrize("title", ["", "  ", "x" * 121])
def test_a_title_that_cannot_be_is_refused_and_nothing_is_lost(
    signed_in: Client, album: Album, title: str
) -> None:
    sent = {"title": title, "description": "Two weeks"}
    made = signed_in.post(reverse("gallery:album-add"), sent)
    assert (made.status_code, Album.objects.count()) == (422, 1)
    changed = signed_in.post(at("edit", album), sent)
    assert changed.status_code == 422
    html = changed.content.decode()
    assert "Two weeks" in html
    assert "<h1" in html
    assert "Summer" in html
    album.refresh_from_db()
    assert album.title == "Summer"


def test_title_and_description_are_changed_in_place(signed_in: Client, album: Album) -> None:
    sent = {"title": "Autumn", "description": "Leaves"}
    assert signed_in.post(at("edit", album), sent).url == at("", album)
    html = signed_in.get(at("", album)).content.decode()
    assert "Autumn" in html
    assert "Leaves" in html


def test_pictures_are_added_from_the_gallery(
    signed_in: Client, album: Album, artwork: Artwork
) -> None:
    page = signed_in.get(at("pictures", album))
    assert list(page.context["page"]) == [artwork]
    signed_in.post(at("pictures", album), {"artwork": [str(artwork.pk)]})
    assert titles(album) == ["One", "Two", "Three", "Mill"]
    assert "All your pictures are in it" in signed_in.get(at("pictures", album)).content.decode()


@pytest.mark.parametrize(
    ("whither", "expected"),
    [
        ("first", ["Two", "One", "Three"]),
        ("earlier", ["Two", "One", "Three"]),
        ("later", ["One", "Three", "Two"]),
        ("last", ["One", "Three", "Two"]),
        ("0", ["Two", "One", "Three"]),
        ("99999999999999999999", ["One", "Three", "Two"]),
        ("-1", ["One", "Two", "Three"]),
        ("sideways", ["One", "Two", "Three"]),
    ],
)
def test_arrows_and_dragging_move_a_picture(
    signed_in: Client, album: Album, whither: str, expected: list[str]
) -> None:
    two = picture(album, "Two")
    moved = signed_in.post(at("move", album), {"move": f"{two.pk}:{whither}", "page": "1"})
    assert moved.url == f"{at('arrange', album)}?page=1#picture-{two.pk}"
    assert titles(album) == expected


@pytest.mark.parametrize(
    "sent", ["", "x", "x:first", ":", "00000000-0000-4000-8000-000000000000:1"]
)
def test_moving_what_is_not_there_says_so(signed_in: Client, album: Album, sent: str) -> None:
    page = signed_in.post(at("move", album), {"move": sent}, follow=True).content.decode()
    assert "not in this album any more" in page
    assert titles(album) == ["One", "Two", "Three"]


def test_the_cover_is_chosen_among_its_pictures(
    signed_in: Client, album: Album, artwork: Artwork
) -> None:
    signed_in.post(at("cover", album), {"cover": str(picture(album, "Two").pk)})
    album.refresh_from_db()
    assert album.cover == picture(album, "Two")
    for other in (str(artwork.pk), "nonsense", ""):
        signed_in.post(at("cover", album), {"cover": other})
    album.refresh_from_db()
    assert album.cover == picture(album, "Two")


def test_what_is_taken_out_comes_back_with_undo(signed_in: Client, album: Album) -> None:
    chosen = [str(picture(album, title).pk) for title in ("One", "Three")]
    page = signed_in.post(at("remove", album), {"artwork": chosen}, follow=True)
    assert "2 pictures taken out." in page.content.decode()
    assert f'action="{at("put-back", album)}"' in page.content.decode()
    assert titles(album) == ["Two"]
    signed_in.post(at("put-back", album))
    assert titles(album) == ["One", "Two", "Three"]
    assert signed_in.post(at("put-back", album)).status_code == 302  # a second time: nothing


def test_taking_nothing_out_asks_to_choose(signed_in: Client, album: Album) -> None:
    page = signed_in.post(at("remove", album), follow=True)
    assert "Choose the pictures to take out first." in page.content.decode()


def test_deleting_asks_and_says_what_ends(signed_in: Client, album: Album, link: ShareLink) -> None:
    question = signed_in.get(at("delete", album)).content.decode()
    assert "the link that leads to it cannot be brought back" in question
    assert Album.objects.count() == 1
    page = signed_in.post(at("delete", album), follow=True).content.decode()
    assert "its pictures are in your gallery" in page
    assert (Album.objects.count(), Artwork.objects.count()) == (0, 3)


def test_a_picture_goes_into_albums_from_its_own_page(
    signed_in: Client, album: Album, artwork: Artwork, stranger: User
) -> None:
    theirs = albums.create(stranger, "Theirs")
    address = reverse("gallery:artwork-albums", args=[artwork.pk])
    assert address in signed_in.get(reverse("gallery:artwork", args=[artwork.pk])).content.decode()
    assert "Theirs" not in signed_in.get(address).content.decode()
    signed_in.post(address, {"album": [str(album.pk), str(theirs.pk), "nonsense"]})
    assert titles(album) == ["One", "Two", "Three", "Mill"]
    assert titles(theirs) == []
    assert "it is in it" in signed_in.get(address).content.decode()
