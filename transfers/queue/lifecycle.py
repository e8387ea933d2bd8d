"""The transitions of a transfer. Every change of state is one conditional UPDATE.

A worker holds a transfer by the token of its claim. Whatever it writes names that token; a write
that changes no row means that the transfer was cancelled or given to somebody else, and
`LeaseLostError` tells the worker to stop. What a worker does in between lives in `runner`.
"""

from __future__ import annotations

import dataclasses
import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from gallery.artworks import hang
from gallery.models import Artwork
from transfers import logs
from transfers.models import Transfer, TransferQuerySet
from transfers.notify import outbox
from transfers.queue import checkpoints, fair_share, own_order, wakeups, workers
from transfers.queue.outages import DATABASE_AWAY

logger = logging.getLogger(__name__)

State = Transfer.State
Activity = Transfer.Activity

# How often a claim is tried again when other workers were faster each time.
CLAIM_TRIES = 20


class LeaseLostError(Exception):
    """The transfer is no longer held under this token: cancelled, or claimed by someone else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a transfer is; the names are those of the row's columns."""

    step: int
    total_steps: int
    level: int
    levels: int
    content_loss: float
    style_loss: float
    seconds_left: float | None
    activity: Transfer.Activity


# What an owner does


def request_cancel(transfer: Transfer) -> bool:
    """QUEUED or RUNNING → CANCELLED, at once; a worker at it stops at its next look, a second away.

    Returns whether this call cancelled it. False when it had ended before: a picture that was
    finished in the same moment stays finished. `transfer` is brought up to date either way.
    """
    cancelled = Transfer.objects.unfinished().filter(pk=transfer.pk).update(**_cancellation())
    transfer.refresh_from_db()
    if cancelled:
        # Only now: nobody holds the token any more, so no newer checkpoint can appear.
        _drop_files(transfer, preview=False)
        logger.info("transfer %s: cancelled", transfer.pk, extra=logs.about(transfer))
    return bool(cancelled)


def cancel_waiting(owner: User) -> int:
    """QUEUED → CANCELLED for all that `owner` has waiting; returns how many."""
    waiting = Transfer.objects.queued().owned_by(owner)
    painted_in_part = list(waiting.exclude(checkpoint=""))
    cancelled = waiting.filter(checkpoint="").update(**_cancellation())
    for transfer in painted_in_part:
        # Filtered once more: what a worker has claimed meanwhile goes on.
        if waiting.filter(pk=transfer.pk).update(**_cancellation()):
            _drop_files(transfer, preview=False)
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
    transfer.refresh_from_db()
    if asked:
        logger.info("transfer %s: to be kept as it is", transfer.pk, extra=logs.about(transfer))
    return bool(asked)


# What a worker does


def claim(worker: str) -> Transfer | None:
    """QUEUED → RUNNING under a fresh token: of whoever has had the least painting lately.

    Whose turn it is says `fair_share`; what a dead worker left is QUEUED again after `rescue`. The
    attempt is counted before the work starts, so that a transfer that kills its workers ends.
    Returns None when nothing is to be done. Of two workers that want the same row, one gets it and
    the other looks for the next.
    """
    for _try in range(CLAIM_TRIES):
        wanted = fair_share.next_in_turn()
        if wanted is None:
            return None
        token = _take(wanted, worker)
        if token is not None:
            related = Transfer.objects.select_related("content_image", "owner", "continues")
            transfer = related.get(pk=wanted.pk)
            # Not what the row says now: the row may already be another's.
            transfer.token = token
            logger.info(
                "transfer %s: claimed, attempt %d",
                transfer.pk,
                transfer.attempts,
                extra=logs.about(transfer),
            )
            return transfer
    return None


def _take(wanted: Transfer, worker: str) -> uuid.UUID | None:
    """The token of the claim, or None where another worker or the owner's limit came between."""
    token, now = uuid.uuid4(), timezone.now()
    with transaction.atomic():
        if not fair_share.may_start(wanted):
            return None
        taken = (
            Transfer.objects.queued()
            .filter(pk=wanted.pk)
            .update(
                state=State.RUNNING,
                activity=Activity.LOADING,
                token=token,
                worker=worker,
                heartbeat_at=Now(),
                started_at=Coalesce(F("started_at"), now),
                attempts=F("attempts") + 1,
                seconds_left=None,
            )
        )
    return token if taken else None


def look(transfer: Transfer) -> bool:
    """RUNNING: whether its owner wants the picture as it is now. Raises LeaseLostError."""
    keep = _held(transfer).values_list("keep_requested", flat=True).first()
    if keep is None:
        raise LeaseLostError(str(transfer.pk))
    return keep


def heartbeat(transfer: Transfer, painted_s: float = 0) -> None:
    """RUNNING: renew the lease and add `painted_s` seconds of work. Raises LeaseLostError."""
    _write(transfer, heartbeat_at=Now(), painting_s=F("painting_s") + painted_s)


def report(transfer: Transfer, progress: Progress) -> None:
    """RUNNING: write the progress to the row. Raises LeaseLostError."""
    _write(transfer, **dataclasses.asdict(progress))


def checkpoint(transfer: Transfer, data: bytes, step: int, pixel_steps_left: int) -> None:
    """RUNNING: keep `data` as what to resume from, with the work that is then still to do.

    Raises LeaseLostError, leaving no file.
    """
    old = transfer.checkpoint.name
    name = checkpoints.write(transfer, "checkpoint", data, "bin")
    _name_file(
        transfer,
        name,
        checkpoint=name,
        checkpoint_step=step,
        pixel_steps_left=pixel_steps_left,
    )
    transfer.checkpoint.name, transfer.checkpoint_step = name, step
    checkpoints.delete(old)


def show_preview(transfer: Transfer, data: bytes, step: int) -> None:
    """RUNNING: show `data` (JPEG) as the picture so far. Raises LeaseLostError, leaving no file."""
    old = transfer.preview.name
    name = checkpoints.write(transfer, "preview", data, "jpg")
    _name_file(transfer, name, preview=name, preview_step=step)
    transfer.preview.name, transfer.preview_step = name, step
    checkpoints.delete(old)


def succeed(transfer: Transfer, artwork: Artwork) -> None:
    """RUNNING → SUCCEEDED, with the row of `artwork`, both or neither.

    The files of `artwork` are written already, so that nobody waits for the database meanwhile;
    they are removed when its row is not kept. Raises LeaseLostError when the token is no longer
    the row's: of two workers that finish the same transfer, only one keeps its artwork.

    When the database goes away meanwhile, nobody knows whether it kept the rows. The files stay,
    and the call may be repeated.
    """
    if not Transfer.objects.filter(pk=transfer.pk, artwork=artwork.pk).exists():
        _keep_artwork(transfer, artwork)
    _drop_files(transfer)
    logger.info(
        "transfer %s: succeeded, artwork %s", transfer.pk, artwork.pk, extra=logs.about(transfer)
    )


def _keep_artwork(transfer: Transfer, artwork: Artwork) -> None:
    try:
        with transaction.atomic():
            hang(artwork)
            _write(
                transfer,
                state=State.SUCCEEDED,
                token=None,
                finished_at=timezone.now(),
                seconds_left=None,
                artwork=artwork,
            )
            outbox.note_end(transfer, State.SUCCEEDED)
    except DATABASE_AWAY:
        raise
    except BaseException:
        artwork.delete_files()
        raise


def fail(transfer: Transfer, sentence: str, reference: str = "", *, kind: str = "unknown") -> None:
    """RUNNING → FAILED. `sentence` tells the owner why, `reference` finds the entry in the log.

    `kind` is one word for the operator's counts: the engine's reason, or "crash". Raises
    LeaseLostError when the token is no longer the row's.
    """
    with transaction.atomic():
        _write(transfer, **_failure(sentence, reference, kind))
        outbox.note_end(transfer, State.FAILED)
    _drop_files(transfer, preview=False)
    logger.info("transfer %s: failed: %s", transfer.pk, sentence, extra=logs.about(transfer))


def give_back(transfer: Transfer) -> None:
    """RUNNING → QUEUED without spending the attempt, because the worker is being stopped.

    The next claim resumes from the checkpoint. Raises LeaseLostError.
    """
    with transaction.atomic():
        _write(transfer, **_BACK_IN_QUEUE, attempts=F("attempts") - 1)
        wakeups.ring(transfer)
    logger.info(
        "transfer %s: given back at step %d",
        transfer.pk,
        transfer.checkpoint_step,
        extra=logs.about(transfer),
    )


# What an operator does


def put_back(transfer: Transfer) -> bool:
    """RUNNING → QUEUED without spending the attempt, whatever its worker does; wakes a worker.

    Returns whether this call put it back. False when it had ended, or had changed hands since
    `transfer` was read. A worker still at it stops at its next look, a second away, and what it
    has not checkpointed is lost; the next claim resumes from the checkpoint.
    """
    with transaction.atomic():
        if not _held(transfer).update(**_BACK_IN_QUEUE, attempts=F("attempts") - 1):
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


# What the supervisor does


def rescue(*, spend_attempt: bool = True, by_lease: bool = True) -> int:
    """Free what dead workers held: RUNNING → QUEUED, or → FAILED when the attempts are used up.

    A worker is dead when its process on this host is gone or, unless `by_lease` is False, when its
    lease has expired. Returns how many rows changed. The UPDATE looks at the lease once more, so a
    worker that beats in the same moment keeps its transfer. `spend_attempt` is False when we ended
    the workers of this host ourselves; those of others spend one all the same.
    """
    return sum(_rescue(transfer, spend_attempt) for transfer in _abandoned(by_lease))


def _rescue(transfer: Transfer, spend_attempt: bool) -> bool:
    held = _held(transfer)
    if not workers.is_dead(transfer.worker):
        held = held.filter(_lease_expired())
        spend_attempt = True
    if spend_attempt and transfer.attempts >= settings.TRANSFER_MAX_ATTEMPTS:
        sentence = _(
            "Painting was interrupted several times, so we stopped trying. "
            "Please try again, perhaps in a smaller size."
        )
        failure = _failure(sentence, "", "attempts")
        with transaction.atomic():
            if not held.update(**failure, rescues=F("rescues") + 1):
                return False
            outbox.note_end(transfer, State.FAILED)
        _drop_files(transfer, preview=False)
        logger.error(
            "transfer %s: failed, its workers died", transfer.pk, extra=logs.about(transfer)
        )
        return True
    # A worker that we ended ourselves was not lost, and spends nothing.
    spent: dict[str, Any] = (
        {"rescues": F("rescues") + 1} if spend_attempt else {"attempts": F("attempts") - 1}
    )
    with transaction.atomic():
        if not held.update(**_BACK_IN_QUEUE, **spent):
            return False
        wakeups.ring(transfer)
    logger.warning(
        "transfer %s: rescued from %s at step %d",
        transfer.pk,
        transfer.worker,
        transfer.checkpoint_step,
        extra=logs.about(transfer),
    )
    return True


# Conditions and values that several transitions share

_BACK_IN_QUEUE: dict[str, Any] = {
    "state": State.QUEUED,
    "activity": Activity.WAITING,
    "token": None,
    "worker": "",
    "heartbeat_at": None,
    "seconds_left": None,
}


def _cancellation() -> dict[str, Any]:
    return {
        "state": State.CANCELLED,
        "token": None,
        "finished_at": timezone.now(),
        "seconds_left": None,
    }


def _failure(sentence: str, reference: str, kind: str) -> dict[str, Any]:
    return {
        "state": State.FAILED,
        "token": None,
        "finished_at": timezone.now(),
        "seconds_left": None,
        "failure": kind,
        "error": sentence,
        "error_reference": reference,
    }


def _lease_expired() -> Q:
    """By the database's clock, as heartbeats are: those of two hosts may differ by minutes."""
    return Q(heartbeat_at__lt=Now() - timedelta(seconds=settings.TRANSFER_LEASE_S))


def _abandoned(by_lease: bool) -> list[Transfer]:
    """What is RUNNING and nobody works at: its worker here is gone, or its lease has expired."""
    running = Transfer.objects.running()
    dead = [transfer for transfer in running if workers.is_dead(transfer.worker)]
    if not by_lease:
        return dead
    expired = running.filter(_lease_expired()).exclude(pk__in=[transfer.pk for transfer in dead])
    return [*dead, *expired]


def _held(transfer: Transfer) -> TransferQuerySet:
    return Transfer.objects.running().filter(pk=transfer.pk, token=transfer.token)


def _write(transfer: Transfer, **values: Any) -> None:
    if not _held(transfer).update(**values):
        raise LeaseLostError(str(transfer.pk))


def _name_file(transfer: Transfer, name: str, **values: Any) -> None:
    try:
        _write(transfer, **values)
    except DATABASE_AWAY:
        # Perhaps the row names it already: a database that went away does not say.
        raise
    except BaseException:
        checkpoints.delete(name)
        raise


def _drop_files(transfer: Transfer, *, preview: bool = True) -> None:
    """Forget the files of a transfer that has ended; a failed one keeps its preview to be seen."""
    gone = {"checkpoint": ""} | ({"preview": ""} if preview else {})
    Transfer.objects.filter(pk=transfer.pk).update(**gone)
    row = Transfer.objects.get(pk=transfer.pk)
    checkpoints.sweep(transfer, keep=row.preview.name or "")
    for field in gone:
        setattr(transfer, field, "")
