"""Whoever takes a decoder over finds nothing of the site, and can do nothing with it."""

from __future__ import annotations

import os
import resource
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from engine.decoding import system_calls
from engine.decoding.confinement import NOBODY, landlock_version
from engine.decoding.decoder import Decoder, environment
from engine.errors import ImageError
from tests.engine.decoding.conftest import LIMITS, children, drawn, refused, until
from tests.engine.decoding.hostile_child import CPU_S, HOLE

STOPPED = {"PermissionError", "OSError", "RuntimeError", "ValueError"}
"""As Python says it of a file, of a descriptor too many, of a thread, and of a limit."""


def test_nothing_of_the_site_is_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLESITE_SECRET_KEY", "tell nobody")
    assert set(environment()) <= {
        *{"PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LC_ALL"},
        *{"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MALLOC_ARENA_MAX"},
    }
    with closing(Decoder("tests.engine.decoding.hostile_child")) as fresh:
        found = fresh.read(HOLE + b"look for the key", LIMITS)
    assert found.image.size == (99, 99)  # 0, so not there


def limits_of(pid: int) -> dict[str, list[str]]:
    """Soft and hard, by the kernel's names for them."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {line[:26].strip(): line[26:].split()[:2] for line in lines}


def test_limits_stand_around_every_file(hostile: Decoder) -> None:
    """Each by itself: what another wall stops as well would hide that one is gone."""
    reading = threading.Thread(target=refused, args=(hostile, HOLE + b"sleep"))
    hostile.start()
    reading.start()
    none = ["0", "0"]
    try:
        assert until(lambda: len(children(hostile.pid)) == 1, 10)
        [at_work] = children(hostile.pid)
        assert until(lambda: limits_of(at_work)["Max open files"] == none)
        limits, asked_for = limits_of(at_work), resource.getpagesize() * _pages(at_work)
    finally:
        for pid in children(hostile.pid):
            os.kill(pid, 9)
        reading.join()
    assert limits["Max cpu time"] == [str(CPU_S)] * 2
    assert limits["Max file size"] == limits["Max core file size"] == none
    assert limits["Max locked memory"] == none
    assert "unlimited" not in limits["Max processes"]
    soft, hard = map(int, limits["Max address space"])
    room = 2 * LIMITS.max_bytes + 24 * LIMITS.max_pixels + 192 * 2**20
    assert room - 2**26 < soft - asked_for <= room
    assert soft == hard


def _pages(pid: int) -> int:
    """Of its address space."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0])


def test_a_file_that_asks_for_more_memory_is_told_that_there_is_none(hostile: Decoder) -> None:
    assert failed(hostile, HOLE + b"ask for two gigabytes") == "MemoryError"


def test_a_thread_may_be_started_as_heic_needs_one(hostile: Decoder) -> None:
    assert hostile.read(HOLE + b"thread", LIMITS).image.size == (64, 64)


def walled(deed: str, landlock: int | None = None) -> ParameterSet:
    """Stopped by the filter of system calls, and by Landlock from this version on, if by any."""
    stands = system_calls.is_known() or (landlock is not None and landlock_version() >= landlock)
    return pytest.param(deed, marks=pytest.mark.skipif(not stands, reason="no wall against it"))


def failed(decoder: Decoder, data: bytes) -> str:
    """What it said itself; a decoder that is gone or taken over says something else."""
    with pytest.raises(ImageError) as caught:
        decoder.read(data, LIMITS)
    return str(caught.value.__cause__).removeprefix("it failed with ")


@pytest.mark.parametrize(
    "deed",
    [
        "read a file",
        "read a file in place of another",
        "open a socket",
        "open a pipe",
        "raise its limits",
        "start threads without end",
        "start a process",
        walled("start a program", landlock=1),
        walled("fork"),
        walled("signal its parent", landlock=6),
    ],
)
def test_whoever_takes_a_decoder_over_can_do_nothing_with_it(hostile: Decoder, deed: str) -> None:
    before = hostile.read(drawn(), LIMITS) and hostile.pid
    assert failed(hostile, HOLE + deed.encode()) in STOPPED
    assert hostile.pid == before
    assert until(lambda: not children(hostile.pid))


@pytest.fixture
def safe() -> Iterator[Path]:
    """A file that belongs to whoever decodes, in a folder where all may write: only the walls are
    in the way."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "safe"
        file.write_bytes(b"to be left alone")
        os.chmod(folder, 0o777)
        if os.geteuid() == 0:
            os.chown(file, NOBODY, NOBODY)
        yield file


@pytest.mark.parametrize(
    "deed",
    [
        "write beside a file",
        walled("rename a file", landlock=1),
        walled("cut a file", landlock=3),
        walled("chmod a file"),
    ],
)
def test_whoever_takes_a_decoder_over_leaves_files_alone(
    hostile: Decoder, safe: Path, deed: str
) -> None:
    assert failed(hostile, HOLE + f"{deed}: {safe}".encode()) in STOPPED
    assert list(safe.parent.iterdir()) == [safe]
    assert safe.read_bytes() == b"to be left alone"
    assert safe.stat().st_mode & 0o777
