import os
import shutil
import subprocess
import sys
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
def requirements(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("# nothing to install\n")
    return path


def test_packages_are_installed_once_and_again_when_the_pins_change(
    venv: Path, requirements: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.works(venv)
    bootstrap.set_up(venv, requirements, always=False)
    assert "[2/6]" in capsys.readouterr().out
    bootstrap.set_up(venv, requirements, always=False)
    assert capsys.readouterr().out == ""
    requirements.write_text("# still nothing\n")
    bootstrap.set_up(venv, requirements, always=False)
    assert "[2/6]" in capsys.readouterr().out


def test_an_environment_whose_python_is_gone_is_made_again(
    venv: Path, requirements: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.unlink(venv / "bin" / "python")
    bootstrap.set_up(venv, requirements, always=False)
    assert "[1/6]" in capsys.readouterr().out
    assert bootstrap.works(venv)


def test_a_folder_with_other_things_in_it_is_refused_and_kept(
    tmp_path: Path, requirements: Path
) -> None:
    (tmp_path / "home").mkdir()
    precious = tmp_path / "home" / "thesis.txt"
    precious.write_text("years of work")
    with pytest.raises(SetupError, match="set STYLESITE_VENV to a new folder"):
        bootstrap.set_up(tmp_path / "home", requirements, always=False)
    assert precious.read_text() == "years of work"


def test_a_disk_without_room_is_named_before_anything_is_fetched(
    tmp_path: Path, requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100e9, 98e9, 2e9))
    with pytest.raises(SetupError, match=r"Only 2\.0 GB are free"):
        bootstrap.set_up(tmp_path / "venv", requirements, always=False)
    assert not (tmp_path / "venv").exists()


def test_an_old_python_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    version = namedtuple("version", "major minor")(3, 9)
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SetupError, match=r"This is Python 3\.9.*install python3\.11"):
        bootstrap.check_python()


def test_a_package_that_does_not_exist_ends_in_one_sentence(venv: Path, requirements: Path) -> None:
    requirements.write_text("./no-such-package-here\n")
    with pytest.raises(SetupError, match="The packages could not be installed: ") as error:
        bootstrap.set_up(venv, requirements, always=False)
    assert "\n" not in str(error.value)


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
