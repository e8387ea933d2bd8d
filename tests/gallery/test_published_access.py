"""Who sees what is published, and what of a reported picture admins see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from gallery import artworks, publishing, reports
from gallery.models import Album, Artwork, Profile, Report
from tests.gallery.roles import WHO, client_of, status

PUBLIC = ("explored", "explored-report", "display", "thumbnail", "before", "original")


def public_answers(client: Client, artwork: Artwork) -> dict[str, int]:
    files = ("display", "thumbnail", "before", "original")
    found = {
        name: reverse(f"gallery:{name}", args=[artwork.pk])
        for name in ("explored", "explored-report")
    } | {name: reverse("gallery:explored-file", args=[artwork.pk, name]) for name in files}
    return {name: status(client, address) for name, address in found.items()}


SEEN = dict.fromkeys(PUBLIC, 200) | {"before": 404, "original": 404}
UNSEEN = dict.fromkeys(PUBLIC, 404)


@pytest.mark.parametrize("who", WHO)
def test_what_is_published_everybody_sees_and_the_photo_only_if_its_owner_says_so(
    people: dict[str, User | None], published: Artwork, who: str
) -> None:
    client = client_of(people[who])
    assert public_answers(client, published) == SEEN
    assert client.get("/@ada/").status_code == 200
    publishing.publish([published], with_photo=True)
    assert public_answers(client, published) == SEEN | {"before": 200}


def _hide(settings: Settings, artwork: Artwork, admin: User) -> dict[str, Callable[[], Any]]:
    return {
        "unpublished": lambda: publishing.unpublish([artwork]),
        "profile hidden": lambda: Profile.objects.update(is_public=False),
        "account closed": lambda: User.objects.filter(pk=artwork.owner_id).update(is_active=False),
        "trashed": lambda: artworks.trash(artwork),
        "taken down": lambda: reports.take_down(artwork, admin, Report.Reason.HARM),
        "no public gallery": lambda: setattr(settings, "PUBLIC_GALLERY", False),
    }


@pytest.mark.parametrize(
    "how",
    [
        "unpublished",
        "profile hidden",
        "account closed",
        "trashed",
        "taken down",
        "no public gallery",
    ],
)
def test_what_is_hidden_is_gone_from_everywhere_at_once(
    settings: Settings, published: Artwork, admin: User, how: str
) -> None:
    client = Client()
    assert "Mill" in client.get("/explore/").content.decode()
    _hide(settings, published, admin)[how]()
    assert public_answers(client, published) == UNSEEN
    for page in ("/explore/", "/@ada/"):
        assert "Mill" not in client.get(page).content.decode()
    if how == "no public gallery":
        client.force_login(published.owner)  # and their own pages of it are gone, too
        for name in ("explore", "publish", "profile-edit"):
            assert client.get(reverse(f"gallery:{name}")).status_code == 404
        assert client.post(reverse("gallery:unpublish")).status_code == 404
        assert 'href="/explore/"' not in client.get("/").content.decode()


@pytest.mark.parametrize("who", WHO)
def test_only_admins_see_reported_pictures_and_only_those(
    people: dict[str, User | None], artwork: Artwork, album: Album, who: str
) -> None:
    reports.report(artwork, None, Report.Reason.PERSON, "That is me.")
    client = client_of(people[who])
    private = album.artworks.get(title="One")
    file = reverse("gallery:report-file", args=[artwork.pk, "thumbnail"])
    private_file = reverse("gallery:report-file", args=[private.pk, "thumbnail"])
    expected = (200, 404) if who == "admin" else (302, 302)
    assert (status(client, file), status(client, private_file)) == expected
    for rendition in ("before", "original"):
        address = reverse("gallery:report-file", args=[artwork.pk, rendition])
        assert client.get(address).status_code == (404 if who == "admin" else 302)
    act = reverse("gallery:report-decide", args=[private.pk, "take-down"])
    assert client.post(act, {"reason": "harm"}).status_code == (404 if who == "admin" else 302)
    private.refresh_from_db()
    assert private.taken_down_at is None


def test_staff_without_the_permission_see_no_reports(client: Client, stranger: User) -> None:
    User.objects.filter(pk=stranger.pk).update(is_staff=True)
    client.force_login(stranger)
    assert client.get(reverse("gallery:reports")).status_code == 403
