"""Zips and folders: what is found in them, and what no honest one has."""

from __future__ import annotations

import io
import random
import unicodedata
import zipfile
from pathlib import Path

import pytest
from pytest_django import Settings

from gallery.imports import archive
from gallery.imports.archive import Archive, ArchiveError, ZipStore
from tests.fuzz.hostile_zips import far_away, lzma_asking, many_entries
from tests.gallery.imports.zips import picture, zipped

CSV = b"file\na.png\n"


def opened(files: dict[str, bytes]) -> Archive:
    return Archive(ZipStore(zipped(files)))


def refusal(file: io.BytesIO) -> str:
    with pytest.raises(ArchiveError) as refused:
        Archive(ZipStore(file))
    return refused.value.sentence


def test_names_are_those_beside_the_table_wherever_it_lies() -> None:
    one = opened({"mine/styles.csv": CSV, "mine/pics/a.png": b"1", "mine/B.PNG": b"2"})
    assert one.table() == CSV
    assert one.find("pics/a.png") == one.find("./pics/a.png") == one.find("pics\\a.png")
    assert one.find("b.png") == "mine/B.PNG"
    assert one.find("a.png") is None
    assert one.others(["mine/B.PNG"]) == ["mine/pics/a.png"]


def test_what_systems_leave_in_zips_does_not_count() -> None:
    junk = {"__MACOSX/._a.png": b"x", ".DS_Store": b"x", "Thumbs.db": b"x", "x/desktop.ini": b"x"}
    assert opened({"styles.csv": CSV, "a.png": b"1", **junk}).others(["a.png"]) == []


def test_letters_with_accents_are_found_however_they_are_written() -> None:
    apart = unicodedata.normalize("NFD", "été.png")
    assert opened({"styles.csv": CSV, apart: b"1"}).find("Été.png") == apart


def test_a_folder_is_read_like_a_zip_and_links_out_of_it_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "styles"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    (folder / "styles.csv").write_bytes(CSV)
    (folder / "a.png").write_bytes(b"1")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    with archive.opened(folder) as one:
        assert one.read(str(one.find("a.png"))) == b"1"
        assert one.find("link.png") is None


def test_a_picture_beyond_the_limit_of_uploads_is_not_read(settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    one = opened({"styles.csv": CSV, "a.png": picture()})
    assert one.read("a.png") is None


def test_a_damaged_file_is_an_error_of_that_file() -> None:
    file = zipped({"styles.csv": CSV, "a.png": picture()})
    data = bytearray(file.getvalue())
    where = data.index(b"a.png") + 20
    data[where : where + 8] = b"\xff" * 8
    one = Archive(ZipStore(io.BytesIO(bytes(data))))
    with pytest.raises(OSError, match="damaged"):
        one.read("a.png")


def test_what_is_no_zip_or_has_no_table_is_refused() -> None:
    assert "not a zip" in refusal(io.BytesIO(b"certainly not"))
    assert "no styles.csv" in refusal(zipped({"a.png": b"1"}))


@pytest.mark.parametrize("name", ["../a.png", "/etc/passwd", "x/../../a.png", "C:\\a.png"])
def test_names_that_lead_out_of_the_zip_are_refused(name: str) -> None:
    assert "outside" in refusal(zipped({"styles.csv": CSV, name: b"1"}))


def test_a_bomb_is_refused_before_it_is_read() -> None:
    assert "times its size" in refusal(zipped({"styles.csv": CSV, "a.png": bytes(2**24)}))


def test_too_many_files_and_too_many_bytes_are_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = zipped({"styles.csv": CSV, "a.png": picture(), "b.png": picture(1)})
    monkeypatch.setattr(archive, "MAX_FILES", 2)
    assert "at most 2" in refusal(file)
    settings.IMPORT_MAX_BYTES = 10
    assert "larger than" in refusal(file)


def test_a_directory_without_end_is_refused_before_it_is_read() -> None:
    assert "more files" in refusal(io.BytesIO(many_entries(400_000)))


def test_a_file_that_asks_for_gigabytes_before_it_says_anything_is_refused() -> None:
    assert "compressed in a way" in refusal(io.BytesIO(lzma_asking(2**32 - 1)))


def test_a_file_beyond_the_end_of_every_disk_is_an_error_of_that_file() -> None:
    one = Archive(ZipStore(io.BytesIO(far_away(random.Random(1)))))
    [name] = [name for name in one.others([]) if one.find(name)][:1]
    with pytest.raises(OSError, match="damaged"):
        one.read(name)


def test_a_zip_with_a_password_is_refused() -> None:
    file = zipped({"styles.csv": CSV})
    with zipfile.ZipFile(file) as whole:
        entry = whole.infolist()[0]
    data = bytearray(file.getvalue())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    assert entry.filename == "styles.csv"
    assert "password" in refusal(io.BytesIO(bytes(data)))
