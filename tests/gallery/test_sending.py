"""Few downloads are made or sent at once, so that threads are left for pages."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from gallery import albums, shares, slow_work
from gallery.models import Artwork, Style
from tests.gallery.films import add_time_lapse

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many threads as may be are at slow work."""
    monkeypatch.setattr(slow_work.room, "most", 0)


def downloads(artwork: Artwork) -> list[str]:
    album = albums.create(artwork.owner, "Summer", [artwork])
    link = shares.address(shares.create(artwork.owner, album=album, may_download=True))
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
    assert "Many animations are being made right now" in page


def test_presets_come_and_go_by_few_threads_too(
    admin_client: Client, preset: Style, full: None
) -> None:
    answer = admin_client.get(reverse("admin:gallery_style_export"))
    assert answer.status_code == 503
    assert "try again in a minute" in answer.content.decode()
