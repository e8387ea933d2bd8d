from pathlib import Path

import pytest
import torch
from PIL import Image

from engine.devices import fitted
from engine.errors import DeviceError
from engine.memory import PAGE_BYTES, fitting_area_px, free_bytes
from engine.params import Params
from engine.pyramid import AREAS_PX, plan
from engine.stylize import StyleImage, stylize
from tests.engine.conftest import drawn, tiny_network

GIB = 2**30
PHOTO = (3000, 2000)
PARAMS = Params(size_px=2048)
PLAN = plan(*PHOTO, PARAMS)


def machine(
    root: Path, available_kib: int, limit: str = "", used: str = "", files: int = 0
) -> Path:
    """A file system that says so, with a process that holds ten pages."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/meminfo").write_text(
        f"MemTotal:       99999999 kB\nMemAvailable:   {available_kib} kB\n"
    )
    (root / "proc/self/statm").write_text("100 10 5 1 0 20 0\n")
    if limit:
        (root / "sys/fs/cgroup").mkdir(parents=True)
        (root / "sys/fs/cgroup/memory.max").write_text(f"{limit}\n")
        (root / "sys/fs/cgroup/memory.current").write_text(f"{used}\n")
        (root / "sys/fs/cgroup/memory.stat").write_text(f"anon 1\ninactive_file {files}\n")
    return root


def test_free_is_what_is_available_and_what_the_process_holds_already(tmp_path: Path) -> None:
    assert free_bytes(machine(tmp_path, 1000)) == 1000 * 1024 + 10 * PAGE_BYTES


def test_a_container_with_less_left_counts(tmp_path: Path) -> None:
    assert free_bytes(machine(tmp_path, 10**6, "5000000", "4000000")) == 1_000_000 + 10 * PAGE_BYTES


@pytest.mark.parametrize(("limit", "used"), [("max", "4000000"), ("4000000000000", "1")])
def test_a_container_without_a_lower_limit_does_not(tmp_path: Path, limit: str, used: str) -> None:
    assert free_bytes(machine(tmp_path, 1000, limit, used)) == 1000 * 1024 + 10 * PAGE_BYTES


def test_files_that_linux_keeps_for_a_container_until_memory_is_wanted_are_free(
    tmp_path: Path,
) -> None:
    full_of_files = machine(tmp_path, 10**6, "5000000", "4900000", files=3_000_000)
    assert free_bytes(full_of_files) == 3_100_000 + 10 * PAGE_BYTES


def test_a_container_over_its_limit_has_nothing_left(tmp_path: Path) -> None:
    assert free_bytes(machine(tmp_path, 1000, "5", "9")) == 10 * PAGE_BYTES


def test_where_nobody_knows_a_run_is_not_held_up(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) is None
    assert fitting_area_px(PLAN, PHOTO, PARAMS, None, 4) == AREAS_PX[0]


def test_this_machine_has_some_memory_free() -> None:
    assert 100 * 2**20 < (free_bytes() or 0) < 2**50


def test_a_run_takes_the_largest_tiles_that_fit() -> None:
    for area_px in AREAS_PX:
        just_enough = int(PLAN.memory_bytes(area_px, 2) / 0.95) + 1
        assert fitting_area_px(PLAN, PHOTO, PARAMS, just_enough, 2) == area_px


def test_a_picture_too_large_for_the_smallest_tiles_is_refused_with_a_size_that_fits() -> None:
    with pytest.raises(DeviceError) as caught:
        fitting_area_px(PLAN, PHOTO, PARAMS, 2 * GIB, 4)
    sentence = caught.value.sentence
    assert "2048 × 1365 px needs about" in sentence
    assert "2.1 GB are free" in sentence
    size_px = int(sentence.split("at most ")[1].split(" px")[0])
    for px, fits in ((size_px, True), (size_px + 32, False)):
        needed = plan(*PHOTO, Params(size_px=px)).memory_bytes(AREAS_PX[-1], 4)
        assert (needed <= 2 * GIB * 0.95) is fits


def test_the_size_that_fits_leaves_room_for_the_pictures_given() -> None:
    crowded = plan(*PHOTO, PARAMS, inputs_px=2 * 3000 * 2000)
    with pytest.raises(DeviceError) as caught:
        fitting_area_px(crowded, PHOTO, PARAMS, 2 * GIB, 4)
    size_px = int(caught.value.sentence.split("at most ")[1].split(" px")[0])
    for px, fits in ((size_px, True), (size_px + 32, False)):
        smaller = plan(*PHOTO, Params(size_px=px), inputs_px=2 * 3000 * 2000)
        assert (smaller.memory_bytes(AREAS_PX[-1], 4) <= 2 * GIB * 0.95) is fits


def test_where_no_size_fits_other_programs_are_in_the_way() -> None:
    with pytest.raises(DeviceError, match="Close other programs"):
        fitting_area_px(PLAN, PHOTO, PARAMS, 100 * 2**20, 4)


def test_a_run_that_does_not_fit_is_refused_before_its_first_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.devices.free_bytes", lambda: 700 * 2**20)
    steps = stylize(
        drawn(64, 64), [StyleImage(Image.new("RGB", (64, 64)))], Params(size_px=64),
        network=tiny_network(), device="cpu",
    )  # fmt: skip
    with pytest.raises(DeviceError, match="are free"):
        next(steps)


def test_a_run_keeps_to_the_memory_that_it_may_take_though_more_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.devices.free_bytes", lambda: 64 * 2**30)
    params, photo = Params(size_px=2048), (2048, 2048)
    planned, cpu = plan(*photo, params), torch.device("cpu")
    dtype, roomy = fitted(planned, photo, params, cpu, 1)
    enough = int(planned.memory_bytes(AREAS_PX[1], dtype.itemsize) / 0.95) + 1
    _dtype, tight = fitted(planned, photo, params, cpu, 1, most_bytes=enough)
    assert (roomy, tight) == AREAS_PX[:2]
    with pytest.raises(DeviceError, match=r"are free\. Choose at most"):
        fitted(planned, photo, params, cpu, 1, most_bytes=2**30)
