"""Who is next: claims over several people's transfers, in the order that they are claimed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from engine.params import Params
from gallery.models import Style
from transfers.models import ContentImage, Transfer
from transfers.queue import fair_share, lifecycle, rescue, submission

SubmitAs = Callable[..., Transfer]
State = Transfer.State


@pytest.fixture
def submit_as(photo: ContentImage, style: Style) -> SubmitAs:
    def submit(owner: User, size_px: int = 64) -> Transfer:
        return submission.submit(owner, photo, [(style, 1.0)], Params(size_px=size_px))

    return submit


def finish(transfer: Transfer, *, painting_s: float, ago_s: float = 0) -> None:
    Transfer.objects.filter(pk=transfer.pk).update(
        state=State.SUCCEEDED,
        token=None,
        painting_s=painting_s,
        finished_at=timezone.now() - timedelta(seconds=ago_s),
    )


def claim() -> Transfer:
    claimed = lifecycle.claim("here")
    assert claimed is not None
    return claimed


def test_one_transfer_of_somebody_else_waits_for_the_running_one_only(
    submit_as: SubmitAs, user: User, stranger: User
) -> None:
    for _number in range(5):
        submit_as(user)
    running = claim()
    theirs = submit_as(stranger)
    finish(running, painting_s=20)
    assert claim().pk == theirs.pk


def test_who_has_had_less_painting_lately_comes_first_though_they_came_later(
    submit_as: SubmitAs, user: User, stranger: User
) -> None:
    finish(submit_as(user), painting_s=300, ago_s=600)
    finish(submit_as(stranger), painting_s=100, ago_s=600)
    submit_as(user)
    theirs = submit_as(stranger)
    assert claim().pk == theirs.pk


def test_painting_of_over_an_hour_ago_is_forgotten(
    submit_as: SubmitAs, user: User, stranger: User
) -> None:
    finish(submit_as(user), painting_s=9000, ago_s=fair_share.LATELY_S + 1)
    finish(submit_as(stranger), painting_s=10, ago_s=60)
    mine = submit_as(user)
    submit_as(stranger)
    assert claim().pk == mine.pk


def put_back(transfer: Transfer, *, painting_s: float, ago_s: float = 0) -> None:
    lifecycle.give_back(transfer)
    Transfer.objects.filter(pk=transfer.pk).update(
        painting_s=painting_s, heartbeat_at=timezone.now() - timedelta(seconds=ago_s)
    )


def test_what_was_painted_of_a_picture_that_is_back_in_the_queue_counts(
    submit_as: SubmitAs, user: User, stranger: User
) -> None:
    submit_as(user)
    put_back(claim(), painting_s=200, ago_s=1800)
    finish(submit_as(stranger), painting_s=100, ago_s=60)
    theirs = submit_as(stranger)
    assert claim().pk == theirs.pk


def test_so_does_what_a_dead_worker_painted(
    submit_as: SubmitAs, user: User, stranger: User, settings: Settings
) -> None:
    submit_as(user)
    lifecycle.heartbeat(claim(), painted_s=200)
    Transfer.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=60))
    assert rescue.from_the_dead() == 1
    theirs = submit_as(stranger)
    assert claim().pk == theirs.pk


def test_of_a_picture_that_was_painted_for_hours_an_hour_counts(
    submit_as: SubmitAs, user: User, stranger: User
) -> None:
    submit_as(user)
    put_back(claim(), painting_s=9000)
    finish(submit_as(stranger), painting_s=3000, ago_s=60)
    finish(submit_as(stranger), painting_s=8000, ago_s=60)
    submit_as(stranger)
    assert claim().owner_id == user.pk
    assert fair_share.painted_lately_s([user.pk, stranger.pk], [], None) == {
        stranger.pk: 3000 + fair_share.LATELY_S
    }


def test_a_picture_that_was_put_back_over_an_hour_ago_is_as_good_as_new(
    submit_as: SubmitAs, user: User, stranger: User
) -> None:
    mine = submit_as(user)
    put_back(claim(), painting_s=200, ago_s=fair_share.LATELY_S + 1)
    finish(submit_as(stranger), painting_s=100, ago_s=60)
    submit_as(stranger)
    assert claim().pk == mine.pk


def test_what_is_back_in_the_queue_is_found_by_an_index(db: None) -> None:
    paused = Transfer.objects.queued().filter(heartbeat_at__gt=timezone.now())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # which of small tables reads no index by itself
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    assert "transfer_paused" in paused.explain()


def test_two_free_workers_take_one_of_each_not_two_of_the_same_person(
    submit_as: SubmitAs, user: User, stranger: User
) -> None:
    submit_as(user), submit_as(user)
    submit_as(stranger), submit_as(stranger)
    assert {claim().owner_id, claim().owner_id} == {user.pk, stranger.pk}


def test_of_equals_who_has_waited_longer_comes_first(
    submit_as: SubmitAs, user: User, stranger: User
) -> None:
    theirs = submit_as(stranger)
    submit_as(user)
    assert claim().pk == theirs.pk


def test_a_draft_of_ones_own_overtakes_a_longer_run(submit_as: SubmitAs, user: User) -> None:
    fine = submit_as(user, 1024)
    standard = submit_as(user, 512)
    draft = submit_as(user, 256)
    smaller_draft = submit_as(user, 200)
    order = [claim().pk for _ in range(4)]
    assert order == [draft.pk, smaller_draft.pk, standard.pk, fine.pk]


def test_a_draft_of_one_does_not_push_back_the_long_run_of_another(
    submit_as: SubmitAs, user: User, stranger: User
) -> None:
    fine = submit_as(stranger, 1024)
    submit_as(user, 256)
    assert claim().pk == fine.pk


def test_the_number_of_queries_does_not_grow_with_people_or_transfers(
    submit_as: SubmitAs, user: User, stranger: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            fair_share.next_in_turn()
        return len(seen)

    submit_as(user)
    few = queries()
    for _number in range(5):
        submit_as(user)
        submit_as(stranger)
    assert queries() == few


def test_everybody_who_waits_is_found_with_the_time_since_when(
    submit_as: SubmitAs, user: User, stranger: User
) -> None:
    assert fair_share.waiting_owners() == []
    first, theirs = submit_as(user), submit_as(stranger)
    submit_as(user)
    assert [(each.owner_id, each.since) for each in fair_share.waiting_owners()] == [
        (user.pk, first.created_at),
        (stranger.pk, theirs.created_at),
    ]
