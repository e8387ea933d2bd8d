"""What an operator sees from outside: hosts at work, and one transfer through the whole log."""

import json
import os
import signal
import uuid
from typing import Any

import pytest

from tests.chaos.installation import LONG_S, START_S, Installation

pytestmark = pytest.mark.chaos


def hosts(site: Installation) -> list[tuple[Any, ...]]:
    return site.ask("SELECT name, state, workers, seen_at FROM transfers_workerhost")


def told(text: str) -> list[dict[str, Any]]:
    """The objects of a log; every line of it has to be one."""
    return [json.loads(line) for line in text.splitlines()]


def test_a_host_appears_stays_fresh_and_leaves_in_good_order(site: Installation) -> None:
    supervisor = site.start("work")
    appeared_s = site.wait_for(lambda: hosts(site), START_S, "a host")
    print(f"appeared after {appeared_s:.1f} s")
    ((_name, state, workers, seen_at),) = hosts(site)
    assert (state, workers) == ("working", 1)
    fresher_s = site.wait_for(lambda: hosts(site)[0][3] > seen_at, 10, "a fresher row")
    print(f"fresh again after {fresher_s:.1f} s")
    assert fresher_s < 6
    supervisor.terminate()
    assert supervisor.wait(10) == 0
    assert hosts(site) == []


def test_a_killed_host_leaves_its_row_and_the_doctor_names_it(site: Installation) -> None:
    supervisor = site.start("work")
    site.wait_for(lambda: hosts(site), START_S, "a host")
    supervisor.kill()
    supervisor.wait()
    site.wait_for(lambda: not site.processes(), 5, "the workers to be gone")
    assert len(hosts(site)) == 1
    age = "from transfers.models import WorkerHost; from datetime import timedelta as t; "
    age += "h = WorkerHost.objects.get(); h.seen_at -= t(seconds=20); h.save()"
    site.manage("shell", "-v0", "-c", age)
    findings = json.loads(site.failing("doctor", "--json"))["findings"]
    said = [finding["says"] for finding in findings if finding["check"] == "workers"]
    assert "was last seen" in said[0]
    assert "No host is painting" in said[1]


def test_one_transfer_is_followed_from_submission_to_success_over_a_kill(
    site: Installation,
) -> None:
    site.env["STYLESITE_LOG_FORMAT"] = "json"
    submitted = site.log_of_submit(seconds=LONG_S)
    (about,) = [entry for entry in told(submitted) if "transfer" in entry]
    pk = uuid.UUID(about["transfer"]).hex
    site.start("work")
    site.wait_for(lambda: site.transfer(pk, "checkpoint_step")[0] > 8, START_S, "a checkpoint")
    victim = site.worker_of(pk)
    os.kill(victim, signal.SIGKILL)
    site.wait_for(lambda: "claimed, attempt 2" in site.log.read_text(), 30, "the next worker")
    site.finish(pk)
    site.wait_for(lambda: ": succeeded" in site.log.read_text(), 5, "the last entry")
    entries = [about, *told(site.log.read_text())]
    story = [entry for entry in entries if entry.get("transfer") == about["transfer"]]
    words = [entry["message"].removeprefix(f"transfer {about['transfer']}: ") for entry in story]
    print("\n".join(f"{entry['process']} {said}" for entry, said in zip(story, words, strict=True)))
    beginnings = ["submitted", "claimed, attempt 1", "begins at step 1", "rescued from "]
    beginnings += ["claimed, attempt 2", "begins at step ", "succeeded, artwork "]
    assert len(words) == len(beginnings)
    assert all(said.startswith(begin) for said, begin in zip(words, beginnings, strict=True))
    who = [entry["process"] for entry in story]
    assert len(set(who)) == 4  # who submitted, the killed worker, the supervisor, the next worker
    assert who[1] == who[2] == victim
    assert site.transfer(pk, "rescues, attempts, failure") == (1, 2, "")


@pytest.mark.long
def test_what_a_hung_worker_holds_is_put_back_and_goes_on(site: Installation) -> None:
    (pk,) = site.submit(seconds=LONG_S)
    site.start("work")
    site.wait_for(lambda: site.transfer(pk, "checkpoint_step")[0] > 8, START_S, "a checkpoint")
    os.kill(site.worker_of(pk), signal.SIGSTOP)
    put_back = (
        "from transfers.models import Transfer; from transfers.queue import steering; "
        f"print(steering.put_back(Transfer.objects.get(pk='{pk}')))"
    )
    assert "True" in site.manage("shell", "-v0", "-c", put_back)
    resumed_s = site.wait_for(
        lambda: site.transfer(pk, "state, attempts") == ("running", 1), 30, "another worker"
    )
    print(f"taken up again after {resumed_s:.1f} s")
    site.finish(pk)
    assert site.artworks() == 1
    assert site.transfer(pk, "rescues") == (0,)
