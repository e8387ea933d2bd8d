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
