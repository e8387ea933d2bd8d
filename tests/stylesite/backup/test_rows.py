"""Every table of the site, written as JSON and read again, is what it was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import ApiToken, Quota, User
from gallery.models import Artwork
from stylesite.backup import BackupError, rows

pytestmark = pytest.mark.django_db


def again(model: rows.Model, folder: Path) -> list[dict[str, Any]]:
    """Write a table, empty it, read it back; returns what was there before."""
    path = folder / "table.jsonl.gz"
    before = list(model._base_manager.order_by("pk").values())
    assert len(list(rows.write(model, path))) == len(before)
    model._base_manager.all().delete()
    assert rows.insert(model, rows.read(path)) == len(before)
    return before


def test_times_keep_their_microseconds_and_ids_their_digits(user: User, tmp_path: Path) -> None:
    at = timezone.now().replace(microsecond=123456)
    ApiToken.objects.create(
        owner=user, name="“Lap\u0001top”\n", scopes=["read"], digest="0", created_at=at
    )
    ApiToken.objects.create(owner=user, name="", digest="1", expires_at=at + timedelta(days=1))
    before = again(ApiToken, tmp_path)
    assert len(before) == 2
    assert list(ApiToken.objects.order_by("pk").values()) == before


def test_the_files_of_each_row_are_named(user: User, tmp_path: Path) -> None:
    Artwork.objects.create(
        owner=user,
        title="One",
        recipe={"losses": [1.5, 1e-300], "Ü": None},
        original="artworks/o.png",
        thumbnail="artworks/t.webp",
        width=3,
        height=2,
        bytes=2**40,
    )
    path = tmp_path / "table.jsonl.gz"
    assert list(rows.write(Artwork, path)) == [["artworks/o.png", "artworks/t.webp"]]
    assert again(Artwork, tmp_path)[0]["recipe"] == Artwork.objects.get().recipe


def test_a_number_is_never_given_twice(db: None, tmp_path: Path) -> None:
    """Also where the last rows are gone: their numbers may be noted elsewhere."""
    for waiting in range(3):
        Quota.objects.create(waiting=waiting, user=User.objects.create_user(f"{waiting}@x.org"))
    last = rows.last_number(Quota)
    assert last == Quota.objects.order_by("pk").last().pk
    Quota.objects.order_by("pk").last().delete()
    again(Quota, tmp_path)
    rows.number_after(Quota, last)
    assert Quota.objects.create().pk == last + 1
    rows.number_after(Quota, 0)
    assert rows.last_number(Quota) == last + 1


def test_random_ids_need_no_numbers(db: None) -> None:
    assert rows.last_number(Artwork) is None


def test_a_column_that_is_not_there_is_said(db: None) -> None:
    with pytest.raises(BackupError, match="Quota has no colour"):
        rows.insert(Quota, iter([["id", "colour"]]))


def test_all_tables_are_written_but_those_left_out_by_name() -> None:
    labels = set(rows.tables())
    assert {"accounts.User", "gallery.Artwork", "transfers.Booth_styles", "auth.Group"} <= labels
    assert not labels & rows.LEFT_OUT
