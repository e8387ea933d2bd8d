"""Whom a restore must not bring back, from wherever their tombstones are."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import User
from stylesite.backup import departed, rows
from stylesite.backup.folder import BackupFolder
from stylesite.privacy import tombstones
from stylesite.privacy.models import Tombstone

pytestmark = pytest.mark.django_db

EARLIER, LATER = "2031-05-04T03-02-01Z", "2031-05-05T03-02-01Z"


def write_tombstones(folder: Path, name: str) -> Path:
    path = folder / name / "rows" / "stylesite.Tombstone.jsonl.gz"
    path.parent.mkdir(parents=True)
    list(rows.write(Tombstone, path))
    return path


def test_those_of_every_backup_and_of_the_site_are_known(
    user: User, stranger: User, tmp_path: Path
) -> None:
    third = User.objects.create_user("eve@example.org")
    tombstones.raise_for(third)
    first = write_tombstones(tmp_path, EARLIER)
    Tombstone.objects.all().delete()
    tombstones.raise_for(user)
    write_tombstones(tmp_path, LATER)
    Tombstone.objects.all().delete()
    tombstones.raise_for(stranger)
    folder = BackupFolder(tmp_path)
    assert len(folder.backups()) == 2
    both = {tombstones.digest_of(user), tombstones.digest_of(stranger)}
    all_three = both | {tombstones.digest_of(third)}
    assert {stone["digest"] for stone in departed.known(folder)} == all_three
    whole = first.read_bytes()
    for damaged in (b"not a gzip", whole[:-9], whole[:40] + b"????" + whole[44:]):
        first.write_bytes(damaged)
        assert {stone["digest"] for stone in departed.known(folder)} == both


def test_who_is_there_again_is_closed_and_goes_by_housekeeping(user: User, stranger: User) -> None:
    tombstones.raise_for(user)
    assert departed.bury(tombstones.all_of()) == 1
    user.refresh_from_db()
    stranger.refresh_from_db()
    assert (user.is_active, stranger.is_active) == (False, True)
    assert user.leaving.by_staff
