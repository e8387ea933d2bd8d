from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from gallery import artworks
from gallery.models import Artwork
from tests.gallery.drawings import gradient


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_artwork_is_kept_with_its_photo_and_recipe(artwork: Artwork, user: User) -> None:
    kept = Artwork.objects.get()
    assert kept.owner == user
    assert kept.title == "Mill"
    assert kept.recipe["steps"] == 140
    assert Path(kept.before.path).exists()


def test_a_long_title_is_cut_to_what_fits(make_artwork: Callable[..., Artwork]) -> None:
    assert make_artwork(title="x" * 300).title == "x" * 120


def test_framing_writes_the_files_and_leaves_the_row_to_the_caller(
    user: User, media_root: Path
) -> None:
    framed = artworks.frame_artwork(
        owner=user, image=gradient(), before=gradient(), title="Mill", recipe={}
    )
    assert len(files_in(media_root)) == 4
    assert not Artwork.objects.filter(pk=framed.pk).exists()


def test_no_file_stays_when_the_last_one_cannot_be_written(
    user: User, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artworks, "DISPLAY_SIDE_PX", "not a size")
    with pytest.raises(TypeError):
        artworks.frame_artwork(
            owner=user, image=gradient(), before=gradient(), title="Lost", recipe={}
        )
    assert not files_in(media_root)


def test_trash_and_restore(artwork: Artwork, user: User) -> None:
    artworks.trash(artwork)
    assert not Artwork.objects.visible_to(user).exists()
    assert Artwork.objects.trashed_by(user).get() == artwork
    artworks.restore(artwork)
    assert Artwork.objects.visible_to(user).get() == artwork


def test_trashing_twice_keeps_the_first_date(artwork: Artwork) -> None:
    artworks.trash(artwork)
    first = artwork.trashed_at
    artworks.trash(artwork)
    assert artwork.trashed_at == first
