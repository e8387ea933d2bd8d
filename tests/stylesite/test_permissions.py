"""What other accounts on the machine may read of what the site writes."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stylesite import permissions

ROOT = Path(__file__).parents[2]

WRITE = """
import os
os.umask(0o022)
import django
django.setup()
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
default_storage.save("photos/1/a.png", ContentFile(b"pixels"))
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE one (two)")
    os._exit(0)  # as when it is killed: what lies beside the database stays
"""


def written(data_dir: Path) -> dict[str, str]:
    """The permissions of all that a process leaves that wrote a row and a picture, by name."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("STYLESITE_", "DJANGO_"))}
    own |= {"STYLESITE_DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "stylesite.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", WRITE], cwd=ROOT, env=own, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    paths = [data_dir, *data_dir.rglob("*")]
    return {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in paths}


def test_of_a_new_site_nobody_else_reads_anything_whatever_the_umask(tmp_path: Path) -> None:
    found = written(tmp_path / "data")
    assert {"data", "media", "photos", "a.png", "db.sqlite3", "db.sqlite3-wal"} <= set(found)
    assert set(found.values()) == {"0o700", "0o600"}


def test_a_group_that_was_let_in_to_the_pictures_reads_new_ones_and_nothing_else(
    tmp_path: Path,
) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media").chmod(0o2750)
    tmp_path.chmod(0o710)
    found = written(tmp_path)
    assert found["a.png"] == "0o640"
    assert found["1"] == found["photos"] == "0o2750"
    assert found["db.sqlite3"] == found["db.sqlite3-wal"] == "0o600"


@pytest.mark.parametrize(
    ("folder", "of_folders", "of_files"),
    [
        (0o700, 0o700, 0o600),
        (0o755, 0o755, 0o644),
        (0o2770, 0o2770, 0o660),
        (0o777, 0o775, 0o664),
        (0o500, 0o700, 0o600),
    ],
)
def test_what_is_written_is_as_open_as_its_folder_but_nobody_else_writes(
    tmp_path: Path, folder: int, of_folders: int, of_files: int
) -> None:
    tmp_path.chmod(folder)
    assert permissions.of_folders(tmp_path / "not there yet", tmp_path) == of_folders
    assert permissions.of_files(of_folders) == of_files


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    kept = tmp_path / "db.sqlite3"
    kept.write_bytes(b"rows")
    kept.chmod(0o644)
    permissions.create(kept, 0o600)
    assert (kept.read_bytes(), stat.S_IMODE(kept.stat().st_mode)) == (b"rows", 0o644)
