"""What is asked again while the database or the files are away, and for how long."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError

from gallery.files import FilesUnavailableError
from transfers.queue import patience
from transfers.queue.lifecycle import LeaseLostError
from transfers.queue.patience import outlast
from transfers.queue.watch import STALLED_S, Stop

pytestmark = pytest.mark.django_db(transaction=True)

AWAY = [OperationalError("gone"), InterfaceError("closed"), FilesUnavailableError(5, "silent")]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSE_S", 0.0)


class Stumbling:
    """Raises each of the errors once, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def __call__(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def watching(stop: Stop | None = None) -> Any:
    return SimpleNamespace(stop=stop)


def test_it_asks_until_there_is_an_answer() -> None:
    assert outlast(Stumbling(*AWAY), watching()) == "done"


def test_another_error_is_not_waited_for() -> None:
    with pytest.raises(FileNotFoundError):
        outlast(Stumbling(FileNotFoundError("photo")), watching())


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_a_worker_that_is_being_stopped_does_not_wait(error: Exception) -> None:
    with pytest.raises(type(error)):
        outlast(Stumbling(error), watching(Stop.DRAINING))


def test_a_transfer_lost_meanwhile_is_left_alone() -> None:
    with pytest.raises(LeaseLostError):
        outlast(Stumbling(*AWAY), watching(Stop.LOST))


def test_it_ends_before_the_lease_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert patience.LONGEST_S < STALLED_S
    monkeypatch.setattr(patience, "LONGEST_S", 0.0)
    with pytest.raises(OperationalError):
        outlast(Stumbling(*AWAY, *AWAY), watching())
