"""The doctor on what was installed, and on where data are kept."""

import shutil
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import connection
from pytest_django import Settings

from engine import weight_files
from engine.decoding import system_calls
from engine.decoding.confinement import landlock_version
from engine.decoding.decoder import Decoder
from gallery.models import Style
from stylesite.operating.doctor import installed, pictures, stores
from stylesite.operating.doctor.findings import Level
from tests.stylesite.operating.findings import only

pytestmark = pytest.mark.django_db


GIGABYTE = 2**30


# what was installed


def test_the_bundled_weights_are_there() -> None:
    level, sentence = only(installed.weights())
    assert level is Level.OK
    assert "whole" in sentence


def test_weights_with_another_hash_are_refused(settings: Settings, tmp_path: Path) -> None:
    false = tmp_path / "vgg19-dcbb9e9d.pth"
    false.write_bytes(b"something else")
    settings.VGG19_WEIGHTS = str(false)
    level, sentence = only(installed.weights())
    assert level is Level.WRONG
    assert "SHA-256" in sentence


def test_weights_that_are_not_there_are_missed(settings: Settings, tmp_path: Path) -> None:
    settings.VGG19_WEIGHTS = str(tmp_path / "nowhere.pth")
    assert "cannot be read" in only(installed.weights())[1]


def test_torchvisions_weights_may_still_have_to_be_downloaded(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VGG19_WEIGHTS = "torchvision"
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert only(installed.weights())[0] is Level.NOTE
    path = weight_files.torchvision_path()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half of it")
    assert only(installed.weights())[0] is Level.WRONG


def test_a_stylesheet_that_was_not_built_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finders, "find", lambda path: "/somewhere")
    assert only(installed.stylesheet())[0] is Level.OK
    monkeypatch.setattr(finders, "find", lambda path: None)
    level, sentence = only(installed.stylesheet())
    assert level is Level.WRONG
    assert "manage.py prepare" in sentence


def test_a_picture_is_read_and_its_reader_is_closed_in() -> None:
    level, sentence = only(pictures.reading())
    everything = landlock_version() > 0 and system_calls.is_known()
    assert level is (Level.OK if everything else Level.NOTE), sentence


def test_a_decoder_that_does_not_start_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "Decoder", lambda: Decoder("engine.decoding.nowhere"))
    level, sentence = only(pictures.reading())
    assert level is Level.WRONG
    assert "every upload is refused" in sentence


def test_walls_that_do_not_stand_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "walls", lambda: {"Landlock": False, "a filter": False})
    level, sentence = only(pictures.reading())
    assert level is Level.NOTE
    assert "without Landlock and a filter" in sentence


# where data are kept


@pytest.mark.parametrize(
    ("free_bytes", "level"),
    [(100 * 2**20, Level.WRONG), (GIGABYTE, Level.NOTE), (50 * GIGABYTE, Level.OK)],
)
def test_a_full_disk_is_noticed_in_time(
    monkeypatch: pytest.MonkeyPatch, free_bytes: int, level: Level
) -> None:
    usage = type("Usage", (), {"free": free_bytes})
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    assert only(stores.disk())[0] is level


def test_a_storage_that_cannot_be_written_to_is_wrong(media_root: Path) -> None:
    assert only(stores.storage())[0] is Level.OK
    shutil.rmtree(media_root)
    media_root.write_text("a file where the folder should be")
    level, sentence = only(stores.storage())
    assert level is Level.WRONG
    assert "the site may write to it" in sentence


def test_the_database_of_tests_is_up_to_date_and_ahead() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")
    assert [finding.level for finding in stores.database()] == [Level.OK, Level.OK]


def test_a_cache_that_forgets_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert only(stores.cache_check())[0] is Level.OK
    monkeypatch.setattr(cache, "get", lambda key: None, raising=False)
    assert only(stores.cache_check())[0] is Level.WRONG


def test_a_cache_without_its_table_is_noticed(settings: Settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "no_such_table",
        }
    }
    level, sentence = only(stores.cache_check())
    assert level is Level.WRONG
    assert "createcachetable" in sentence


def test_a_site_without_presets_is_told_how_to_load_them() -> None:
    assert "load_presets" in only(stores.presets())[1]
    Style.objects.create(title="Rings", width=4, height=4, bytes=1, sha256="0" * 64)
    assert only(stores.presets()) == (Level.OK, "Presets on the wall: 1.")
