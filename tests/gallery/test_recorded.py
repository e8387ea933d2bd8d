"""What lets others see something is in the log of the account, and nothing of a secret."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.audit import Action
from accounts.models import AuditEntry, User
from gallery.models import Album, Artwork, Profile, ShareLink

pytestmark = pytest.mark.django_db


def written(user: User) -> list[str]:
    return list(
        AuditEntry.objects.filter(account=user).order_by("pk").values_list("action", flat=True)
    )


def test_a_share_link_is_recorded_from_its_making_to_its_end(
    signed_in: Client, user: User, album: Album
) -> None:
    signed_in.post(f"/albums/{album.pk}/share/", {"may_download": "on", "lasts": "never"})
    link = ShareLink.objects.get()
    page = f"/shares/{link.pk}/"
    signed_in.post(page, {"password": "open sesame", "lasts": "never"})
    for _twice in range(2):
        signed_in.post(f"{page}withdraw/")
    for _twice in range(2):
        signed_in.post(f"{page}restore/")
    signed_in.post(f"{page}again/")
    made, changed, withdrawn, restored, again = AuditEntry.objects.order_by("pk")
    assert (made.action, again.action) == (Action.SHARE_MADE, Action.SHARE_MADE)
    assert changed.action == Action.SHARE_CHANGED
    assert withdrawn.action == Action.SHARE_WITHDRAWN
    assert restored.action == Action.SHARE_RESTORED
    for entry in (made, changed, withdrawn, restored):
        assert (entry.actor, entry.account, entry.subject_id) == (user, user, str(link.pk))
        assert (entry.address, entry.facts) == ("127.0.0.0/24", {})


def test_publishing_and_its_end_are_one_entry_each(
    signed_in: Client, user: User, profile: Profile, album: Album
) -> None:
    named = {"artwork": [str(one.pk) for one in Artwork.objects.all()]}
    signed_in.post("/gallery/publish/", named)
    for _twice in range(2):
        signed_in.post("/gallery/unpublish/", named)
    assert written(user) == ["published", "unpublished"]
    published, unpublished = AuditEntry.objects.order_by("pk")
    assert published.facts == {"pictures": 3, "with_photo": False}
    assert unpublished.facts == {"pictures": 3}
    activity = signed_in.get("/accounts/activity/").content.decode()
    assert "Pictures published" in activity


def test_what_is_anothers_leaves_no_entry(
    client: Client, stranger: User, link: ShareLink, published: Artwork
) -> None:
    client.force_login(stranger)
    before = AuditEntry.objects.count()
    client.post(f"/shares/{link.pk}/withdraw/")
    client.post("/gallery/unpublish/", {"artwork": str(published.pk)})
    assert AuditEntry.objects.count() == before


# what changes nothing


def test_what_changes_nothing_leaves_no_entry(
    signed_in: Client, user: User, link: ShareLink, published: Artwork
) -> None:
    page, work = f"/shares/{link.pk}/", {"artwork": str(published.pk)}
    signed_in.post(page, {"may_download": "on", "lasts": "as-it-is"})
    signed_in.post(f"{page}restore/")
    signed_in.post("/gallery/publish/", work)
    assert written(user) == []
    signed_in.post("/gallery/publish/", {**work, "with_photo": "on"})
    signed_in.post("/gallery/publish/", {**work, "with_photo": "on"})
    signed_in.post(page, {"lasts": "as-it-is"})
    assert written(user) == ["published", "share_changed"]


def test_an_entry_counts_the_pictures_that_were_not_published_yet(
    signed_in: Client, user: User, published: Artwork, album: Album
) -> None:
    named = {"artwork": [str(one.pk) for one in Artwork.objects.all()]}
    page = signed_in.post("/gallery/publish/", named, follow=True).content.decode()
    assert "4 pictures can be seen by everybody now." in page
    assert AuditEntry.objects.get().facts == {"pictures": 3, "with_photo": False}


# the profile


def test_a_profile_is_recorded_when_it_is_shown_and_when_it_is_hidden(
    signed_in: Client, user: User
) -> None:
    said = {"handle": "ada", "name": "Ada"}
    signed_in.post("/profile/", said)
    assert written(user) == []
    for _twice in range(2):
        signed_in.post("/profile/", {**said, "is_public": "on"})
    signed_in.post("/profile/", {**said, "name": "Ada L.", "is_public": "on"})
    for _twice in range(2):
        signed_in.post("/profile/", said)
    assert written(user) == ["profile_shown", "profile_hidden"]
    activity = signed_in.get("/accounts/activity/").content.decode()
    assert "Profile made public" in activity
    assert "Profile hidden" in activity


def test_a_profile_that_is_refused_is_not_recorded(
    signed_in: Client, user: User, stranger: User
) -> None:
    Profile.objects.create(owner=stranger, handle="ada", name="Bob")
    signed_in.post("/profile/", {"handle": "ada", "name": "Ada", "is_public": "on"})
    assert written(user) == []
