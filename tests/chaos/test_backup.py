"""A site is backed up while it paints, destroyed, and restored elsewhere: the work goes on."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db.migrations.loader import MigrationLoader

from stylesite.backup import rows
from stylesite.backup.folder import Backup
from tests.chaos.installation import (
    COMMAND_S,
    LONG_S,
    ROOT,
    START_S,
    Installation,
    SharedInstallation,
)

pytestmark = [pytest.mark.chaos]


def files_of(site: Installation, *, lasting: bool = False) -> dict[str, str]:
    """The hash of every stored file, by its name.

    With ``lasting`` not of those of unfinished transfers, which come and go while it looks.
    """
    if isinstance(site, SharedInstallation):
        client = site.s3.client()
        names = site.s3.files(site.name)

        def read(name: str) -> bytes:
            return client.get_object(Bucket=site.name, Key=name)["Body"].read()
    else:
        media = site.data_dir / "media"
        names = [str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()]

        def read(name: str) -> bytes:
            return (media / name).read_bytes()

    return {
        name: hashlib.sha256(read(name)).hexdigest()
        for name in names
        if not (lasting and name.startswith("transfers/"))
    }


def destroy(site: Installation) -> None:
    site.stop_everything()
    shutil.rmtree(site.data_dir)
    if isinstance(site, SharedInstallation):
        site.postgres.execute(f'DROP DATABASE "{site.name}" WITH (FORCE)')
        for name in site.s3.files(site.name):
            site.s3.client().delete_object(Bucket=site.name, Key=name)


def begun_at(site: Installation, pk: str) -> int:
    """The step that work on a transfer began with; 0 before it has."""
    found = re.search(rf"{UUID(pk)}: begins at step (\d+)", site.log.read_text())
    return int(found[1]) if found else 0


def another(kind: str, folder: Path, request: pytest.FixtureRequest) -> Installation:
    """A host on which nothing is yet."""
    if kind == "one machine":
        return Installation(folder)
    postgres, s3 = request.getfixturevalue("postgres"), request.getfixturevalue("s3")
    name = f"restored-{uuid4().hex}"
    postgres.create(name)
    return SharedInstallation(folder, postgres, s3, name)


@pytest.mark.parametrize(
    "target", ["one machine", pytest.param("many hosts", marks=pytest.mark.long)]
)
def test_a_picture_half_painted_is_finished_on_another_machine(
    any_site: Installation, target: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    site, folder = any_site, tmp_path / "backups"
    (done,) = site.submit(seconds=2)
    site.start("work")
    site.wait_for_state(done, "succeeded", 90)
    (half,) = site.submit(seconds=20 * LONG_S)  # it is kept before its end
    (waiting,) = site.submit(seconds=2, owner="bob@example.org")
    site.wait_for(lambda: site.transfer(half, "checkpoint_step") > (12,), START_S, "a checkpoint")
    site.manage("backup", "--to", str(folder))
    assert site.transfer(half, "state") == ("running",)
    files = files_of(site, lasting=True)
    site.manage("backup", "--to", str(folder), "--verify")
    destroy(site)

    new = another(target, tmp_path / "new" / "data", request)
    try:
        assert "2 transfers go on" in new.manage("restore", "--from", str(folder))
        assert new.transfer(half, "state, attempts, worker") == ("queued", 0, "")
        (step,) = new.transfer(half, "checkpoint_step")
        assert step > 0
        assert files_of(new, lasting=True) == files
        new.start("work")
        new.wait_for(lambda: begun_at(new, half), 120, "it to go on")
        # The engine redoes a few to find its way.
        assert step - 9 <= begun_at(new, half) <= step + 1
        assert begun_at(new, half) > 1
        new.keep(half)
        new.wait_for_state(half, "succeeded", 120)
        new.wait_for_state(waiting, "succeeded", 120)
        assert new.artworks() == 3
        ((artwork,),) = new.ask("SELECT artwork_id FROM transfers_transfer WHERE id = ?", done)
        assert artwork
    finally:
        new.stop_everything()


@pytest.fixture
def backed_up(site: Installation, tmp_path: Path) -> Path:
    """A folder with one backup of a site."""
    site.manage("backup", "--to", str(tmp_path / "backups"))
    return tmp_path / "backups"


def refusal(site: Installation, *words: str) -> str:
    run = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=site.env,
        capture_output=True,
        text=True,
        timeout=COMMAND_S,
    )
    assert run.returncode == 1, run.stderr
    return run.stderr


@pytest.mark.long
def test_a_site_in_use_is_replaced_only_by_force_and_as_a_whole(
    site: Installation, backed_up: Path
) -> None:
    before = files_of(site)
    photo = next(name for name in before if name.startswith("contentimages/"))
    site.tell("UPDATE accounts_user SET name = 'later' WHERE email = 'ada@example.org'")
    (site.data_dir / "media" / photo).unlink()
    site.submit(seconds=LONG_S)
    assert "--force" in refusal(site, "restore", "--from", str(backed_up))
    assert site.ask("SELECT count(*) FROM accounts_user WHERE name = 'later'") == [(1,)]
    site.manage("restore", "--from", str(backed_up), "--force")
    assert site.ask("SELECT count(*) FROM accounts_user WHERE name = 'later'") == [(0,)]
    assert site.ask("SELECT count(*) FROM transfers_transfer") == [(0,)]
    assert files_of(site) == before


def test_a_running_site_is_not_replaced(site: Installation, backed_up: Path) -> None:
    site.start("up", "--port", "0")
    site.wait_for(lambda: "is ready at" in site.tail(), 60, "the site")
    said = refusal(site, "restore", "--from", str(backed_up), "--force")
    assert "already running" in said


@pytest.mark.long
def test_a_damaged_or_newer_backup_changes_nothing(
    site: Installation, backed_up: Path, tmp_path: Path
) -> None:
    """Each is found before anything is written."""
    empty = Installation(tmp_path / "empty")
    (backup,) = backed_up.glob("2*")
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["migrations"].append(["gallery", "9999_from_the_future"])
    (backup / "manifest.json").write_text(json.dumps(manifest))
    assert "9999_from_the_future" in refusal(empty, "restore", "--from", str(backed_up))
    manifest["migrations"].pop()
    (backup / "manifest.json").write_text(json.dumps(manifest))
    assert "manifest.json" in refusal(empty, "restore", "--from", str(backed_up))
    shutil.rmtree(backup)
    site.manage("backup", "--to", str(backed_up))
    one = max(backed_up.glob("objects/??/*"), key=lambda path: path.stat().st_size)
    one.write_bytes(one.read_bytes()[:-1] + b"?")
    assert "is damaged" in refusal(empty, "restore", "--from", str(backed_up))
    assert "is damaged" in refusal(site, "backup", "--to", str(backed_up), "--verify")
    assert "--without-damaged" in refusal(empty, "restore", "--from", str(backed_up))
    assert not (empty.data_dir / "media").exists()
    assert not (empty.data_dir / "db.sqlite3").exists() or not empty.ask(
        "SELECT name FROM sqlite_master WHERE name = 'accounts_user'"
    )
    said = empty.manage("restore", "--from", str(backed_up), "--without-damaged")
    assert "1 files that rows name are not in the backup" in said
    before, after = files_of(site), files_of(empty)
    assert len(after) == len(before) - 1
    assert after.items() <= before.items()


OLDER = [
    ("accounts", "0002_quota"),
    ("gallery", "0006_painting_seconds"),
    ("transfers", "0008_title_of_artwork_to_be"),
]
"""Before painting times were filled in, and before searches, masks, booths and much else."""
OURS = {"accounts", "gallery", "transfers", "stylesite"}


def date_back(backup: Backup) -> None:
    """Leave of a backup what a version with these migrations would have written."""
    loader = MigrationLoader(None)
    nodes = {key for target in OLDER for key in loader.graph.forwards_plan(target)}
    nodes |= {key for key in loader.graph.nodes if key[0] not in OURS}
    then = rows.tables(loader.project_state(sorted(nodes)).apps)
    manifest = backup.manifest()
    manifest["migrations"] = [one for one in manifest["migrations"] if tuple(one) in nodes]
    for label in sorted(manifest["tables"].keys() - then.keys()):
        del manifest["tables"][label]
        (backup.rows / f"{label}.jsonl.gz").unlink()
    for label in manifest["tables"]:
        path = backup.rows / f"{label}.jsonl.gz"
        columns, *lines = rows.read(path)
        known = [field.attname for field in then[label]._meta.concrete_fields]
        places = [columns.index(name) for name in known]
        written = [known, *([line[at] for at in places] for line in lines)]
        path.write_bytes(gzip.compress("\n".join(map(json.dumps, written)).encode()))
    (backup.path / "manifest.json").write_text(json.dumps(manifest))
    backup.seal()


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    site: Installation, tmp_path: Path
) -> None:
    site.submit(seconds=LONG_S)
    site.manage("make_artworks", "--count", "30")
    site.manage("backup", "--to", str(tmp_path / "backups"))
    (path,) = (tmp_path / "backups").glob("2*")
    date_back(Backup(path))
    new = Installation(tmp_path / "new")
    new.manage("restore", "--from", str(tmp_path / "backups"))
    new.manage("migrate", "--check")
    new.manage("describe_styles")  # as `prepare` does next
    for asked in (
        "SELECT email, password FROM accounts_user ORDER BY id",
        "SELECT id, title, original, created_at FROM gallery_artwork ORDER BY id",
        "SELECT id, title, original, search_text FROM gallery_style ORDER BY id",
        "SELECT id, params, content_image_id, purpose FROM transfers_transfer ORDER BY id",
    ):
        assert new.ask(asked) == site.ask(asked)
        assert new.ask(asked)
    assert files_of(new) == files_of(site)
