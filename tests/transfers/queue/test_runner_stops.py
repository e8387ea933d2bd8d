"""A run that ends before its last step, and one that goes on where it stopped."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import sleep

import pytest
from django.utils import timezone

from gallery.models import Artwork
from tests.transfers.queue.fake_engine import FakeEngine
from tests.transfers.queue.rows import Submit, row
from transfers.models import Transfer
from transfers.queue import lifecycle, rescue, runner, steering

# The watch beats from a thread, with a connection of its own that sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

State = Transfer.State


def test_a_cancelled_transfer_stops_and_leaves_no_artwork(
    submit: Submit, engine: FakeEngine, media_root: Path
) -> None:
    transfer = submit()
    engine.total = 1000
    steps: list[int] = []

    def cancel_at_three(index: int) -> None:
        steps.append(index)
        if index == 3:
            steering.request_cancel(row(transfer))
        if index > 3:
            sleep(0.05)  # what a step takes; the watch looks once a second

    engine.before = cancel_at_three
    assert runner.paint_next() is True
    assert row(transfer).state == State.CANCELLED
    assert not Artwork.objects.exists()
    assert 3 < len(steps) < 60
    assert not list((media_root / "transfers").rglob("*checkpoint-*"))


def test_draining_gives_the_transfer_back_with_a_fresh_checkpoint(
    submit: Submit,
    engine: FakeEngine,
    drained: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("transfers.queue.watch.LOOK_S", 0.05)
    engine.total = 1000

    def slow(index: int) -> None:
        sleep(0.02)
        if index == 3:
            drained()

    engine.before = slow
    transfer = submit()
    runner.paint_next()
    stored = row(transfer)
    assert (stored.state, stored.attempts) == (State.QUEUED, 0)
    with stored.checkpoint.open("rb") as file:
        assert file.read() == b"after step %d" % stored.checkpoint_step
    assert stored.checkpoint_step >= 3
    assert stored.painting_s > 0
    assert runner.paint_next() is False


def test_a_transfer_to_be_kept_ends_early_as_an_artwork_that_says_so(
    submit: Submit, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transfers.queue.watch.LOOK_S", 0.05)
    engine.total = 1000
    transfer = submit()

    def keep_at_three(index: int) -> None:
        sleep(0.02)
        if index == 3:
            assert steering.request_keep(row(transfer))

    engine.before = keep_at_three
    runner.paint_next()
    stored = row(transfer)
    assert stored.state == State.SUCCEEDED
    recipe = stored.artwork.recipe
    assert 3 <= recipe["steps"] < 60
    assert recipe["planned_steps"] == 1000


def test_one_to_be_kept_that_waited_is_saved_after_its_first_step(
    submit: Submit, engine: FakeEngine
) -> None:
    engine.total = 1000
    transfer = submit()
    first = lifecycle.claim("elsewhere")
    assert first is not None
    lifecycle.checkpoint(first, b"after step 3", 3, 9)
    lifecycle.give_back(first)
    steering.request_keep(transfer)
    runner.paint_next()
    assert row(transfer).artwork.recipe["steps"] == 4


def test_the_next_attempt_goes_on_from_the_checkpoint(submit: Submit, engine: FakeEngine) -> None:
    transfer = submit()
    first = lifecycle.claim("elsewhere")
    assert first is not None
    lifecycle.checkpoint(first, b"after step 3", 3, 9)
    lifecycle.give_back(first)
    began: list[int] = []
    engine.before = began.append
    runner.paint_next()
    assert began == [4, 5]
    assert row(transfer).state == State.SUCCEEDED


def test_a_checkpoint_that_cannot_be_used_means_starting_again(
    submit: Submit, engine: FakeEngine
) -> None:
    transfer = submit()
    first = lifecycle.claim("elsewhere")
    assert first is not None
    lifecycle.checkpoint(first, b"unreadable", 3, 9)
    lifecycle.give_back(first)
    runner.paint_next()
    assert engine.resumed == [b"unreadable", None]
    assert row(transfer).state == State.SUCCEEDED


def test_a_checkpoint_file_that_is_gone_means_starting_again(
    submit: Submit, engine: FakeEngine
) -> None:
    transfer = submit()
    Transfer.objects.filter(pk=transfer.pk).update(checkpoint="transfers/gone.bin")
    runner.paint_next()
    assert engine.resumed == [None]
    assert row(transfer).state == State.SUCCEEDED


def test_a_worker_whose_transfer_was_finished_by_another_makes_no_second_artwork(
    submit: Submit, engine: FakeEngine
) -> None:
    transfer = submit()

    def frozen_for_longer_than_the_lease(index: int) -> None:
        if index == engine.total and len(engine.resumed) == 1:
            Transfer.objects.filter(pk=transfer.pk).update(
                heartbeat_at=timezone.now() - timedelta(seconds=31)
            )
            assert rescue.from_the_dead() == 1
            assert runner.paint_next() is True  # the other worker

    engine.before = frozen_for_longer_than_the_lease
    runner.paint_next()
    assert row(transfer).state == State.SUCCEEDED
    assert Artwork.objects.count() == 1
