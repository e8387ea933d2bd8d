from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest
from django.db import OperationalError
from pytest_django import Settings

from transfers import logs
from transfers.models import Transfer
from transfers.queue import draining, lifecycle, steering, watch
from transfers.queue.watch import Stop, Watch

pytestmark = pytest.mark.django_db(transaction=True)

Submit = Callable[..., Transfer]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[None]:
    monkeypatch.setattr(watch, "LOOK_S", 0.02)
    settings.TRANSFER_HEARTBEAT_S = 0.1
    yield
    draining._flag[0] = 0


@pytest.fixture
def held(submit: Submit) -> Transfer:
    submit()
    claimed = lifecycle.claim("here")
    assert claimed is not None
    return claimed


def beats(held: Transfer) -> object:
    return Transfer.objects.values_list("heartbeat_at", flat=True).get(pk=held.pk)


def until(condition: Callable[[], bool], within_s: float = 10) -> None:
    deadline = monotonic() + within_s
    while not condition():
        assert monotonic() < deadline, "it did not happen in time"
        sleep(0.02)


def test_it_keeps_the_lease_and_counts_the_work(held: Transfer) -> None:
    before, started = beats(held), monotonic()
    with Watch(held) as watching:
        until(lambda: beats(held) != before)
        assert watching.stop is None
    counted = Transfer.objects.get(pk=held.pk).painting_s
    assert 0.1 <= counted <= monotonic() - started


def test_what_its_thread_logs_names_the_transfer_that_is_followed(
    held: Transfer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(transfer: Transfer, painted_s: float) -> None:
        raise OperationalError("the database is away")

    caplog.handler.addFilter(logs.Subject())
    monkeypatch.setattr(lifecycle, "heartbeat", away)
    with logs.following(held.pk), Watch(held):
        until(lambda: "no heartbeat" in caplog.text)
    assert {record.transfer for record in caplog.records} == {str(held.pk)}


def test_it_ends_with_the_context(held: Transfer) -> None:
    with Watch(held):
        pass
    last = beats(held)
    sleep(0.3)
    assert beats(held) == last


def test_it_notices_a_cancellation(held: Transfer) -> None:
    with Watch(held) as watching:
        steering.request_cancel(Transfer.objects.get(pk=held.pk))
        until(lambda: watching.stop is Stop.LOST)


def test_what_was_worked_until_a_cancellation_counts(held: Transfer, settings: Settings) -> None:
    settings.TRANSFER_HEARTBEAT_S = 60
    with Watch(held) as watching:
        sleep(0.1)
        steering.request_cancel(Transfer.objects.get(pk=held.pk))
        watching.count_lost()
        counted = Transfer.objects.get(pk=held.pk).painting_s
        assert 0.1 <= counted <= watching.painted_s
        watching.count_lost()
    assert Transfer.objects.get(pk=held.pk).painting_s <= watching.painted_s


def test_nothing_counts_on_what_others_were_given_meanwhile(
    held: Transfer, settings: Settings
) -> None:
    settings.TRANSFER_HEARTBEAT_S = 60
    with Watch(held) as watching:
        steering.put_back(Transfer.objects.get(pk=held.pk))
        watching.count_lost()
        heir = lifecycle.claim("there")
        assert heir == held
        watching.count_lost()
        steering.request_cancel(Transfer.objects.get(pk=held.pk))
        watching.count_lost()
    assert Transfer.objects.get(pk=held.pk).painting_s == 0


def test_nothing_counts_on_what_was_cancelled_in_the_queue(
    held: Transfer, settings: Settings
) -> None:
    settings.TRANSFER_HEARTBEAT_S = 60
    with Watch(held) as watching:
        steering.put_back(Transfer.objects.get(pk=held.pk))
        steering.request_cancel(Transfer.objects.get(pk=held.pk))
        watching.count_lost()
    assert Transfer.objects.get(pk=held.pk).painting_s == 0


def test_it_notices_that_the_pool_is_being_stopped(held: Transfer) -> None:
    with Watch(held) as watching:
        draining.begin()
        until(lambda: watching.stop is Stop.DRAINING)


def test_a_worker_that_hangs_stops_beating(held: Transfer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "STALLED_S", 0.05)
    with Watch(held):
        sleep(0.2)
        last = beats(held)
        sleep(0.3)
        assert beats(held) == last


def test_a_database_away_for_a_moment_does_not_end_it(
    held: Transfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeat = lifecycle.heartbeat
    failures = iter([OperationalError("database is locked")])

    def stumbling(transfer: Transfer, painted_s: float = 0) -> None:
        for error in failures:
            raise error
        heartbeat(transfer, painted_s)

    monkeypatch.setattr(lifecycle, "heartbeat", stumbling)
    before = beats(held)
    with Watch(held) as watching:
        until(lambda: beats(held) != before)
        assert watching.stop is None
    assert next(failures, None) is None
