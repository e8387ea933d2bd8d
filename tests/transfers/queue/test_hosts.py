"""Hosts that announce themselves, and what is told of them."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from tests.transfers.queue.conftest import Submit
from transfers.models import MachineSpeed, Transfer, WorkerHost
from transfers.queue import hosts, workers

pytestmark = pytest.mark.django_db

State = WorkerHost.State


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


def add_host(name: str, **values: Any) -> WorkerHost:
    return WorkerHost.objects.create(
        name=name, **({"workers": 2, "threads_per_worker": 1} | values)
    )


def test_a_host_announces_what_it_has(settings: Settings) -> None:
    settings.WORKERS = 3
    started_at = ago(60)
    hosts.announce(started_at)
    host = WorkerHost.objects.get()
    assert (host.name, host.workers, host.started_at) == (workers.host(), 3, started_at)
    assert host.threads_per_worker == workers.threads_per_worker()
    assert host.version == settings.VERSION
    assert not host.is_gone


def test_announcing_again_only_keeps_it_fresh() -> None:
    hosts.announce(ago(60))
    WorkerHost.objects.update(seen_at=ago(30))
    assert WorkerHost.objects.get().is_gone
    hosts.announce(ago(60), State.STOPPING)
    host = WorkerHost.objects.get()
    assert (host.is_gone, host.state) == (False, State.STOPPING)


def test_a_host_that_leaves_takes_only_its_own_row() -> None:
    add_host("elsewhere~1")
    hosts.announce(timezone.now())
    hosts.leave()
    assert WorkerHost.objects.get().name == "elsewhere~1"


def test_hosts_count_as_gone_after_fifteen_seconds() -> None:
    add_host("fresh~1", seen_at=ago(14))
    add_host("gone~1", seen_at=ago(16))
    assert WorkerHost.objects.alive().get().name == "fresh~1"
    assert WorkerHost.objects.gone().get().name == "gone~1"


def test_hosts_that_are_long_gone_are_forgotten() -> None:
    add_host("yesterday~1", seen_at=ago(hosts.REMEMBERED_S + 1))
    add_host("today~1", seen_at=ago(3600))
    assert hosts.forget_long_gone() == 1
    assert WorkerHost.objects.get().name == "today~1"


def test_busy_and_free_workers_are_told_apart_by_host(submit: Submit) -> None:
    add_host("a~1")
    add_host("a~11")
    held = submit()
    Transfer.objects.filter(pk=held.pk).update(
        state=Transfer.State.RUNNING, worker="a~1~boot/77.1", token=uuid.uuid4()
    )
    MachineSpeed.objects.create(host="a~11", pixel_steps_per_s=1e5, overhead_s=1)
    first, second = hosts.statuses()
    assert (first.host.name, first.busy, first.free) == ("a~1", 1, 1)
    assert (second.host.name, second.busy, second.free) == ("a~11", 0, 2)
    assert (first.pixel_steps_per_s, second.megapixel_steps_per_s) == (None, 0.1)


@pytest.mark.parametrize("values", [{"seen_at": ago(60)}, {"state": State.STOPPING}])
def test_a_host_that_is_gone_or_stopping_has_no_free_worker(values: dict[str, Any]) -> None:
    add_host("a~1", **values)
    (status,) = hosts.statuses()
    assert status.free == 0


def test_three_queries_tell_of_any_number_of_hosts() -> None:
    for number in range(4):
        add_host(f"h~{number}")
    with CaptureQueriesContext(connection) as queries:
        assert len(hosts.statuses()) == 4
    assert len(queries) == 3
