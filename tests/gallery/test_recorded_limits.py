"""Nobody fills the log of their account: what opens is refused in time, what shuts never is."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import audit_limits
from accounts.models import AuditEntry, User
from accounts.quotas import QuotaError
from gallery import shares
from gallery.models import Album, Artwork, Profile, ShareLink

pytestmark = pytest.mark.django_db

AS_OFTEN = "You have done this as often as may be for now. Please try again in"


def done(user: User, action: str, times: int, ago: timedelta = timedelta(minutes=5)) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(action=action, actor=user, account=user, at=timezone.now() - ago)
        for _time in range(times)
    )


def entries(user: User, action: str) -> int:
    return AuditEntry.objects.filter(account=user, action=action).count()


@pytest.fixture
def full(user: User) -> None:
    """As often as may be within the hour, of all that opens."""
    for action in ("share_made", "share_changed", "share_restored", "published", "profile_shown"):
        done(user, action, 60)


def test_a_share_link_too_many_is_refused_in_its_form(
    full: None, signed_in: Client, user: User, album: Album
) -> None:
    answer = signed_in.post(f"/albums/{album.pk}/share/", {"name": "Grandmother", "lasts": "never"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"{AS_OFTEN} 55 minutes." in page
    assert 'value="Grandmother"' in page
    assert not ShareLink.objects.exists()
    assert entries(user, "share_made") == 60


def test_a_link_is_not_changed_or_restored_too_often_and_always_withdrawn(
    full: None, signed_in: Client, user: User, link: ShareLink
) -> None:
    page = f"/shares/{link.pk}/"
    changed = signed_in.post(page, {"name": "Bob", "lasts": "never", "shows_before": "on"})
    assert AS_OFTEN in changed.content.decode()
    signed_in.post(f"{page}withdraw/")
    for again in ("restore", "again"):
        assert AS_OFTEN in signed_in.post(f"{page}{again}/", follow=True).content.decode()
    link.refresh_from_db()
    assert (link.name, link.shows_before, ShareLink.objects.count()) == ("", False, 1)
    assert link.revoked_at is not None
    assert entries(user, "share_withdrawn") == 1


def test_what_changes_nothing_is_not_refused(
    full: None, signed_in: Client, link: ShareLink, published: Artwork
) -> None:
    page = f"/shares/{link.pk}/"
    unchanged = {"may_download": "on", "lasts": "as-it-is"}
    assert signed_in.post(page, unchanged).status_code == 302
    said = signed_in.post(f"{page}restore/", follow=True).content.decode()
    assert AS_OFTEN not in said
    assert signed_in.post("/gallery/publish/", {"artwork": str(published.pk)}).status_code == 302


def test_pictures_are_not_published_too_often_and_always_taken_back(
    full: None, signed_in: Client, user: User, profile: Profile, published: Artwork, album: Album
) -> None:
    other = Artwork.objects.exclude(pk=published.pk).first()
    assert other is not None
    named = {"artwork": str(other.pk), "with_photo": "on"}
    refused = signed_in.post("/gallery/publish/", named)
    assert (refused.status_code, AS_OFTEN in refused.content.decode()) == (429, True)
    assert "checked" in refused.content.decode()
    signed_in.post("/gallery/unpublish/", {"artwork": str(published.pk)})
    assert not Artwork.objects.filter(published_at__isnull=False).exists()
    assert entries(user, "unpublished") == 1


def test_a_profile_is_not_shown_too_often_and_always_hidden(
    full: None, signed_in: Client, user: User, profile: Profile
) -> None:
    said = {"handle": "ada", "name": "Ada the Second"}
    signed_in.post("/profile/", said)
    profile.refresh_from_db()
    assert not profile.is_public
    refused = signed_in.post("/profile/", {**said, "is_public": "on"})
    assert (refused.status_code, AS_OFTEN in refused.content.decode()) == (422, True)
    profile.refresh_from_db()
    assert not profile.is_public
    assert entries(user, "profile_hidden") == 1


def test_the_last_entry_of_taking_back_says_that_more_may_follow(
    signed_in: Client,
    user: User,
    profile: Profile,
    album: Album,
    caplog: pytest.LogCaptureFixture,
) -> None:
    done(user, "unpublished", 58)
    works = list(Artwork.objects.all())
    signed_in.post("/gallery/publish/", {"artwork": [str(work.pk) for work in works]})
    with caplog.at_level(logging.INFO, "audit"):
        for work in works:
            signed_in.post("/gallery/unpublish/", {"artwork": str(work.pk)})
    assert not Artwork.objects.filter(published_at__isnull=False).exists()
    newest = AuditEntry.objects.filter(action="unpublished").order_by("-pk")[:2]
    assert [entry.facts for entry in newest] == [
        {"pictures": 1, "then": "unlisted"},
        {"pictures": 1},
    ]
    assert entries(user, "unpublished") == 60
    assert len([line for line in caplog.messages if line.startswith("unpublished by")]) == 3
    activity = signed_in.get("/accounts/activity/").content.decode()
    assert "what followed of this within the hour or the day is not listed" in activity


@pytest.mark.parametrize(
    ("times", "ago", "is_refused"),
    [
        (59, timedelta(minutes=1), False),
        (60, timedelta(minutes=59), True),
        (60, timedelta(minutes=61), False),
        (299, timedelta(hours=2), False),
        (300, timedelta(hours=23), True),
        (300, timedelta(hours=25), False),
    ],
)
def test_sixty_an_hour_and_three_hundred_a_day(
    signed_in: Client, user: User, album: Album, times: int, ago: timedelta, is_refused: bool
) -> None:
    done(user, "share_made", times, ago)
    signed_in.post(f"/albums/{album.pk}/share/", {"lasts": "never"})
    assert ShareLink.objects.exists() is not is_refused


def test_the_sentence_says_when_to_come_back(user: User, album: Album) -> None:
    done(user, "share_made", 300, timedelta(hours=2))
    with pytest.raises(audit_limits.TooOftenError, match="again in 22 hours") as refused:
        audit_limits.check(user, audit_limits.Action.SHARE_MADE)
    assert 22 * 3600 - 60 < refused.value.wait_s <= 22 * 3600


def test_what_others_do_is_theirs(full: None, client: Client, stranger: User) -> None:
    album = Album.objects.create(owner=stranger, title="Bob’s")
    client.force_login(stranger)
    client.post(f"/albums/{album.pk}/share/", {"lasts": "never"})
    assert ShareLink.objects.count() == 1


# how many links


@pytest.fixture
def two_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "MOST_OPEN", 2)


FULL = "You have 2 open links, which is all there is room for. Withdraw one first."


def test_nobody_has_more_open_links_than_there_is_room_for(
    two_at_most: None, signed_in: Client, user: User, album: Album
) -> None:
    page = f"/albums/{album.pk}/share/"
    assert "open links" not in signed_in.get(page).content.decode()
    for _time in range(2):
        signed_in.post(page, {"lasts": "never"})
    assert FULL in signed_in.get(page).content.decode()
    refused = signed_in.post(page, {"name": "Third", "lasts": "never"})
    assert (refused.status_code, refused.content.decode().count(FULL)) == (422, 1)
    assert 'value="Third"' in refused.content.decode()
    assert ShareLink.objects.count() == entries(user, "share_made") == 2


def test_links_that_have_ended_do_not_count_until_they_lead_somewhere_again(
    two_at_most: None, signed_in: Client, user: User, album: Album
) -> None:
    withdrawn, ended = (shares.create(user, album=album) for _time in range(2))
    shares.withdraw(withdrawn)
    yesterday = timezone.now() - timedelta(days=1)
    ShareLink.objects.filter(pk=ended.pk).update(expires_at=yesterday)
    for _time in range(2):
        shares.create(user, album=album)
    for address, said in (
        (f"/shares/{withdrawn.pk}/restore/", {}),
        (f"/shares/{withdrawn.pk}/again/", {}),
        (f"/shares/{ended.pk}/", {"lasts": "never"}),
    ):
        assert FULL in signed_in.post(address, said, follow=True).content.decode()
    assert ShareLink.objects.open(timezone.now()).count() == 2
    assert signed_in.post(f"/shares/{ended.pk}/", {"name": "Old", "lasts": "as-it-is"}).url


def test_where_nothing_opens_there_need_be_no_room(
    two_at_most: None, user: User, album: Album
) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    ended = shares.create(user, album=album, expires_at=yesterday)
    withdrawn = shares.create(user, album=album)
    shares.withdraw(withdrawn)
    for _time in range(2):
        shares.create(user, album=album)
    shares.change(ended, expires_at=yesterday - timedelta(days=1))
    shares.withdraw(ended)
    assert shares.restore(ended)
    shares.change(withdrawn, expires_at=None, name="Old")
    with pytest.raises(QuotaError, match="2 open links"):
        shares.change(ended, expires_at=timezone.now() + timedelta(days=1))
    ended.refresh_from_db()
    assert ended.expires_at == yesterday - timedelta(days=1)
