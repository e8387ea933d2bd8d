"""The wall: what it shows, its filters, its further pages, and how many queries they take."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from gallery import albums, tags
from gallery.models import Album, Artwork, Style
from gallery.styles import add_style
from gallery.views.wall import PAGE_SIZE
from tests.gallery.drawings import gradient, hang_copies

GALLERY = "/gallery/"
MORE = "/gallery/more/"
MOST_QUERIES = 8

Make = Callable[..., Artwork]


def titles(client: Client, **query: object) -> list[str]:
    return [work.title for work in client.get(GALLERY, query).context["page"]]


def test_the_wall_shows_the_newest_first(signed_in: Client, make_artwork: Make) -> None:
    now = timezone.now()
    for title, age in (("Older", 2), ("Newest", 0), ("Newer", 1)):
        made = make_artwork(title=title)
        Artwork.objects.filter(pk=made.pk).update(created_at=now - timedelta(hours=age))
    html = signed_in.get(GALLERY).content.decode()
    assert html.index("Newest") < html.index("Newer") < html.index("Older")


def test_pictures_on_the_wall_keep_their_place_and_load_late_below_the_fold(
    signed_in: Client, artwork: Artwork
) -> None:
    hang_copies(artwork, 9)
    html = signed_in.get(GALLERY).content.decode()
    images = re.findall(r"<img [^>]*thumbnail[^>]*>", html)
    assert len(images) == 10
    assert all('width="96"' in image and 'height="64"' in image for image in images)
    assert [('loading="lazy"' in image) for image in images] == [False] * 8 + [True] * 2
    assert 'alt="Mill: the photo “Old mill” painted in Swirls"' in images[0]


def test_a_link_leads_to_what_is_older_and_back(signed_in: Client, artwork: Artwork) -> None:
    hang_copies(artwork, PAGE_SIZE)
    first = signed_in.get(GALLERY)
    older = re.search(r'rel="next"\s+href="([^"]+)"', first.content.decode())
    assert older
    second = signed_in.get(older[1].replace("&amp;", "&"))
    assert (len(first.context["page"]), len(second.context["page"])) == (PAGE_SIZE, 1)
    assert 'rel="next"' not in second.content.decode()
    back = signed_in.get(second.context["newer"])
    assert back.context["page"].rows == first.context["page"].rows


def test_further_pages_come_without_the_page_around_them(
    signed_in: Client, artwork: Artwork
) -> None:
    hang_copies(artwork, 3 * PAGE_SIZE)
    cursor = signed_in.get(GALLERY).context["page"].onward
    one = signed_in.get(MORE, {"cursor": cursor})
    assert one.content.decode().count("data-work=") == PAGE_SIZE
    assert "<html" not in one.content.decode()
    two = signed_in.get(MORE, {"cursor": cursor, "pages": 2})
    assert two.content.decode().count("data-work=") == 2 * PAGE_SIZE
    assert two["X-Onward"] == signed_in.get(MORE, {"cursor": one["X-Onward"]})["X-Onward"]
    last = signed_in.get(MORE, {"cursor": two["X-Onward"]})
    assert (last.content.decode().count("data-work="), last["X-Onward"]) == (1, "")


def test_further_pages_keep_to_filters_and_order(signed_in: Client, artwork: Artwork) -> None:
    hang_copies(artwork, PAGE_SIZE + 5, title="Starred", rating=5)
    query = {"rating": "5", "sort": "oldest"}
    page = signed_in.get(GALLERY, query).context["page"]
    rest = signed_in.get(MORE, {**query, "cursor": page.onward}).content.decode()
    assert rest.count("data-work=") == 5
    assert "Mill" not in rest


def test_filters_and_search_narrow_the_wall_and_can_be_taken_away(
    signed_in: Client, make_artwork: Make
) -> None:
    mill, sea = make_artwork(title="Mill"), make_artwork(title="Sea")
    tags.add_tags([mill, sea], ["stones"])
    Artwork.objects.filter(pk=sea.pk).update(is_favourite=True)
    assert titles(signed_in, tag="stones", favourite="1") == ["Sea"]
    page = signed_in.get(GALLERY, {"tag": "stones", "favourite": "1"})
    chips = {chip.words: chip.address for chip in page.context["chips"]}
    assert chips == {"stones": "/gallery/?favourite=1", "Favourites": "/gallery/?tag=stones"}
    assert titles(signed_in, q="SEA") == ["Sea"]
    assert titles(signed_in, sort="title") == ["Mill", "Sea"]


def test_what_there_is_to_choose_from_is_ones_own(
    signed_in: Client, artwork: Artwork, own_style: Style, stranger: User
) -> None:
    theirs = add_style(owner=stranger, image=gradient(), title="Their tiles", artist="")
    Style.objects.filter(pk__in=[theirs.pk, own_style.pk]).update(times_used=1)
    albums.create(stranger, "Their album", [])
    albums.create(artwork.owner, "Holidays", [artwork])
    tags.add_tags([artwork], ["stones"])
    html = signed_in.get(GALLERY).content.decode()
    assert all(f">{word}</option>" in html for word in ("My tiles", "Holidays", "stones"))
    assert "Their" not in html


def test_a_tag_that_is_chosen_is_shown_as_such_even_if_it_is_a_rare_one(
    signed_in: Client, artwork: Artwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags.add_tags([artwork], ["sea", "stones"])
    monkeypatch.setattr(tags, "MOST_SHOWN", 1)
    for tag, other in (("sea", "stones"), ("stones", "sea")):
        html = signed_in.get(GALLERY, {"tag": tag}).content.decode()
        assert f'<option value="{tag}" selected>' in html
        assert f'value="{other}" selected' not in html


def test_an_album_of_a_stranger_says_nothing(
    signed_in: Client, artwork: Artwork, stranger: User
) -> None:
    theirs = albums.create(stranger, "Their album", [])
    html = signed_in.get(GALLERY, {"album": str(theirs.pk)}).content.decode()
    assert "Nothing found" in html
    assert "An album that is gone" in html
    assert "Their album" not in html


def test_the_address_is_led_to_its_short_form(signed_in: Client, artwork: Artwork) -> None:
    said = {"q": "", "style": "", "favourite": "on", "sort": "newest", "from": ""}
    assert signed_in.get(GALLERY, said).url == "/gallery/?favourite=1"
    assert signed_in.get(GALLERY, {"q": " mill "}).url == "/gallery/?q=mill"
    assert signed_in.get(GALLERY, {"q": "mill"}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"sort": "title"},
        {"sort": "rating"},
        {"sort": "largest"},
        {"q": "mill"},
        {"tag": "stones"},
        {"album": "album"},
        {"favourite": "1", "rating": "1", "size": "draft", "from": "2020-01-01"},
    ],
    ids=str,
)
def test_a_page_takes_as_many_queries_whatever_is_on_it(
    signed_in: Client, artwork: Artwork, query: dict[str, str]
) -> None:
    album = albums.create(artwork.owner, "Holidays", [artwork])
    tags.add_tags([artwork], ["stones"])
    query = {name: str(album.pk) if value == "album" else value for name, value in query.items()}
    values = {"rating": 3, "is_favourite": True}
    Artwork.objects.update(**values)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = signed_in.get(GALLERY, query)
        assert page.status_code == 200
        assert page.context["page"].rows
        counts.append(len(queries))
        hang_copies(artwork, PAGE_SIZE + 1, **values)
        works = list(Artwork.objects.all())
        albums.add(album, works)
        tags.add_tags(works, ["stones", "more", "words"])
        for number in range(5):
            Album.objects.create(owner=artwork.owner, title=f"Album {number}")
    assert counts[0] == counts[1] <= MOST_QUERIES
    cursor = page.context["page"].onward
    with CaptureQueriesContext(connection) as queries:
        signed_in.get(MORE, {**query, "cursor": cursor})
    assert len(queries) == 3  # session, person, pictures


def test_an_empty_wall_invites_to_paint(signed_in: Client) -> None:
    html = signed_in.get(GALLERY).content.decode()
    assert f'href="{reverse("transfers:new")}"' in html
    assert "still bare" in html


def test_a_wall_on_which_nothing_is_found_offers_everything(
    signed_in: Client, artwork: Artwork
) -> None:
    html = signed_in.get(GALLERY, {"q": "zebra"}).content.decode()
    assert "Nothing found" in html
    assert "Show everything" in html
    assert 'value="zebra"' in html


def test_the_wall_has_only_ones_own_pictures(
    client: Client, stranger: User, artwork: Artwork
) -> None:
    client.force_login(stranger)
    assert "Mill" not in client.get(GALLERY).content.decode()
    assert "Mill" not in client.get(MORE).content.decode()


def test_visitors_of_the_wall_are_asked_to_sign_in(client: Client, db: None) -> None:
    response = client.get(GALLERY)
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_login')}?next={GALLERY}"
    assert client.get(MORE).status_code == 404


def test_a_value_that_makes_no_sense_is_told(signed_in: Client, artwork: Artwork) -> None:
    page = signed_in.get(GALLERY, {"from": "yesterday", "rating": "9"})
    assert page.status_code == 200
    assert "A day is written as 2026-11-25." in page.content.decode()
    assert list(page.context["page"]) == [artwork]


@pytest.mark.parametrize("cursor", ["x", "é", "W10"])
def test_a_cursor_that_was_made_up_leads_to_the_first_page(
    signed_in: Client, artwork: Artwork, cursor: str
) -> None:
    response = signed_in.get(GALLERY, {"cursor": cursor, "rating": "1"})
    assert response.url == "/gallery/?rating=1"
    assert signed_in.get(MORE, {"cursor": cursor}).status_code == 400


@pytest.mark.parametrize("pages", ["x", ""])
def test_a_number_of_pages_that_is_none_is_refused(signed_in: Client, pages: str) -> None:
    assert signed_in.get(MORE, {"pages": pages}).status_code == 400


def test_the_wall_takes_no_posts(signed_in: Client) -> None:
    assert signed_in.post(GALLERY).status_code == 405
    assert signed_in.post(MORE).status_code == 405
