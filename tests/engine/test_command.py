"""`python -m engine`: refusals and small runs in this process, whole runs in one of their own."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

from engine.__main__ import INTERRUPTED, main
from engine.devices import fast_dtype
from engine.params import Params
from engine.pyramid import plan
from tests.engine.command import ROOT, Files, events, interrupting, line, refused

# How fast this machine paints is learned afresh by each test.
pytestmark = pytest.mark.usefixtures("cache")


@pytest.mark.usefixtures("tiny")
def test_a_picture_is_painted_with_every_control(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo, style, out = files
    mask = tmp_path / "mask.png"
    Image.linear_gradient("L").save(mask)
    arguments = shlex.split(
        f"{photo} {style} {style} --mask {mask} --mask - --style-weights 1 2 --outside-masks photo "
        f"--content-layers relu4_1 --style-layers relu1_1=2 relu3_1 --size 64 --strength 60 "
        f"--style-scale 1.5 --keep-colors covariance --tv-weight 0.5 --seed 3 --optimizer adam "
        f"--steps 3 --stop settled --learning-rate 0.1 --pooling max --initial noise -o {out}"
    )
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "64 × 43 px, finished" in captured.err
    with Image.open(out) as picture:
        assert (picture.size, picture.mode, picture.info) == ((64, 43), "RGB", {})


@pytest.mark.usefixtures("tiny")
def test_a_style_paints_where_its_mask_is_white(files: Files, tmp_path: Path) -> None:
    mask = Image.new("L", (2, 1))
    mask.putpixel((0, 0), 255)
    mask.resize((90, 60), Image.Resampling.NEAREST).save(tmp_path / "left.png")
    left = str(tmp_path / "left.png")
    arguments = line(files, "--mask", left, "--outside-masks", "photo", "--steps", "5")
    assert main(arguments) == 0
    with Image.open(files[0]) as photo, Image.open(files[2]) as painted:
        original = photo.resize(painted.size, Image.Resampling.LANCZOS)
        right = (40, 0, 64, 43)
        assert painted.crop(right).tobytes() == original.crop(right).tobytes()
        assert painted.tobytes() != original.tobytes()


@pytest.mark.usefixtures("tiny")
def test_the_photo_stays_where_it_is_protected(files: Files, tmp_path: Path) -> None:
    mask = Image.new("L", (2, 1))
    mask.putpixel((0, 0), 255)
    mask.resize((90, 60), Image.Resampling.NEAREST).save(tmp_path / "face.png")
    assert main(line(files, "--protect", str(tmp_path / "face.png"), "--steps", "5")) == 0
    with Image.open(files[0]) as photo, Image.open(files[2]) as painted:
        original = photo.resize(painted.size, Image.Resampling.LANCZOS)
        left = (0, 0, 24, 43)
        assert painted.crop(left).tobytes() == original.crop(left).tobytes()
        assert painted.tobytes() != original.tobytes()


@pytest.mark.usefixtures("tiny")
def test_an_earlier_result_is_gone_on_from(files: Files, tmp_path: Path) -> None:
    assert main(line(files, "--steps", "2")) == 0
    photo, style, out = files
    larger = str(tmp_path / "larger.webp")
    assert main([photo, style, "-o", larger, "--earlier", out, "--size", "96", "--steps", "2"]) == 0
    with Image.open(larger) as picture:
        assert (picture.size, picture.format) == ((96, 64), "WEBP")


@pytest.mark.usefixtures("tiny")
def test_programs_hear_the_plan_every_step_and_the_end(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line(files, "--json", "--steps", "3")) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    told = events(captured.out)
    assert [event["event"] for event in told] == ["plan", "step", "step", "step", "done"]
    assert told[0]["levels"] == [{"width": 64, "height": 43, "steps": 3}]
    assert told[0]["seconds"] is None
    assert [event["index"] for event in told[1:4]] == [1, 2, 3]
    assert all(event["phase"] == "refining" for event in told[1:4])
    assert told[4]["total_loss"] == told[3]["total_loss"]
    assert (told[4]["output"], told[4]["steps"], told[4]["interrupted"]) == (files[2], 3, False)


@pytest.mark.usefixtures("tiny")
def test_a_plan_is_told_without_painting_by_a_speed_that_is_measured_once(
    files: Files, cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.calibration.CALIBRATION_PX", 64)
    arguments = ["--plan", files[0], "--steps", "10", "--size", "300"]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith("Measuring")
    assert captured.out.splitlines()[0] == "300 × 200 px in 10 steps:"
    assert captured.out.splitlines()[-1].endswith("measured with a few steps on this machine")
    measured = cache.read_bytes()
    assert main([*arguments, "--json"]) == 0
    captured = capsys.readouterr()
    (told,) = events(captured.out)
    assert captured.err == ""
    assert told["speed_from"] == "calibration"
    assert told["seconds"] > 0
    planned = plan(90, 60, Params(size_px=300, steps=10), inputs_px=90 * 60)
    able = fast_dtype(torch.device("cpu"))
    assert told["memory_bytes"] == planned.memory_bytes(value_bytes=able.itemsize)
    assert cache.read_bytes() == measured
    assert not Path(files[2]).exists()
    monkeypatch.setattr("engine.devices.free_bytes", lambda: 10**8)
    cache.unlink()
    assert "0.1 GB are free" in refused(capsys, *arguments)


@pytest.mark.usefixtures("tiny")
def test_a_finished_run_teaches_the_speed_and_an_interrupted_one_does_not(
    files: Files, cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("engine.pace.LEAST_WATCHED_S", 0.0)
    assert main(line(files, "--steps", "3")) == 0
    assert main(["--plan", files[0], "--json"]) == 0
    (told,) = events(capsys.readouterr().out)
    assert told["speed_from"] == "runs"
    learned = cache.read_bytes()
    interrupting(monkeypatch, 2)
    assert main(line(files, "--steps", "3")) == INTERRUPTED
    assert cache.read_bytes() == learned


def test_settings_are_printed_and_read_again(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--print-params", "--strength", "70", "--style-layers", "relu1_1=2"]) == 0
    printed = capsys.readouterr().out
    assert Params.from_json(json.loads(printed)) == Params(
        style_strength=70, style_layers={"relu1_1": 2}
    )
    mine = tmp_path / "mine.json"
    mine.write_text(printed)
    assert main(["--print-params", "--params", str(mine), "--strength", "20", "--json"]) == 0
    (told,) = events(capsys.readouterr().out)
    assert told["event"] == "params"
    assert Params.from_json(told["params"]) == Params(
        style_strength=20, style_layers={"relu1_1": 2}
    )


@pytest.mark.usefixtures("tiny")
def test_a_result_that_is_there_is_replaced_unless_that_is_forbidden(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    out = Path(files[2])
    out.write_bytes(b"theirs")
    assert "already there" in refused(capsys, *line(files, "--no-clobber"))
    assert out.read_bytes() == b"theirs"
    assert main(line(files, "--steps", "1")) == 0
    with Image.open(out) as picture:
        assert picture.size == (64, 43)


def test_a_reader_that_has_gone_costs_no_picture(files: Files) -> None:
    script = (
        "import sys; from tests.engine.conftest import tiny_network\n"
        "from engine import __main__, stylize\n"
        "stylize.load_network = lambda _, pooling, __, **___: tiny_network(pooling)\n"
        "sys.exit(__main__.main(sys.argv[1:]))"
    )
    arguments = [sys.executable, "-c", script, *line(files, "--steps", "3", "--json")]
    for reader, code in (("true", 0), ("head -1", 0), ("cat > /dev/full", 0)):
        done = subprocess.run(
            ["bash", "-c", f"{shlex.join(arguments)} | {reader}; exit ${{PIPESTATUS[0]}}"],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
        Path(files[2]).unlink()
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m engine --print-params > /dev/full"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        1,
        "stdout cannot be written: No space left on device.\n",
    )


def test_settings_come_from_stdin() -> None:
    command = f"{sys.executable} -m engine --print-params --params -"
    for shell, code, said in (
        (f"echo '{{\"seed\": 3}}' | {command}", 0, '"seed": 3'),
        (f"{command} < /dev/null", 1, "stdin is not JSON"),
        (f"{command} <&-", 1, "stdin cannot be read: Bad file descriptor."),
    ):
        done = subprocess.run(
            ["bash", "-c", shell], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done


@pytest.mark.vgg
def test_a_picture_is_painted_by_the_real_network(files: Files) -> None:
    photo, style, out = files
    done = subprocess.run(
        [sys.executable, "-m", "engine", photo, style, style, "-o", out, "--size", "64",
         "--steps", "4", "--style-weights", "1", "2"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "64 × 43 px, finished" in done.stderr
    with Image.open(out) as picture:
        assert (picture.size, picture.mode, picture.info) == ((64, 43), "RGB", {})
