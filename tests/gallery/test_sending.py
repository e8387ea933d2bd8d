"""Few downloads are made or sent at once, so that threads are left for pages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from accounts import tokens
from accounts.models import User
from gallery import albums, sending, shares, slow_work
from gallery.models import Artwork, Style
from tests.gallery.films import add_time_lapse

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many threads as may be are at slow work."""
    monkeypatch.setattr(slow_work.room, "most", 0)


@pytest.fixture
def take() -> Iterator[Callable[[Hashable], None]]:
    """Somebody is sent a zip meanwhile."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def sent(who: Hashable, ready: threading.Event) -> None:
        slow_work.room.begin()
        slow_work.room.enter(who, long=True)
        ready.set()
        over.wait(10)
        slow_work.room.end()

    def begin(who: Hashable) -> None:
        ready = threading.Event()
        threads.append(threading.Thread(target=sent, args=(who, ready)))
        threads[-1].start()
        assert ready.wait(10)

    yield begin
    over.set()
    for thread in threads:
        thread.join()


def link_to(artwork: Artwork) -> str:
    album = albums.create(artwork.owner, "Summer", [artwork])
    return shares.address(shares.create(artwork.owner, album=album, may_download=True))


def downloads(artwork: Artwork) -> list[str]:
    link = link_to(artwork)
    api = f"/api/v1/artworks/{artwork.pk}/download/webp/"
    return [
        *("/gallery/zip/", f"{link}download/", "/api/v1/artworks/zip/", api),
        *(f"/gallery/{artwork.pk}/download/webp/", f"{link}{artwork.pk}/download/jpg/"),
    ]


def test_whoever_comes_beyond_is_told_to_try_again(
    signed_in: Client, artwork: Artwork, full: None
) -> None:
    for address in downloads(artwork):
        answer = signed_in.get(address)
        assert (answer.status_code, answer["Retry-After"]) == (503, "60"), address
        assert "try again in a minute" in answer.content.decode()
        assert address.startswith("/api/") or "</html>" in answer.content.decode()


def test_a_thread_is_free_again_when_its_download_is_sent(
    signed_in: Client, artwork: Artwork
) -> None:
    for address in downloads(artwork):
        answer = signed_in.get(address)
        assert slow_work.room.threads() or not answer.streaming
        assert answer.getvalue()  # type: ignore[attr-defined]
        assert not slow_work.room.threads(), address


def test_one_zip_at_a_time_is_sent_to_a_person_also_through_programs_and_links(
    signed_in: Client,
    artwork: Artwork,
    stranger: User,
    take: Callable[[Hashable], None],
) -> None:
    take(artwork.owner.pk)
    link = f"{link_to(artwork)}download/"
    _token, secret = tokens.issue(artwork.owner, "Script", ["read"])
    by_token = {"Authorization": f"Bearer {secret}"}
    sentence = "You already have 1 download, photo or the like on its way."
    for address in ("/gallery/zip/", link):
        refused = signed_in.get(address)
        assert (refused.status_code, sentence in refused.content.decode()) == (503, True), address
    by_program = Client().get("/api/v1/artworks/zip/", headers=by_token)
    assert (by_program.status_code, by_program.json()["reason"]) == (503, "busy")
    assert by_program.json()["detail"].startswith(sentence)
    assert Client().get(link).getvalue()  # type: ignore[attr-defined]
    other = Client()
    other.force_login(stranger)
    assert other.get("/gallery/zip/").getvalue()  # type: ignore[attr-defined]


def test_who_comes_by_links_of_one_person_counts_by_network_and_all_have_a_share_together(
    artwork: Artwork, signed_in: Client, take: Callable[[Hashable], None]
) -> None:
    home, phone, bar = (Client(REMOTE_ADDR=f"192.0.2.{number}") for number in (1, 2, 3))
    take(slow_work.Visitor("192.0.2.1/32", artwork.owner.pk))
    for address in (link_to(artwork), link_to(artwork)):
        assert home.get(f"{address}download/").status_code == 503
        assert home.get(address).status_code == 200
        assert phone.get(f"{address}download/").getvalue()  # type: ignore[attr-defined]
    take(slow_work.Visitor("192.0.2.2/32", artwork.owner.pk))
    refused = bar.get(f"{link_to(artwork)}download/")
    assert refused.status_code == 503
    assert "Others who use links of the same person" in refused.content.decode()
    assert signed_in.get("/gallery/zip/").getvalue()  # type: ignore[attr-defined]


def test_whoever_has_had_many_pictures_converted_waits_until_the_next_minute(
    signed_in: Client, artwork: Artwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "time", SimpleNamespace(time=lambda: 1_800_000_030.0))
    monkeypatch.setattr(sending, "MOST_PIXELS_A_MINUTE", 2 * artwork.width * artwork.height)
    webp, link = f"/gallery/{artwork.pk}/download/webp/", link_to(artwork)
    assert [signed_in.get(webp).status_code for _ in range(3)] == [200, 200, 503]
    refused = signed_in.get(f"/gallery/{artwork.pk}/download/jpg/")
    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert "Wait a minute" in refused.content.decode()
    by_link = [Client().get(f"{link}{artwork.pk}/download/jpg/").status_code for _ in range(3)]
    assert by_link == [200, 200, 503]


def test_so_do_all_who_have_links_of_somebody_for_whom_much_was_converted(
    artwork: Artwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one of them was refused is not counted."""
    monkeypatch.setattr(sending, "time", SimpleNamespace(time=lambda: 1_800_000_030.0))
    pixels, address = artwork.width * artwork.height, f"{link_to(artwork)}{artwork.pk}/download/"
    monkeypatch.setattr(sending, "MOST_PIXELS_A_MINUTE", 2 * pixels)
    monkeypatch.setattr(sending, "MOST_PIXELS_BY_LINKS_A_MINUTE", 3 * pixels)
    home, phone, bar = (Client(REMOTE_ADDR=f"192.0.2.{number}") for number in (1, 2, 3))

    def asked(client: Client) -> int:
        return client.get(f"{address}jpg/").status_code

    assert [asked(home) for _ in range(5)] == [200, 200, 503, 503, 503]
    assert [asked(phone), asked(bar)] == [200, 503]


def test_the_picture_as_it_is_stored_is_a_file_like_any_other(
    signed_in: Client, artwork: Artwork, full: None
) -> None:
    answer = signed_in.get(f"/gallery/{artwork.pk}/download/png/")
    assert answer.getvalue().startswith(b"\x89PNG")  # type: ignore[attr-defined]
    assert signed_in.get(f"/gallery/{artwork.pk}/").status_code == 200


def test_an_animation_has_to_wait_as_well(signed_in: Client, artwork: Artwork, full: None) -> None:
    add_time_lapse(artwork)
    address = reverse("gallery:time-lapse-animation", args=[artwork.pk])
    page = signed_in.get(address, follow=True).content.decode()
    assert "Many people have downloads" in page


def test_presets_come_and_go_by_few_threads_too(
    admin_client: Client, preset: Style, full: None
) -> None:
    answer = admin_client.get(reverse("admin:gallery_style_export"))
    assert answer.status_code == 503
    assert "try again in a minute" in answer.content.decode()
