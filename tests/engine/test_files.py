"""The command's files: checked before the work, written whole or not at all."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from engine import files
from engine.checkpoint import MAGIC
from engine.errors import EngineError, ImageError
from engine.files import (
    CHECKPOINT_S,
    ENCODERS,
    CommandError,
    Keeper,
    check_output,
    check_weights,
    read_checkpoint,
    read_mask,
    read_params_file,
    read_picture,
    save_picture,
    write_whole,
)
from tests.engine.conftest import drawn


def said(refuse: Callable[[], object], kind: type[EngineError] = CommandError) -> str:
    with pytest.raises(kind) as caught:
        refuse()
    assert "\n" not in caught.value.sentence
    return caught.value.sentence


def test_a_file_is_written_with_the_permissions_that_files_usually_have(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "new", b"whole")
    finally:
        os.umask(before)
    assert (tmp_path / "new").read_bytes() == b"whole"
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["new"]


def test_a_file_that_is_replaced_keeps_its_permissions_and_its_links(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder" / "target"
    target.write_bytes(b"old")
    target.chmod(0o604)
    (tmp_path / "link").symlink_to(target)
    write_whole(tmp_path / "link", b"new")
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o604
    assert (tmp_path / "link").is_symlink()


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "kept").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "kept", b"new")
    assert (tmp_path / "kept").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["kept"]


@pytest.mark.parametrize("ending", sorted(ENCODERS))
def test_a_result_is_written_in_the_kind_that_its_name_says(ending: str, tmp_path: Path) -> None:
    picture = drawn(64, 48)
    picture.info["comment"] = "secret"
    path = save_picture(picture, tmp_path / f"out{ending.upper()}", no_clobber=False)
    kinds = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
    with Image.open(path) as saved:
        assert (saved.format, saved.size) == (kinds[ending], (64, 48))
    assert b"secret" not in path.read_bytes()


def test_webp_keeps_what_lets_light_through(tmp_path: Path) -> None:
    picture = drawn(64, 48).convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize((64, 48)))
    path = save_picture(picture, tmp_path / "out.webp", no_clobber=False)
    assert read_picture(path).mode == "RGBA"


def test_a_result_that_has_appeared_meanwhile_is_left_alone_where_that_was_asked(
    tmp_path: Path,
) -> None:
    for name in ("out.png", "out-1.png"):
        (tmp_path / name).write_bytes(b"theirs")
    path = save_picture(drawn(64, 48), tmp_path / "out.png", no_clobber=True)
    assert path == tmp_path / "out-2.png"
    assert (tmp_path / "out.png").read_bytes() == b"theirs"
    assert save_picture(drawn(64, 48), tmp_path / "out.png", no_clobber=False).name == "out.png"
    assert read_picture(tmp_path / "out.png").size == (64, 48)


def test_a_full_disk_costs_no_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, refuge = tmp_path / "disk", tmp_path / "refuge"
    disk.mkdir()
    refuge.mkdir()
    write, full = files.write_whole, [disk]

    def write_where_there_is_room(path: Path, data: bytes) -> None:
        if any(path.is_relative_to(folder) for folder in full):
            raise OSError(28, "No space left on device")
        write(path, data)

    monkeypatch.setattr(files, "write_whole", write_where_there_is_room)
    monkeypatch.setattr(tempfile, "tempdir", str(refuge))
    path = disk / "out.png"
    message = said(lambda: save_picture(drawn(64, 48), path, no_clobber=False))
    (kept,) = refuge.rglob("out.png")
    assert message == (
        f"{path} cannot be written: No space left on device. "
        f"The picture was saved as {kept} instead."
    )
    assert read_picture(kept).size == (64, 48)
    full.append(refuge)
    message = said(lambda: save_picture(drawn(64, 48), path, no_clobber=False))
    assert message == f"{path} cannot be written: No space left on device."
    assert list(refuge.iterdir()) == [kept.parent]


def test_a_result_is_not_written_over_what_is_read(tmp_path: Path) -> None:
    photo, link, hard = (tmp_path / name for name in ("photo.png", "link.png", "hard.png"))
    drawn(64, 48).save(photo)
    link.symlink_to(photo)
    hard.hardlink_to(photo)
    for path in (photo, link, hard, tmp_path / "." / "photo.png"):
        message = said(lambda path=path: check_output(path, [photo], no_clobber=False))  # type: ignore[misc]
        assert "is one of the files to read" in message
    check_output(tmp_path / "other.png", [photo], no_clobber=False)


def test_a_result_is_refused_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "there.png").write_bytes(b"")
    for name, expected in (
        ("out.gif", "name the result"),
        ("out", "name the result"),
        ("nowhere/out.png", "not a folder"),
        ("folder.png", "not a file that can be written"),
        ("there.png/out.png", "not a folder"),
        (f"{'x' * 300}.png", "File name too long"),
    ):
        path = tmp_path / name
        refuse = said(lambda path=path: check_output(path, [], no_clobber=False))  # type: ignore[misc]
        assert expected in refuse
    check_output(tmp_path / "there.png", [], no_clobber=False)
    path = tmp_path / "there.png"
    assert "already there" in said(lambda: check_output(path, [], no_clobber=True))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("words")
    for path in (tmp_path / "nowhere.png", tmp_path):
        assert said(lambda path=path: read_picture(path)).startswith(f"{path} cannot be read")  # type: ignore[misc]
    path = tmp_path / "words.png"
    assert said(lambda: read_picture(path), ImageError).startswith(f"{path}: This file is not")
    assert said(lambda: read_mask(path), ImageError).startswith(f"{path}: This file is not")
    assert said(lambda: check_weights("/nowhere.pth")).startswith("/nowhere.pth cannot be read")
    check_weights("bundled")
    check_weights("torchvision")


def test_a_mask_may_be_as_small_as_one_likes_and_may_be_none(tmp_path: Path) -> None:
    Image.new("L", (2, 1)).save(tmp_path / "half.png")
    mask = read_mask(tmp_path / "half.png")
    assert mask is not None
    assert mask.size == (2, 1)
    assert read_mask(Path("-")) is None


def test_settings_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('{"seed": 3}')
    assert read_params_file(tmp_path / "mine.json") == {"seed": 3}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "is not JSON"),
        (b"{'seed': 3}", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"seed": ' + b"9" * 5000 + b"}", "is not JSON"),
        (b" " * 2_000_000, "too large"),
    ],
)
def test_settings_that_are_no_json_are_refused(data: bytes, expected: str, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_bytes(data)
    assert expected in said(lambda: read_params_file(tmp_path / "mine.json"))


def test_a_checkpoint_that_is_none_is_refused_and_one_that_is_missing_is_new(
    tmp_path: Path,
) -> None:
    out, run = tmp_path / "out.png", tmp_path / "run"
    assert read_checkpoint(run, out) is None
    run.write_bytes(MAGIC + b"...")
    assert read_checkpoint(run, out) == MAGIC + b"..."
    run.write_bytes(b"diary")
    assert "is not a checkpoint" in said(lambda: read_checkpoint(run, out), EngineError)
    assert run.read_bytes() == b"diary"
    assert "is the result" in said(lambda: read_checkpoint(out, out))
    assert "not a folder" in said(lambda: read_checkpoint(tmp_path / "nowhere" / "run", out))
    assert "not a file" in said(lambda: read_checkpoint(tmp_path, out))


def fake_step(name: str, *, is_last: bool = False) -> Any:
    return SimpleNamespace(checkpoint=lambda: name.encode(), is_last=is_last)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(files, "monotonic", lambda: now[0])
    return now


def test_a_run_is_kept_every_few_seconds_at_once_when_asked_and_not_after_its_end(
    tmp_path: Path, clock: list[float]
) -> None:
    notes: list[str] = []
    keeper = Keeper(tmp_path / "run", notes.append)
    keeper.saw(fake_step("soon"))
    assert not (tmp_path / "run").exists()
    clock[0] += CHECKPOINT_S
    keeper.saw(fake_step("first"))
    clock[0] += CHECKPOINT_S - 0.1
    keeper.saw(fake_step("too soon"))
    assert (tmp_path / "run").read_bytes() == b"first"
    keeper.saw(fake_step("asked"), at_once=True)
    assert (tmp_path / "run").read_bytes() == b"asked"
    clock[0] += 100
    keeper.saw(fake_step("end", is_last=True), at_once=True)
    assert (tmp_path / "run").read_bytes() == b"asked"
    keeper.finished()
    assert os.listdir(tmp_path) == []
    assert notes == []


def test_a_run_that_takes_long_to_write_is_kept_less_often(
    tmp_path: Path, clock: list[float]
) -> None:
    def slow() -> bytes:
        clock[0] += 3  # So that a tenth of the time is 30 s.
        return b"slow"

    keeper = Keeper(tmp_path / "run", lambda _: None)
    clock[0] += CHECKPOINT_S
    step: Any = SimpleNamespace(checkpoint=slow, is_last=False)
    keeper.saw(step)
    clock[0] += 29.9
    keeper.saw(fake_step("too soon"))
    assert (tmp_path / "run").read_bytes() == b"slow"
    clock[0] += 0.2
    keeper.saw(fake_step("next"))
    assert (tmp_path / "run").read_bytes() == b"next"


def test_a_run_that_cannot_be_kept_goes_on_and_says_so(tmp_path: Path, clock: list[float]) -> None:
    notes: list[str] = []
    path = tmp_path / "gone" / "run"
    keeper = Keeper(path, notes.append)
    keeper.saw(fake_step("now"), at_once=True)
    assert notes == [f"{path} cannot be written: No such file or directory. Painting goes on."]
    keeper.finished()
    assert len(notes) == 1


def test_without_a_file_nothing_is_kept(clock: list[float]) -> None:
    keeper = Keeper(None, lambda _: None)
    clock[0] += 100
    keeper.saw(fake_step("now"), at_once=True)
    keeper.finished()
