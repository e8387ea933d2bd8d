"""The doctor's word on backups."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pytest_django import Settings

from stylesite.operating.doctor import stores
from stylesite.operating.doctor.findings import Level
from tests.stylesite.operating.findings import only


def test_where_none_are_known_of_that_is_a_note(settings: Settings) -> None:
    settings.BACKUP_DIR = ""
    level, sentence = only(stores.backups())
    assert level is Level.NOTE
    assert "STYLESITE_BACKUP_DIR" in sentence


def test_the_last_one_may_be_two_days_old(settings: Settings, tmp_path: Path) -> None:
    settings.BACKUP_DIR = str(tmp_path)
    assert only(stores.backups())[0] is Level.WRONG
    for age, expected in ((timedelta(days=3), Level.WRONG), (timedelta(days=1), Level.OK)):
        made = datetime.now(UTC) - age
        (tmp_path / made.strftime("%Y-%m-%dT%H-%M-%SZ")).mkdir()
        level, sentence = only(stores.backups())
        assert level is expected
        assert f"{made:%Y-%m-%d %H:%M} UTC" in sentence


def test_one_from_the_future_is_wrong(settings: Settings, tmp_path: Path) -> None:
    settings.BACKUP_DIR = str(tmp_path)
    (tmp_path / f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H-%M-%SZ}").mkdir()
    level, sentence = only(stores.backups())
    assert level is Level.WRONG
    assert "still to come" in sentence
