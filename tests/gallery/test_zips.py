"""Zips that are written while they are sent."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from gallery import zips
from gallery.file_names import safe_name
from gallery.files import CHUNK_BYTES
from gallery.models import Artwork

ZIP = "/gallery/zip/"

Make = Callable[..., Artwork]


def opened(data: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return archive


def of(*works: Artwork) -> str:
    return ",".join(str(work.pk) for work in works)


def test_the_zip_holds_every_picture_as_it_was_painted(make_artwork: Make) -> None:
    works = [make_artwork(title="Mill"), make_artwork(title="Sea")]
    archive = opened(b"".join(zips.stream(works)))
    assert archive.namelist() == ["Mill.png", "Sea.png"]
    for work in works:
        inside = archive.read(f"{work.title}.png")
        assert inside == Path(work.original.path).read_bytes()
        assert archive.getinfo(f"{work.title}.png").compress_type == zipfile.ZIP_STORED


@pytest.mark.skipif(not shutil.which("unzip"), reason="needs unzip")
def test_another_program_reads_it_too(make_artwork: Make, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"".join(zips.stream([make_artwork(title="Été"), make_artwork(title="été")])))
    run = subprocess.run(["unzip", "-t", str(path)], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (["Mill", "Mill", "mill"], ["Mill.png", "Mill (2).png", "mill (3).png"]),
        (["Mill", "Mill (2)", "Mill"], ["Mill.png", "Mill (2).png", "Mill (3).png"]),
        (["a/b\\c:d?", "..", " . "], ["a b c d.png", "picture.png", "picture (2).png"]),
        (["CON", "con.old", "Console"], ["_CON.png", "_con.old.png", "Console.png"]),
        (["e\u0301te\u0301", "\u00e9t\u00e9"], ["\u00e9t\u00e9.png", "\u00e9t\u00e9 (2).png"]),
        (["../../etc/passwd"], ["etc passwd.png"]),
        (["bill\u202egnp.exe"], ["bill gnp.exe.png"]),
        (["a\r\nSet-Cookie: b\x9f"], ["a Set-Cookie b.png"]),
    ],
)  # fmt: skip
def test_names_are_unique_and_safe_on_every_system(titles: list[str], names: list[str]) -> None:
    claimed = zips.Names()
    assert [claimed.claim(title, ".png") for title in titles] == names


def test_a_long_name_is_cut_between_letters() -> None:
    name = safe_name("\u6d77" * 120)
    assert name == "\u6d77" * 60
    assert len(f"{name} (1000).png".encode()) < 255


def test_what_is_missing_is_left_out_and_named(make_artwork: Make) -> None:
    mill, sea = make_artwork(title="Mill"), make_artwork(title="Sea")
    Path(sea.original.path).unlink()
    archive = opened(b"".join(zips.stream([sea, mill])))
    assert archive.namelist() == ["Mill.png", "Left out.txt"]
    assert "Sea.png" in archive.read("Left out.txt").decode()


def test_a_zip_of_nothing_is_an_empty_zip(db: None) -> None:
    assert opened(b"".join(zips.stream([]))).namelist() == []


def test_files_are_opened_one_by_one_as_the_bytes_leave(
    make_artwork: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = [make_artwork(title=str(number)) for number in range(3)]
    seen: list[str] = []

    def asked() -> Iterator[Artwork]:
        for work in works:
            seen.append(work.title)
            yield work

    pieces = zips.stream(asked())
    first = next(pieces)
    assert first.startswith(b"PK")
    assert seen == ["0"]
    assert max(len(piece) for piece in pieces) <= CHUNK_BYTES
    assert seen == ["0", "1", "2"]


def test_an_archive_of_more_than_four_gigabytes_is_whole(
    make_artwork: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without writing them: the limit beyond which a zip needs its larger fields is lowered."""
    import zipstream.ng

    works = [make_artwork(title=str(number)) for number in range(3)]
    monkeypatch.setattr(zipstream.ng, "ZIP64_LIMIT", works[0].bytes + 100)
    monkeypatch.setattr(zipstream.ng, "ZIP_FILECOUNT_LIMIT", 2)
    archive = opened(b"".join(zips.stream(works)))
    assert archive.namelist() == ["0.png", "1.png", "2.png"]


def test_pictures_come_from_a_bucket_too(bucket: str, make_artwork: Make) -> None:
    work = make_artwork(title="Mill")
    archive = opened(b"".join(zips.stream([work])))
    with work.original.open() as file:
        assert archive.read("Mill.png") == file.read()


# Downloads


def test_a_selection_is_downloaded(signed_in: Client, make_artwork: Make) -> None:
    mill, sea = make_artwork(title="Mill"), make_artwork(title="Sea")
    make_artwork(title="Hill")
    for response in (
        signed_in.get(ZIP, {"ids": of(mill, sea)}),
        signed_in.post(ZIP, {"ids": of(mill, sea)}),
        signed_in.post(ZIP, {"ids": [str(mill.pk), str(sea.pk)]}),
    ):
        assert response["Content-Type"] == "application/zip"
        assert response["Content-Disposition"].startswith('attachment; filename="Gallery 20')
        assert response["Cache-Control"] == "private, no-store"
        assert set(opened(response.getvalue()).namelist()) == {"Mill.png", "Sea.png"}


def test_all_that_is_found_is_downloaded_in_its_order(
    signed_in: Client, make_artwork: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gallery.views.wall.ZIP_AT_ONCE", 2)
    for title in ("Mill c", "Mill a", "Sea", "Mill b"):
        make_artwork(title=title, recipe={})
    data = signed_in.get(ZIP, {"q": "mill", "sort": "title"}).getvalue()
    assert opened(data).namelist() == ["Mill a.png", "Mill b.png", "Mill c.png"]


def test_others_pictures_are_not_in_it(client: Client, stranger: User, artwork: Artwork) -> None:
    client.force_login(stranger)
    assert opened(client.get(ZIP, {"ids": of(artwork)}).getvalue()).namelist() == []
    assert opened(client.get(ZIP).getvalue()).namelist() == []


def test_visitors_get_no_zip(client: Client, artwork: Artwork) -> None:
    assert client.get(ZIP, {"ids": of(artwork)}).status_code == 404
    assert client.post(ZIP, {"ids": of(artwork)}).status_code == 404


@pytest.mark.parametrize("ids", ["x", ",".join(str(uuid4()) for _ in range(1001)), ""], ids=len)
def test_ids_that_are_none_are_refused(signed_in: Client, ids: str) -> None:
    assert signed_in.post(ZIP, {"ids": ids}).status_code == 400


def test_a_zip_takes_no_other_method(signed_in: Client) -> None:
    assert signed_in.delete(ZIP).status_code == 405
