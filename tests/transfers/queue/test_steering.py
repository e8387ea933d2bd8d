"""What owners and operators ask of a transfer: put back, cancel, keep."""

from pathlib import Path

import pytest
from django_q.models import OrmQ
from pytest_django import Settings

from tests.transfers.queue.rows import (
    ENDED,
    NOT_RUNNING,
    Submit,
    artwork_for,
    claim,
    content,
    expire,
    files_below,
    row,
    set_row,
)
from transfers.models import Transfer
from transfers.queue import checkpoints, lifecycle, rescue, steering
from transfers.queue.lifecycle import LeaseLostError

State = Transfer.State


# put back


def test_putting_back_takes_it_from_its_worker_and_keeps_the_checkpoint(submit: Submit) -> None:
    transfer = submit()
    held = claim()
    lifecycle.checkpoint(held, b"half", 3, 9)
    OrmQ.objects.all().delete()
    assert steering.put_back(row(transfer)) is True
    stored = row(transfer)
    assert (stored.state, stored.attempts, stored.token) == (State.QUEUED, 0, None)
    assert content(stored.checkpoint) == b"half"
    assert OrmQ.objects.count() == 1
    with pytest.raises(LeaseLostError):
        lifecycle.heartbeat(held)
    assert claim().checkpoint_step == 3


def test_what_changed_hands_meanwhile_is_not_put_back(submit: Submit, settings: Settings) -> None:
    submit()
    seen = claim()
    expire(seen, settings)
    rescue.from_the_dead()
    heir = claim()
    assert steering.put_back(seen) is False
    assert lifecycle.look(heir) is False


@pytest.mark.parametrize("state", NOT_RUNNING)
def test_only_what_is_running_is_put_back(submit: Submit, state: str) -> None:
    transfer = submit()
    set_row(transfer, state=state)
    assert steering.put_back(transfer) is False
    assert row(transfer).state == state


# cancel


def test_a_waiting_transfer_is_cancelled_at_once(submit: Submit) -> None:
    transfer = submit()
    assert steering.request_cancel(transfer) is True
    assert transfer.state == State.CANCELLED
    assert lifecycle.claim("here") is None


def test_cancelling_a_running_transfer_takes_it_from_its_worker(
    submit: Submit, media_root: Path
) -> None:
    transfer = submit()
    held = claim()
    lifecycle.checkpoint(held, b"x", 3, 9)
    assert steering.request_cancel(transfer) is True
    assert row(held).state == State.CANCELLED
    with pytest.raises(LeaseLostError):
        lifecycle.look(held)
    assert not files_below(media_root, "checkpoint")
    with pytest.raises(LeaseLostError):
        lifecycle.succeed(held, artwork_for(held.owner))


@pytest.mark.parametrize("state", ENDED)
def test_what_has_ended_cannot_be_cancelled(submit: Submit, state: str) -> None:
    transfer = submit()
    Transfer.objects.filter(pk=transfer.pk).update(state=state)
    assert steering.request_cancel(transfer) is False
    assert transfer.state == state


def test_what_is_deleted_while_it_is_cancelled_or_kept_counts_as_cancelled(submit: Submit) -> None:
    transfer = submit()
    Transfer.objects.filter(pk=transfer.pk).delete()
    assert steering.request_cancel(transfer) is False
    assert transfer.state == State.CANCELLED
    assert steering.request_keep(transfer) is False


# keep


def test_a_running_transfer_is_kept_when_its_worker_looks(submit: Submit) -> None:
    transfer = submit()
    held = claim()
    assert lifecycle.look(held) is False
    assert steering.request_keep(transfer) is True
    assert lifecycle.look(held) is True


def test_one_that_waits_painted_in_part_is_kept_and_comes_first_of_its_owners(
    submit: Submit,
) -> None:
    fine = submit(size_px=1024)
    held = claim()
    lifecycle.checkpoint(held, b"half", 3, 9)
    lifecycle.give_back(held)
    submit()
    assert steering.request_keep(fine) is True
    again = claim()
    assert (again.pk, again.keep_requested) == (fine.pk, True)


@pytest.mark.parametrize("state", [State.QUEUED, *ENDED])
def test_what_is_not_painted_or_has_ended_cannot_be_kept(submit: Submit, state: str) -> None:
    transfer = submit()
    set_row(transfer, state=state)
    assert steering.request_keep(transfer) is False
    assert transfer.keep_requested is False


def test_what_no_row_ever_named_goes_with_the_transfer(submit: Submit, media_root: Path) -> None:
    transfer, other = submit(), submit()
    left_over = checkpoints.write(transfer, "checkpoint", b"left over", "bin")
    kept = checkpoints.write(other, "checkpoint", b"another's", "bin")
    steering.request_cancel(transfer)
    assert not (media_root / left_over).exists()
    assert (media_root / kept).exists()
