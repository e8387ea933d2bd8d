"""`python -m engine`: refusals in this process, whole runs in one of their own."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from engine.__main__ import INTERRUPTED, _stop_asked, main
from tests.engine.conftest import drawn

ROOT = Path(__file__).parents[2]


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str, str]:
    drawn(90, 60, seed=1).save(tmp_path / "photo.jpg")
    drawn(80, 80, seed=2).save(tmp_path / "style.png")
    return tuple(str(tmp_path / n) for n in ("photo.jpg", "style.png", "out.png"))  # type: ignore[return-value]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    return captured.err


def test_a_missing_photo_is_named(
    files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "nowhere.jpg cannot be read" in refused(capsys, "nowhere.jpg", files[1], "-o", files[2])


def test_a_style_that_is_no_picture_is_named(
    files: tuple[str, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = tmp_path / "words.jpg"
    words.write_text("not a picture")
    message = refused(capsys, files[0], str(words), "-o", files[2])
    assert "words.jpg" in message
    assert "not a picture" in message


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--size", "9000", "32 to 4096"),
        ("--strength", "150", "0 to 100"),
        ("--style-scale", "0", "0.25 to 4"),
        ("--style-weights", "0", "above 0"),
        ("--device", "abacus", "Use cpu"),
        ("--weights", "/nowhere/vgg.pth", "cannot be read"),
    ],
)
def test_a_wrong_value_is_answered_with_what_is_right(
    files: tuple[str, str, str],
    option: str,
    value: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert said in refused(capsys, files[0], files[1], "-o", files[2], option, value)
    assert not Path(files[2]).exists()


def test_a_result_that_cannot_be_written_is_refused_before_the_work(
    files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "name the result" in refused(capsys, files[0], files[1], "-o", "out.gif")
    assert "not a folder" in refused(capsys, files[0], files[1], "-o", "/nowhere/out.png")


def test_a_weight_for_every_style_is_asked_for(
    files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (files[0], files[1], "-o", files[2], "--style-weights", "1", "2")
    assert "as many" in refused(capsys, *arguments)


def test_an_earlier_picture_of_other_proportions_is_refused(
    files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, files[0], files[1], "-o", files[2], "--earlier", files[1])
    assert "other proportions" in said


def test_an_earlier_picture_is_asked_for(
    files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, files[0], files[1], "-o", files[2], "--initial", "earlier")
    assert "choose that picture" in said


def test_wrong_usage_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["photo.jpg"])
    assert caught.value.code == 2
    assert "usage: python -m engine" in capsys.readouterr().err


def test_help_and_refusals_come_without_loading_torch(files: tuple[str, str, str]) -> None:
    script = (
        "import sys; from engine.__main__ import main\n"
        "main([sys.argv[1], 'nowhere.png', '-o', sys.argv[2]])\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run(
        [sys.executable, "-c", script, files[0], files[2]], cwd=ROOT, check=True, timeout=60
    )


@pytest.mark.vgg
def test_a_picture_is_painted_and_saved(files: tuple[str, str, str]) -> None:
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

    before = signal.getsignal(signal.SIGINT)
    with _stop_asked() as stop:
        assert not stop.is_set()
        Lossy()
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.vgg
def test_control_c_saves_what_there_is(files: tuple[str, str, str]) -> None:
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
        process.send_signal(signal.SIGINT)
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
    with Image.open(out) as picture:
        assert picture.size == (64, 43)
