"""Pages by the place of a row, in every order of the wall."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import paging
from gallery.listing import ORDERS
from gallery.models import Artwork
from gallery.paging import BadCursorError, Cursor

pytestmark = pytest.mark.django_db


@pytest.fixture
def works(make_artwork: Callable[..., Artwork]) -> list[Artwork]:
    """Eleven pictures, of which some share moment, title, stars and size."""
    now = timezone.now()
    made = [make_artwork(title=title) for title in "bBaAcaddbÉe"]
    for number, work in enumerate(made):
        work.created_at = now - timedelta(hours=number // 3)
        work.rating = number % 3
        work.width, work.height = 100 + number % 4, 50
        work.save()
    return made


def by_hand(name: str, works: list[Artwork]) -> list[Artwork]:
    """The order worked out in Python; accents are compared by the database, so not here."""
    keys: dict[str, Callable[[Artwork], tuple[object, ...]]] = {
        "newest": lambda one: (-one.created_at.timestamp(), one.pk),
        "oldest": lambda one: (one.created_at.timestamp(), -one.pk.int),
        "rating": lambda one: (-one.rating, -one.created_at.timestamp(), one.pk),
        "largest": lambda one: (-one.width * one.height, one.pk),
    }
    return sorted(works, key=keys[name])


@pytest.mark.parametrize("name", ["newest", "oldest", "rating", "largest"])
def test_pages_hold_every_picture_once_in_its_order(name: str, works: list[Artwork]) -> None:
    seen: list[Artwork] = []
    cursor = ""
    while True:
        page = paging.page(Artwork.objects.all(), ORDERS[name], cursor, 3)
        seen += page
        if not (cursor := page.onward):
            break
    assert seen == by_hand(name, works)
    assert list(paging.walk(Artwork.objects.all(), ORDERS[name], 4)) == seen


def test_titles_are_sorted_without_regard_to_case(works: list[Artwork]) -> None:
    titles = [work.title for work in paging.walk(Artwork.objects.all(), ORDERS["title"], 2)]
    plain = [title.lower() for title in titles if title.isascii()]
    assert plain == sorted(plain)
    assert sorted(titles) == sorted(work.title for work in works)


@pytest.mark.parametrize("name", ORDERS)
def test_one_can_turn_back(name: str, works: list[Artwork]) -> None:
    rows, order = Artwork.objects.all(), ORDERS[name]
    first = paging.page(rows, order, "", 4)
    second = paging.page(rows, order, first.onward, 4)
    third = paging.page(rows, order, second.onward, 4)
    assert (first.back, third.onward) == ("", "")
    assert paging.page(rows, order, third.back, 4).rows == second.rows
    again = paging.page(rows, order, second.back, 4)
    assert again.rows == first.rows
    assert (again.back, again.onward) == ("", first.onward)


def test_what_arrives_or_leaves_meanwhile_moves_nothing(
    works: list[Artwork], make_artwork: Callable[..., Artwork]
) -> None:
    order = ORDERS["newest"]
    first = paging.page(Artwork.objects.all(), order, "", 5)
    before = paging.page(Artwork.objects.all(), order, first.onward, 3).rows
    make_artwork(title="New")
    Artwork.objects.filter(pk__in=[work.pk for work in first.rows]).delete()
    assert paging.page(Artwork.objects.all(), order, first.onward, 3).rows == before


def test_beyond_the_end_there_is_an_empty_page(works: list[Artwork]) -> None:
    order = ORDERS["newest"]
    last = by_hand("newest", works)[-1]
    page = paging.page(Artwork.objects.all(), order, order.cursor(last), 5)
    assert (page.rows, page.onward, page.back) == ([], "", "")


def packed(*content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


NEWEST = "-created_at,id"
AN_ID = "0" * 32


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "====",
        packed(),
        packed(">"),
        packed(">", NEWEST),
        packed(">", NEWEST, "2026-11-25T10:00:00+00:00"),
        packed(">", NEWEST, "2026-11-25T10:00:00", AN_ID),
        packed(">", NEWEST, "yesterday", AN_ID),
        packed(">", NEWEST, 7, AN_ID),
        packed(">", NEWEST, "2026-11-25T10:00:00+00:00", 7),
        packed(">", NEWEST, "0001-01-01T00:00:00+14:00", AN_ID),
        packed(">", NEWEST, "9999-12-31T23:59:59-14:00", AN_ID),
        packed("?", NEWEST, "2026-11-25T10:00:00+00:00", AN_ID),
        packed(">", "created_at,-id", "2026-11-25T10:00:00+00:00", AN_ID),
        base64.urlsafe_b64encode(b"[" * 5000).decode(),
    ],
)
def test_a_cursor_that_this_list_never_gave_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursorError):
        Cursor.read(cursor, ORDERS["newest"])


@pytest.mark.parametrize(
    ("name", "columns", "values"),
    [
        ("title", "sort_title,id", ["a\x00b", AN_ID]),
        ("title", "sort_title,id", [["a"], AN_ID]),
        ("largest", "-pixels,id", [2**63, AN_ID]),
        ("largest", "-pixels,id", [-1, AN_ID]),
        ("largest", "-pixels,id", [True, AN_ID]),
    ],
)
def test_values_that_a_database_would_choke_on_are_refused(
    name: str, columns: str, values: list[object]
) -> None:
    with pytest.raises(BadCursorError):
        Cursor.read(packed(">", columns, *values), ORDERS[name])


def test_half_a_letter_is_no_title_of_ours() -> None:
    with pytest.raises(BadCursorError):
        Cursor.read(
            packed(">", ",".join(ORDERS["title"].columns), "\ud800", AN_ID), ORDERS["title"]
        )
