"""Fair shares with real workers: five hundred pictures of one person, and one of another."""

from datetime import datetime
from typing import Any

import pytest

from tests.chaos.installation import START_S, Installation

pytestmark = [pytest.mark.chaos, pytest.mark.long]


def moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def test_one_picture_waits_for_the_running_one_of_five_hundred(any_site: Installation) -> None:
    site = any_site
    mine = site.submit(seconds=3, count=500)
    site.start("work")
    site.wait_for(lambda: site.transfer(mine[0], "state") == ("succeeded",), 90, "the first")
    (theirs,) = site.submit(seconds=1, owner="bob@example.org")
    site.wait_for_state(theirs, "succeeded", 60)
    submitted, started = (moment(at) for at in site.transfer(theirs, "created_at, started_at"))
    waited_s = (started - submitted).total_seconds()
    between = "state = 'succeeded' AND id <> ? AND started_at > ? AND started_at < ?"
    overtaken = site.ask(
        f"SELECT count(*) FROM transfers_transfer WHERE {between}",
        theirs,
        *site.transfer(theirs, "created_at, started_at"),
    )
    print(f"one against 500 waited {waited_s:.1f} s; {overtaken[0][0]} others began meanwhile")
    assert overtaken == [(0,)]


def test_a_draft_of_ones_own_comes_before_the_long_runs_that_wait(any_site: Installation) -> None:
    site = any_site
    # At 192 px, whatever the machine: the work of eight drafts.
    running, *long_ones = site.submit(seconds=20, count=3, least_steps=240)
    site.start("work")
    site.wait_for(lambda: site.transfer(running, "state") == ("running",), START_S, "a worker")
    (draft,) = site.submit(seconds=0.5)
    for pk in (draft, *long_ones):
        site.wait_for_state(pk, "succeeded", 240)
    order = sorted([draft, *long_ones], key=lambda pk: moment(site.transfer(pk, "started_at")[0]))
    assert order[0] == draft
