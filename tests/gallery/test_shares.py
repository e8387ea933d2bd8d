"""Share links and their owner's pages; what strangers see is in test_sharing_access."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from gallery import albums, shares
from gallery.models import Album, Artwork, ShareLink
from gallery.sharing_forms import ShareForm

pytestmark = pytest.mark.django_db
PASSWORD = "open sesame"


def at(name: str, link: ShareLink) -> str:
    return reverse(f"gallery:{name}", args=[link.pk])


def test_an_address_is_the_signed_id_and_nothing_in_the_row_opens_it(link: ShareLink) -> None:
    token = shares.token_of(link)
    assert shares.open_link(token) == link
    row = ShareLink.objects.filter(pk=link.pk).values().get()
    assert not any(part in str(value) for value in row.values() for part in token.split("."))


def test_passwords_are_hashed(user: User, album: Album) -> None:
    link = shares.create(user, album=album, password=PASSWORD)
    assert PASSWORD not in link.password
    assert shares.is_password(link, PASSWORD)
    assert not shares.is_password(link, "Open sesame")


def test_a_link_is_made_for_an_album(signed_in: Client, album: Album) -> None:
    sent = {"name": "Grandmother", "lasts": "7", "password": PASSWORD, "may_download": "on"}
    made = signed_in.post(reverse("gallery:album-share", args=[album.pk]), sent)
    link = ShareLink.objects.get()
    assert made.url == at("share", link)
    assert (link.album, link.artwork, link.name) == (album, None, "Grandmother")
    assert (link.may_download, link.shows_before) == (True, False)
    assert link.expires_at is not None
    assert abs(link.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    html = signed_in.get(made.url).content.decode()
    assert f'value="http://testserver{shares.address(link)}"' in html


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"lasts": "2"}, "lasts"),
        ({}, "lasts"),
        ({"lasts": "date"}, "expires_on"),
        ({"lasts": "date", "expires_on": "2001-01-01"}, "expires_on"),
        ({"lasts": "date", "expires_on": "9999-12-31"}, "expires_on"),
        ({"lasts": "date", "expires_on": "tomorrow"}, "expires_on"),
        ({"lasts": "7", "password": "short"}, "password"),
        ({"lasts": "7", "password": "24061987"}, "password"),
        ({"lasts": "7", "password": "iloveyou"}, "password"),
        ({"lasts": "7", "name": "x" * 81}, "name"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_lost(
    signed_in: Client, album: Album, sent: dict[str, str], field: str
) -> None:
    sent = {"name": "Grandmother", **sent}
    page = signed_in.post(reverse("gallery:album-share", args=[album.pk]), sent)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert sent["name"] in page.content.decode()
    assert not ShareLink.objects.exists()


def test_a_day_of_ones_own_lasts_until_its_end_where_the_site_is(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    with timezone.override("Europe/Berlin"):
        day = date(timezone.localdate().year + 1, 6, 30)
        form = ShareForm({"lasts": "date", "expires_on": day.isoformat()})
        assert form.is_valid(), form.errors
        ends: datetime = form.values["expires_at"]
    assert ends.isoformat() == f"{day.year}-07-01T00:00:00+02:00"


def test_a_link_keeps_its_end_and_password_unless_others_are_chosen(
    signed_in: Client, user: User, album: Album
) -> None:
    ends = timezone.now() + timedelta(days=3)
    link = shares.create(user, album=album, password=PASSWORD, expires_at=ends)
    page = signed_in.get(at("share", link))
    assert page.context["form"]["lasts"].value() == "as-it-is"
    assert re.search(r'value="as-it-is"\s+selected', page.content.decode())
    signed_in.post(at("share", link), {"name": "Him", "lasts": "as-it-is"})
    link.refresh_from_db()
    assert (link.name, link.expires_at, link.may_download) == ("Him", ends, False)
    assert shares.is_password(link, PASSWORD)
    signed_in.post(at("share", link), {"lasts": "never", "without_password": "on"})
    link.refresh_from_db()
    assert (link.expires_at, link.password) == (None, "")


def test_another_password_and_none_at_once_is_refused(
    signed_in: Client, user: User, album: Album
) -> None:
    link = shares.create(user, album=album, password=PASSWORD)
    sent = {"lasts": "as-it-is", "password": "another one", "without_password": "on"}
    assert signed_in.post(at("share", link), sent).status_code == 422
    link.refresh_from_db()
    assert shares.is_password(link, PASSWORD)


def test_withdrawing_is_undone_with_the_same_address(
    signed_in: Client, client: Client, link: ShareLink
) -> None:
    page = signed_in.post(at("share-withdraw", link), follow=True)
    assert f'action="{at("share-restore", link)}"' in page.content.decode()
    assert "Withdrawn on" in page.content.decode()
    assert shares.open_link(shares.token_of(link)) is None
    signed_in.post(at("share-restore", link))
    assert shares.open_link(shares.token_of(link)) == link


def test_an_ended_link_is_made_again_under_a_new_address(
    signed_in: Client, user: User, album: Album
) -> None:
    over = timezone.now() - timedelta(days=1)
    link = shares.create(user, album=album, name="Her", password=PASSWORD, expires_at=over)
    made = signed_in.post(at("share-again", link))
    new = ShareLink.objects.exclude(pk=link.pk).get()
    assert made.url == at("share", new)
    assert (new.album, new.name, new.expires_at, new.views) == (album, "Her", None, 0)
    assert shares.is_password(new, PASSWORD)
    assert shares.open_link(shares.token_of(link)) is None


def test_the_list_tells_what_each_link_is(
    signed_in: Client, user: User, album: Album, artwork: Artwork
) -> None:
    shares.create(user, album=album, name="Grandmother", password=PASSWORD)
    shares.create(user, artwork=artwork, may_download=False, shows_before=True)
    html = signed_in.get("/shares/").content.decode()
    for said in ("Summer", "Grandmother", "With a password.", "Mill", "Without downloads."):
        assert said in html
    assert "With the photo." in html
    assert html.count("Not seen yet.") == 2
    assert html.count('data-copy="http://testserver/s/') == 2


def test_the_list_takes_as_many_queries_for_many_links_as_for_one(
    signed_in: Client, user: User, album: Album, artwork: Artwork
) -> None:
    shares.create(user, album=album)
    with CaptureQueriesContext(connection) as one:
        signed_in.get("/shares/")
    for _ in range(5):
        shares.create(user, artwork=artwork)
        shares.create(user, album=albums.create(user, "Another"))
    with CaptureQueriesContext(connection) as many:
        signed_in.get("/shares/")
    assert len(many) == len(one) == 4


def test_an_empty_list_says_how_to_begin(signed_in: Client) -> None:
    assert "You have shared nothing" in signed_in.get("/shares/").content.decode()


# What is counted


def test_a_visitor_counts_once_the_owner_never(
    client: Client, user: User, stranger: User, link: ShareLink
) -> None:
    page = shares.address(link)
    for _ in range(3):
        client.get(page)
    first = link.album.artworks.first()  # type: ignore[union-attr]
    client.get(f"{page}{first.pk}/")
    client.head(page)
    other = Client()
    other.force_login(stranger)
    other.get(page)
    owner = Client()
    owner.force_login(user)
    owner.get(page)
    link.refresh_from_db()
    assert link.views == 2
    assert link.last_viewed_at is not None


def test_who_has_not_typed_the_password_has_not_seen_it(client: Client, link: ShareLink) -> None:
    shares.change(link, password=PASSWORD)
    client.get(shares.address(link))
    link.refresh_from_db()
    assert link.views == 0


def test_a_view_is_one_update_and_no_session(client: Client, link: ShareLink) -> None:
    with CaptureQueriesContext(connection) as queries:
        client.get(shares.address(link))
    writes = [query["sql"] for query in queries if not query["sql"].startswith("SELECT")]
    assert len(writes) == 1
    assert writes[0].startswith("UPDATE")
    assert "sessionid" not in client.cookies
    assert client.cookies["seen"]["path"] == shares.address(link)


def test_a_shared_album_takes_as_many_queries_for_many_pictures_as_for_few(
    client: Client, link: ShareLink, make_artwork: Callable[..., Artwork]
) -> None:
    client.get(shares.address(link))
    with CaptureQueriesContext(connection) as few:
        client.get(shares.address(link))
    albums.add(link.album, [make_artwork() for _ in range(8)])
    with CaptureQueriesContext(connection) as many:
        client.get(shares.address(link))
    assert len(many) == len(few) <= 4


# What strangers are told


def test_strangers_are_told_neither_the_photo_nor_the_recipe(
    client: Client, link: ShareLink
) -> None:
    first = link.album.artworks.get(title="One")  # type: ignore[union-attr]
    for page in (shares.address(link), f"{shares.address(link)}{first.pk}/"):
        html = client.get(page).content.decode()
        assert "Swirls" in html
        for secret in ("Old mill", "Seed", "ada@example.org", "41 seconds"):
            assert secret not in html


def test_tries_of_a_password_are_limited_for_link_and_address(
    client: Client, user: User, album: Album
) -> None:
    cache.clear()
    link = shares.create(user, album=album, password=PASSWORD)
    other = shares.create(user, album=album, password=PASSWORD)
    page = shares.address(link)
    tries = [client.post(page, {"password": "wrong"}).status_code for _ in range(6)]
    assert tries == [422] * 5 + [429]
    assert client.post(page, {"password": PASSWORD}).status_code == 429
    assert client.post(shares.address(other), {"password": PASSWORD}).status_code == 302
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post(page, {"password": PASSWORD}).status_code == 302
    cache.clear()


def test_tries_of_a_password_count_for_all_that_somebody_has_of_an_address(
    user: User, album: Album
) -> None:
    cache.clear()
    page = shares.address(shares.create(user, album=album, password=PASSWORD))

    def guess(address: str) -> int:
        return Client(REMOTE_ADDR=address).post(page, {"password": "wrong"}).status_code

    tries = [guess(f"2001:db8:1:2::{number}") for number in range(6)]
    assert tries == [422] * 5 + [429]
    assert guess("2001:db8:1:3::1") == 422
    cache.clear()


@pytest.fixture
def few(settings: Settings) -> None:
    """A link that allows three wrong tries an hour, and one of each network then."""
    few = {"link_password_from_anywhere": "3/h/key", "link_password_from_network": "1/d/key"}
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, **few}
    cache.clear()


@pytest.fixture
def page(user: User, album: Album) -> str:
    return shares.address(shares.create(user, album=album, password=PASSWORD))


def typed(page: str, address: str, password: str) -> int:
    return Client(REMOTE_ADDR=address).post(page, {"password": password}).status_code


@pytest.mark.usefixtures("few")
def test_right_passwords_use_up_nothing(page: str) -> None:
    from_many = [typed(page, f"203.0.{number}.9", PASSWORD) for number in range(5)]
    at_one = [typed(page, "198.51.100.9", PASSWORD) for _ in range(7)]
    assert {*from_many, *at_one} == {302}
    wrong = [typed(page, "192.0.2.9", "wrong") for _ in range(4)]
    assert wrong == [422] * 4, "three of the link’s, and one of the network’s"
    assert typed(page, "192.0.2.10", "wrong") == 429


@pytest.mark.usefixtures("few")
def test_whoever_guesses_from_many_addresses_keeps_no_guest_out(page: str) -> None:
    guesses = [typed(page, f"203.0.113.{number}", "wrong") for number in range(9)]
    assert guesses == [422] * 4 + [429] * 5
    guest = Client(REMOTE_ADDR="198.51.100.9")
    assert guest.post(page, {"password": PASSWORD}).status_code == 302
    assert typed(page, "198.51.100.10", PASSWORD) == 302, "nor was that counted"
    assert typed(page, "198.51.100.10", "wrong") == 422
    refused = Client(REMOTE_ADDR="198.51.100.11").post(page, {"password": PASSWORD})
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert "Try again in a minute; if that doesn’t help, tomorrow" in refused.content.decode()


@pytest.mark.usefixtures("few")
@pytest.mark.django_db(transaction=True)
def test_of_guesses_at_once_no_more_are_looked_at(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    judge = shares.is_password

    def seen(link: ShareLink, password: str) -> bool:
        looked_at.append(password)
        return judge(link, password)

    monkeypatch.setattr(shares, "is_password", seen)

    def guess(number: int) -> int:
        try:
            return typed(page, f"203.0.113.{number}", f"wrong {number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(guess, range(10)))
    assert len(looked_at) == answers.count(422) == 4
    assert answers.count(429) == 6


def test_the_cookie_of_one_link_opens_no_other(user: User, client: Client, album: Album) -> None:
    one = shares.create(user, album=album, password=PASSWORD)
    other = shares.create(user, album=album, password=PASSWORD)
    client.post(shares.address(one), {"password": PASSWORD})
    stolen = Client()
    stolen.cookies["unlocked"] = client.cookies["unlocked"].value
    assert "A password" not in stolen.get(shares.address(one)).content.decode()
    assert "A password" in stolen.get(shares.address(other)).content.decode()
    for forged in ("", "x", "é", one.password):
        stolen.cookies["unlocked"] = forged
        assert "A password" in stolen.get(shares.address(one)).content.decode()
    assert client.cookies["unlocked"]["httponly"]
    assert client.cookies["unlocked"]["path"] == shares.address(one)
