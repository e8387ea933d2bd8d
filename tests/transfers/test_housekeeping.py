"""What expires goes by itself, whether or not its owner ever comes back."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import tokens
from accounts.models import ApiToken, Letter, User
from gallery import artworks, styles
from gallery.files import FilesUnavailableError
from gallery.models import Album, Artwork, ShareLink, Style
from tests.transfers.drawings import quadrants
from transfers import housekeeping
from transfers.models import IdempotencyKey, MachineSpeed, Transfer

DAY = timedelta(days=1)


@pytest.fixture
def trashed_artwork(user: User) -> Artwork:
    picture = quadrants(64, 48)
    artwork = artworks.frame_artwork(
        owner=user, image=picture, before=picture, title="Harbour", recipe={}
    )
    artwork.trashed_at = timezone.now() - 31 * DAY
    artwork.save(force_insert=True)
    return artwork


def keys(user: User, ages_h: list[float]) -> None:
    for number, age_h in enumerate(ages_h):
        IdempotencyKey.objects.create(
            owner=user, key=f"k{number}", created_at=timezone.now() - timedelta(hours=age_h)
        )


def test_keys_of_somebody_who_never_comes_back_go_after_a_day(user: User) -> None:
    keys(user, [23.9, 24.1, 500])
    assert housekeeping.tidy() is False
    assert IdempotencyKey.objects.get().key == "k0"


def test_a_little_at_a_time_and_it_says_when_more_is_left(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    chore, _at_once = housekeeping.CHORES["idempotency keys"]
    monkeypatch.setitem(housekeeping.CHORES, "idempotency keys", (chore, 2))
    keys(user, [30, 31, 32])
    assert housekeeping.tidy() is True
    assert IdempotencyKey.objects.count() == 1
    assert housekeeping.tidy() is False
    assert not IdempotencyKey.objects.exists()


def test_letters_that_nobody_sends_go_after_three_days(user: User) -> None:
    for days in (2.9, 3.1):
        written_at = timezone.now() - days * DAY
        Letter.objects.create(to="a@b.example", subject=str(days), body="b", created_at=written_at)
    housekeeping.tidy()
    assert Letter.objects.get().subject == "2.9"


def test_the_speed_of_a_host_that_is_no_more_goes_but_never_the_latest_one(db: None) -> None:
    for host, days in {"a": 200, "b": 100, "c": 91}.items():
        MachineSpeed.objects.create(
            host=host,
            pixel_steps_per_s=1e6,
            overhead_s=1,
            measured_at=timezone.now() - days * DAY,
        )
    housekeeping.tidy()
    assert MachineSpeed.objects.get().host == "c"
    MachineSpeed.objects.create(host="d", pixel_steps_per_s=1e6, overhead_s=1)
    housekeeping.tidy()
    assert MachineSpeed.objects.get().host == "d"


def test_sessions_that_ended_go(db: None) -> None:
    now = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - DAY)
    Session.objects.create(session_key="new", session_data="", expire_date=now + DAY)
    housekeeping.tidy()
    assert Session.objects.get().session_key == "new"


def test_share_links_go_ninety_days_after_their_end(user: User) -> None:
    album, now = Album.objects.create(owner=user, title="Summer"), timezone.now()
    for name, ends in {
        "open": {},
        "ends late": {"expires_at": now + DAY},
        "ended": {"expires_at": now - 89 * DAY},
        "ended long ago": {"expires_at": now - 91 * DAY},
        "withdrawn": {"revoked_at": now - 89 * DAY, "expires_at": now + DAY},
        "withdrawn long ago": {"revoked_at": now - 91 * DAY},
    }.items():
        ShareLink.objects.create(owner=user, album=album, name=name, **ends)
    housekeeping.tidy()
    left = set(ShareLink.objects.values_list("name", flat=True))
    assert left == {"open", "ends late", "ended", "withdrawn"}


def test_tokens_go_ninety_days_after_their_end(user: User) -> None:
    now = timezone.now()
    for name, fields in {
        "in use": {},
        "to expire": {"expires_at": now + DAY},
        "expired": {"expires_at": now - 89 * DAY},
        "withdrawn": {"revoked_at": now - 89 * DAY},
        "long expired": {"expires_at": now - 91 * DAY},
        "long withdrawn": {"revoked_at": now - 91 * DAY},
    }.items():
        token, _secret = tokens.issue(user, name, ["read"])
        ApiToken.objects.filter(pk=token.pk).update(**fields)
    housekeeping.tidy()
    left = set(ApiToken.objects.values_list("name", flat=True))
    assert left == {"in use", "to expire", "expired", "withdrawn"}


def test_pictures_go_from_the_trash_with_their_files(
    trashed_artwork: Artwork,
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        housekeeping.tidy()
    assert not Artwork.objects.exists()
    assert not [path for path in media_root.rglob("*") if path.is_file()]


def test_styles_go_from_the_trash_but_for_those_that_something_was_painted_in(
    transfer: Transfer, preset: Style, own_style: Style, user: User
) -> None:
    unused = styles.add_style(owner=user, image=quadrants(), title="Never used")
    lately = styles.add_style(owner=user, image=quadrants(), title="Thrown away lately")
    transfer.style_shares.update(style=own_style)
    for style in (own_style, unused, lately):
        styles.trash(style)
    old = Style.objects.exclude(pk__in=[preset.pk, lately.pk])
    old.update(trashed_at=timezone.now() - 31 * DAY)
    housekeeping.tidy()
    assert set(Style.objects.all()) == {preset, own_style, lately}


@pytest.mark.parametrize("error", [FilesUnavailableError(5, "silent"), KeyError("a fault of ours")])
def test_a_chore_that_goes_wrong_does_not_keep_the_others(
    user: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    def wrong(most: int) -> int:
        raise error

    monkeypatch.setattr(housekeeping, "CHORES", {"pictures": (wrong, 1)} | housekeeping.CHORES)
    keys(user, [25])
    assert housekeeping.tidy() is False
    assert not IdempotencyKey.objects.exists()
    assert "pictures" in caplog.text
