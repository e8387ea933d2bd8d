"""Many workers that want the same rows in the same moment, as the database in use isolates them."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from transfers.models import Transfer
from transfers.queue import lifecycle, rescue, submission

pytestmark = pytest.mark.django_db(transaction=True)

Submit = Callable[..., Transfer]

WORKERS, ROWS = 6, 12


def at_once(act: Callable[[int], list[UUID]]) -> list[UUID]:
    """What all workers got together; each has a connection of its own."""
    together = Barrier(WORKERS)

    def one(number: int) -> list[UUID]:
        try:
            together.wait()
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return [pk for got in pool.map(one, range(WORKERS)) for pk in got]


def claim_all(number: int) -> list[UUID]:
    got = []
    while (transfer := lifecycle.claim(f"worker {number}")) is not None:
        got.append(transfer.pk)
    return got


def test_each_waiting_row_goes_to_one_worker(submit: Submit) -> None:
    rows = [submit(seed=seed).pk for seed in range(ROWS)]
    assert Counter(at_once(claim_all)) == Counter(rows)
    assert {row.attempts for row in Transfer.objects.all()} == {1}


def test_each_abandoned_row_goes_to_one_worker(submit: Submit) -> None:
    def rescue_and_claim(number: int) -> list[UUID]:
        rescue.from_the_dead()
        return claim_all(number)

    rows = [submit(seed=seed).pk for seed in range(ROWS)]
    long_ago = timezone.now() - timedelta(minutes=5)
    Transfer.objects.update(state=Transfer.State.RUNNING, heartbeat_at=long_ago, attempts=1)
    assert Counter(at_once(rescue_and_claim)) == Counter(rows)
    assert {row.attempts for row in Transfer.objects.all()} == {2}


def test_a_row_is_rescued_once(submit: Submit) -> None:
    for seed in range(ROWS):
        submit(seed=seed)
    long_ago = timezone.now() - timedelta(minutes=5)
    Transfer.objects.update(state=Transfer.State.RUNNING, heartbeat_at=long_ago, attempts=1)
    rescued = at_once(lambda _number: [UUID(int=0)] * rescue.from_the_dead())
    assert len(rescued) == ROWS
    assert Transfer.objects.queued().count() == ROWS


def test_a_failed_transfer_is_retried_once(submit: Submit) -> None:
    failed = submit()
    Transfer.objects.update(state=Transfer.State.FAILED)
    retries = at_once(lambda _number: [submission.retry(failed).pk])
    assert len(set(retries)) == 1
    assert Transfer.objects.count() == 2
