"""One fault at a time in the middle of a picture: how long until work goes on, and what is lost.

The short ones run with all tests; the others take longer than a lease or need a machine to
themselves, and run with `make chaos`.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep

import pytest

from tests.chaos import faults
from tests.chaos.faults import Fault
from tests.chaos.installation import LONG_S, START_S, Installation
from tests.services import clock

pytestmark = pytest.mark.chaos

KILL, TERM = signal.SIGKILL, signal.SIGTERM

# Fault, and the most seconds until the next step is reported. A worker that is struck is noticed by
# the supervisor within a second, a pool that hangs after twelve.
IN_THE_POOL: dict[str, tuple[Fault, float]] = {
    "kill -9 of the pool's master": (faults.strike(faults.pool_master, KILL), 15),
    "kill -9 of the sentinel": (faults.strike(faults.sentinel, KILL), 15),
    "kill -9 of a helper": (faults.strike(faults.any_helper, KILL), 30),
    "SIGTERM to the pool's master": (faults.strike(faults.pool_master, TERM), 20),
    "SIGTERM to the sentinel": (faults.strike(faults.sentinel, TERM), 30),
    "SIGTERM to the busy worker": (faults.strike(faults.busy_worker, TERM), 30),
    "SIGTERM to the pool's group": (faults.strike_group(faults.pool_master, TERM), 30),
    "doubled wake-ups": (faults.double_wake_ups, 10),
    "lost wake-ups": (faults.lose_wake_ups, 10),
    "a truncated checkpoint": (faults.cut_checkpoints, 20),
}
QUICK = ("SIGTERM to the pool's group",)


def every_fault(names: list[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "name", [pytest.param(n, marks=[] if n in QUICK else pytest.mark.long) for n in names]
    )


def in_the_middle(site: Installation, pk: str) -> bool:
    """The worst moment: the last checkpoint is old and the next is due."""
    state, step, kept = site.transfer(pk, "state, step, checkpoint_step")
    return bool(state == "running" and step > kept + 3 and kept > 8)


def progressed(site: Installation, pk: str) -> Callable[[], bool]:
    """Whether a step was reported since now, by an attempt that goes on."""
    before = len(re.findall(r"begins at step", site.log.read_text()))
    step = site.transfer(pk, "step")[0]

    def moved() -> bool:
        begun = len(re.findall(r"begins at step", site.log.read_text()))
        state, now = site.transfer(pk, "state, step")
        return bool(state == "succeeded" or begun > before or now > step)

    return moved


@every_fault(list(IN_THE_POOL))
def test_a_picture_struck_in_the_middle_is_finished_once(any_site: Installation, name: str) -> None:
    site = any_site
    fault, most_s = IN_THE_POOL[name]
    (pk,) = site.submit(seconds=LONG_S)
    site.start("work")
    site.wait_for(lambda: in_the_middle(site, pk), START_S, "some steps")
    moved = progressed(site, pk)
    fault(site)
    goes_on_s = site.wait_for(moved, most_s, "work to go on")
    site.finish(pk)
    attempts, painting_s = site.transfer(pk, "attempts, painting_s")
    print(
        f"{name}: went on after {goes_on_s:.1f} s, {attempts} attempts, {painting_s:.0f} s of work"
    )
    assert site.artworks() == 1
    site.wait_for(lambda: site.ages_s("transfers") == {}, 5, "its files to be gone")
    (after,) = site.submit(seconds=0.5)
    site.wait_for_state(after, "succeeded", 60)
    assert site.artworks() == 2


@pytest.mark.long
def test_a_worker_frozen_beyond_its_lease_does_not_paint_over_its_heir(
    any_site: Installation,
) -> None:
    site = any_site
    (pk,) = site.submit(seconds=LONG_S)
    site.start("work")
    site.wait_for(lambda: in_the_middle(site, pk), START_S, "some steps")
    site.env["STYLESITE_WORKERS"] = "1"
    faults.freeze(faults.busy_worker, 45)(site)
    site.finish(pk)
    print(f"frozen for 45 s: {site.transfer(pk, 'attempts')[0]} attempts")
    assert site.artworks() == 1


@pytest.mark.parametrize(
    "name",
    [
        "SIGTERM to the supervisor's group",
        "kill -9 of the supervisor",
        "kill -9 of the web server",
    ],
)
@pytest.mark.long
def test_a_whole_site_struck_in_the_middle_goes_on(any_site: Installation, name: str) -> None:
    site = any_site
    fault = {
        "SIGTERM to the supervisor's group": faults.strike_group(faults.supervisor, TERM),
        "kill -9 of the supervisor": faults.strike(faults.supervisor, KILL),
        "kill -9 of the web server": faults.strike(faults.web_server, KILL),
    }[name]
    (pk,) = site.submit(seconds=LONG_S)
    site.start("up", "--port", "0")
    site.wait_for(lambda: in_the_middle(site, pk), START_S, "some steps")
    moved = progressed(site, pk)
    fault(site)
    goes_on_s = site.wait_for(moved, 30, "work to go on")
    print(f"{name}: went on after {goes_on_s:.1f} s")
    site.finish(pk)
    assert site.artworks() == 1


@pytest.mark.long
def test_work_queued_under_an_old_secret_key_is_painted_under_the_new_one(
    any_site: Installation,
) -> None:
    site = any_site
    waiting = site.submit(seconds=0.5, count=3)
    site.env["STYLESITE_SECRET_KEY"] = "a new one, known to everyone who reads this as well"
    site.start("work")
    for pk in waiting:
        site.wait_for_state(pk, "succeeded", 60)
    assert site.artworks() == 3


@pytest.fixture
def small_disk(prepared: Path, tmp_path: Path) -> Iterator[Installation]:
    """An installation on a disk of its own, of 100 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", str(disk)], check=True)
    installation = Installation(disk / "data")
    installation.log = tmp_path / "log"
    try:
        shutil.copytree(prepared, installation.data_dir)
        yield installation
    finally:
        installation.stop_everything()
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_costs_previews_and_not_the_picture(small_disk: Installation) -> None:
    site = small_disk
    (pk,) = site.submit(seconds=LONG_S)
    site.start("work")
    site.wait_for(lambda: in_the_middle(site, pk), START_S, "some steps")
    filler = site.data_dir / "filler"
    with contextlib.suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(bytes(2**16))
            file.flush()
    try:
        site.wait_for(lambda: "not written" in site.tail(), 30, "a file that cannot be written")
        sleep(4)
    finally:
        filler.unlink()
    site.finish(pk)
    print(f"disk full for 4 s: {site.transfer(pk, 'attempts')[0]} attempts")
    assert site.artworks() == 1


FAKETIME = clock.faketime()


@pytest.mark.long
@pytest.mark.skipif(FAKETIME is None, reason="needs Debian's libfaketime")
@pytest.mark.parametrize("jump", ["+3600", "-3600"])
def test_a_clock_that_is_set_costs_no_attempt(
    site: Installation, tmp_path: Path, jump: str
) -> None:
    set_to = tmp_path / "clock"
    set_to.write_text("+0")
    site.env |= {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(set_to),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    (pk,) = site.submit(seconds=LONG_S)
    site.start("work")
    site.wait_for(lambda: in_the_middle(site, pk), START_S, "some steps")
    step = site.transfer(pk, "step")[0]
    set_to.write_text(jump)
    goes_on_s = site.wait_for(lambda: site.transfer(pk, "step")[0] > step, 10, "a report")
    site.finish(pk)
    print(f"clock set by {jump} s: next report after {goes_on_s:.1f} s")
    assert site.transfer(pk, "attempts") == (1,)
    assert site.artworks() == 1
