"""The sum of it all: short pictures by five people, and a random fault every few seconds.

All of them end as one artwork each, none is missing, and no process is left over.
"""

import random
import signal
from collections.abc import Iterator
from time import monotonic, sleep

import pytest

from tests.chaos import faults
from tests.chaos.faults import Fault, NobodyThereError
from tests.chaos.installation import Installation

pytestmark = pytest.mark.chaos

PEOPLE = ("ada", "bob", "cat", "dan", "eve")
EVERY_S = (2.0, 8.0)

FAULTS: dict[str, Fault] = {
    "kill -9 of the busy worker": faults.strike(faults.busy_worker, signal.SIGKILL),
    "kill -9 of the pool's master": faults.strike(faults.pool_master, signal.SIGKILL),
    "kill -9 of the sentinel": faults.strike(faults.sentinel, signal.SIGKILL),
    "kill -9 of a helper": faults.strike(faults.any_helper, signal.SIGKILL),
    "kill -9 of the supervisor": faults.strike(faults.supervisor, signal.SIGKILL),
    "kill -9 of the web server": faults.strike(faults.web_server, signal.SIGKILL),
    "SIGTERM to the busy worker": faults.strike(faults.busy_worker, signal.SIGTERM),
    "SIGTERM to the pool's group": faults.strike_group(faults.pool_master, signal.SIGTERM),
    "SIGTERM to the supervisor": faults.strike(faults.supervisor, signal.SIGTERM),
    "the busy worker frozen": faults.freeze(faults.busy_worker, 3),
    "lost wake-ups": faults.lose_wake_ups,
    "doubled wake-ups": faults.double_wake_ups,
    "a truncated checkpoint": faults.cut_checkpoints,
}


def struck(site: Installation, draw: random.Random) -> Iterator[str]:
    """Strikes at random moments, for as long as one asks; yields what it did."""
    while True:
        sleep(draw.uniform(*EVERY_S))
        name = draw.choice(sorted(FAULTS))
        try:
            FAULTS[name](site)
        except NobodyThereError:
            continue
        yield name


def unfinished(site: Installation) -> int:
    asked = "SELECT count(*) FROM transfers_transfer WHERE state IN ('queued', 'running')"
    return int(site.ask(asked)[0][0])


@pytest.mark.long
@pytest.mark.parametrize("count", [10, 200])
def test_all_pictures_are_painted_once_whatever_happens(any_site: Installation, count: int) -> None:
    site = any_site
    for name in PEOPLE:
        site.submit(seconds=0.5, count=count // len(PEOPLE), owner=f"{name}@example.org")
    up = site.start("up", "--port", "0")
    began, seen = monotonic(), []
    for name in struck(site, random.Random(count)):
        seen.append(name)
        if not unfinished(site):
            break
        assert monotonic() - began < 15 + 12 * count, site.tail()
    took_s = monotonic() - began
    print(f"{count} pictures in {took_s:.0f} s, {len(seen)} faults")
    states = site.ask("SELECT state, count(*) FROM transfers_transfer GROUP BY state")
    assert states == [("succeeded", count)], site.ask("SELECT error FROM transfers_transfer")
    assert site.artworks() == count
    shown = "SELECT count(DISTINCT artwork_id) FROM transfers_transfer"
    assert site.ask(shown) == [(count,)]
    up.terminate()
    assert up.wait(12) == 0
    site.wait_for(lambda: not site.processes(), 5, "all processes to be gone")
