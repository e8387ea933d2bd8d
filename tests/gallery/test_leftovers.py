"""No file stays without a row, whenever a process dies or the store fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import User
from gallery import leftovers, styles
from gallery.artworks import frame_artwork
from gallery.files import FilesUnavailableError
from gallery.models import Artwork, Leftover, Style, StyleImport
from gallery.pictures import delete_for_good
from tests.gallery.drawings import gradient, hang_artwork
from tests.gallery.films import add_time_lapse
from tests.transfers.drawings import quadrants

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def artwork(user: User) -> Artwork:
    picture = gradient()
    return hang_artwork(owner=user, image=picture, before=picture, title="Harbour", recipe={})


@contextmanager
def later(monkeypatch: pytest.MonkeyPatch, wait: timedelta) -> Iterator[None]:
    then = timezone.now() + wait
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: then)
        yield


def names_of(artwork: Artwork) -> list[str]:
    return [str(file.name) for file in artwork.file_fields()]


def there(names: list[str]) -> list[str]:
    return [name for name in names if default_storage.exists(name)]


def die_after_the_commit(artwork: Artwork) -> list[str]:
    """What is to be done after the commit is never done, as in every test that asks for nothing."""
    names = names_of(artwork)
    assert delete_for_good(Artwork.objects.filter(pk=artwork.pk)) == 1
    assert there(names) == names
    return names


@pytest.mark.parametrize("store", ["disk", "bucket"])
def test_files_of_somebody_whose_process_died_after_the_commit_go(
    request: pytest.FixtureRequest, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store == "bucket":
        request.getfixturevalue("bucket")
    names = die_after_the_commit(request.getfixturevalue("artwork"))
    with later(monkeypatch, DAY + HOUR):
        leftovers.clear(10)
    assert there(names) == []
    assert not Leftover.objects.exists()


def test_a_file_that_the_store_does_not_delete_goes_when_it_does(
    artwork: Artwork,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def fails(name: str) -> None:
        raise FilesUnavailableError(name)

    names = names_of(artwork)
    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", fails)
        with django_capture_on_commit_callbacks(execute=True):
            assert delete_for_good(Artwork.objects.all()) == 1
        with later(monkeypatch, 2 * HOUR), pytest.raises(FilesUnavailableError):
            leftovers.clear(10)
    with later(monkeypatch, 2 * HOUR):
        assert leftovers.clear(10) == 3, "the one that failed waits for its turn"
    with later(monkeypatch, 4 * HOUR):
        leftovers.clear(10)
    assert there(names) == []


def test_nothing_is_left_to_do_where_all_went_well_but_to_look_into_the_folder_once(
    artwork: Artwork,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    add_time_lapse(artwork)
    names = names_of(artwork)
    with django_capture_on_commit_callbacks(execute=True):
        delete_for_good(Artwork.objects.all())
    assert there(names) == []
    assert all(note.prefix.endswith("/") for note in Leftover.objects.all())
    with later(monkeypatch, DAY + HOUR):
        leftovers.clear(10)
    assert not Leftover.objects.exists()


def test_what_a_killed_process_wrote_goes_though_the_same_was_done_again(
    user: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    style = styles.add_style(owner=user, image=gradient(), title="Tiles")
    killed = Style.objects.get(pk=style.pk)
    killed.set_picture(quadrants(300, 160))  # and no row names it
    lost = [str(file.name) for file in (killed.original, killed.display, killed.thumbnail)]
    with django_capture_on_commit_callbacks(execute=True):
        styles.replace_picture(style, quadrants(240, 120))
    assert there(lost) == lost
    with later(monkeypatch, DAY + HOUR):
        leftovers.clear(10)
    named = [str(file.name) for file in Style.objects.get(pk=style.pk).file_fields()]
    assert there([*lost, *named]) == named


def test_at_the_commit_a_file_stays_that_the_row_of_its_id_names(
    artwork: Artwork, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """As a style does whose picture was put back at this very moment."""
    names = names_of(artwork)
    gone = str(artwork.before.name)
    Artwork.objects.update(before="")
    with django_capture_on_commit_callbacks(execute=True):
        leftovers.remove(names)
    assert there(names) == [name for name in names if name != gone]


def test_at_the_commit_each_table_is_asked_once_however_much_goes(
    artwork: Artwork,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    names = [f"artworks/00/{uuid4()}/original.png" for _ in range(300)]
    with django_capture_on_commit_callbacks() as then:
        leftovers.remove(names)
    with django_assert_num_queries(len(list(leftovers.tables())) + 1):
        then[0]()


def test_what_was_written_and_never_became_a_row_goes_after_a_day(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = gradient()
    framed = frame_artwork(owner=user, image=picture, before=picture, title="Never", recipe={})
    names = names_of(framed)
    with later(monkeypatch, DAY - HOUR):
        assert leftovers.clear(10) == 0
    assert there(names) == names
    with later(monkeypatch, DAY + HOUR):
        assert leftovers.clear(10) == 1
    assert there(names) == []


def test_a_zip_of_presets_that_never_became_a_row_goes_after_a_day(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, lost = StyleImport(owner=user, name="kept"), StyleImport(owner=user, name="lost")
    for one in (kept, lost):
        one.keep_zip(ContentFile(b"PK"))
    kept.save()
    with later(monkeypatch, DAY + HOUR):
        assert leftovers.clear(10) == 2
    assert there([str(kept.file.name), str(lost.file.name)]) == [str(kept.file.name)]
    assert not Leftover.objects.exists()


def test_what_a_row_names_stays_whatever_is_noted(
    artwork: Artwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_time_lapse(artwork)
    folder = str(artwork.original.name).rpartition("/")[0]
    stray = default_storage.save(f"{folder}/stray.png", ContentFile(b"x"))
    leftovers.note_writing(f"{folder}/")
    leftovers.remove([*names_of(artwork), "artworks/of/nobody.png"])
    with later(monkeypatch, DAY + HOUR):
        leftovers.clear(10)
    names = names_of(artwork)
    assert there([*names, stray]) == names
    assert not Leftover.objects.exists()


def test_a_file_in_the_folder_of_another_row_stays(
    user: User, artwork: Artwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = hang_artwork(owner=user, image=gradient(), before=None, title="Copy", recipe={})
    Artwork.objects.filter(pk=copy.pk).update(before=artwork.before.name)
    before = str(artwork.before.name)
    die_after_the_commit(artwork)
    with later(monkeypatch, DAY + HOUR):
        leftovers.clear(10)
    assert there([before]) == [before]


def test_a_young_file_stays_and_is_looked_at_again(
    artwork: Artwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = die_after_the_commit(artwork)
    assert leftovers.clear(10) == len(names)
    assert there(names) == names
    assert leftovers.clear(10) == 0
    with later(monkeypatch, 2 * HOUR):
        leftovers.clear(10)
    assert there(names) == []


def test_what_was_not_committed_leaves_no_note(artwork: Artwork) -> None:
    before = Leftover.objects.count()
    with transaction.atomic():
        leftovers.remove(names_of(artwork))
        transaction.set_rollback(True)
    assert Leftover.objects.count() == before


def test_every_row_with_a_file_has_a_random_id() -> None:
    """The id in a name is looked for in each of these tables."""
    for rows, _columns in leftovers.tables():
        key = rows.model._meta.pk
        if isinstance(key, models.OneToOneField):
            key = key.target_field
        assert isinstance(key, models.UUIDField), rows.model
