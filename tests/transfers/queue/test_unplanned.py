"""Rows as code from before ranks and work inserts them, while hosts are brought up to date."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from tests.transfers.queue.rows import Submit, claim, row, set_row
from transfers.models import Transfer
from transfers.queue import lifecycle, steering, unplanned
from transfers.queue.supervisor import Supervisor

# The photo has 96 × 64 px, so a draft is 256 × 171 px. It has one level of 13 steps, and setting up
# counts as two more: 15 × (256 × 171 + 6000).
DRAFT_WORK = 15 * 49_776


def as_old_code_inserts_it(transfer: Transfer, **values: Any) -> Transfer:
    set_row(transfer, **{"rank": 0, "pixel_steps_left": 0} | values)
    return transfer


def test_such_a_row_gets_its_rank_and_its_work(submit: Submit) -> None:
    planned = submit(size_px=256)
    old = as_old_code_inserts_it(submit(size_px=256))
    assert unplanned.plan() is True
    assert (row(old).pixel_steps_left, row(planned).pixel_steps_left) == (DRAFT_WORK, DRAFT_WORK)
    assert row(old).rank > row(planned).rank
    assert claim().pk == planned.pk


def test_one_that_was_begun_has_what_its_checkpoint_leaves(submit: Submit) -> None:
    half = as_old_code_inserts_it(submit(size_px=256), checkpoint_step=6)
    unplanned.plan()
    assert row(half).pixel_steps_left == 7 * 49_776


@pytest.mark.parametrize(
    ("params", "checkpoint_step"), [({}, 13), ({"stop": "settled"}, 40)], ids=["steps", "settled"]
)
def test_one_that_is_painted_to_the_end_is_left_as_it_is(
    submit: Submit, params: dict[str, Any], checkpoint_step: int
) -> None:
    done = submit(size_px=256, **params)
    set_row(done, pixel_steps_left=0, checkpoint_step=checkpoint_step)
    rank = done.rank
    unplanned.plan()
    assert (row(done).pixel_steps_left, row(done).rank) == (0, rank)


def test_one_that_its_owner_moved_keeps_its_place(submit: Submit) -> None:
    old = as_old_code_inserts_it(submit(size_px=256), rank=-5)
    unplanned.plan()
    assert (row(old).rank, row(old).pixel_steps_left) == (-5, DRAFT_WORK)


def test_what_is_painted_already_keeps_its_claim(submit: Submit) -> None:
    as_old_code_inserts_it(submit(size_px=256))
    held = claim()
    unplanned.plan()
    assert row(held).pixel_steps_left == DRAFT_WORK
    assert lifecycle.look(held) is False


def test_what_has_ended_and_what_cannot_be_planned_stay_as_they_are(submit: Submit) -> None:
    ended, wrong = as_old_code_inserts_it(submit()), submit()
    steering.request_cancel(ended)
    as_old_code_inserts_it(wrong, params={"size_px": "large"})
    assert unplanned.plan() is True
    assert not Transfer.objects.exclude(pixel_steps_left=0).exists()


def test_so_many_at_once_and_the_rest_next_time(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unplanned, "AT_ONCE", 2)
    for _ in range(3):
        as_old_code_inserts_it(submit())
    assert unplanned.plan() is False
    assert unplanned.plan() is True
    assert not Transfer.objects.filter(pixel_steps_left=0).exists()


def test_a_supervisor_looks_at_all_first_and_then_at_what_came_since(submit: Submit) -> None:
    day_old = timezone.now() - timedelta(days=1)
    first = as_old_code_inserts_it(submit(), created_at=day_old)
    supervisor = Supervisor()
    supervisor._plan_unplanned()
    assert row(first).pixel_steps_left > 0
    fresh, too_old = as_old_code_inserts_it(submit()), as_old_code_inserts_it(submit())
    set_row(too_old, created_at=day_old)
    supervisor._plan_unplanned()
    assert row(fresh).pixel_steps_left > 0
    assert row(too_old).pixel_steps_left == 0


def test_the_migration_ranks_what_waits_as_it_was_submitted(submit: Submit) -> None:
    migration = import_module("transfers.migrations.0003_rank_of_waiting")
    first, second = as_old_code_inserts_it(submit()), as_old_code_inserts_it(submit())
    ended = as_old_code_inserts_it(submit(), state=Transfer.State.FAILED)
    migration.rank_as_submitted(apps, None)
    assert row(first).rank == first.created_at.timestamp()
    assert row(second).rank == second.created_at.timestamp()
    assert row(ended).rank == 0
    unplanned.plan()
    assert row(first).rank == first.created_at.timestamp()
