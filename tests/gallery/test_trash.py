"""How things in the trash leave for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from gallery import artworks, styles, trash
from gallery.files import FilesUnavailableError
from gallery.models import Artwork, Style
from gallery.pictures import delete_for_good


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def expired() -> int:
    return delete_for_good(Artwork.objects.trashed_before(trash.kept_since()))


def test_what_was_there_for_thirty_days_goes_with_its_files(
    make_artwork: Callable[..., Artwork],
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    old, recent, kept = (make_artwork(title=title) for title in ("old", "recent", "kept"))
    now = timezone.now()
    Artwork.objects.filter(pk=old.pk).update(trashed_at=now - timedelta(days=30, minutes=1))
    Artwork.objects.filter(pk=recent.pk).update(trashed_at=now - timedelta(days=29, hours=23))
    with django_capture_on_commit_callbacks(execute=True):
        assert expired() == 1
    assert set(Artwork.objects.all()) == {recent, kept}
    assert len(files_in(media_root)) == 8


def test_the_longest_there_go_first_and_no_more_than_asked_for(
    make_artwork: Callable[..., Artwork],
) -> None:
    works = [make_artwork() for _ in range(3)]
    for days, work in enumerate(works, start=31):
        Artwork.objects.filter(pk=work.pk).update(trashed_at=timezone.now() - timedelta(days=days))
    assert delete_for_good(Artwork.objects.trashed_before(trash.kept_since()), 2) == 2
    assert Artwork.objects.get() == works[0]


def test_nothing_goes_while_the_store_of_files_is_away(
    artwork: Artwork, user: User, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    artworks.trash(artwork)

    def away(*_: object) -> None:
        raise FilesUnavailableError(5, "silent")

    monkeypatch.setattr(FileSystemStorage, "exists", away)
    with pytest.raises(FilesUnavailableError):
        trash.delete(Artwork.objects.trashed_by(user))
    assert Artwork.objects.filter(pk=artwork.pk).exists()
    assert len(files_in(media_root)) == 4


def test_what_is_taken_out_at_that_very_moment_stays(
    artwork: Artwork, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    artworks.trash(artwork)
    exists = FileSystemStorage.exists

    def restored_meanwhile(storage: FileSystemStorage, name: str) -> bool:
        artworks.restore(artwork)
        return exists(storage, name)

    monkeypatch.setattr(FileSystemStorage, "exists", restored_meanwhile)
    assert trash.delete(Artwork.objects.trashed_by(user)) == 0
    assert Artwork.objects.visible_to(user).get() == artwork


def test_what_there_is_no_time_for_is_out_of_sight_and_left_to_housekeeping(
    make_artwork: Callable[..., Artwork], user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash, "WITHIN_S", -1.0)
    works = [make_artwork(), make_artwork()]
    for work in works:
        artworks.trash(work)
    assert trash.delete(Artwork.objects.trashed_by(user)) == 2
    assert not Artwork.objects.trashed_by(user).exists()
    assert not Artwork.objects.visible_to(user).exists()
    assert expired() == 2


def test_emptying_is_for_ones_own(
    make_artwork: Callable[..., Artwork], user: User, stranger: User
) -> None:
    mine, theirs = make_artwork(), make_artwork(owner=stranger)
    for work in (mine, theirs):
        artworks.trash(work)
    assert trash.delete(Artwork.objects.trashed_by(user)) == 1
    assert Artwork.objects.get() == theirs


def test_presets_do_not_expire(own_style: Style, preset: Style) -> None:
    for style in (own_style, preset):
        styles.trash(style)
    Style.objects.update(trashed_at=timezone.now() - timedelta(days=31))
    assert Style.objects.trashed_before(trash.kept_since()).get() == own_style
