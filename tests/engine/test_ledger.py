"""What runs beside each other say of the memory that they will take."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from engine.devices import fast_dtype, fitted
from engine.errors import DeviceError, MemoryTakenError
from engine.ledger import Entry
from engine.memory import PAGE_BYTES
from engine.params import Params
from engine.pyramid import AREAS_PX, plan


class Machine:
    """Its processes, and the entries that they have in its ledger."""

    def __init__(self, folder: Path) -> None:
        self.proc, self.ledger = folder / "proc", folder / "ledger.json"

    def entry(self, pid: int, monkeypatch: pytest.MonkeyPatch) -> Entry:
        self.lives(pid)
        with monkeypatch.context() as patch:
            patch.setattr("engine.ledger.os.getpid", lambda: pid)
            return Entry(self.ledger, self.proc)

    def lives(self, pid: int, born: int = 7, holds: int = 0) -> None:
        of_it = self.proc / str(pid)
        of_it.mkdir(parents=True, exist_ok=True)
        before = "S " + "0 " * 18
        (of_it / "stat").write_text(f"{pid} (a worker) of) {before}{born} 0 0\n")
        (of_it / "statm").write_text(f"99 {holds // PAGE_BYTES} 0 0 0 0 0\n")

    def dies(self, pid: int) -> None:
        for file in (self.proc / str(pid)).iterdir():
            file.unlink()


PAGE = PAGE_BYTES


def fit(entry: Entry, pages: int, free: int, least: int | None = None) -> int:
    """How many pages a run gets that wants so many, and can do with `least`, where so many are
    free."""
    least = pages if least is None else least

    def find(free_bytes: int | None) -> tuple[int, int]:
        assert free_bytes is not None
        if free_bytes < least * PAGE:
            raise DeviceError(f"{pages} pages are too many.")
        taken = min(pages, free_bytes // PAGE)
        return taken, taken * PAGE

    return entry.fit(find, free * PAGE, least * PAGE)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def entries(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    return [machine.entry(pid, monkeypatch) for pid in (11, 12, 13)]


def test_what_another_run_will_still_take_is_not_free(
    machine: Machine, entries: list[Entry]
) -> None:
    first, second, _third = entries
    assert fit(first, 60, 100) == 60
    machine.lives(11, holds=20 * PAGE)
    # 80 are free, of which the first has yet to take 40.
    assert fit(second, 70, 80, least=10) == 40


def test_who_does_not_fit_beside_others_waits_until_they_are_done(entries: list[Entry]) -> None:
    first, second, _third = entries
    fit(first, 60, 100)
    with pytest.raises(MemoryTakenError, match="60 pages"):
        fit(second, 60, 100)
    with first:
        pass
    assert fit(second, 60, 100) == 60


def test_what_never_fits_is_refused_at_once(machine: Machine, entries: list[Entry]) -> None:
    first, second, _third = entries
    fit(first, 60, 100)
    machine.lives(11, holds=30 * PAGE)
    with pytest.raises(DeviceError) as caught:
        fit(second, 120, 70)
    assert type(caught.value) is DeviceError
    with pytest.raises(DeviceError) as alone:
        fit(entries[2], 101, 70)
    assert type(alone.value) is DeviceError


def test_small_ones_do_not_overtake_one_that_waits(entries: list[Entry]) -> None:
    first, second, third = entries
    fit(first, 30, 100)
    with pytest.raises(MemoryTakenError):
        fit(second, 80, 100)
    with pytest.raises(MemoryTakenError):
        fit(third, 30, 100)
    with first:
        pass
    assert fit(second, 80, 100) == 80
    with pytest.raises(MemoryTakenError):
        fit(third, 30, 100)
    with second:
        pass
    assert fit(third, 30, 100) == 30


@pytest.mark.parametrize("reborn", [False, True])
def test_a_process_that_is_gone_takes_nothing(
    machine: Machine, entries: list[Entry], reborn: bool
) -> None:
    first, second, _third = entries
    fit(first, 60, 100)
    machine.dies(11)
    if reborn:  # another program with its number
        machine.lives(11, born=8)
    assert fit(second, 60, 100) == 60


def test_a_run_that_begins_anew_replaces_its_own_entry(
    machine: Machine, entries: list[Entry]
) -> None:
    first = entries[0]
    for _again in range(2):
        assert fit(first, 60, 100) == 60
    assert len(json.loads(machine.ledger.read_text())) == 1


@pytest.mark.parametrize("left", ["", "[{", '[{"pid": 1}]', "7"])
def test_a_broken_ledger_is_begun_anew(machine: Machine, entries: list[Entry], left: str) -> None:
    machine.ledger.write_text(left)
    assert fit(entries[0], 60, 100) == 60
    with pytest.raises(MemoryTakenError):
        fit(entries[1], 60, 100)


def somebody_elses(folder: Path) -> Path:
    if os.geteuid():
        pytest.skip("only root can give a file away")
    path = folder / "theirs.json"
    path.write_text("[]")
    os.chown(path, 12345, -1)
    return path


@pytest.mark.parametrize(
    "ledger",
    [
        lambda folder: folder / "none" / "ledger.json",
        lambda _folder: Path("/dev/full"),
        somebody_elses,
    ],
    ids=["no folder", "a full disk", "somebody else's"],
)
def test_where_no_ledger_can_be_a_run_is_not_held_up(
    tmp_path: Path, ledger: Callable[[Path], Path]
) -> None:
    path = ledger(tmp_path)
    with Entry(path) as first, Entry(path) as second:
        assert fit(first, 60, 100) == fit(second, 60, 100) == 60
        with pytest.raises(DeviceError):
            fit(first, 60, 50)


def test_who_waits_holds_no_more_back_than_they_can_begin_with(entries: list[Entry]) -> None:
    first, second, third = entries
    fit(first, 60, 100)
    with pytest.raises(MemoryTakenError):
        fit(second, 90, 100, least=50)
    assert fit(third, 10, 120) == 10


@pytest.fixture
def another() -> Iterator[subprocess.Popen[bytes]]:
    """A process of this machine that does nothing."""
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def test_real_processes_know_of_each_other(
    tmp_path: Path, another: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the tiles that a picture is painted in: smaller ones where another is still to come."""
    photo, params, cpu = (4000, 3000), Params(size_px=4096), torch.device("cpu")
    planned, bytes_each = plan(*photo, params), fast_dtype(cpu).itemsize
    most, least = (planned.memory_bytes(AREAS_PX[at], bytes_each) for at in (0, -1))
    monkeypatch.setattr("engine.devices.free_bytes", lambda: most + int(least / 0.95) + 1)

    def tile_px(entry: Entry) -> int:
        return fitted(planned, photo, params, cpu, 1, entry=entry)[1]

    with monkeypatch.context() as patch:
        patch.setattr("engine.ledger.os.getpid", lambda: another.pid)
        theirs = Entry(tmp_path / "ledger.json")
    assert tile_px(theirs) == AREAS_PX[0]
    ours = Entry(tmp_path / "ledger.json")
    assert tile_px(ours) < AREAS_PX[0]
    another.kill()
    another.wait()
    assert tile_px(ours) == AREAS_PX[0]
