"""The doctor on who paints, what waits, who is told, and the clocks."""

import uuid

import pytest

from accounts.models import Quota, User
from stylesite.operating.doctor import queue
from stylesite.operating.doctor.findings import Level
from tests.stylesite.operating.findings import ago, only, set_row
from transfers.models import ContentImage, MachineSpeed, Notice, Transfer, WorkerHost

pytestmark = pytest.mark.django_db


State = Transfer.State


@pytest.fixture
def host() -> WorkerHost:
    return WorkerHost.objects.create(name="a~1", workers=2, threads_per_worker=1, version="0.1.0")


@pytest.fixture
def transfer(user: User) -> Transfer:
    photo = ContentImage.objects.create(
        owner=user, title="Harbour", width=4, height=4, bytes=1, sha256="0" * 64
    )
    return Transfer.objects.create(owner=user, content_image=photo, params={})


# who paints and what waits


def test_workers_that_are_there_are_counted(host: WorkerHost, transfer: Transfer) -> None:
    set_row(transfer, state=State.RUNNING, worker="a~1~boot/7.1", token=uuid.uuid4())
    assert only(queue.workers()) == (Level.OK, "Workers: 2 on 1 host, 1 free.")


def test_a_host_that_is_gone_is_named(host: WorkerHost) -> None:
    WorkerHost.objects.update(seen_at=ago(40))
    gone, nobody = queue.workers()
    assert (gone.level, nobody.level) == (Level.NOTE, Level.WRONG)
    assert "a~1 was last seen 40 s ago" in gone.sentence


def test_hosts_of_different_versions_are_noticed(host: WorkerHost) -> None:
    WorkerHost.objects.update(version="0.0.9")
    assert [finding.level for finding in queue.workers()] == [Level.OK, Level.NOTE]


def test_a_transfer_that_waits_though_workers_are_free_is_wrong(
    host: WorkerHost, transfer: Transfer
) -> None:
    assert only(queue.queue()) == (Level.OK, "1 waiting, 0 being painted.")
    set_row(transfer, created_at=ago(61))
    level, sentence = only(queue.queue())
    assert level is Level.WRONG
    assert sentence.startswith("1 transfer waited longer than 60 s although workers are free")
    set_row(transfer, heartbeat_at=ago(10))  # it was painted meanwhile
    assert only(queue.queue())[0] is Level.OK


def test_what_waits_for_its_owners_limit_is_in_order(host: WorkerHost, transfer: Transfer) -> None:
    Quota.objects.create(running=1)
    Transfer.objects.create(
        owner=transfer.owner,
        content_image=transfer.content_image,
        params={},
        state=State.RUNNING,
        token=uuid.uuid4(),
        worker="a~1~boot/7.1",
    )
    set_row(transfer, created_at=ago(3600))
    assert only(queue.queue()) == (Level.OK, "1 waiting, 1 being painted.")


def test_a_long_queue_with_every_worker_busy_is_in_order(transfer: Transfer) -> None:
    set_row(transfer, created_at=ago(3600))
    assert only(queue.queue())[0] is Level.OK


def test_a_worker_that_fell_silent_is_wrong(transfer: Transfer) -> None:
    set_row(transfer, state=State.RUNNING, token=uuid.uuid4(), heartbeat_at=ago(31))
    level, sentence = only(queue.queue())
    assert level is Level.WRONG
    assert "put back" in sentence


def test_failures_of_ours_are_noted_and_those_of_pictures_are_not(transfer: Transfer) -> None:
    failed = {"state": State.FAILED, "finished_at": ago(60)}
    set_row(transfer, **failed, failure="too_narrow")
    assert len(list(queue.queue())) == 1
    set_row(transfer, **failed, failure="crash")
    _order, noted = queue.queue()
    assert noted.level is Level.NOTE
    assert noted.sentence.startswith("1 transfer failed")


def test_a_host_that_was_never_measured_is_noted(host: WorkerHost) -> None:
    assert "a~1" in only(queue.speed())[1]
    MachineSpeed.objects.create(host="a~1", pixel_steps_per_s=1e5, overhead_s=1)
    assert only(queue.speed())[0] is Level.OK


def test_times_of_the_future_are_wrong(host: WorkerHost, transfer: Transfer) -> None:
    assert only(queue.clock())[0] is Level.OK
    WorkerHost.objects.update(seen_at=ago(-60))
    assert "future: a~1" in only(queue.clock())[1]
    WorkerHost.objects.update(seen_at=ago(0))
    set_row(transfer, created_at=ago(-60))
    assert only(queue.clock())[0] is Level.WRONG


@pytest.mark.parametrize(
    ("apart_s", "level"), [(0.2, Level.OK), (-2.0, Level.NOTE), (9.0, Level.WRONG)]
)
def test_a_database_with_another_time_is_noticed(
    monkeypatch: pytest.MonkeyPatch, apart_s: float, level: Level
) -> None:
    monkeypatch.setattr(queue, "_server_clock_s", lambda: apart_s)
    assert only(queue.clock())[0] is level


# notices


@pytest.fixture
def notice(transfer: Transfer) -> Notice:
    return Notice.objects.create(
        owner=transfer.owner, transfer=transfer, channel="webhook", event="transfer.failed"
    )


def test_notices_that_are_on_their_way_are_fine(notice: Notice) -> None:
    assert only(queue.notices()) == (Level.OK, "1 notice to be sent, none late.")


def test_notices_that_nobody_sends_are_wrong(notice: Notice) -> None:
    Notice.objects.update(due_at=ago(600))
    level, sentence = only(queue.notices())
    assert level is Level.WRONG
    assert "1 notice by webhook not sent, the oldest 10 min late" in sentence


def test_a_mail_server_that_takes_nothing_is_wrong(notice: Notice) -> None:
    Notice.objects.update(channel="email", outcome="mail", due_at=ago(-60))
    level, sentence = only(queue.notices())
    assert level is Level.WRONG
    assert "The mail server did not take 1 notice" in sentence


def test_notices_given_up_lately_are_worth_a_note(notice: Notice) -> None:
    Notice.objects.update(state="given_up", tried_at=ago(3600))
    level, sentence = only(queue.notices())
    assert level is Level.NOTE
    assert "1 notice given up within a day" in sentence
