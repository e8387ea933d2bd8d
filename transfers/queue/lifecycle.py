"""The transitions of a transfer. Every change of state is one conditional UPDATE.

A worker holds a transfer by the token of its claim. Whatever it writes names that token; a write
that changes no row means that the transfer was cancelled or given to somebody else, and
`LeaseLostError` tells the worker to stop. What a worker does in between lives in `runner`.
"""

from __future__ import annotations

import dataclasses
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from engine.params import Params
from gallery.models import Artwork, Style
from transfers.models import ContentImage, Transfer, TransferQuerySet, TransferStyle
from transfers.queue import checkpoints, wakeups, workers
from transfers.queue.outages import DATABASE_AWAY

logger = logging.getLogger(__name__)

State = Transfer.State
Activity = Transfer.Activity

# How often a claim is tried again when other workers were faster each time.
CLAIM_TRIES = 20


class LeaseLostError(Exception):
    """The transfer is no longer held under this token: cancelled, or claimed by someone else."""


class WrongStateError(Exception):
    """The transition is not allowed from the state the transfer is in."""


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


def submit(
    owner: User,
    content_image: ContentImage,
    styles: Sequence[tuple[Style, float]],
    params: Params,
) -> Transfer:
    """Queue a new transfer of `content_image` in `styles` (each with its weight) and wake a worker.

    Row and wake-up are committed together: there is never one without the other.
    """
    with transaction.atomic():
        transfer = Transfer.objects.create(
            owner=owner, content_image=content_image, params=params.to_json()
        )
        TransferStyle.objects.bulk_create(
            TransferStyle(transfer=transfer, style=style, weight=weight) for style, weight in styles
        )
        wakeups.ring(transfer)
    logger.info("transfer %s: submitted", transfer.pk)
    return transfer


def request_cancel(transfer: Transfer) -> bool:
    """QUEUED or RUNNING → CANCELLED, at once; a worker at it stops at its next look, a second away.

    Returns whether this call cancelled it. False when it had ended before: a picture that was
    finished in the same moment stays finished. `transfer` is brought up to date either way.
    """
    cancelled = (
        Transfer.objects.unfinished()
        .filter(pk=transfer.pk)
        .update(
            state=State.CANCELLED,
            token=None,
            finished_at=timezone.now(),
            seconds_left=None,
        )
    )
    transfer.refresh_from_db()
    if cancelled:
        # Only now: nobody holds the token any more, so no newer checkpoint can appear.
        _drop_files(transfer, preview=False)
        logger.info("transfer %s: cancelled", transfer.pk)
    return bool(cancelled)


def retry(transfer: Transfer) -> Transfer:
    """Queue a FAILED or CANCELLED transfer once more, as a new transfer that names the old one.

    Asked twice, it returns the retry that is still unfinished. Raises WrongStateError for one
    that is unfinished or succeeded.
    """
    with transaction.atomic():
        old = Transfer.objects.select_for_update().get(pk=transfer.pk)
        if old.state not in (State.FAILED, State.CANCELLED):
            raise WrongStateError(f"a {old.state} transfer cannot be retried")
        waiting = old.retries.unfinished().first()
        if waiting is not None:
            return waiting
        styles = [(share.style, share.weight) for share in old.style_shares.select_related("style")]
        new = submit(old.owner, old.content_image, styles, Params.from_json(old.params))
        Transfer.objects.filter(pk=new.pk).update(retry_of=old)
        new.retry_of = old
    return new


# What a worker does


def claim(worker: str) -> Transfer | None:
    """QUEUED, or RUNNING with an expired lease → RUNNING under a fresh token, oldest first.

    The attempt is counted before the work starts, so that a transfer that kills its workers ends.
    Returns None when nothing is to be done. Of two workers that want the same row, one gets it and
    the other looks for the next.
    """
    for _try in range(CLAIM_TRIES):
        pk = _claimable().order_by("created_at", "pk").values_list("pk", flat=True).first()
        if pk is None:
            return None
        token, now = uuid.uuid4(), timezone.now()
        claimed = (
            _claimable()
            .filter(pk=pk)
            .update(
                state=State.RUNNING,
                activity=Activity.LOADING,
                token=token,
                worker=worker,
                heartbeat_at=now,
                started_at=Coalesce(F("started_at"), now),
                attempts=F("attempts") + 1,
                seconds_left=None,
            )
        )
        if claimed:
            transfer = Transfer.objects.select_related("content_image", "owner").get(pk=pk)
            # Not what the row says now: the row may already be another's.
            transfer.token = token
            logger.info("transfer %s: claimed, attempt %d", pk, transfer.attempts)
            return transfer
    return None


def is_held(transfer: Transfer) -> bool:
    """Whether `transfer` is still RUNNING under the token of this claim."""
    return _held(transfer).exists()


def heartbeat(transfer: Transfer, painted_s: float = 0) -> None:
    """RUNNING: renew the lease and add `painted_s` seconds of work. Raises LeaseLostError."""
    _write(transfer, heartbeat_at=timezone.now(), painting_s=F("painting_s") + painted_s)


def report(transfer: Transfer, progress: Progress) -> None:
    """RUNNING: write the progress to the row. Raises LeaseLostError."""
    _write(transfer, **dataclasses.asdict(progress))


def checkpoint(transfer: Transfer, data: bytes, step: int) -> None:
    """RUNNING: keep `data` as what to resume from. Raises LeaseLostError, leaving no file."""
    old = transfer.checkpoint.name
    name = checkpoints.write(transfer, "checkpoint", data, "bin")
    _name_file(transfer, name, checkpoint=name, checkpoint_step=step)
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
    logger.info("transfer %s: succeeded, artwork %s", transfer.pk, artwork.pk)


def _keep_artwork(transfer: Transfer, artwork: Artwork) -> None:
    try:
        with transaction.atomic():
            artwork.save(force_insert=True)
            _write(
                transfer,
                state=State.SUCCEEDED,
                token=None,
                finished_at=timezone.now(),
                seconds_left=None,
                artwork=artwork,
            )
    except DATABASE_AWAY:
        raise
    except BaseException:
        artwork.delete_files()
        raise


def fail(transfer: Transfer, sentence: str, reference: str = "") -> None:
    """RUNNING → FAILED. `sentence` tells the owner why, `reference` finds the entry in the log.

    Raises LeaseLostError when the token is no longer the row's.
    """
    _write(transfer, **_failure(sentence, reference))
    _drop_files(transfer, preview=False)
    logger.info("transfer %s: failed: %s", transfer.pk, sentence)


def give_back(transfer: Transfer) -> None:
    """RUNNING → QUEUED without spending the attempt, because the worker is being stopped.

    The next claim resumes from the checkpoint. Raises LeaseLostError.
    """
    with transaction.atomic():
        _write(transfer, **_BACK_IN_QUEUE, attempts=F("attempts") - 1)
        wakeups.ring(transfer)
    logger.info("transfer %s: given back at step %d", transfer.pk, transfer.checkpoint_step)


# What the supervisor does


def rescue(*, spend_attempt: bool = True) -> int:
    """Free what dead workers held: RUNNING → QUEUED, or → FAILED when the attempts are used up.

    A worker is dead when its lease has expired or its process on this host is gone. Returns how
    many rows changed. The UPDATE names the heartbeat it saw, so a worker that beats in the same
    moment keeps its transfer. `spend_attempt` is False when we ended the worker ourselves.
    """
    return sum(_rescue(transfer, spend_attempt) for transfer in _abandoned())


def _rescue(transfer: Transfer, spend_attempt: bool) -> bool:
    held = _held(transfer).filter(heartbeat_at=transfer.heartbeat_at)
    if spend_attempt and transfer.attempts >= settings.TRANSFER_MAX_ATTEMPTS:
        sentence = _(
            "Painting was interrupted several times, so we stopped trying. "
            "Please try again, perhaps in a smaller size."
        )
        if not held.update(**_failure(sentence, "")):
            return False
        _drop_files(transfer, preview=False)
        logger.error("transfer %s: failed, its workers died", transfer.pk)
        return True
    attempts = F("attempts") if spend_attempt else F("attempts") - 1
    with transaction.atomic():
        if not held.update(**_BACK_IN_QUEUE, attempts=attempts):
            return False
        wakeups.ring(transfer)
    logger.warning(
        "transfer %s: rescued from %s at step %d",
        transfer.pk,
        transfer.worker,
        transfer.checkpoint_step,
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


def _failure(sentence: str, reference: str) -> dict[str, Any]:
    return {
        "state": State.FAILED,
        "token": None,
        "finished_at": timezone.now(),
        "seconds_left": None,
        "error": sentence,
        "error_reference": reference,
    }


def _lease_expired() -> Q:
    return Q(heartbeat_at__lt=timezone.now() - timedelta(seconds=settings.TRANSFER_LEASE_S))


def _claimable() -> TransferQuerySet:
    abandoned = Q(state=State.RUNNING, attempts__lt=settings.TRANSFER_MAX_ATTEMPTS)
    return Transfer.objects.filter(Q(state=State.QUEUED) | (abandoned & _lease_expired()))


def _abandoned() -> list[Transfer]:
    expired = set(Transfer.objects.running().filter(_lease_expired()).values_list("pk", flat=True))
    return [
        transfer
        for transfer in Transfer.objects.running()
        if transfer.pk in expired or workers.is_dead(transfer.worker)
    ]


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
