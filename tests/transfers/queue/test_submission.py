"""How transfers come into being: submitted with their wake-ups, or tried once more."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ

from accounts.models import Quota, User
from engine.errors import ImageError
from engine.params import Params
from gallery.models import Style
from tests.transfers.drawings import as_file, quadrants
from transfers import photos
from transfers.models import ContentImage, Transfer
from transfers.queue import submission
from transfers.queue.submission import Order, WrongStateError

State = Transfer.State
Submit = Callable[..., Transfer]


def row(transfer: Transfer) -> Transfer:
    return Transfer.objects.get(pk=transfer.pk)


def set_row(transfer: Transfer, **values: object) -> None:
    Transfer.objects.filter(pk=transfer.pk).update(**values)
    transfer.refresh_from_db()


# submit


def test_submitting_queues_a_transfer_with_its_styles_and_wakes_a_worker(
    user: User, photo: ContentImage, style: Style
) -> None:
    transfer = submission.submit(user, photo, [(style, 0.5)], Params(size_px=64, seed=7))
    stored = row(transfer)
    assert stored.state == State.QUEUED
    assert Params.from_json(stored.params) == Params(size_px=64, seed=7)
    assert [(s.style, s.weight) for s in stored.style_shares.all()] == [(style, 0.5)]
    assert stored.rung_at is not None
    assert OrmQ.objects.count() == 1


def test_a_submission_that_is_rolled_back_leaves_neither_row_nor_wake_up(submit: Submit) -> None:
    with transaction.atomic():
        submit()
        transaction.set_rollback(True)
    assert not Transfer.objects.exists()
    assert not OrmQ.objects.exists()


def test_a_photo_that_is_gone_cannot_be_ordered(
    user: User, photo: ContentImage, style: Style
) -> None:
    ContentImage.objects.all().delete()
    with pytest.raises(ImageError, match="no longer here"):
        submission.submit(user, photo, [(style, 1.0)], Params(size_px=64))
    assert not Transfer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_photo_deleted_while_it_is_being_ordered_stays(
    user: User, photo: ContentImage, style: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delete() -> int:
        try:
            return photos.delete_photos(ContentImage.objects.owned_by(user))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        deletions: list[Future[int]] = []

        def meanwhile(*_: object) -> None:
            deletions.append(pool.submit(delete))
            with suppress(TimeoutError):
                deletions[0].result(timeout=0.5)

        monkeypatch.setattr(submission, "_hold_masks", meanwhile)
        transfer = submission.submit(user, photo, [(style, 1.0)], Params(size_px=64))
        assert deletions[0].result() == 0
    assert row(transfer).content_image == photo


@pytest.mark.django_db(transaction=True)
def test_a_photo_sent_once_more_while_it_is_being_ordered_waits_for_the_order(
    user: User, style: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    Quota.objects.create(waiting=5)
    photo = photos.add_photo(user, BytesIO(as_file(quadrants())), "upload")
    hold = submission._hold_photos

    def send() -> ContentImage:
        try:
            return photos.add_photo(user, BytesIO(as_file(quadrants())), "upload")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        sent: list[Future[ContentImage]] = []

        def meanwhile(orders: Sequence[Order]) -> None:
            hold(orders)
            sent.append(pool.submit(send))
            with suppress(TimeoutError):
                sent[0].result(timeout=1)

        monkeypatch.setattr(submission, "_hold_photos", meanwhile)
        submission.submit(user, photo, [(style, 1.0)], Params(size_px=64))
        assert sent[0].result() == photo


# retry


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_a_retry_is_a_new_transfer_with_the_same_photo_styles_and_settings(
    submit: Submit, state: str
) -> None:
    old = submit(seed=5)
    set_row(old, state=state, error="It went wrong.")
    new = submission.retry(old)
    stored = row(new)
    assert stored.pk != old.pk
    assert stored.retry_of == old
    assert (stored.state, stored.error, stored.attempts) == (State.QUEUED, "", 0)
    assert (stored.content_image, stored.params) == (old.content_image, old.params)
    shares = [[(s.style, s.weight) for s in t.style_shares.all()] for t in (old, stored)]
    assert shares[0] == shares[1] != []


def test_asking_twice_for_a_retry_gives_the_same_one(submit: Submit) -> None:
    old = submit()
    set_row(old, state=State.FAILED)
    assert submission.retry(old).pk == submission.retry(old).pk
    assert Transfer.objects.count() == 2


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.SUCCEEDED])
def test_only_failed_and_cancelled_transfers_are_retried(submit: Submit, state: str) -> None:
    old = submit()
    set_row(old, state=state)
    with pytest.raises(WrongStateError):
        submission.retry(old)
    assert Transfer.objects.count() == 1
