"""Albums as a service: what is in them, and in which order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from gallery import albums, artworks
from gallery.models import Album, Artwork
from tests.gallery.album_contents import picture, titles

pytestmark = pytest.mark.django_db


def test_an_album_holds_its_pictures_in_the_order_given(album: Album) -> None:
    assert titles(album) == ["One", "Two", "Three"]


def test_adding_appends_what_is_new_once(
    album: Album, make_artwork: Callable[..., Artwork]
) -> None:
    new = make_artwork(title="Four")
    before = album.changed_at
    assert albums.add(album, [picture(album, "Two"), new, new]) == 1
    assert titles(album) == ["One", "Two", "Three", "Four"]
    album.refresh_from_db()
    assert album.changed_at > before


def test_nobody_elses_picture_and_none_from_the_trash_is_added(
    album: Album, make_artwork: Callable[..., Artwork], stranger: User
) -> None:
    theirs, trashed = make_artwork(owner=stranger), make_artwork()
    artworks.trash(trashed)
    assert albums.add(album, [theirs, trashed]) == 0
    assert titles(album) == ["One", "Two", "Three"]


@pytest.mark.parametrize(
    ("title", "to", "expected"),
    [
        ("Three", 0, ["Three", "One", "Two"]),
        ("One", 1, ["Two", "One", "Three"]),
        ("One", 99, ["Two", "Three", "One"]),
        ("Two", -5, ["Two", "One", "Three"]),
        ("Two", 1, ["One", "Two", "Three"]),
    ],
)
def test_a_picture_moves_to_a_place(album: Album, title: str, to: int, expected: list[str]) -> None:
    albums.move(album, picture(album, title), to)
    assert titles(album) == expected


def test_moving_what_is_not_in_it_changes_nothing(album: Album, artwork: Artwork) -> None:
    albums.move(album, artwork, 0)
    assert titles(album) == ["One", "Two", "Three"]


def test_moving_past_pictures_that_share_a_position_keeps_their_order(album: Album) -> None:
    album.places.update(position=3)  # as taking out and putting back may leave it
    albums.move(album, picture(album, "Three"), 1)
    assert titles(album) == ["One", "Three", "Two"]
    albums.move(album, picture(album, "Two"), 0)
    assert titles(album) == ["Two", "One", "Three"]


def test_a_picture_in_the_trash_keeps_its_place(album: Album) -> None:
    two = picture(album, "Two")
    artworks.trash(two)
    assert titles(album) == ["One", "Three"]
    artworks.restore(two)
    assert titles(album) == ["One", "Two", "Three"]


def test_what_was_taken_out_comes_back_to_its_place(album: Album) -> None:
    two = picture(album, "Two")
    albums.choose_cover(album, two)
    places = albums.remove(album, [two])
    album.refresh_from_db()
    assert titles(album) == ["One", "Three"]
    (shown,) = albums.with_covers(albums.with_counts(Album.objects.all()))
    assert shown.cover_shown == picture(album, "One")  # type: ignore[attr-defined]
    albums.put_back(album, places)
    albums.put_back(album, places)  # twice, from two tabs
    assert titles(album) == ["One", "Two", "Three"]
    (shown,) = albums.with_covers(albums.with_counts(Album.objects.all()))
    assert shown.cover_shown == two  # type: ignore[attr-defined]


def test_what_is_gone_for_good_does_not_come_back(album: Album) -> None:
    two = picture(album, "Two")
    places = albums.remove(album, [two])
    two.delete()
    albums.put_back(album, places)
    assert titles(album) == ["One", "Three"]


def test_deleting_an_album_leaves_its_pictures(album: Album) -> None:
    albums.delete(album)
    assert Artwork.objects.count() == 3


def test_the_cover_is_the_chosen_picture_or_else_the_first_that_is_shown(album: Album) -> None:
    def cover() -> str | None:
        [row] = albums.with_covers(albums.with_counts(Album.objects.all()))
        return row.cover_shown and row.cover_shown.title

    assert cover() == "One"
    albums.choose_cover(album, picture(album, "Three"))
    assert cover() == "Three"
    artworks.trash(picture(album, "Three"))
    assert cover() == "One"
    albums.remove(album, album.artworks.all())
    assert cover() is None


def test_counts_leave_out_the_trash(album: Album) -> None:
    artworks.trash(picture(album, "Two"))
    assert albums.with_counts(Album.objects.all()).get().count == 2


def test_what_may_be_added_is_what_is_not_in_it_yet(
    album: Album, artwork: Artwork, make_artwork: Callable[..., Artwork], stranger: User
) -> None:
    make_artwork(owner=stranger)
    assert list(albums.addable(album)) == [artwork]
