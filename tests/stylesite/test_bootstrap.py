import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest

from stylesite import bootstrap
from stylesite.bootstrap import SetupError

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real environment, made once: it takes some seconds."""
    folder = tmp_path_factory.mktemp("bootstrap") / "new" / "venv"
    bootstrap.create_venv(folder)
    return folder


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text("# nothing to install\n")
    return path


def test_packages_are_installed_once_and_again_when_the_pins_change(
    venv: Path, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.works(venv)
    bootstrap.set_up(venv, lock, always=False)
    assert "[2/6]" in capsys.readouterr().out
    bootstrap.set_up(venv, lock, always=False)
    assert capsys.readouterr().out == ""
    lock.write_text("# still nothing\n")
    bootstrap.set_up(venv, lock, always=False)
    assert "[2/6]" in capsys.readouterr().out


def test_an_environment_whose_python_is_gone_is_made_again(
    venv: Path, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.unlink(venv / "bin" / "python")
    bootstrap.set_up(venv, lock, always=False)
    assert "[1/6]" in capsys.readouterr().out
    assert bootstrap.works(venv)


def test_a_folder_with_other_things_in_it_is_refused_and_kept(tmp_path: Path, lock: Path) -> None:
    (tmp_path / "home").mkdir()
    precious = tmp_path / "home" / "thesis.txt"
    precious.write_text("years of work")
    with pytest.raises(SetupError, match="set STYLESITE_VENV to a new folder"):
        bootstrap.set_up(tmp_path / "home", lock, always=False)
    assert precious.read_text() == "years of work"


def test_a_disk_without_room_is_named_before_anything_is_fetched(
    tmp_path: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100e9, 98e9, 2e9))
    with pytest.raises(SetupError, match=r"Only 2\.0 GB are free"):
        bootstrap.set_up(tmp_path / "venv", lock, always=False)
    assert not (tmp_path / "venv").exists()


def test_an_old_python_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    version = namedtuple("version", "major minor")(3, 9)
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SetupError, match=r"This is Python 3\.9.*install python3\.11"):
        bootstrap.check_python()


def test_a_package_that_does_not_exist_ends_in_one_sentence(venv: Path, lock: Path) -> None:
    lock.write_text("./no-such-package-here\n")
    with pytest.raises(SetupError, match="The packages could not be installed: ") as error:
        bootstrap.set_up(venv, lock, always=False)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_the_one_that_was_checked_is_not_installed(
    venv: Path, lock: Path, tmp_path: Path
) -> None:
    wheel = tmp_path / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("thing.py", "")
        about = {
            "METADATA": "Metadata-Version: 2.1\nName: thing\nVersion: 1.0",
            "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any",
            "RECORD": "",
        }
        for name, text in about.items():
            archive.writestr(f"thing-1.0.dist-info/{name}", text)
    checked = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock.write_text(f"thing @ file://{wheel} --hash=sha256:{'0' * 64}\n")
    with pytest.raises(SetupError, match="is not the one that was checked"):
        bootstrap.set_up(venv, lock, always=False)
    lock.write_text(f"thing @ file://{wheel}\n")
    with pytest.raises(SetupError, match="could not be installed"):
        bootstrap.set_up(venv, lock, always=False)
    lock.write_text(f"thing @ file://{wheel} --hash=sha256:{checked}\n")
    bootstrap.set_up(venv, lock, always=False)
    assert list(venv.glob("lib/*/site-packages/thing.py"))


def test_a_python_without_venv_is_told_which_package_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What Debian's python3 prints when python3-venv is not there.
    said = "The virtual environment was not created because ensurepip is not available."
    answer = subprocess.CompletedProcess([], 1, stdout=said, stderr="")
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: answer)
    with pytest.raises(SetupError, match="sudo apt-get install python3-venv"):
        bootstrap.create_venv(tmp_path / "venv")


def test_a_full_disk_is_called_that() -> None:
    output = "Installing\nERROR: [Errno 28] No space left on device: '/x'\n"
    sentence = bootstrap.failure("The packages could not be installed", output)
    assert sentence.endswith("the disk is full. Make room and run this again.")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("  Downloading torch-2.14.1-cp311-x86_64.whl (812.1 MB)", "downloading torch (812.1 MB)"),
        ("Downloading https://x/y/numpy-2.4.6.whl (16.9 MB)", "downloading numpy (16.9 MB)"),
        ("Installing collected packages: a, b", "unpacking everything"),
        ("Collecting torch==2.14.1", None),
    ],
)
def test_the_output_of_pip_is_told_in_plain_words(line: str, words: str | None) -> None:
    assert bootstrap.doing(line) == words


def test_make_says_in_one_sentence_that_python_is_missing() -> None:
    make = shutil.which("make")
    assert make
    run = subprocess.run([make, "run", "PYTHON="], capture_output=True, text=True)
    assert run.returncode != 0
    assert "Python is missing: install Python 3.11" in run.stderr
