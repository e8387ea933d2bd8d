"""/shares/, publishing, /profile/ and /statistics/."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from gallery import reports
from gallery.models import Album, Artwork, Profile, ShareLink
from tests.transfers.api.conftest import ApiClient

pytestmark = pytest.mark.django_db


def test_an_album_is_shared_by_a_link_that_anybody_can_open(
    api: ApiClient, client: Client, album: Album, artwork: Artwork
) -> None:
    made = api.post("/shares/", {"album": str(album.pk), "name": "Grandmother"})
    assert made.status_code == 201
    link = made.json()
    assert (link["album"], link["artwork"], link["has_password"]) == (str(album.pk), None, False)
    assert (link["may_download"], link["shows_before"], link["expires_at"]) == (True, False, None)
    page = client.get(link["address"])
    assert page.status_code == 200
    assert "Harbour in stripes" in page.content.decode()
    address = f"/shares/{link['id']}/"
    assert api.get(address).json()["views"] == 1
    assert len(api.get("/shares/").json()["results"]) == 1


def test_a_link_is_changed_withdrawn_and_restored(
    api: ApiClient, client: Client, link: ShareLink
) -> None:
    address = f"/shares/{link.pk}/"
    page = api.get(address).json()["address"]
    changed = api.patch(address, {"password": "open sesame", "may_download": False}).json()
    assert (changed["has_password"], changed["may_download"]) == (True, False)
    assert "A password, please" in client.get(page).content.decode()
    assert api.patch(address, {"password": None}).json()["has_password"] is False
    assert api.post(f"{address}withdraw/").json()["is_open"] is False
    assert client.get(page).status_code == 404
    assert api.post(f"{address}restore/").json()["is_open"] is True
    assert client.get(page).status_code == 200
    assert api.patch(address).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "artwork"),
        ({"artwork": "{artwork}", "album": "{album}"}, "artwork"),
        ({"artwork": "00000000-0000-4000-8000-000000000000"}, "artwork"),
        ({"album": "{artwork}"}, "album"),
        ({"album": "{album}", "password": "short"}, "password"),
        ({"album": "{album}", "password": "iloveyou"}, "password"),
        ({"album": "{album}", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"album": "{album}", "may_download": "yes"}, "may_download"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    api: ApiClient, album: Album, artwork: Artwork, body: dict[str, str], field: str
) -> None:
    ids = {"{artwork}": str(artwork.pk), "{album}": str(album.pk)}
    refused = api.post("/shares/", {name: ids.get(value, value) for name, value in body.items()})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert not ShareLink.objects.exists()


def test_nobody_shares_what_is_anothers(
    strangers_api: ApiClient, album: Album, artwork: Artwork
) -> None:
    for body in ({"album": str(album.pk)}, {"artwork": str(artwork.pk)}):
        assert strangers_api.post("/shares/", body).status_code == 400
    assert not ShareLink.objects.exists()


def test_a_link_may_end_by_itself(api: ApiClient, album: Album) -> None:
    at = timezone.now() + timedelta(days=1)
    made = api.post("/shares/", {"album": str(album.pk), "expires_at": at.isoformat()}).json()
    assert made["is_open"] is True
    ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api.get(f"/shares/{made['id']}/").json()["is_open"] is False


def test_a_picture_is_published_and_taken_back(
    api: ApiClient, client: Client, user: User, artwork: Artwork
) -> None:
    address = f"/artworks/{artwork.pk}/"
    assert api.post(f"{address}publish/").json()["reason"] == "wrong_state"
    profile = {"handle": "Ada", "name": "Ada Paints"}
    assert api.patch("/profile/", profile).json()["handle"] == "ada"
    published = api.post(f"{address}publish/", {"with_photo": True}).json()
    assert (published["is_seen"], published["with_photo"]) == (True, True)
    assert client.get(f"/explore/{artwork.pk}/").status_code == 200
    assert api.post(f"{address}unpublish/").json()["published_at"] is None
    assert client.get(f"/explore/{artwork.pk}/").status_code == 404


def test_what_was_taken_down_cannot_be_published(
    api: ApiClient, user: User, artwork: Artwork
) -> None:
    Profile.objects.create(owner=user, handle="ada", name="Ada")
    admin = User.objects.create_superuser("root@example.org", "correct horse battery")
    reports.take_down(artwork, admin, "harm")
    refused = api.post(f"/artworks/{artwork.pk}/publish/")
    assert (refused.status_code, refused.json()["reason"]) == (409, "wrong_state")


def test_a_profile_is_made_hidden_and_judged(
    api: ApiClient, strangers_api: ApiClient, client: Client
) -> None:
    assert api.get("/profile/").status_code == 404
    assert list(api.patch("/profile/", {"name": "Ada"}).json()["errors"]) == ["handle"]
    assert api.patch("/profile/", {"name": "Ada", "handle": "ada"}).status_code == 200
    assert client.get("/@ada/").status_code == 200
    taken = strangers_api.patch("/profile/", {"name": "Bob", "handle": "ADA"})
    assert (taken.status_code, list(taken.json()["errors"])) == (400, ["handle"])
    assert api.patch("/profile/", {"is_public": False}).json()["is_public"] is False
    assert client.get("/@ada/").status_code == 404


def test_without_a_public_gallery_nothing_is_published(
    api: ApiClient, settings: Settings, artwork: Artwork
) -> None:
    settings.PUBLIC_GALLERY = False
    assert api.get("/profile/").status_code == 404
    assert api.patch("/profile/", {"name": "Ada", "handle": "ada"}).status_code == 404
    assert api.post(f"/artworks/{artwork.pk}/publish/").status_code == 404


def test_statistics_are_told(api: ApiClient, artwork: Artwork) -> None:
    Artwork.objects.filter(pk=artwork.pk).update(painting_s=12.5, is_favourite=True)
    told = api.get("/statistics/").json()
    assert (told["pictures"], told["painting_s"], told["favourites"]) == (1, 12.5, 1)
    assert told["longest"] == str(artwork.pk)
    assert len(told["months"]) == 12
    assert told["months"][-1]["count"] == 1
