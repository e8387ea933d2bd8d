from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import Quota, User
from engine.params import Params
from gallery.models import Style
from transfers.models import ContentImage, Transfer
from transfers.queue import lifecycle, submission, wakeups

Submit = Callable[..., Transfer]


def take_all(ago_s: float = 0) -> None:
    """What django-q2 does with a message that a pool takes."""
    lock_s = settings.Q_CLUSTER["retry"] - ago_s
    OrmQ.objects.update(lock=timezone.now() + timedelta(seconds=lock_s))


def rung_ago(transfer: Transfer, seconds: float) -> None:
    Transfer.objects.filter(pk=transfer.pk).update(
        rung_at=timezone.now() - timedelta(seconds=seconds)
    )


def test_a_message_names_the_task_that_wakes_a_worker(submit: Submit) -> None:
    transfer = submit()
    task = OrmQ.objects.get().task
    assert (task["func"], task["args"]) == ("transfers.queue.tasks.wake", (str(transfer.pk),))


def test_a_starting_pool_sends_only_the_messages_that_are_missing(submit: Submit) -> None:
    for _transfer in range(3):
        submit()
    OrmQ.objects.all()[:1].get().delete()
    assert wakeups.ring_missing() == 1
    assert wakeups.ring_missing() == 0
    assert OrmQ.objects.count() == 3


def test_a_starting_pool_forgets_what_a_dead_one_had_taken(submit: Submit) -> None:
    submit()
    take_all()
    submit()
    wakeups.forget_taken_by_the_dead()
    assert OrmQ.objects.count() == 1
    assert wakeups.ring_missing() == 1


def test_a_lost_message_is_sent_again_for_as_many_as_there_are_free_workers(
    submit: Submit,
) -> None:
    oldest, middle, newest = submit(), submit(), submit()
    OrmQ.objects.all().delete()
    for transfer in (oldest, middle, newest):
        rung_ago(transfer, wakeups.RING_AGAIN_S + 1)
    assert wakeups.ring_lost(free_workers=2) == 2
    assert {m.task["args"][0] for m in OrmQ.objects.all()} == {str(oldest.pk), str(middle.pk)}


@pytest.mark.parametrize("free_workers", [0, -1])
def test_nothing_is_lost_while_every_worker_is_busy(submit: Submit, free_workers: int) -> None:
    rung_ago(submit(), 3600)
    assert wakeups.ring_lost(free_workers) == 0


def test_a_transfer_that_was_just_rung_for_is_given_time(submit: Submit) -> None:
    submit()
    assert wakeups.ring_lost(free_workers=1) == 0


def test_a_claimed_transfer_is_not_rung_for(submit: Submit) -> None:
    rung_ago(submit(), 3600)
    lifecycle.claim("here")
    assert wakeups.ring_lost(free_workers=1) == 0


def test_nobody_is_woken_for_those_who_are_at_their_limit(
    submit: Submit, stranger: User, photo: ContentImage, style: Style
) -> None:
    Quota.objects.create(running=1)
    submit()
    running = lifecycle.claim("here")
    assert running is not None
    rung_ago(submit(), 3600)
    OrmQ.objects.all().delete()
    assert wakeups.ring_lost(free_workers=2) == 0
    theirs = submission.submit(stranger, photo, [(style, 1.0)], Params(size_px=64))
    rung_ago(theirs, 3600)
    OrmQ.objects.all().delete()
    assert wakeups.ring_lost(free_workers=2) == 1
    assert OrmQ.objects.get().task["args"] == (str(theirs.pk),)
    lifecycle.fail(running, "It went wrong.")
    assert wakeups.ring_lost(free_workers=2) == 1


def test_messages_taken_long_ago_are_purged_and_waiting_ones_stay(submit: Submit) -> None:
    submit()
    take_all(ago_s=wakeups.TAKEN_KEPT_S + 1)
    submit()
    assert wakeups.purge_taken() == 1
    assert OrmQ.objects.count() == 1


def test_a_message_taken_just_now_is_kept(submit: Submit) -> None:
    submit()
    take_all()
    assert wakeups.purge_taken() == 0
