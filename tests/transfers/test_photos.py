"""Photos as they are stored."""

import io
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image

from accounts.models import User
from engine.errors import ImageError
from tests.transfers.drawings import (
    BAD_FILES,
    BadFile,
    as_file,
    as_heic,
    phone_photo,
    quadrants,
)
from transfers.models import ContentImage
from transfers.photos import add_photo, clean_title


def corners(image: Image.Image) -> list[tuple[int, int, int]]:
    width, height = image.size
    points = [(8, 8), (width - 9, 8), (8, height - 9), (width - 9, height - 9)]
    return [image.convert("RGB").getpixel(point) for point in points]


def looks_like(image: Image.Image, expected: Image.Image) -> bool:
    pairs = zip(corners(image), corners(expected), strict=True)
    return all(abs(a - b) < 16 for pair in pairs for a, b in zip(*pair, strict=True))


def test_a_phone_photo_is_stored_upright_and_without_metadata(user: User) -> None:
    upright = quadrants(80, 120)
    photo = add_photo(user, BytesIO(phone_photo(upright)), "upload", "Trip")
    assert (photo.width, photo.height) == (80, 120)
    for file in (photo.original, photo.display, photo.thumbnail):
        with file.open() as stored_file:
            data = stored_file.read()
        with Image.open(io.BytesIO(data)) as stored:
            stored.load()
            assert looks_like(stored, upright)
            assert not stored.getexif()
            assert set(stored.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"} | {
                "loop", "background", "timestamp", "duration"
            }  # fmt: skip
        assert b"Telephone" not in data
        assert b"home" not in data


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIC"])
def test_every_accepted_format_becomes_the_same_picture(user: User, file_format: str) -> None:
    drawn = quadrants(128, 96)
    data = as_heic(drawn) if file_format == "HEIC" else as_file(drawn, file_format, quality=90)
    photo = add_photo(user, BytesIO(data), "upload", "Any")
    with photo.original.open() as file, Image.open(file) as stored:
        assert stored.format == "JPEG"
        assert looks_like(stored, drawn)


def test_a_huge_photo_is_kept_at_4096_pixels(user: User) -> None:
    photo = add_photo(user, BytesIO(as_file(quadrants(5000, 2500))), "upload", "Wide")
    assert (photo.width, photo.height) == (4096, 2048)


def test_the_same_picture_again_is_the_same_photo_and_the_latest(user: User) -> None:
    data = as_file(quadrants())
    first = add_photo(user, BytesIO(data), "upload", "Harbour")
    add_photo(user, BytesIO(as_file(quadrants(60, 60))), "upload", "Other")
    before = timezone.now()
    again = add_photo(user, BytesIO(data), "upload", "Another name")
    assert again.pk == first.pk
    assert again.title == "Harbour"
    assert again.created_at >= before
    assert ContentImage.objects.owned_by(user).first() == first
    assert ContentImage.objects.count() == 2


def test_the_same_picture_of_someone_else_is_their_own(user: User, stranger: User) -> None:
    data = as_file(quadrants())
    ours = add_photo(user, BytesIO(data), "upload", "Harbour")
    theirs = add_photo(stranger, BytesIO(data), "upload", "Harbour")
    assert ours.pk != theirs.pk
    assert ours.original.name != theirs.original.name


def test_a_second_copy_leaves_no_files_behind(user: User, media_root: Path) -> None:
    data = as_file(quadrants())
    add_photo(user, BytesIO(data), "upload", "Harbour")
    files = sorted(path for path in media_root.rglob("*") if path.is_file())
    add_photo(user, BytesIO(data), "upload", "Harbour")
    assert sorted(path for path in media_root.rglob("*") if path.is_file()) == files


def test_a_photo_that_cannot_be_written_to_its_end_leaves_no_files_behind(
    user: User, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gallery.pictures.THUMBNAIL_SIDE_PX", "not a size")
    with pytest.raises(TypeError):
        add_photo(user, BytesIO(as_file(quadrants())), "upload", "Harbour")
    assert not [path for path in media_root.rglob("*") if path.is_file()]


def test_a_camera_photo_is_titled_with_its_day(user: User) -> None:
    photo = add_photo(user, BytesIO(as_file(quadrants())), ContentImage.Source.CAMERA)
    today = timezone.localdate()
    assert photo.title == f"Camera, {today.day} {today:%B} {today.year}"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("old mill", "old mill"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("bell\x07 and \u202ereversed", "bell and reversed"),
        ("  spaces   everywhere ", "spaces everywhere"),
        ("x" * 300, "x" * 120),
        ("Köln", "Köln"),
    ],
)
def test_titles_are_one_clean_line(given: str, kept: str) -> None:
    assert clean_title(given) == kept


@pytest.mark.parametrize("bad", BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_refused_with_its_reason_and_stores_nothing(
    user: User, media_root: Path, bad: BadFile
) -> None:
    with pytest.raises(ImageError) as refusal:
        add_photo(user, BytesIO(bad.data), "upload", "Bad")
    assert refusal.value.reason == bad.reason
    assert not ContentImage.objects.exists()
    assert not media_root.exists()
