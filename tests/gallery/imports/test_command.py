"""``manage.py import_styles``: from a folder or a zip, in somebody's name."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command

from accounts.models import User
from gallery.models import Style
from tests.gallery.imports.zips import HEADER, picture, styles_zip, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    made.mkdir()
    (made / "styles.csv").write_bytes(table([HEADER, ("a.png", "Dots", "Ada", "CC0-1.0")]))
    (made / "a.png").write_bytes(picture())
    return made


def told(*args: Any, **options: Any) -> str:
    out = StringIO()
    call_command("import_styles", *args, stdout=out, **options)
    return out.getvalue()


def test_a_folder_is_imported_published_and_collected(folder: Path, admin_user: User) -> None:
    text = told(str(folder), publish=True, collection="Dots")
    assert "1 new, 0 changed, 0 unchanged, 0 refused." in text
    style = Style.objects.presets().get()
    assert [str(one) for one in style.collections.all()] == ["Dots"]
    entries = LogEntry.objects.filter(user=admin_user, object_id=str(style.pk))
    assert entries.get().change_message == "Imported from “mine”."


def test_a_dry_run_tells_and_does_nothing(folder: Path, admin_user: User) -> None:
    text = told(str(folder), dry_run=True)
    assert "line 2: new: Dots" in text
    assert "It would be: 1 new" in text
    assert not Style.objects.exists()


def test_changes_are_told_with_old_and_new(folder: Path, admin_user: User) -> None:
    told(str(folder))
    Style.objects.update(artist="Bob")
    assert "    Artist: Bob → Ada" in told(str(folder))


def test_a_zip_with_a_row_that_is_refused_ends_with_an_error(
    tmp_path: Path, admin_user: User
) -> None:
    path = tmp_path / "styles.zip"
    path.write_bytes(styles_zip(("a.png", "x" * 200, "", "")).getvalue())
    with pytest.raises(CommandError, match="refused"):
        told(str(path))


def test_it_says_whose_act_it_is(folder: Path, admin_user: User, user: User) -> None:
    told(str(folder), by=user.email.upper())
    assert LogEntry.objects.latest("pk").user == user
    User.objects.create_superuser("second@example.org")
    with pytest.raises(CommandError, match="--by"):
        told(str(folder))
    with pytest.raises(CommandError, match="Nobody here"):
        told(str(folder), by="nobody@example.org")


def test_bad_paths_and_zips_are_sentences(tmp_path: Path, admin_user: User) -> None:
    with pytest.raises(CommandError, match="There is no"):
        told(str(tmp_path / "nowhere"))
    (tmp_path / "bad.zip").write_bytes(b"no")
    with pytest.raises(CommandError, match="not a zip"):
        told(str(tmp_path / "bad.zip"))
