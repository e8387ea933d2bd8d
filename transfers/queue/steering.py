"""What people ask of a transfer: its owner cancels or keeps it, an operator puts it back.

A worker that is at it learns by its next write or look, a second away, that it holds it no more.
Moving among one's own waiting ones is in ``own_order``.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import F, Q

from accounts.models import User
from transfers import logs
from transfers.models import Transfer
from transfers.queue import own_order, wakeups
from transfers.queue.transitions import BACK_IN_QUEUE, cancellation, drop_files, held

logger = logging.getLogger(__name__)

State = Transfer.State


def request_cancel(transfer: Transfer) -> bool:
    """QUEUED or RUNNING → CANCELLED, at once; a worker at it stops at its next look, a second away.

    Returns whether this call cancelled it. False when it had ended before: a picture that was
    finished in the same moment stays finished. `transfer` is brought up to date either way.
    """
    cancelled = Transfer.objects.unfinished().filter(pk=transfer.pk).update(**cancellation())
    _bring_up_to_date(transfer)
    if cancelled:
        # Only now: nobody holds the token any more, so no newer checkpoint can appear.
        drop_files(transfer, preview=False)
        logger.info("transfer %s: cancelled", transfer.pk, extra=logs.about(transfer))
    return bool(cancelled)


def _bring_up_to_date(transfer: Transfer) -> None:
    """Read the row anew; one that was deleted meanwhile is as good as cancelled."""
    try:
        transfer.refresh_from_db()
    except Transfer.DoesNotExist:
        transfer.state = State.CANCELLED


def cancel_waiting(owner: User) -> int:
    """QUEUED → CANCELLED for all pictures that `owner` has waiting; returns how many."""
    waiting = Transfer.objects.pictures().queued().owned_by(owner)
    painted_in_part = list(waiting.exclude(checkpoint=""))
    cancelled = waiting.filter(checkpoint="").update(**cancellation())
    for transfer in painted_in_part:
        # Filtered once more: what a worker has claimed meanwhile goes on.
        if waiting.filter(pk=transfer.pk).update(**cancellation()):
            drop_files(transfer, preview=False)
            cancelled += 1
    logger.info("%d waiting transfers of user %s: cancelled", cancelled, owner.pk)
    return cancelled


def request_keep(transfer: Transfer) -> bool:
    """End painting now and keep the picture as it is: RUNNING → SUCCEEDED, within seconds.

    Its worker sees the request at its next look, a second away. A QUEUED one that was painted in
    part is claimed next of its owner's, and only saved. Returns whether the request stands; False
    for one that has ended, or of which nothing is painted yet. `transfer` is brought up to date.
    """
    painted = Q(state=State.RUNNING) | Q(state=State.QUEUED, checkpoint_step__gt=0)
    asked = Transfer.objects.filter(painted, pk=transfer.pk).update(
        keep_requested=True, rank=own_order.front_rank(transfer.owner_id)
    )
    _bring_up_to_date(transfer)
    if asked:
        logger.info("transfer %s: to be kept as it is", transfer.pk, extra=logs.about(transfer))
    return bool(asked)


def put_back(transfer: Transfer) -> bool:
    """RUNNING → QUEUED without spending the attempt, whatever its worker does; wakes a worker.

    Returns whether this call put it back. False when it had ended, or had changed hands since
    `transfer` was read. A worker still at it stops at its next look, a second away, and what it
    has not checkpointed is lost; the next claim resumes from the checkpoint.
    """
    with transaction.atomic():
        if not held(transfer).update(**BACK_IN_QUEUE, attempts=F("attempts") - 1):
            return False
        wakeups.ring(transfer)
    logger.warning(
        "transfer %s: put back from %s at step %d",
        transfer.pk,
        transfer.worker,
        transfer.checkpoint_step,
        extra=logs.about(transfer),
    )
    return True
