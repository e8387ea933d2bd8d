"""`manage.py leftovers`: what no row names is listed, and goes only when all speaks for it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from gallery import strays
from gallery.disk import DiskFiles
from gallery.files import FilesUnavailableError, StoredFile
from gallery.models import Artwork
from tests.gallery.drawings import gradient, hang_artwork

pytestmark = pytest.mark.django_db

STRAY = "artworks/ab/abcdef00-0000-4000-8000-000000000000/original-1.png"
IMPORT = "imports/abcdef00-0000-4000-8000-000000000000.zip"


def said(*options: str) -> str:
    out = io.StringIO()
    call_command("leftovers", *options, stdout=out)
    return out.getvalue()


def listed(text: str) -> list[str]:
    return [line.split()[-1] for line in text.splitlines() if "/" in line]


def write(name: str, data: bytes = b"12345", *, days: float = 2) -> str:
    stored = default_storage.save(name, ContentFile(data))
    assert stored == name
    if isinstance(default_storage._wrapped, DiskFiles):  # type: ignore[attr-defined]
        then = (timezone.now() - timedelta(days=days)).timestamp()
        os.utime(default_storage.path(name), (then, then))
    return name


def answers(monkeypatch: pytest.MonkeyPatch, word: str) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr("builtins.input", lambda words: asked.append(words) or word)
    return asked


@pytest.fixture
def two_strays(artwork: Artwork) -> list[str]:
    return [write(STRAY), write(IMPORT, b"1" * 2_000_000)]


def test_what_no_row_names_is_listed_with_its_size_and_stays(two_strays: list[str]) -> None:
    text = said()
    assert listed(text) == two_strays
    assert "2000000" in text
    assert "2 files (2.0 MB) that no row names, of 6 here. Rows name 4 of those" in text
    assert [name for name in two_strays if default_storage.exists(name)] == two_strays


def test_after_a_question_they_go_and_nothing_else(
    artwork: Artwork, two_strays: list[str], media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answers(monkeypatch, "yes")
    assert "2 files are deleted." in said("--delete")
    assert len(asked) == 1
    assert "2 files" in asked[0]
    stored = {str(p.relative_to(media_root)) for p in media_root.rglob("*") if p.is_file()}
    assert stored == {file.name for file in artwork.file_fields()}
    assert "0 files" in said("--delete")


def test_in_a_bucket_they_are_found_and_go_too(
    bucket: str, make_artwork: Callable[..., Artwork], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [write(STRAY), write(IMPORT)]
    artwork = make_artwork()  # after them, as a site that is used always has newer files
    assert listed(said()) == [], "they are young"
    then = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(strays.timezone, "now", lambda: then)
    assert listed(said()) == names
    assert "2 files are deleted." in said("--delete", "--no-input")
    assert not [name for name in names if default_storage.exists(name)]
    assert all(default_storage.exists(str(file.name)) for file in artwork.file_fields())


@pytest.mark.parametrize("word", ["", "no", "y"])
def test_without_a_yes_nothing_goes(
    two_strays: list[str], monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    answers(monkeypatch, word)
    with pytest.raises(CommandError, match="Nothing was deleted"):
        said("--delete")
    assert all(map(default_storage.exists, two_strays))


def test_who_is_nobody_to_ask_has_to_say_so(
    two_strays: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(CommandError, match="Nothing was deleted"):
        said("--delete")


def test_young_files_and_what_is_not_the_sites_stay(artwork: Artwork, media_root: Path) -> None:
    write(STRAY, days=0.9)
    write("elsewhere/notes.txt")
    (media_root / "imports").mkdir()
    (media_root / "imports" / "link.zip").symlink_to("/etc/hostname")
    text = said("--delete", "--no-input")
    assert listed(text) == []
    assert "1 without a row are younger than a day" in text


def refused(*options: str) -> str:
    with pytest.raises(CommandError) as refusal:
        said("--delete", "--no-input", *options)
    return str(refusal.value)


def test_with_the_database_of_another_site_nothing_goes(artwork: Artwork) -> None:
    names = [str(file.name) for file in artwork.file_fields()]
    for name in names:
        write(f"{name}.old")
        os.utime(default_storage.path(name), (0, 0))
    Artwork.objects.all().delete()
    assert "No row names any file of this store." in refused()
    assert all(map(default_storage.exists, names))
    assert "8 files are deleted." in said("--delete", "--no-input", "--anyway")


def test_where_most_files_have_no_row_nothing_goes(artwork: Artwork) -> None:
    many = [write(f"{STRAY}.{number}") for number in range(5)]
    assert "Rows name only 4 of the 9 files here." in refused()
    assert all(map(default_storage.exists, many))


def test_where_most_of_what_rows_name_is_elsewhere_nothing_goes(
    artwork: Artwork, two_strays: list[str]
) -> None:
    for number in range(3):
        other = hang_artwork(
            owner=artwork.owner, image=gradient(), before=None, title=f"{number}", recipe={}
        )
        other.delete_files()
    assert "Of the 13 files that rows name, 4 are here." in refused()


def test_with_an_old_database_nothing_goes(artwork: Artwork, two_strays: list[str]) -> None:
    for file in artwork.file_fields():
        os.utime(default_storage.path(str(file.name)), (10**9, 10**9))
    assert "the database may be an older one" in refused()


def test_what_got_a_row_after_it_was_found_stays(artwork: Artwork, two_strays: list[str]) -> None:
    with strays.Strays() as found:
        assert len(list(found.find())) == 2
        Artwork.objects.filter(pk=artwork.pk).update(before=STRAY)
        assert found.remove() == 1
    assert default_storage.exists(STRAY)


def test_a_store_that_does_not_answer_is_a_sentence(
    two_strays: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(name: str) -> None:
        raise FilesUnavailableError(5, "the bucket is away", name)

    monkeypatch.setattr(default_storage, "delete", away)
    assert "the bucket is away" in refused()


def test_every_file_of_the_site_lies_where_it_is_looked_for() -> None:
    assert strays.folders() == {
        *("artworks", "boothpictures", "broughtrecipes", "contentimages", "imports", "masks"),
        *("probes", "styles", "timelapses", "transfers"),
    }


def test_names_are_held_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are: of what is walked, few are held at once."""
    held = walked = most = 0
    told = datetime(2026, 1, 1, tzinfo=timezone.get_default_timezone())

    class Counted(StoredFile):
        def __init__(self, number: int) -> None:
            nonlocal held, most
            super().__init__(f"artworks/{number}.png", 1, told)
            held += 1
            most = max(most, held)

        def __del__(self) -> None:
            nonlocal held
            held -= 1

    def walk(folder: str) -> Iterator[StoredFile]:
        nonlocal walked
        for number in range(5000 if folder == "artworks" else 0):
            walked += 1
            yield Counted(number)

    monkeypatch.setattr(default_storage, "walk", walk, raising=False)
    with strays.Strays() as found:
        for _file in found.find():
            pass
    assert (walked, found.count, found.bytes) == (5000, 5000, 5000)
    assert most <= 2 * strays.AT_ONCE + 1
