"""What is asked before a restore, and what is done once all rows are there."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from pytest_django import Settings

from accounts.models import User
from gallery.models import Artwork, StyleImport
from stylesite.backup import BackupError, keys, restoring
from stylesite.backup.checking import Faults
from stylesite.backup.folder import Backup, BackupFolder
from stylesite.backup.index import FileIndex

HERE, THERE = "the key that was drawn here", "the key of the site that was backed up"


@pytest.fixture
def drawn(settings: Settings, tmp_path: Path) -> Path:
    """A site that has drawn its key, and a backup of one that had drawn another."""
    settings.DATA_DIR, settings.SECRET_KEY = tmp_path, HERE
    (tmp_path / keys.NAME).write_text(HERE)
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / keys.NAME).write_text(THERE)
    return tmp_path


def test_a_key_that_was_drawn_makes_way_for_the_backup_s(drawn: Path) -> None:
    assert keys.give_back(drawn / "backup", keys.fingerprint(THERE))
    assert (drawn / keys.NAME).read_text() == THERE
    assert (drawn / keys.NAME).stat().st_mode & 0o077 == 0


def test_a_key_of_the_environment_stays(drawn: Path, settings: Settings) -> None:
    settings.SECRET_KEY = "from the environment"
    assert not keys.give_back(drawn / "backup", keys.fingerprint(THERE))
    assert (drawn / keys.NAME).read_text() == HERE
    assert keys.give_back(drawn / "backup", keys.fingerprint("from the environment"))


def test_only_a_key_that_was_drawn_is_kept(drawn: Path, settings: Settings) -> None:
    (drawn / "one").mkdir()
    (drawn / "two").mkdir()
    keys.keep(drawn / "one")
    settings.SECRET_KEY = "from the environment"
    keys.keep(drawn / "two")
    assert (drawn / "one" / keys.NAME).read_text() == HERE
    assert list((drawn / "two").iterdir()) == []


def test_what_fails_after_the_rows_is_said_and_all_else_done(drawn: Path) -> None:
    """A folder that is not empty is a file that the storage cannot remove."""
    default_storage.save("styles/stuck/inside", ContentFile(b"1"))
    default_storage.save("styles/z.png", ContentFile(b"1"))
    done = restoring.Restored(rows=1, files=0, waiting=0, gone_again=0, missing=[])
    with FileIndex(drawn / "before.sqlite3") as before:
        before.name(["styles/stuck", "styles/z.png"])
        restoring.finish(done, Backup(drawn / "backup"), keys.fingerprint(THERE), before)
    assert done.same_key
    assert (drawn / keys.NAME).read_text() == THERE
    (said,) = done.undone
    assert "1 files" in said
    assert "styles/stuck" in said
    assert not default_storage.exists("styles/z.png")


def test_a_key_that_cannot_be_written_is_said(drawn: Path) -> None:
    (drawn / f"{keys.NAME}.restored").mkdir()
    done = restoring.Restored(rows=1, files=0, waiting=0, gone_again=0, missing=[])
    with FileIndex(drawn / "before.sqlite3") as before:
        restoring.finish(done, Backup(drawn / "backup"), keys.fingerprint(THERE), before)
    assert f"copy {drawn / 'backup' / keys.NAME}" in done.undone[0]


def test_damaged_files_are_left_out_only_when_that_is_wanted() -> None:
    faults = Faults(damaged={"a.png": "0"}, missing=["b.png"])
    with pytest.raises(BackupError, match=r"a\.png is damaged; b\.png is missing.*--without"):
        restoring.files_to_leave_out(faults, without_damaged=False)
    assert restoring.files_to_leave_out(faults, without_damaged=True) == {"a.png", "b.png"}


def test_without_its_rows_nothing_can_be_made_of_a_backup() -> None:
    faults = Faults(parts=["manifest.json"])
    with pytest.raises(BackupError, match=r"manifest\.json is missing.*another one\.$"):
        restoring.files_to_leave_out(faults, without_damaged=True)


def test_files_go_that_no_restored_row_names(user: User, tmp_path: Path) -> None:
    """Nor what was missing when the site was backed up, and also what no backup holds rows of."""
    StyleImport.objects.create(owner=user, name="presets.zip", file="imports/presets.zip")
    Artwork.objects.create(
        owner=user,
        title="One",
        recipe={},
        original="artworks/back-again.png",
        thumbnail="artworks/in-the-backup.webp",
        width=3,
        height=2,
        bytes=1,
    )
    with (
        FileIndex(tmp_path / "before.sqlite3") as before,
        FileIndex(tmp_path / "files.sqlite3") as index,
    ):
        index.know("artworks/in-the-backup.webp", "0", 1)
        restoring.note_files_that_go(before, ["artworks/back-again.png"], index)
        assert list(before.unknown()) == [["imports/presets.zip"]]


def test_only_what_migrations_made_is_dropped(db: None) -> None:
    """Others of the same database have triggers, too."""
    if connection.vendor != "postgresql":
        pytest.skip("functions of triggers are PostgreSQL's")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION lo")
        cursor.execute(
            "CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
        cursor.execute("CREATE TABLE guest (picture lo)")
        cursor.execute(
            "CREATE TRIGGER t BEFORE UPDATE ON guest FOR EACH ROW"
            " EXECUTE FUNCTION lo_manage(picture)"
        )
        restoring.drop_tables()
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE prorettype = 'trigger'::regtype"
            " AND pronamespace = current_schema()::regnamespace ORDER BY proname"
        )
        assert [name for (name,) in cursor.fetchall()] == ["lo_manage", "theirs"]
        transaction.set_rollback(True)


def test_nothing_is_deleted_in_a_folder_that_is_being_filled(
    tmp_path: Path, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several files are put back at once, and a row's folder goes with the last file in it."""
    folder, events, row = BackupFolder(tmp_path / "backups"), [], uuid4()
    names = [f"contentimages/aa/{row}/{side}.png" for side in "ab"]
    with folder.locked(), FileIndex(tmp_path / "index.sqlite3") as index:
        for name in names:
            default_storage.save(name, ContentFile(b"damaged"))
            digest, size, _is_new = folder.put(BytesIO(name.encode()))
            index.know(name, digest, size)
        with monkeypatch.context() as watched:
            for what in ("delete", "save"):
                watched.setattr(default_storage, what, noted(events, what))
            put = restoring._put_files(folder, index, frozenset(), lambda _step: None)
    assert put == 2
    assert events == ["delete", "delete", "save", "save"]
    assert [(media_root / name).read_bytes() for name in names] == [n.encode() for n in names]


def noted(events: list[str], what: str) -> Callable[..., Any]:
    do = getattr(default_storage, what)

    def doing(*given: Any) -> Any:
        events.append(what)
        return do(*given)

    return doing
