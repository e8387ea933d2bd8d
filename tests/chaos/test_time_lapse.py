"""The frames of a painting whose worker is killed."""

import json
import os
import signal
from itertools import pairwise

import pytest

from tests.chaos.installation import LONG_S, Installation
from tests.chaos.test_killed_worker import resumed_at

pytestmark = pytest.mark.chaos


def test_frames_from_before_a_kill_with_9_are_hung_with_those_after_it(
    any_site: Installation,
) -> None:
    site = any_site
    (pk,) = site.submit(seconds=LONG_S)
    site.start("work")
    site.wait_for(lambda: site.transfer(pk, "checkpoint_step")[0] > 8, 90, "a checkpoint")
    os.kill(site.worker_of(pk), signal.SIGKILL)
    site.wait_for(
        lambda: site.transfer(pk, "state, attempts") == ("running", 2), 30, "a second attempt"
    )
    site.finish(pk)
    [(index, name, size)] = site.ask('SELECT "index", file, bytes FROM gallery_timelapse')
    steps = [frame[0] for frame in (json.loads(index) if isinstance(index, str) else index)]
    print(f"resumed at step {resumed_at(site)}; frames of {steps}")
    assert resumed_at(site) > 3
    assert steps[:3] == [1, 2, 3]
    assert all(earlier < later for earlier, later in pairwise(steps))
    assert steps[-1] == site.transfer(pk, "step")[0] >= resumed_at(site)
    assert size > 0
    assert name in site.ages_s("timelapses")
    site.wait_for(lambda: site.ages_s("transfers") == {}, 5, "its files to be gone")
