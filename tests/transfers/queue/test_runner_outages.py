"""A runner while the database or the files are away, or the disk is full."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError

from gallery.files import FilesUnavailableError
from gallery.models import Artwork
from tests.transfers.queue.fake_engine import FakeEngine
from tests.transfers.queue.rows import Submit, row
from transfers.models import Transfer
from transfers.queue import lifecycle, patience, runner

# The watch beats from a thread, with a connection of its own that sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

State = Transfer.State


AWAY = [OperationalError("gone"), InterfaceError("closed"), FilesUnavailableError(5, "silent")]


def test_a_full_disk_costs_the_checkpoint_but_not_the_picture(
    submit: Submit, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lifecycle, "checkpoint", disk_full)
    monkeypatch.setattr(lifecycle, "show_preview", disk_full)
    transfer = submit()
    runner.paint_next()
    assert row(transfer).state == State.SUCCEEDED


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("write", ["report", "checkpoint", "show_preview"])
def test_stores_away_while_painting_cost_a_report_but_not_the_picture(
    submit: Submit,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    write: str,
    error: Exception,
) -> None:
    def away(*_: Any) -> None:
        raise error

    monkeypatch.setattr(lifecycle, write, away)
    transfer = submit()
    runner.paint_next()
    assert row(transfer).state == State.SUCCEEDED


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "what",
    [
        "_opened",
        "frame_artwork",
        "lifecycle.succeed",
        "checkpoints.read_checkpoint",
        "estimates.TimeLeft",
    ],
)
def test_stores_away_at_the_beginning_or_the_end_are_waited_for(
    submit: Submit,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    error: Exception,
) -> None:
    module, _dot, name = f"runner.{what}".rpartition(".")
    where: Any = import_module(f"transfers.queue.{module.removeprefix('runner.')}")
    act, failures = getattr(where, name), [error, error]

    def stumbling(*given: Any, **named: Any) -> Any:
        if failures:
            raise failures.pop()
        return act(*given, **named)

    monkeypatch.setattr(where, name, stumbling)
    monkeypatch.setattr(patience, "PAUSE_S", 0.0)
    transfer = submit()
    runner.paint_next()
    assert not failures
    assert row(transfer).state == State.SUCCEEDED
    assert Artwork.objects.count() == 1


def test_stores_away_for_too_long_fail_the_transfer_with_a_sentence(
    submit: Submit, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise FilesUnavailableError(5, "silent")

    monkeypatch.setattr(runner, "_opened", away)
    monkeypatch.setattr(patience, "LONGEST_S", 0.0)
    transfer = submit()
    runner.paint_next()
    assert row(transfer).state == State.FAILED
    assert row(transfer).error.endswith("Please try again later.")


def test_a_worker_stopped_while_stores_are_away_gives_the_transfer_back(
    submit: Submit,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    drained: Callable[[], None],
) -> None:
    def away(*_: Any) -> None:
        drained()
        raise FilesUnavailableError(5, "silent")

    monkeypatch.setattr(runner, "_opened", away)
    monkeypatch.setattr(patience, "PAUSE_S", 0.1)
    transfer = submit()
    runner.paint_next()
    assert (row(transfer).state, row(transfer).attempts) == (State.QUEUED, 0)
