"""`python -m engine`: refusals and small runs in this process, whole runs in one of their own."""

import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from engine import files as command_files
from engine.__main__ import INTERRUPTED, _stop_asked, main
from engine.devices import fast_dtype
from engine.files import Keeper
from engine.pace import Pace
from engine.params import Params, Pooling
from engine.pyramid import plan
from engine.speed import FILE_NAME
from engine.stylize import Step
from tests.engine.conftest import drawn, tiny_network

ROOT = Path(__file__).parents[2]
Files = tuple[str, str, str]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STYLESITE_ENGINE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / FILE_NAME


@pytest.fixture
def files(tmp_path: Path) -> Files:
    drawn(90, 60, seed=1).save(tmp_path / "photo.jpg")
    drawn(80, 80, seed=2).save(tmp_path / "style.png")
    return tuple(str(tmp_path / n) for n in ("photo.jpg", "style.png", "out.png"))  # type: ignore[return-value]


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in this process use a network that is loaded in no time."""

    def load(_source: str, pooling: Pooling, _device: str, **_: object) -> object:
        return tiny_network(pooling)

    monkeypatch.setattr("engine.stylize.load_network", load)


def line(files: Files, *options: str) -> list[str]:
    photo, style, out = files
    return [photo, style, "-o", out, "--size", "64", *options]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    return captured.err


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(event) for event in text.splitlines()]


def interrupting(monkeypatch: pytest.MonkeyPatch, index: int, *, times: int = 1) -> None:
    """Ctrl-C while step `index` is being made."""
    saw = Pace.saw

    def interrupted(pace: Pace, step: Step) -> None:
        if step.index == index:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
        saw(pace, step)

    monkeypatch.setattr(Pace, "saw", interrupted)


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
    planned, able = plan(90, 60, Params(size_px=300, steps=10)), fast_dtype(torch.device("cpu"))
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
def test_control_c_keeps_the_run_which_then_goes_on_to_the_same_picture(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    run, out = tmp_path / "run", Path(files[2])
    # Adam goes on as if nothing had happened, and the classic picture is kept in float32.
    arguments = line(files, "--objective", "classic", "--steps", "6")
    assert main(arguments) == 0
    uninterrupted = out.read_bytes()
    capsys.readouterr()
    arguments += ["--checkpoint", str(run)]
    with monkeypatch.context() as patch:
        interrupting(patch, 2)
        assert main(arguments) == INTERRUPTED
    told = capsys.readouterr().err
    assert "after 2 of 6 steps" in told
    assert f"goes on from {run}" in told
    assert run.exists()
    assert out.read_bytes() != uninterrupted
    assert main([*arguments, "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == "Going on after step 2.\n"
    assert [e["index"] for e in events(captured.out) if e["event"] == "step"] == [3, 4, 5, 6]
    assert out.read_bytes() == uninterrupted
    assert not run.exists()


@pytest.mark.usefixtures("tiny")
def test_a_run_is_kept_while_it_is_painted(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    monkeypatch.setattr(command_files, "CHECKPOINT_S", 0.0)
    monkeypatch.setattr(command_files, "MOST_KEEPING", float("inf"))
    interrupting(monkeypatch, 3, times=2)
    # The second Ctrl-C stops at once: what is there is from the step before, as after a power cut.
    assert main(line(files, "--steps", "6", "--checkpoint", str(run))) == INTERRUPTED
    assert not Path(files[2]).exists()
    monkeypatch.undo()
    assert b'"step": 2' in run.read_bytes()


@pytest.mark.usefixtures("tiny")
def test_a_checkpoint_of_another_run_is_refused_and_left_alone(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    run = tmp_path / "run"
    arguments = line(files, "--steps", "4", "--checkpoint", str(run))
    with monkeypatch.context() as patch:
        interrupting(patch, 2)
        assert main(arguments) == INTERRUPTED
    Path(files[2]).unlink()
    capsys.readouterr()
    kept = run.read_bytes()
    assert "other pictures or settings" in refused(capsys, *arguments, "--seed", "1")
    assert run.read_bytes() == kept
    for damaged, said in ((kept[:-1] + b"?", "is damaged"), (b"a diary", "not a checkpoint")):
        run.write_bytes(damaged)
        assert main([*arguments, "--json"]) == 1
        told = events(capsys.readouterr().out)[-1]
        assert (told["event"], told["code"]) == ("error", "checkpoint")
        assert str(run) in told["sentence"]
        assert said in told["sentence"]
        assert run.read_bytes() == damaged
    assert not Path(files[2]).exists()


@pytest.mark.usefixtures("tiny")
def test_a_checkpoint_whose_picture_is_finished_is_not_painted_again(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    run = tmp_path / "run"
    arguments = line(files, "--objective", "classic", "--steps", "1", "--checkpoint", str(run))
    checkpoints = []
    with monkeypatch.context() as patch:
        patch.setattr(Pace, "saw", lambda _, step: checkpoints.append(step.checkpoint()))
        patch.setattr("engine.__main__.learn", lambda *_: None)
        assert main(arguments) == 0
    run.write_bytes(checkpoints[0])
    assert main(arguments) == 1
    assert "was finished already" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny")
def test_control_c_in_the_last_step_comes_too_late(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupting(monkeypatch, 2)
    run = tmp_path / "run"
    assert main(line(files, "--steps", "2", "--checkpoint", str(run))) == 0
    assert not run.exists()


@pytest.mark.usefixtures("tiny")
def test_control_c_while_the_picture_is_saved_loses_nothing(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = Step.image

    def interrupted(step: Step) -> Image.Image:
        signal.raise_signal(signal.SIGINT)
        return image(step)

    monkeypatch.setattr(Step, "image", interrupted)
    assert main(line(files, "--steps", "2")) == 0
    assert Path(files[2]).exists()


@pytest.mark.usefixtures("tiny")
def test_a_second_control_c_stops_at_once(
    files: Files, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupting(monkeypatch, 1, times=2)
    assert main(line(files, "--json")) == INTERRUPTED
    told = events(capsys.readouterr().out)[-1]
    assert (told["code"], told["sentence"]) == (
        "interrupted",
        "Stopped at once; the picture is not saved.",
    )
    assert not Path(files[2]).exists()


@pytest.mark.usefixtures("tiny")
def test_control_c_after_the_picture_is_saved_comes_too_late(
    files: Files, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = Keeper.finished

    def interrupted(keeper: Keeper) -> None:
        signal.raise_signal(signal.SIGINT)
        finished(keeper)

    monkeypatch.setattr(Keeper, "finished", interrupted)
    assert main(line(files, "--steps", "2")) == 0
    assert "finished" in capsys.readouterr().err
    assert Path(files[2]).exists()


def test_control_c_before_painting_says_nothing_of_a_picture(
    files: Files, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.__main__.calibrate", interrupted)
    assert main(["--plan", files[0]]) == INTERRUPTED
    assert capsys.readouterr().err.splitlines()[-1] == "Stopped."


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


def test_control_c_is_heard_where_python_would_lose_it() -> None:
    class Lossy:
        """Exceptions of a finaliser are printed and forgotten, as those of some callbacks are."""

        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with _stop_asked() as stop:
        assert not stop.is_set()
        Lossy()
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.vgg
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_what_there_is(number: signal.Signals, files: Files) -> None:
    photo, style, out = files
    # A terminal of its own, so that the progress bar is drawn and tells when painting has begun.
    terminal, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", photo, style, "-o", out, "--size", "64",
         "--steps", "5000", "--threads", "1"],
        cwd=ROOT, stderr=child, env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
    )  # fmt: skip
    os.close(child)
    try:
        seen, deadline = b"", time.monotonic() + 90
        while b"Painting" not in seen and time.monotonic() < deadline:
            seen += os.read(terminal, 1000)
        process.send_signal(number)
        while process.poll() is None and time.monotonic() < deadline:
            try:
                seen += os.read(terminal, 1000)
            except OSError:  # The other end is closed: it is done.
                process.wait(timeout=30)
    finally:
        process.kill()
        process.wait()
        os.close(terminal)
    assert process.returncode == INTERRUPTED, seen
    assert "64 × 43 px in 5000 steps, up to" in seen.decode()
    with Image.open(out) as picture:
        assert picture.size == (64, 43)
