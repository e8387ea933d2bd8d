"""Workers that are killed, stopped and hung. The picture is finished all the same, once."""

import json
import os
import signal
from itertools import pairwise
from time import monotonic

import pytest

from tests.chaos.installation import LONG_S, START_S, Installation

pytestmark = pytest.mark.chaos


def painted_past_a_checkpoint(site: Installation, pk: str) -> bool:
    """The worst moment for a kill: the last checkpoint is old and the next is due."""
    state, step, kept = site.transfer(pk, "state, step, checkpoint_step")
    return state == "running" and step > kept > 8 and checkpoint_age_s(site, pk) > 2.8


def checkpoint_age_s(site: Installation, pk: str) -> float:
    (name,) = site.transfer(pk, "checkpoint")
    return site.ages_s("transfers").get(name, 0)  # replaced meanwhile by the next one


def frames_of(site: Installation) -> list[int]:
    """The steps that the time lapse shows, whose file is there."""
    [(index, name, size)] = site.ask('SELECT "index", file, bytes FROM gallery_timelapse')
    assert size > 0
    assert name in site.ages_s("timelapses")
    return [frame[0] for frame in (json.loads(index) if isinstance(index, str) else index)]


def test_a_busy_worker_killed_with_9_costs_seconds_and_ends_in_one_artwork_with_all_frames(
    any_site: Installation,
) -> None:
    """The time lapse holds those from before the kill as well as those after it."""
    site = any_site
    (pk,) = site.submit(seconds=LONG_S)
    site.start("work")
    site.wait_for(lambda: painted_past_a_checkpoint(site, pk), START_S, "a checkpoint")
    victim = site.worker_of(pk)
    os.kill(victim, signal.SIGKILL)
    lost_s = checkpoint_age_s(site, pk)
    step, kept, painting_s = site.transfer(pk, "step, checkpoint_step, painting_s")
    resumed_s = site.wait_for(
        lambda: site.transfer(pk, "state, attempts") == ("running", 2), 15, "a second attempt"
    )
    assert site.worker_of(pk) != victim
    site.finish(pk)
    redone = kept + 1 - site.resumed_at()
    lost_s += redone * painting_s / step
    print(f"lost {lost_s:.1f} s: killed at step {step}, resumed at {kept + 1 - redone}")
    print(f"resumed after {resumed_s:.1f} s")
    assert 0 <= redone <= 6
    assert site.artworks() == 1
    assert site.transfer(pk, "artwork_id")[0] is not None
    steps = frames_of(site)
    print(f"resumed at step {site.resumed_at()}; frames of {steps}")
    assert site.resumed_at() > 3
    assert steps[:3] == [1, 2, 3]
    assert all(earlier < later for earlier, later in pairwise(steps))
    assert steps[-1] == site.transfer(pk, "step")[0] >= site.resumed_at()
    site.wait_for(lambda: site.ages_s("transfers") == {}, 5, "its files to be gone")


@pytest.mark.long
def test_a_worker_killed_while_idle_does_not_hold_up_the_next_transfer(site: Installation) -> None:
    (first,) = site.submit(seconds=0.5)
    site.start("work")
    site.wait_for(lambda: site.transfer(first, "state") == ("running",), START_S, "a worker")
    worker = site.worker_of(first)
    site.wait_for_state(first, "succeeded", 30)
    os.kill(worker, signal.SIGKILL)
    (second,) = site.submit(seconds=0.5)
    waited_s = site.wait_for_state(second, "succeeded", 45)
    print(f"finished {waited_s:.1f} s after the submission")
    assert site.artworks() == 2


def test_sigterm_gives_the_transfer_back_and_the_next_start_resumes_it(site: Installation) -> None:
    (pk,) = site.submit(seconds=LONG_S)
    supervisor = site.start("work")
    site.wait_for(
        lambda: site.transfer(pk, "state")[0] == "running" and site.transfer(pk, "step")[0] > 8,
        START_S,
        "some steps",
    )
    began = monotonic()
    supervisor.terminate()
    assert supervisor.wait(10) == 0
    print(f"stopped after {monotonic() - began:.1f} s")
    assert site.processes() == {}
    state, attempts, kept = site.transfer(pk, "state, attempts, checkpoint_step")
    assert (state, attempts) == ("queued", 0)
    assert kept > 8

    site.start("work")
    site.wait_for(lambda: site.transfer(pk, "state") == ("running",), START_S, "a worker")
    site.finish(pk)
    assert 1 < site.resumed_at() <= kept + 1
    assert site.transfer(pk, "attempts") == (1,)
    assert site.artworks() == 1


def test_a_killed_supervisor_takes_its_workers_with_it(site: Installation) -> None:
    (pk,) = site.submit(seconds=LONG_S)
    supervisor = site.start("work")
    site.wait_for(lambda: site.transfer(pk, "state")[0] == "running", START_S, "a worker")
    supervisor.kill()
    supervisor.wait()
    site.wait_for(lambda: not site.processes(), 5, "the workers to be gone")
    site.start("work")
    site.wait_for(lambda: "rescued from" in site.tail(), START_S, "the end of its lease")
    site.wait_for(lambda: site.transfer(pk, "state")[0] == "running", START_S, "a worker")
    site.finish(pk)
    assert site.artworks() == 1


def test_a_cancelled_transfer_frees_its_worker_within_two_seconds(site: Installation) -> None:
    (pk, after) = site.submit(seconds=LONG_S, count=2)
    site.start("work")
    site.wait_for(lambda: (site.transfer(pk, "step")[0] or 0) > 5, START_S, "some steps")
    cancel = (
        "from transfers.models import Transfer; from transfers.queue import steering; "
        f"print(steering.request_cancel(Transfer.objects.get(pk='{pk}')))"
    )
    assert "True" in site.manage("shell", "-v0", "-c", cancel)
    site.wait_for(lambda: site.transfer(after, "state")[0] == "running", 5, "the next transfer")
    finished, started = site.ask(
        "SELECT (SELECT julianday(finished_at) FROM transfers_transfer WHERE id = ?),"
        " (SELECT julianday(started_at) FROM transfers_transfer WHERE id = ?)",
        pk,
        after,
    )[0]
    freed_s = (started - finished) * 86_400
    print(f"freed after {freed_s:.1f} s")
    assert freed_s < 2.5
    assert site.artworks() == 0
