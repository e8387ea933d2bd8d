"""How much room someone's pictures take, and has who asks for it at once with others."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import Quota, User
from accounts.quotas import QuotaError
from gallery import kept_frames, masks, storage_use, styles
from gallery.cropping import Crop
from gallery.models import Artwork, Style
from gallery.storage_use import used_bytes
from tests.gallery.drawings import gradient
from tests.gallery.films import add_time_lapse
from transfers import photos
from transfers.models import ContentImage


def add_style(owner: User, number: int) -> None:
    styles.add_style(owner=owner, image=gradient(96 + number, 64), title="Dunes")


def add_mask(owner: User, number: int) -> None:
    masks.keep_mask(owner, gradient(96 + number, 64).convert("L"))


def add_photo(owner: User, number: int) -> None:
    file = io.BytesIO()
    gradient(96 + number, 64).save(file, "PNG")
    file.seek(0)
    photos.add_photo(owner, file, "upload")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("add", [add_style, add_mask, add_photo])
def test_two_at_once_do_not_take_the_same_room(
    user: User, monkeypatch: pytest.MonkeyPatch, add: Callable[[User, int], None]
) -> None:
    add(user, 0)
    one = storage_use.used_bytes(user)
    monkeypatch.setattr(storage_use, "MB", 2 * one + one // 2)
    Quota.objects.create(storage_mb=1)
    both_have_looked = threading.Barrier(2)

    def looked(owner: User) -> int:
        used = used_bytes(owner)
        with suppress(threading.BrokenBarrierError):
            both_have_looked.wait(0.5)
        return used

    monkeypatch.setattr(storage_use, "used_bytes", looked)

    def had_room(number: int) -> bool:
        try:
            add(user, number)
        except QuotaError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(had_room, [1, 2])) == [False, True]
    assert used_bytes(user) < 2.5 * one


def stored_bytes(media_root: Path) -> int:
    return sum(path.stat().st_size for path in media_root.rglob("*") if path.is_file())


@pytest.mark.django_db
def test_every_file_that_is_written_counts(user: User, artwork: Artwork, media_root: Path) -> None:
    assert used_bytes(user) == stored_bytes(media_root)
    for add in (add_style, add_mask, add_photo):
        add(user, 0)
        assert used_bytes(user) == stored_bytes(media_root), add.__name__
    kept_frames.keep_frame(add_time_lapse(artwork), 3)
    assert used_bytes(user) == stored_bytes(media_root)


@pytest.mark.django_db
def test_of_a_style_with_another_picture_the_old_one_counts_no_more(
    user: User, own_style: Style
) -> None:
    styles.replace_picture(
        own_style, gradient(200, 100), Crop(left=0.25, top=0.0, width=0.5, height=1.0)
    )
    assert used_bytes(user) == sum(file.size for file in own_style.file_fields())
    styles.crop(own_style, Crop())
    assert used_bytes(user) == sum(file.size for file in own_style.file_fields())


@pytest.mark.django_db
def test_what_is_shown_and_told_is_still_the_picture_itself(user: User) -> None:
    add_photo(user, 0)
    photo = ContentImage.objects.get()
    assert photo.bytes == photo.original.size
    assert photo.beside_bytes == photo.display.size + photo.thumbnail.size
