"""What happens to personal styles between the form and the disk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Quota, User
from accounts.quotas import QuotaError
from engine.errors import ImageError
from gallery import styles
from gallery.cropping import Crop
from gallery.models import Artwork, Style, StyleOffer
from gallery.pictures import delete_for_good
from gallery.s3 import S3Files
from tests.gallery.drawings import RECIPE, gradient
from tests.transfers.drawings import quadrants


@pytest.fixture
def tiles(user: User) -> Style:
    return styles.add_style(owner=user, image=quadrants(200, 100), title="Tiles", tags=["Old, #1"])


def files_of(style: Style) -> set[str]:
    folder = Path(style.original.path).parent
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def size_of(path: str) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def test_colours_fingerprint_and_words_are_noted_when_it_comes(tiles: Style) -> None:
    assert {color["share"] for color in tiles.palette} == {0.25}
    assert tiles.color_groups == " red green blue white "
    assert len(tiles.perceptual_hash) == 16
    assert tiles.search_text == "tiles\n\n#old,  1#"


def test_words_follow_what_is_said(tiles: Style) -> None:
    styles.describe(tiles, {"title": "Azuléjos", "artist": "Ångström", "tags": ["blue", "sea"]})
    tiles.refresh_from_db()
    assert tiles.search_text == "azulejos\nangstrom\n#blue#sea#"


def test_a_part_is_kept_and_the_whole_picture_stays(
    tiles: Style, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    whole, before = tiles.original.path, (tiles.sha256, tiles.pixels_sha256)
    with django_capture_on_commit_callbacks(execute=True):
        styles.crop(tiles, Crop(0.5, 0.5, 0.5, 0.5))
    tiles.refresh_from_db()
    assert (tiles.width, tiles.height, tiles.whole_size) == (100, 50, (200, 100))
    assert size_of(tiles.original.path) == (100, 50)
    assert tiles.uncropped.path == whole
    assert tiles.color_groups == " white "
    assert tiles.sha256 != before[0]
    assert tiles.pixels_sha256 not in ("", before[1])
    assert tiles.bytes == Path(whole).stat().st_size + Path(tiles.original.path).stat().st_size
    assert len(files_of(tiles)) == 4


def test_it_is_cropped_anew_from_the_whole_and_all_of_it_comes_back_to_the_byte(
    tiles: Style, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    first = (tiles.original.name, tiles.sha256, tiles.bytes)
    with django_capture_on_commit_callbacks(execute=True):
        styles.crop(tiles, Crop(0.5, 0.5, 0.5, 0.5))
        styles.crop(tiles, Crop(0, 0, 0.5, 1))
        assert (tiles.width, tiles.height) == (100, 100)
        assert tiles.color_groups == " red blue "
        styles.crop(tiles, Crop())
    tiles.refresh_from_db()
    assert (tiles.original.name, tiles.sha256, tiles.bytes) == first
    assert (tiles.crop, tiles.uncropped.name) == (None, "")
    assert files_of(tiles) == {Path(str(file.name)).name for file in tiles.file_fields()}


def test_the_same_part_again_writes_nothing(tiles: Style) -> None:
    styles.crop(tiles, Crop(0, 0, 0.5, 1))
    name = tiles.original.name
    styles.crop(tiles, Crop(0, 0, 0.5, 1))
    assert tiles.original.name == name


def test_a_part_that_is_too_small_leaves_everything_as_it_was(tiles: Style) -> None:
    before = files_of(tiles)
    with pytest.raises(ImageError):
        styles.crop(tiles, Crop(0, 0, 0.05, 0.05))
    assert files_of(tiles) == before
    tiles.refresh_from_db()
    assert tiles.crop is None


def test_a_crop_for_which_there_is_no_room_leaves_nothing_behind(tiles: Style) -> None:
    before = files_of(tiles)
    Style.objects.update(bytes=10**6)
    tiles.refresh_from_db()
    tiles.bytes = 0  # as if it grew from nothing
    Quota.objects.create(storage_mb=1)
    with pytest.raises(QuotaError):
        styles.crop(tiles, Crop(0, 0, 0.5, 1))
    assert files_of(tiles) == before


def test_another_picture_takes_its_place(
    tiles: Style, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        styles.crop(tiles, Crop(0, 0, 0.5, 1))
        styles.replace_picture(tiles, gradient(96, 64))
    tiles.refresh_from_db()
    assert (tiles.title, tiles.width, tiles.crop, tiles.uncropped.name) == ("Tiles", 96, None, "")
    assert files_of(tiles) == {Path(str(file.name)).name for file in tiles.file_fields()}
    styles.replace_picture(tiles, quadrants(200, 100), Crop(0, 0, 0.5, 1))
    assert (tiles.width, tiles.whole_size) == (100, (200, 100))
    assert size_of(tiles.uncropped.path) == (200, 100)


# Leaving for good


def leave_for_good() -> int:
    """What is done of itself, thirty days after."""
    return delete_for_good(Style.objects.trashed_before(timezone.now() + timedelta(days=1)))


def test_what_was_thrown_away_leaves_with_all_its_files(
    tiles: Style, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        styles.crop(tiles, Crop(0, 0, 0.5, 1))
        styles.trash(tiles)
        assert leave_for_good() == 1
    assert not Style.objects.exists()
    assert not files_of(tiles)


def test_artworks_keep_all_they_show_when_their_style_is_gone(
    tiles: Style,
    make_artwork: Callable[..., Artwork],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    recipe = {**RECIPE, "styles": [{"style_id": str(tiles.pk), "title": "Tiles", "weight": 1.0}]}
    artwork = make_artwork(recipe=recipe)
    assert list(artwork.styles.all()) == [tiles]
    styles.trash(tiles)
    with django_capture_on_commit_callbacks(execute=True):
        assert leave_for_good() == 1
    artwork.refresh_from_db()
    assert artwork.painted_in == "Tiles"
    assert Path(artwork.original.path).exists()


def test_an_offer_goes_with_its_style(tiles: Style) -> None:
    StyleOffer.objects.create(style=tiles, licence="CC0 1.0")
    styles.trash(tiles)
    assert not StyleOffer.objects.open().exists()
    leave_for_good()
    assert not StyleOffer.objects.exists()


# Rows from before


def test_older_styles_are_looked_at_once(tiles: Style) -> None:
    expected = (tiles.palette, tiles.color_groups, tiles.search_text)
    Style.objects.update(palette=[], color_groups="", perceptual_hash="", search_text="")
    call_command("describe_styles", verbosity=0)
    tiles.refresh_from_db()
    assert tiles.color_groups == expected[1]
    assert tiles.search_text == expected[2]
    assert len(tiles.perceptual_hash) == 16
    assert styles.describe_older() == (0, 0)


def test_an_older_style_whose_picture_is_gone_stops_no_other(tiles: Style, preset: Style) -> None:
    Style.objects.update(palette=[], perceptual_hash="", search_text="")
    Path(tiles.thumbnail.path).unlink()
    assert styles.describe_older() == (1, 1)
    preset.refresh_from_db()
    tiles.refresh_from_db()
    assert preset.perceptual_hash
    assert tiles.search_text.startswith("tiles")


@pytest.mark.parametrize(
    "late",
    [
        lambda style: styles.crop(style, Crop(width=0.5, height=0.5)),
        lambda style: styles.replace_picture(style, gradient(60, 60)),
    ],
    ids=["crop", "replace"],
)
def test_of_two_changes_of_a_picture_at_once_the_second_loses_and_leaves_no_file(
    own_style: Style, media_root: Path, late: Callable[[Style], None]
) -> None:
    stale = Style.objects.get(pk=own_style.pk)
    styles.replace_picture(own_style, gradient(50, 40))
    files = sorted(media_root.rglob("*.*"))
    with pytest.raises(styles.ChangedMeanwhileError):
        late(stale)
    assert sorted(media_root.rglob("*.*")) == files
    own_style.refresh_from_db()
    assert own_style.width == 50


def test_of_two_equal_crops_at_once_the_second_leaves_the_files_of_the_first(
    bucket: str, tiles: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a bucket both write the same names, as each looked before the other wrote."""
    monkeypatch.setattr(S3Files, "get_available_name", lambda store, name, max_length=None: name)
    late = Style.objects.get(pk=tiles.pk)
    part = Crop(0.25, 0.25, 0.5, 0.5)
    styles.crop(tiles, part)
    with pytest.raises(styles.ChangedMeanwhileError):
        styles.crop(late, part)
    tiles.refresh_from_db()
    assert all(file.storage.exists(str(file.name)) for file in tiles.file_fields())
