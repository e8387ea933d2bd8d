"""Backups one after another: what is damaged in one is mended by the next, and said."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from accounts.models import User
from gallery.models import Artwork
from stylesite.backup.folder import BackupFolder

PICTURE = "artworks/o.png"


@pytest.fixture
def folder(tmp_path: Path) -> BackupFolder:
    return BackupFolder(tmp_path / "backups")


@pytest.fixture
def site(transactional_db: None) -> Artwork:
    """With one picture of one file."""
    default_storage.save(PICTURE, ContentFile(b"a picture"))
    return Artwork.objects.create(
        owner=User.objects.create_user("ada@example.org"),
        title="One",
        recipe={},
        original=PICTURE,
        width=3,
        height=2,
        bytes=9,
    )


def backup(folder: BackupFolder, *options: str) -> str:
    """Both what it says and what it complains of."""
    said = io.StringIO()
    call_command("backup", f"--to={folder.path}", *options, stdout=said, stderr=said)
    return said.getvalue()


def date_back(folder: BackupFolder) -> None:
    """As if the last one had been made last night; two take a second between them otherwise."""
    last = folder.find()
    last.path.rename(folder.path / f"{last.made_at - timedelta(days=1):%Y-%m-%dT%H-%M-%SZ}")


def test_a_damaged_file_is_found_set_aside_and_copied_anew(
    site: Artwork, folder: BackupFolder
) -> None:
    assert "1 of them new" in backup(folder)
    (kept,) = folder.objects.glob("??/*")
    kept.write_bytes(b"a pixture")
    date_back(folder)
    said = io.StringIO()
    with pytest.raises(CommandError, match="copies anew"):
        call_command("backup", f"--to={folder.path}", "--verify", stdout=said, stderr=said)
    assert f"{PICTURE} is damaged" in said.getvalue()
    assert folder.damaged(kept.name).read_bytes() == b"a pixture"
    backup(folder)
    assert kept.read_bytes() == b"a picture"
    assert not folder.damaged(kept.name).exists()
    assert "2 backups" in backup(folder, "--verify")


def test_a_damaged_list_of_files_costs_time_only(site: Artwork, folder: BackupFolder) -> None:
    backup(folder)
    date_back(folder)
    (folder.find().path / "files.sqlite3").write_bytes(b"not a database, but long enough" * 9)
    said = backup(folder)
    assert "1 files" in said
    assert "--verify" in said
    with pytest.raises(CommandError, match=r"Nothing can be made of 2.*: remove them"):
        backup(folder, "--verify")


def test_files_stay_while_it_cannot_be_told_who_needs_them(
    site: Artwork, folder: BackupFolder
) -> None:
    backup(folder)
    date_back(folder)
    site.delete()
    backup(folder)
    first, second = folder.backups()
    (second.path / "files.sqlite3").write_bytes(b"")
    assert "stay meanwhile" in backup(folder, "--keep=2")
    assert not first.path.exists()
    assert len(list(folder.objects.glob("??/*"))) == 1


def test_a_backup_is_made_also_where_nothing_can_be_removed(
    site: Artwork, folder: BackupFolder
) -> None:
    backup(folder)
    date_back(folder)
    stuck = folder.object("0" * 64)
    (stuck / "inside").mkdir(parents=True)
    said = backup(folder, "--keep=1")
    assert f"{stuck}: " in said
    assert "stays until that is mended" in said
    assert "1 files" in said


def test_one_from_the_future_is_named_instead_of_waited_for(
    site: Artwork, folder: BackupFolder
) -> None:
    backup(folder)
    later = f"{datetime.now(UTC) + timedelta(days=365):%Y-%m-%dT%H-%M-%SZ}"
    folder.find().path.rename(folder.path / later)
    with pytest.raises(CommandError, match=f"{later}.*set the clock"):
        backup(folder)
    assert len(folder.backups()) == 1
