"""How much room someone has, where several ask for it at once."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection

from accounts.models import Quota, User
from accounts.quotas import QuotaError
from gallery import masks, storage_use, styles
from gallery.storage_use import used_bytes
from tests.gallery.drawings import gradient
from transfers import photos


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
