"""What a view of the wall finds, and how addresses say it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest
from django.http import QueryDict
from pytest_django import Settings

from accounts.models import User
from gallery import albums, tags
from gallery.listing import View
from gallery.models import Artwork, ArtworkStyle, Style, Tag

Make = Callable[..., Artwork]


def found(**query: str) -> set[str]:
    view, errors = View.judge(query)
    assert errors == {}
    return {work.title for work in view.apply(Artwork.objects.all())}


def put(artwork: Artwork, **values: object) -> Artwork:
    Artwork.objects.filter(pk=artwork.pk).update(**values)
    return artwork


def test_without_filters_everything_is_found(make_artwork: Make) -> None:
    make_artwork(title="Mill")
    make_artwork(title="Sea")
    assert found() == {"Mill", "Sea"}


def test_each_filter_finds_what_is_like_that(make_artwork: Make, own_style: Style) -> None:
    mill, sea = make_artwork(title="Mill"), make_artwork(title="Sea")
    make_artwork(title="Neither")
    put(mill, is_favourite=True, rating=4)
    put(sea, from_camera=True, rating=2)
    ArtworkStyle.objects.create(artwork=sea, style=own_style)
    tags.add_tags([mill], ["old stones"])
    album = albums.create(mill.owner, "Holidays", [mill, sea])
    assert found(favourite="1") == {"Mill"}
    assert found(rating="4") == {"Mill"}
    assert found(rating="2") == {"Mill", "Sea"}
    assert found(camera="1") == {"Sea"}
    assert found(style=str(own_style.pk)) == {"Sea"}
    assert found(style=str(uuid4())) == set()
    assert found(tag="old stones") == {"Mill"}
    assert found(album=str(album.pk)) == {"Mill", "Sea"}
    assert found(album=str(album.pk), rating="3") == {"Mill"}
    assert found(q="STONES") == {"Mill"}
    assert found(q="stones zebra") == set()


def test_another_persons_tag_of_the_same_name_finds_nothing(
    make_artwork: Make, stranger: User
) -> None:
    work = make_artwork()
    work.tags.add(Tag.objects.create(owner=stranger, name="sea"))
    assert found(tag="sea") == set()


def test_days_are_whole_and_of_the_sites_time_zone(settings: Settings, make_artwork: Make) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"  # nine hours ahead
    moments = {
        "Before": (24, 14, 59),
        "First": (24, 15, 0),
        "Last": (25, 14, 59),
        "After": (25, 15, 0),
    }
    for title, (day, hour, minute) in moments.items():
        put(make_artwork(title=title), created_at=datetime(2026, 11, day, hour, minute, tzinfo=UTC))
    day = "2026-11-25"
    assert found(**{"from": day, "until": day}) == {"First", "Last"}
    assert found(**{"from": day}) == {"First", "Last", "After"}
    assert found(until=day) == {"Before", "First", "Last"}


@pytest.mark.parametrize(
    ("sides", "size"),
    [
        ((256, 100), "draft"),
        ((100, 257), "standard"),
        ((512, 512), "standard"),
        ((513, 10), "fine"),
        ((1024, 700), "fine"),
        ((700, 1025), "larger"),
    ],
)
def test_the_longer_side_tells_the_size(
    make_artwork: Make, sides: tuple[int, int], size: str
) -> None:
    put(make_artwork(title="It"), width=sides[0], height=sides[1])
    sizes = ("draft", "standard", "fine", "larger")
    assert [one for one in sizes if found(size=one)] == [size]


def test_an_address_says_the_view_and_is_read_back() -> None:
    style = uuid4()
    view = View(
        q="mill & sea",
        style=style,
        favourite=True,
        rating=3,
        tag="old stones",
        since=date(2026, 1, 2),
        until=date(2026, 2, 3),
        size="fine",
        sort="title",
    )
    assert dict(parse_qsl(view.query())) == {
        "q": "mill & sea",
        "style": str(style),
        "favourite": "1",
        "rating": "3",
        "tag": "old stones",
        "from": "2026-01-02",
        "until": "2026-02-03",
        "size": "fine",
        "sort": "title",
    }
    assert View.from_query(QueryDict(view.query())) == view
    assert view.without("from").since is None
    assert view.without("q") == View.from_query(QueryDict(view.without("q").query()))
    assert View().query() == ""


def test_an_order_alone_narrows_nothing() -> None:
    assert not View(sort="title").narrows
    assert View(camera=True).narrows


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("style", "x"),
        ("album", "7"),
        ("favourite", "perhaps"),
        ("rating", "6"),
        ("rating", "x"),
        ("tag", "x" * 41),
        ("from", "yesterday"),
        ("from", "0001-01-01"),
        ("until", "9999-12-31"),
        ("until", "2026-02-30"),
        ("size", "huge"),
        ("sort", "colour"),
        ("q", "x" * 201),
        ("q", "a\x00b"),
    ],
)
def test_a_value_that_makes_no_sense_is_told_and_narrows_nothing(name: str, value: str) -> None:
    view, errors = View.judge({name: value})
    assert view == View()
    assert list(errors) == [name]
