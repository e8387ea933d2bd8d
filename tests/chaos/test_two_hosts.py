"""Two hosts of one site, each with a core and process numbers of its own: one joins, one dies."""

import os
import signal
from pathlib import Path
from time import monotonic

import pytest

from tests.chaos.installation import SharedInstallation

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.long,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may give processes their own numbers"),
]

PICTURES = 16


def pinned(host: SharedInstallation, core: int) -> SharedInstallation:
    """`host` as a machine of its own: one core, and a name that no other has."""
    own_numbers = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    host.prefix = ["taskset", "-c", str(core), *own_numbers]
    return host


def seconds_for_all(site: SharedInstallation, hosts: list[SharedInstallation]) -> float:
    """How long these hosts take for PICTURES, once all of them are at work."""
    first = site.submit(seconds=1, count=2 * len(hosts))
    for host in hosts:
        host.start("work")
    for pk in first:
        site.wait_for_state(pk, "succeeded", 120)
    began = monotonic()
    for pk in site.submit(seconds=2, count=PICTURES):
        site.wait_for_state(pk, "succeeded", 300)
    took_s = monotonic() - began
    for host in hosts:
        host.stop_everything()
    return took_s


def test_a_second_host_doubles_what_is_painted(
    shared_site: SharedInstallation, tmp_path: Path
) -> None:
    site = shared_site
    site.tell("DELETE FROM transfers_machinespeed")
    speed = "INSERT INTO transfers_machinespeed (host, pixel_steps_per_s, overhead_s, measured_at)"
    site.tell(f"{speed} VALUES ('nowhere', 300000, 1, now())")
    one_s = seconds_for_all(site, [pinned(site, 0)])
    hosts = [pinned(site, 0), pinned(site.another_host(tmp_path / "other"), 1)]
    two_s = seconds_for_all(site, hosts)
    print(f"{PICTURES} pictures: one host {one_s:.0f} s, two {two_s:.0f} s, {one_s / two_s:.2f} x")
    assert one_s / two_s > 1.4


def test_the_pictures_of_a_host_that_dies_end_on_the_other(
    request: pytest.FixtureRequest, shared_site: SharedInstallation, tmp_path: Path
) -> None:
    site = pinned(shared_site, 0)
    other = pinned(site.another_host(tmp_path / "other"), 1)
    pictures = site.submit(seconds=15, count=2)
    request.addfinalizer(other.stop_everything)
    site.start("work")
    other.start("work")

    def both_in_the_middle() -> bool:
        rows = [site.transfer(pk, "state, step") for pk in pictures]
        return all(state == "running" and step > 8 for state, step in rows)

    site.wait_for(both_in_the_middle, 90, "both hosts to paint")
    held = {site.transfer(pk, "worker")[0].partition("/")[0]: pk for pk in pictures}
    assert len(held) == 2
    for pid in other.processes():
        if pid != os.getpid():
            os.kill(pid, signal.SIGKILL)
    died_at = monotonic()

    def inherited() -> bool:
        rows = [site.transfer(pk, "state, attempts") for pk in pictures]
        return any(attempts == 2 for _state, attempts in rows)

    # The other host cannot see that those processes are gone: it waits for the lease to expire.
    site.wait_for(inherited, 90, "the other host to go on")
    print(f"went on {monotonic() - died_at:.0f} s after its host had died")
    for pk in pictures:
        site.wait_for_state(pk, "succeeded", 180)
    assert site.artworks() == 2
