"""The folder of backups: what lies in it, who can read it, what is removed."""

from __future__ import annotations

import io
import subprocess
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from stylesite.backup import BackupError
from stylesite.backup.folder import Backup, BackupFolder, write_manifest
from stylesite.backup.index import FileIndex

NIGHT = datetime(2026, 3, 1, 3, 15, tzinfo=UTC)


def make(folder: BackupFolder, files: dict[str, bytes], at: datetime = NIGHT) -> Backup:
    """A backup with these files and one table."""
    draft = folder.draft()
    with FileIndex(draft.path / "files.sqlite3") as index:
        for name, data in files.items():
            digest, size, _is_new = folder.put(io.BytesIO(data))
            index.know(name, digest, size)
    (draft.rows / "some.Table.jsonl.gz").write_bytes(b"rows")
    write_manifest(draft, {"stylesite": "1.0"})
    return folder.publish(draft, at)


def test_equal_files_are_kept_once_under_their_hash(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    with folder.locked():
        digest, size, is_new = folder.put(io.BytesIO(b"a picture"))
        assert folder.put(io.BytesIO(b"a picture")) == (digest, 9, False)
    assert (digest, size, is_new) == (sha256(b"a picture").hexdigest(), 9, True)
    kept = [path for path in folder.objects.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [b"a picture"]


def test_a_damaged_file_is_replaced_by_the_whole_one(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    with folder.locked():
        digest, _size, _is_new = folder.put(io.BytesIO(b"a picture"))
        folder.object(digest).write_bytes(b"a pixture")
        assert folder.put(io.BytesIO(b"a picture")) == (digest, 9, False)
    assert folder.object(digest).read_bytes() == b"a picture"


def test_nobody_else_can_read_any_of_it(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path / "backups")
    with folder.locked():
        make(folder, {"one": b"1"})
    modes = {path.is_dir(): path.stat().st_mode & 0o777 for path in folder.path.rglob("*")}
    rows = next(folder.path.rglob("*.jsonl.gz"))
    rows.chmod(0o600)  # `make` wrote it without the product's help
    for path in (folder.path, *folder.path.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    assert modes[True] == 0o700


def test_a_backup_can_be_checked_with_the_usual_program(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    with folder.locked():
        made = make(folder, {"one": b"1"})
    check = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=made.path, check=False).returncode == 0
    assert made.broken_parts() == []
    (made.rows / "some.Table.jsonl.gz").write_bytes(b"rowz")
    assert made.broken_parts() == ["rows/some.Table.jsonl.gz"]
    (made.path / "manifest.json").unlink()
    (made.path / "stranger").touch()
    assert made.broken_parts() == ["manifest.json", "rows/some.Table.jsonl.gz", "stranger"]


def test_only_files_that_no_backup_names_are_removed(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    with folder.locked():
        first = make(folder, {"gone": b"gone", "same": b"same", "changed": b"old"})
        make(folder, {"same": b"same", "changed": b"new"}, NIGHT + timedelta(days=1))
        assert folder.sweep() == 0
        folder.forget([first])
        assert folder.sweep() == 2
    kept = {path.read_bytes() for path in folder.objects.glob("??/*")}
    assert kept == {b"same", b"new"}
    assert [backup.made_at for backup in folder.backups()] == [NIGHT + timedelta(days=1)]


def test_nothing_is_removed_where_a_list_of_files_is_damaged(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    with folder.locked():
        first = make(folder, {"gone": b"gone"})
        second = make(folder, {"same": b"same"}, NIGHT + timedelta(days=1))
        folder.forget([first])
        (second.path / "files.sqlite3").write_bytes(b"not a database")
        with pytest.raises(BackupError, match="damaged"):
            folder.sweep()
    kept = {path.read_bytes() for path in folder.objects.glob("??/*")}
    assert kept == {b"gone", b"same"}


def test_what_broke_off_is_no_backup_and_is_cleared_away(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    with folder.locked():
        draft = folder.draft()
        (folder.objects / ".draft-half").write_bytes(b"half")
    assert folder.backups() == []
    with folder.locked():
        assert not draft.path.exists()
        assert not (folder.objects / ".draft-half").exists()


def test_two_never_write_at_once(tmp_path: Path) -> None:
    with (
        BackupFolder(tmp_path).locked(),
        pytest.raises(BackupError, match="Somebody else"),
        BackupFolder(tmp_path).locked(),
    ):
        pass


def test_none_writes_while_others_read(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    with folder.locked(), pytest.raises(BackupError, match="writing to"), folder.held():
        pass
    with (
        folder.held(),
        BackupFolder(tmp_path).held(),
        pytest.raises(BackupError, match="using"),
        folder.locked(),
    ):
        pass


def test_a_copy_that_has_no_lock_can_be_read(tmp_path: Path) -> None:
    with BackupFolder(tmp_path).held():
        assert list(tmp_path.iterdir()) == []


def test_a_git_repository_is_no_folder_of_backups(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--bare", "--quiet", tmp_path], check=True)
    with pytest.raises(BackupError, match="other than backups"), BackupFolder(tmp_path).locked():
        pass


def test_what_is_not_named_by_a_hash_is_not_swept(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    with folder.locked():
        digest, _size, _is_new = folder.put(io.BytesIO(b"nobody's"))
        stranger = folder.object(digest).with_name("a" * 38)
        stranger.touch()
        folder.damaged("0" * 64).parent.mkdir()
        folder.damaged("0" * 64).touch()
        assert folder.sweep() == 2
    assert list(folder.objects.glob("??/*")) == [stranger]


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(BackupError, match="other than backups"), BackupFolder(tmp_path).locked():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_one_is_found_by_name_or_as_the_newest(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    with pytest.raises(BackupError, match="no backup in"):
        folder.find()
    with folder.locked():
        first = make(folder, {})
        second = make(folder, {}, NIGHT + timedelta(days=1))
    assert folder.find() == second
    assert folder.find("2026-03-01T03-15-00Z") == first
    with pytest.raises(BackupError, match="There are: 2026-03-01T03-15-00Z, 2026-03-02"):
        folder.find("yesterday")
