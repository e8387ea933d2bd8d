"""What supervisors take back from workers that died."""

import pytest
from django_q.models import OrmQ
from pytest_django import Settings

from tests.transfers.queue.rows import Submit, claim, expire, row
from transfers.models import Transfer
from transfers.queue import lifecycle, rescue, workers

State = Transfer.State


def test_an_expired_lease_goes_back_to_the_queue_and_rings(
    submit: Submit, settings: Settings
) -> None:
    submit()
    held = claim()
    OrmQ.objects.all().delete()
    expire(held, settings)
    assert rescue.from_the_dead() == 1
    stored = row(held)
    assert (stored.state, stored.attempts, stored.token) == (State.QUEUED, 1, None)
    assert stored.rescues == 1
    assert OrmQ.objects.count() == 1


def test_a_fresh_lease_of_another_host_is_left_alone(submit: Submit) -> None:
    submit()
    lifecycle.claim("elsewhere~1/99.1")
    assert rescue.from_the_dead() == 0


def test_a_living_worker_of_this_host_keeps_its_transfer(submit: Submit) -> None:
    submit()
    lifecycle.claim(workers.this_worker())
    assert rescue.from_the_dead() == 0


def test_a_killed_worker_of_this_host_is_noticed_before_its_lease_expires(submit: Submit) -> None:
    submit()
    lifecycle.claim(f"{workers.system()}/{2**22 + 1}.1")
    assert rescue.from_the_dead() == 1


def test_a_worker_killed_by_us_does_not_cost_an_attempt(submit: Submit) -> None:
    transfer = submit()
    lifecycle.claim(f"{workers.system()}/{2**22 + 1}.1")
    assert rescue.from_the_dead(spend_attempt=False) == 1
    stored = row(transfer)
    assert (stored.attempts, stored.rescues) == (0, 0)


def test_the_worker_of_another_host_that_fell_silent_costs_an_attempt_all_the_same(
    submit: Submit, settings: Settings
) -> None:
    transfer = submit()
    lifecycle.claim("elsewhere~1~boot/99.1")
    expire(transfer, settings)
    assert rescue.from_the_dead(spend_attempt=False) == 1
    assert row(transfer).attempts == 1


def test_while_the_clock_cannot_be_trusted_only_dead_processes_are_rescued(
    submit: Submit, settings: Settings
) -> None:
    silent, dead = submit(), submit()
    lifecycle.claim(workers.this_worker())
    lifecycle.claim(f"{workers.system()}/{2**22 + 1}.1")
    expire(silent, settings)
    assert rescue.from_the_dead(by_lease=False) == 1
    assert (row(silent).state, row(dead).state) == (State.RUNNING, State.QUEUED)


def test_used_up_attempts_end_in_a_sentence(submit: Submit, settings: Settings) -> None:
    transfer = submit()
    for _attempt in range(settings.TRANSFER_MAX_ATTEMPTS):
        claim()
        expire(transfer, settings)
        rescue.from_the_dead()
    stored = row(transfer)
    assert stored.state == State.FAILED
    assert "try again" in stored.error
    assert (stored.failure, stored.rescues) == ("attempts", settings.TRANSFER_MAX_ATTEMPTS)
    assert lifecycle.claim("here") is None


def test_a_heartbeat_in_the_same_moment_beats_the_rescue(
    submit: Submit, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit()
    held = claim()
    expire(held, settings)
    abandoned = rescue._abandoned(by_lease=True)
    lifecycle.heartbeat(held)
    monkeypatch.setattr(rescue, "_abandoned", lambda by_lease: abandoned)
    assert rescue.from_the_dead() == 0
    assert lifecycle.look(held) is False
