"""Few zips are sent at once, so that threads are left for pages."""

from __future__ import annotations

import threading

import pytest
from django.test import Client

from gallery import albums, sending, shares
from gallery.models import Artwork

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "places", threading.BoundedSemaphore(1))


def taken() -> sending.Sent:
    return sending.Sent(piece for piece in [b"a", b"b"])


def test_whoever_comes_beyond_is_told_to_try_again(signed_in: Client, artwork: Artwork) -> None:
    album = albums.create(artwork.owner, "Summer", [artwork])
    link = shares.address(shares.create(artwork.owner, album=album))
    first = taken()
    for address in ("/gallery/zip/", f"{link}download/", "/api/v1/artworks/zip/"):
        answer = signed_in.get(address)
        assert (answer.status_code, answer["Retry-After"]) == (503, "60"), address
        assert "try again in a minute" in answer.content.decode()
        assert address.startswith("/api/") or "</html>" in answer.content.decode()
    first.close()
    answer = signed_in.get("/gallery/zip/")
    assert answer.getvalue().startswith(b"PK")  # type: ignore[attr-defined]
    assert signed_in.get(f"{link}download/").status_code == 200


def test_a_place_is_free_again_once_however_often_it_is_closed() -> None:
    first = taken()
    assert next(first) == b"a"
    first.close()
    first.close()
    second = taken()
    with pytest.raises(sending.ManyZipsError):
        taken()
    del second  # an answer that nobody closed
    taken().close()
