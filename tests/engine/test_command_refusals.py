"""`python -m engine` where something is wrong: a sentence, an exit code, and nothing is written."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.__main__ import main
from tests.engine.command import ROOT, Files, refused


def test_a_result_never_replaces_what_it_is_painted_from(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    photo, style, out = files
    before = Path(photo).read_bytes()
    assert "one of the files to read" in refused(capsys, photo, style, "-o", photo)
    assert "one of the files to read" in refused(capsys, photo, style, "-o", style)
    masks = ("--mask", out)
    assert "one of the files to read" in refused(capsys, photo, style, "-o", out, *masks)
    assert Path(photo).read_bytes() == before


def test_a_missing_photo_is_named(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere.jpg cannot be read" in refused(capsys, "nowhere.jpg", files[1], "-o", files[2])


@pytest.mark.parametrize("option", [[], ["--mask"], ["--earlier"]])
def test_a_file_that_is_no_picture_is_named(
    option: list[str], files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = tmp_path / "words.jpg"
    words.write_text("not a picture")
    styles = [files[1]] if option else []
    message = refused(capsys, files[0], *styles, *option, str(words), "-o", files[2])
    assert "words.jpg" in message
    assert "not a picture" in message


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--size", "9000", "32 to 4096"),
        ("--strength", "150", "0 to 100"),
        ("--strength", "nan", "0 to 100"),
        ("--style-scale", "0", "0.25 to 4"),
        ("--style-layers", "relu9_9", "no layer"),
        ("--style-weights", "0", "above 0"),
        ("--style-weights", "inf", "above 0"),
        ("--mask", "/nowhere/mask.png", "/nowhere/mask.png cannot be read"),
        ("--protect", "/nowhere/face.png", "/nowhere/face.png cannot be read"),
        ("--params", "/nowhere/mine.json", "/nowhere/mine.json cannot be read"),
        ("--params", __file__, "not JSON"),
        ("--checkpoint", "/nowhere/run", "not a folder"),
        ("--device", "abacus", "Use cpu"),
        ("--weights", "/nowhere/vgg.pth", "cannot be read"),
    ],
)
def test_a_wrong_value_is_answered_with_what_is_right(
    files: Files, option: str, value: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused(capsys, files[0], files[1], "-o", files[2], option, value)
    assert not Path(files[2]).exists()


@pytest.mark.parametrize("option", ["--size", "--steps", "--seed"])
def test_a_number_of_400_digits_is_as_wrong_as_any(
    option: str, files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digits = str(10**400)
    assert "must be a whole number from" in refused(
        capsys, files[0], files[1], "-o", files[2], option, digits
    )
    stored = tmp_path / "mine.json"
    stored.write_text(f'{{"style_strength": {digits}}}')
    assert "0 to 100" in refused(
        capsys, files[0], files[1], "-o", files[2], "--params", str(stored)
    )


def test_a_result_that_cannot_be_written_is_refused_before_the_work(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "name the result" in refused(capsys, files[0], files[1], "-o", "out.gif")
    assert "not a folder" in refused(capsys, files[0], files[1], "-o", "/nowhere/out.png")


def test_a_weight_and_a_mask_for_every_style_are_asked_for(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (files[0], files[1], "-o", files[2], "--style-weights", "1", "2")
    assert "as many" in refused(capsys, *arguments)
    arguments = (files[0], files[1], files[1], "-o", files[2], "--mask", files[1])
    assert "Repeat --mask" in refused(capsys, *arguments)


def test_masks_that_are_all_black_are_refused(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "black.png")
    arguments = (files[0], files[1], "-o", files[2], "--mask", str(tmp_path / "black.png"))
    assert "Make a part of a mask white" in refused(capsys, *arguments)


def test_a_photo_that_is_protected_everywhere_is_refused(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("L", (8, 8), 255).save(tmp_path / "white.png")
    arguments = (files[0], files[1], "-o", files[2], "--protect", str(tmp_path / "white.png"))
    assert "black everywhere" in refused(capsys, *arguments)


def test_an_earlier_picture_of_other_proportions_is_refused(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, files[0], files[1], "-o", files[2], "--earlier", files[1])
    assert "other proportions" in said


def test_an_earlier_picture_is_asked_for(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, files[0], files[1], "-o", files[2], "--initial", "earlier")
    assert "choose that picture" in said


@pytest.mark.parametrize(
    "arguments", [[], ["photo.jpg"], ["photo.jpg", "style.jpg"], ["--sise", "3"], ["--plan"]]
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "usage: python -m engine" in captured.err


def test_programs_hear_errors_as_well(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    photo, style, out = files
    for arguments, code, event in (
        ([photo], 2, {"code": "usage"}),
        ([photo, style, "-o", out, "--size", "x"], 2, {"code": "usage"}),
        ([photo, style, "-o", out, "--size", "9000"], 1, {"code": "parameter", "field": "size_px"}),
        ([photo, __file__, "-o", out], 1, {"code": "image", "reason": "not_an_image"}),
        (["nowhere.jpg", style, "-o", out], 1, {"code": "command"}),
        ([photo, style, "-o", out, "--device", "abacus"], 1, {"code": "device"}),
    ):
        assert main([*arguments, "--json"]) == code
        captured = capsys.readouterr()
        told: dict[str, Any] = json.loads(captured.out)
        sentence = told.pop("sentence")
        assert told == {"event": "error", **event}
        assert "\n" not in sentence
        assert captured.err == ""


def test_help_and_refusals_come_without_loading_torch(files: Files, tmp_path: Path) -> None:
    photo, style, out = files
    (tmp_path / "run").write_text("a diary")
    refusals = [
        ["--print-params"],
        [photo],
        ["nowhere.png", style, "-o", out],
        [photo, "nowhere.png", "-o", out],
        [photo, style, "-o", "/nowhere/out.png"],
        [photo, style, "-o", photo],
        [photo, style, "-o", out, "--mask", "nowhere.png"],
        [photo, style, "-o", out, "--mask", style, "--mask", style],
        [photo, style, "-o", out, "--size", "9000"],
        [photo, style, "-o", out, "--style-layers", "relu9_9"],
        [photo, style, "-o", out, "--style-weights", "-1"],
        [photo, style, "-o", out, "--params", photo],
        [photo, style, "-o", out, "--checkpoint", str(tmp_path / "run")],
        [photo, style, "-o", out, "--earlier", style],
        [photo, style, "-o", out, "--weights", "/nowhere.pth"],
    ]
    script = (
        "import json, sys; from engine.__main__ import main\n"
        "for arguments in json.loads(sys.argv[1]):\n"
        "    assert main(arguments) in {0, 1, 2}, arguments\n"
        "    assert 'torch' not in sys.modules, arguments"
    )
    subprocess.run(
        [sys.executable, "-c", script, json.dumps(refusals)], cwd=ROOT, check=True, timeout=60
    )
