"""/styles/: collections, colours, tags, words and orders, all of them in the address."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from gallery import style_listing, styles
from gallery.models import Collection, Style
from tests.gallery.drawings import gradient

WALL = "/styles/"

StyleMaker = Callable[..., Style]


def shown(client: Client, query: str = "", **headers: str) -> list[str]:
    """The titles on the wall, in order."""
    html = client.get(WALL + query, headers=headers or None).content.decode()
    return re.findall(r'alt="The style ([^"]+)"', html)


@pytest.fixture
def wall(make_preset: StyleMaker) -> None:
    """Three presets: two of them in a collection, of different colours, artists and tags."""
    kinds = [
        ("Évening harbour", "Ada Lovelace", ["sea", "night"], "#204080", 3, 5),
        ("Morning", "Zeno", ["sea"], "#c02010", 1, 9),
        ("Zinnias", "Ada Lovelace", ["garden"], "#d0b030", 2, 0),
    ]
    sea = Collection.objects.create(slug="the-sea", title="The sea")
    for number, (title, artist, tags, color, position, used) in enumerate(kinds):
        preset = Style(
            title=title,
            artist=artist,
            tags=tags,
            position=position,
            times_used=used,
            slug=f"s{number}",
        )
        preset.set_picture(Image.new("RGB", (64, 64), color))
        preset.save()
        if "sea" in tags:
            preset.collections.add(sea)


def test_everyone_sees_the_published_presets_in_their_order(
    client: Client, make_preset: StyleMaker
) -> None:
    make_preset(slug="b", title="Second", position=20)
    make_preset(slug="a", title="First", position=10)
    make_preset(slug="c", title="Secret", state=Style.State.DRAFT)
    assert shown(client) == ["First", "Second"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Morning", "Zinnias", "Évening harbour"]),
        ("?sort=popular", ["Morning", "Évening harbour", "Zinnias"]),
        ("?sort=newest", ["Zinnias", "Morning", "Évening harbour"]),
        ("?sort=title", ["Évening harbour", "Morning", "Zinnias"]),
        ("?sort=odd", ["Morning", "Zinnias", "Évening harbour"]),
        ("?collection=the-sea", ["Morning", "Évening harbour"]),
        ("?collection=none", []),
        ("?color=blue", ["Évening harbour"]),
        ("?color=octarine", ["Morning", "Zinnias", "Évening harbour"]),
        ("?tag=sea", ["Morning", "Évening harbour"]),
        ("?tag=se", []),
        ("?q=evening", ["Évening harbour"]),
        ("?q=LOVELACE+zinn", ["Zinnias"]),
        ("?q=garden", ["Zinnias"]),
        ("?q=100%25", []),
        ("?q=sea&color=red", ["Morning"]),
        ("?q=%00", ["Morning", "Zinnias", "Évening harbour"]),
        ("?of=own", ["Morning", "Zinnias", "Évening harbour"]),  # a visitor has none
    ],
)
def test_the_address_says_what_hangs_there(
    client: Client, wall: None, query: str, titles: list[str]
) -> None:
    assert shown(client, query) == titles


def test_tools_lead_on_from_what_is_chosen_and_back(client: Client, wall: None) -> None:
    html = client.get(WALL + "?collection=the-sea&color=blue").content.decode()
    assert "?collection=the-sea&amp;color=red" in html
    assert f'href="{WALL}?collection=the-sea"' in html  # the chosen colour, let go
    assert '<input type="hidden" name="color" value="blue">' in html
    assert "Green" not in html  # there is none


def test_nothing_found_offers_the_way_back(client: Client, wall: None) -> None:
    html = client.get(WALL + "?q=nowhere&sort=title").content.decode()
    assert "Nothing hangs under that" in html
    assert f'href="{WALL}?sort=title"' in html


def test_a_wall_of_many_goes_on_where_it_ended(
    client: Client, make_preset: StyleMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(style_listing, "PAGE_SIZE", 2)
    for number in range(5):
        make_preset(slug=f"s{number}", title=f"Style {number}", position=number, tags=["sea"])
    found = []
    query = "?tag=sea"
    while query:
        html = client.get(WALL + query).content.decode()
        found += re.findall(r'alt="The style ([^"]+)"', html)
        link = re.search(r'id="more-link"\s+href="([^"]+)"', html)
        query = link[1].replace("&amp;", "&") if link else ""
    assert found == [f"Style {number}" for number in range(5)]


def test_more_alone_is_a_fragment_of_few_queries(
    signed_in: Client,
    make_preset: StyleMaker,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(style_listing, "PAGE_SIZE", 2)
    for number in range(3):
        make_preset(slug=f"s{number}", title=f"Style {number}", position=number)
    html = signed_in.get(WALL).content.decode()
    link = re.search(r'id="more-link"\s+href="([^"]+)"', html)
    assert link
    with django_assert_num_queries(1):  # the styles: what hangs there is the same for everybody
        response = signed_in.get(WALL + link[1], headers={"HX-Request": "true"})
    html = response.content.decode()
    assert "<html" not in html
    assert "Style 2" in html
    assert 'hx-swap-oob="true"' in html
    assert "more-link" not in html


def test_ones_own_styles_hang_by_themselves_and_nobody_elses(
    client: Client, own_style: Style, stranger: User, user: User, preset: Style
) -> None:
    client.force_login(user)
    assert shown(client) == ["Swirls"]
    assert shown(client, "?of=own") == ["My tiles"]
    assert shown(client, "?of=own&q=nothing") == []
    client.force_login(stranger)
    assert shown(client, "?of=own") == []
    assert "No styles of your own yet" in client.get(WALL + "?of=own").content.decode()


@pytest.mark.parametrize("query", ["", "?of=own", "?q=t&color=blue&tag=sea&sort=popular"])
def test_many_styles_take_no_more_queries(
    signed_in: Client,
    make_preset: StyleMaker,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    user: User,
    query: str,
) -> None:
    sea = Collection.objects.create(slug="sea", title="Sea")
    for number in range(12):
        make_preset(slug=f"s{number}", tags=["sea"]).collections.add(sea)
        styles.add_style(owner=user, image=gradient(), title=f"T{number}")
    # session, person, styles, colours and tags, collections, how many are one's own
    with django_assert_max_num_queries(6):
        signed_in.get(WALL + query)


def test_an_empty_wall_of_styles_invites(client: Client, db: None) -> None:
    assert reverse("account_signup") in client.get(WALL).content.decode()


def test_the_wall_of_styles_takes_no_posts(signed_in: Client) -> None:
    assert signed_in.post(WALL).status_code == 405
