"""A picture that does not fit beside what other workers of the machine paint."""

from collections.abc import Callable, Iterator
from time import monotonic

import pytest
from pytest_django import Settings

from engine.errors import DeviceError, MemoryTakenError
from tests.transfers.queue.fake_engine import FakeEngine
from tests.transfers.queue.rows import Submit, row
from transfers.models import Transfer
from transfers.queue import fair_share, lifecycle, runner, steering
from transfers.status import Status

# The watch beats from a thread, with a connection of its own that sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

State = Transfer.State


class Crowded(FakeEngine):
    """Does not fit for the first `times`, and then does; `meanwhile` is called each time."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.meanwhile: Callable[[], None] = lambda: None

    def __call__(self, *args: object, **kwargs: object) -> Iterator[object]:
        if self.times:
            self.times -= 1
            self.meanwhile()
            raise MemoryTakenError("It does not fit.")
        yield from super().__call__(*args, **kwargs)


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> Crowded:
    monkeypatch.setattr("transfers.queue.memory.AGAIN_S", 0.05)
    monkeypatch.setattr("transfers.queue.watch.LOOK_S", 0.02)
    engine = Crowded(times=3)
    monkeypatch.setattr("transfers.queue.runner.stylize", engine)
    return engine


def test_it_waits_says_so_and_is_painted(submit: Submit, crowded: Crowded) -> None:
    transfer, said = submit(), []
    crowded.meanwhile = lambda: said.append(Status(row(transfer)).doing)
    assert runner.paint_next() is True
    assert row(transfer).state == State.SUCCEEDED
    waiting = "Waiting until other pictures leave enough memory"
    assert said == ["Getting the paints ready", waiting, waiting]


def test_it_can_be_cancelled(submit: Submit, crowded: Crowded) -> None:
    transfer, crowded.times = submit(), 1000
    crowded.meanwhile = lambda: steering.request_cancel(row(transfer))
    assert runner.paint_next() is True
    assert row(transfer).state == State.CANCELLED


def test_a_worker_that_stops_gives_it_back_with_its_attempt(
    submit: Submit, crowded: Crowded, drained: Callable[[], None]
) -> None:
    transfer, crowded.times = submit(), 1000
    crowded.meanwhile = drained
    assert runner.paint_next() is True
    stored = row(transfer)
    assert (stored.state, stored.attempts) == (State.QUEUED, 0)
    assert stored.activity == Transfer.Activity.WAITING


def test_a_worker_that_stops_gives_back_also_what_is_to_be_kept_as_it_is(
    submit: Submit, crowded: Crowded, drained: Callable[[], None]
) -> None:
    transfer, crowded.times = submit(), 40

    def keep_then_stop() -> None:
        if crowded.times == 38:
            lifecycle.held(row(transfer)).update(keep_requested=True)
        if crowded.times == 20:
            drained()

    crowded.meanwhile = keep_then_stop
    assert runner.paint_next() is True
    assert row(transfer).state == State.QUEUED
    assert crowded.times > 0


def test_waiting_is_not_counted_as_painting(
    submit: Submit, crowded: Crowded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transfers.queue.memory.AGAIN_S", 0.5)
    transfer, tries_at = submit(), []
    crowded.times, crowded.meanwhile = 5, lambda: tries_at.append(monotonic())
    assert runner.paint_next() is True
    stored = row(transfer)
    assert stored.state == State.SUCCEEDED
    assert stored.painting_s < (tries_at[-1] - tries_at[0]) / 2


def test_who_waits_gets_no_other_worker(submit: Submit, crowded: Crowded) -> None:
    submit()
    submit(seed=2)
    offered = []
    crowded.meanwhile = lambda: offered.append(fair_share.next_in_turn())
    assert runner.paint_next() is True
    assert [one is None for one in offered] == [False, True, True]
    assert fair_share.next_in_turn() is not None


def test_what_never_fits_fails(submit: Submit, crowded: Crowded) -> None:
    def refuse() -> None:
        raise DeviceError("Choose at most 512 px.")

    transfer, crowded.meanwhile = submit(), refuse
    assert runner.paint_next() is True
    assert row(transfer).error == "Choose at most 512 px."


@pytest.mark.vgg
def test_a_worker_is_in_the_ledger_while_it_paints(
    submit: Submit, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def look(*_: object) -> None:
        seen.append(settings.PAINTING_MEMORY.read_text())

    monkeypatch.setattr("transfers.queue.runner.lifecycle.report", look)
    submit(size_px=64, steps=2)
    assert runner.paint_next() is True
    assert '"waits": false' in seen[0]
    assert settings.PAINTING_MEMORY.read_text() == "[]"
