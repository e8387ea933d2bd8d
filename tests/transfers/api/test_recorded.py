"""What a program does is in the log of the account, with its token, and is done only so often."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, AuditEntry, User
from gallery import shares
from gallery.models import Album, Artwork, Profile, ShareLink
from tests.transfers.api.conftest import ApiClient

pytestmark = pytest.mark.django_db


def test_what_a_program_shows_to_others_is_in_the_log_of_the_account(
    api: ApiClient, user: User, album: Album, artwork: Artwork
) -> None:
    Profile.objects.create(owner=user, handle="ada", name="Ada")
    link = f"/shares/{api.post('/shares/', {'album': str(album.pk)}).json()['id']}/"
    api.patch(link, {"may_download": False})
    api.post(f"{link}withdraw/")
    api.post(f"{link}restore/")
    api.post(f"/artworks/{artwork.pk}/publish/", {"with_photo": True})
    api.post(f"/artworks/{artwork.pk}/unpublish/")
    entries = AuditEntry.objects.filter(actor=user, account=user).order_by("pk")
    assert [entry.action for entry in entries] == [
        "share_made",
        "share_changed",
        "share_withdrawn",
        "share_restored",
        "published",
        "unpublished",
    ]
    assert {entry.address for entry in entries} == {"127.0.0.0/24"}


def test_what_changes_nothing_leaves_no_entry(
    api: ApiClient, user: User, link: ShareLink, artwork: Artwork
) -> None:
    Profile.objects.create(owner=user, handle="ada", name="Ada")
    api.post(f"/artworks/{artwork.pk}/publish/")
    before = AuditEntry.objects.count()
    address = f"/shares/{link.pk}/"
    now = {"name": "", "password": None, "may_download": True, "expires_at": None}
    for body in ({}, now):
        assert api.patch(address, body).status_code == 200
    assert api.post(f"{address}restore/").status_code == 200
    assert api.post(f"/artworks/{artwork.pk}/publish/").status_code == 200
    for body in ({}, {"is_public": True}, {"name": "Ada L."}):
        assert api.patch("/profile/", body).status_code == 200
    assert AuditEntry.objects.count() == before
    for _twice in range(2):
        api.post(f"{address}withdraw/")
        api.patch("/profile/", {"is_public": False})
    added = AuditEntry.objects.order_by("pk")[before:]
    assert [entry.action for entry in added] == ["share_withdrawn", "profile_hidden"]


def test_an_entry_names_the_token_by_which_something_was_done(
    api: ApiClient, signed_in: Client, user: User, album: Album
) -> None:
    token = ApiToken.objects.get(owner=user)
    api.post("/shares/", {"album": str(album.pk)})
    signed_in.post(f"/albums/{album.pk}/share/", {"lasts": "never"})
    by_program, by_page = AuditEntry.objects.order_by("pk")
    assert (by_program.facts, by_page.facts) == ({"token": str(token.pk)}, {})
    page = " ".join(signed_in.get("/accounts/activity/").content.decode().split())
    assert page.count("by the token “Test”") == 1
    assert str(token.pk) not in page
    token.delete()
    assert "by an API token" in signed_in.get("/accounts/activity/").content.decode()


def test_what_a_program_does_too_often_is_refused_until_later(
    api: ApiClient, user: User, album: Album, link: ShareLink, artwork: Artwork
) -> None:
    Profile.objects.create(owner=user, handle="ada", name="Ada", is_public=False)
    shares.withdraw(link)
    at = timezone.now() - timedelta(minutes=50)
    for action in ("share_made", "share_changed", "share_restored", "published", "profile_shown"):
        AuditEntry.objects.bulk_create(
            AuditEntry(action=action, actor=user, account=user, at=at) for _time in range(60)
        )
    before = AuditEntry.objects.count()
    for refused in (
        api.post("/shares/", {"album": str(album.pk)}),
        api.patch(f"/shares/{link.pk}/", {"name": "Bob"}),
        api.post(f"/shares/{link.pk}/restore/"),
        api.post(f"/artworks/{artwork.pk}/publish/"),
        api.patch("/profile/", {"is_public": True, "name": "Ada L."}),
    ):
        assert (refused.status_code, refused.json()["reason"]) == (429, "too_many_requests")
        assert 590 < int(refused["Retry-After"]) <= 600
        assert "again in 10 minutes" in refused.json()["detail"]
    link.refresh_from_db()
    artwork.refresh_from_db()
    assert (link.name, link.is_open, artwork.published_at) == ("", False, None)
    assert not Profile.objects.get().is_public
    assert AuditEntry.objects.count() == before


def test_a_program_makes_no_more_open_links_than_there_is_room_for(
    api: ApiClient, album: Album, link: ShareLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "MOST_OPEN", 1)
    refused = api.post("/shares/", {"album": str(album.pk)})
    assert (refused.status_code, refused.json()["reason"]) == (403, "quota_kept")
    assert "You have 1 open links" in refused.json()["detail"]
    api.post(f"/shares/{link.pk}/withdraw/")
    assert api.post("/shares/", {"album": str(album.pk)}).status_code == 201
