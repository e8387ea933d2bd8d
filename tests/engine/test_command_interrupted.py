"""`python -m engine` when somebody presses Ctrl-C, and the run that goes on afterwards."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from engine import files as command_files
from engine.__main__ import INTERRUPTED, _stop_asked, main
from engine.files import Keeper
from engine.pace import Pace
from engine.stylize import Step
from tests.engine.command import ROOT, Files, events, interrupting, line, refused

# How fast this machine paints is learned afresh by each test.
pytestmark = pytest.mark.usefixtures("cache")


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
