"""What a worker does with a transfer, from its claim to its end.

A worker holds a transfer by the token of its claim. Whatever it writes names that token; a write
that changes no row means that the transfer was cancelled or given to somebody else, and
`LeaseLostError` tells the worker to stop. What it does in between lives in `runner`; what people
ask of a transfer in `steering`; what supervisors take back in `rescue`.
"""

from __future__ import annotations

import dataclasses
import logging
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.fields.files import FieldFile
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from gallery import leftovers
from gallery.artworks import hang
from gallery.models import Artwork, TimeLapse
from transfers import logs
from transfers.booth import hanging as portraits
from transfers.examples import hanging as examples
from transfers.models import LossCurve, Sitting, Transfer
from transfers.notify import outbox
from transfers.queue import checkpoints, fair_share, wakeups
from transfers.queue.outages import DATABASE_AWAY
from transfers.queue.transitions import BACK_IN_QUEUE, drop_files, failure, held

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
            related = Transfer.objects.select_related(
                "content_image", "owner", "continues", "protect"
            )
            transfer = related.get(pk=wanted.pk)
            # Not what the row says now: the row may already be another's.
            transfer.token, transfer.worker = token, worker
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
                claimed_at=now,
                attempts=F("attempts") + 1,
                seconds_left=None,
            )
        )
        if taken:
            checkpoints.about_to_write(wanted)
    return token if taken else None


def look(transfer: Transfer) -> bool:
    """RUNNING: whether its owner wants the picture as it is now. Raises LeaseLostError."""
    keep = held(transfer).values_list("keep_requested", flat=True).first()
    if keep is None:
        raise LeaseLostError(str(transfer.pk))
    return keep


def heartbeat(transfer: Transfer, painted_s: float = 0) -> None:
    """RUNNING: renew the lease and add `painted_s` seconds of work. Raises LeaseLostError."""
    _write(transfer, heartbeat_at=Now(), painting_s=F("painting_s") + painted_s)


def count_cancelled(transfer: Transfer, painted_s: float) -> None:
    """CANCELLED: add `painted_s` seconds of work that its worker did not come to tell before.

    Only where it was cancelled in the hands of that worker: one that it had lost before, to another
    or to the queue, is not its own to count on.
    """
    cancelled = Transfer.objects.filter(state=State.CANCELLED)
    cancelled.filter(pk=transfer.pk, worker=transfer.worker).update(
        painting_s=F("painting_s") + painted_s
    )


def report(transfer: Transfer, progress: Progress) -> None:
    """RUNNING: write the progress to the row. Raises LeaseLostError."""
    _write(transfer, **dataclasses.asdict(progress))


def wait_for_memory(transfer: Transfer) -> None:
    """RUNNING: say that it waits for memory that others need. Raises LeaseLostError."""
    _write(transfer, activity=Activity.MEMORY)
    transfer.activity = Activity.MEMORY


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


def keep_frames(transfer: Transfer, data: bytes) -> None:
    """RUNNING: keep `data` as the frames of its time-lapse so far.

    Raises LeaseLostError, leaving no file.
    """
    old = transfer.time_lapse.name
    name = checkpoints.write(transfer, "frames", data, "zip")
    _name_file(transfer, name, time_lapse=name)
    transfer.time_lapse.name = name
    checkpoints.delete(old)


def keep_curve(transfer: Transfer, columns: dict[str, list[Any]]) -> None:
    """RUNNING: keep `columns` as how its losses went so far. Raises LeaseLostError."""
    with transaction.atomic():
        if not held(transfer).select_for_update().exists():
            raise LeaseLostError(str(transfer.pk))
        LossCurve.objects.update_or_create(transfer=transfer, defaults={"columns": columns})


def succeed(transfer: Transfer, artwork: Artwork, time_lapse: TimeLapse | None = None) -> None:
    """RUNNING → SUCCEEDED, with the rows of `artwork` and `time_lapse`, all or none.

    The files of both are written already, so that nobody waits for the database meanwhile;
    they are removed when its row is not kept. Raises LeaseLostError when the token is no longer
    the row's: of two workers that finish the same transfer, only one keeps its artwork.

    When the database goes away meanwhile, nobody knows whether it kept the rows. The files stay,
    and the call may be repeated. What was ordered as an example becomes that, and what a guest of
    a booth had painted stays in the booth; neither becomes an artwork.
    """
    kept = Transfer.objects.filter(pk=transfer.pk, artwork=artwork.pk).exists()
    if not (kept or examples.is_hung(transfer) or portraits.is_hung(transfer)):
        _keep_artwork(transfer, artwork, time_lapse)
    drop_files(transfer)
    logger.info(
        "transfer %s: succeeded, artwork %s", transfer.pk, artwork.pk, extra=logs.about(transfer)
    )


def _keep_artwork(
    transfer: Transfer,
    artwork: Artwork,
    time_lapse: TimeLapse | None,
) -> None:
    elsewhere: examples.Example | portraits.Portrait | None = None

    def written() -> list[FieldFile]:
        frames = [time_lapse.file] if time_lapse else []
        return [*artwork.file_fields(), *frames, *(elsewhere.file_fields() if elsewhere else ())]

    with leftovers.removed_on_error(written):
        try:
            elsewhere = examples.frame(transfer, artwork) or portraits.frame(transfer, artwork)
        except Sitting.DoesNotExist as gone:
            raise LeaseLostError(str(transfer.pk)) from gone
        with transaction.atomic():
            if elsewhere is None:
                hang(artwork)
            if elsewhere is None and time_lapse is not None:
                time_lapse.save(force_insert=True)
            _write(
                transfer,
                state=State.SUCCEEDED,
                token=None,
                finished_at=timezone.now(),
                seconds_left=None,
                artwork=artwork if elsewhere is None else None,
            )
            if elsewhere is None:
                outbox.note_end(transfer, State.SUCCEEDED)
            else:
                elsewhere.hang()
    if elsewhere:
        elsewhere.remove_old()


def succeed_study(transfer: Transfer, data: bytes, step: int, recipe: dict[str, Any]) -> None:
    """RUNNING → SUCCEEDED for a study: `data`, the finished picture as a PNG, is its last preview.

    It hangs nowhere and nobody is told; `recipe` is its artwork's, should it be kept. Raises
    LeaseLostError, leaving no file. May be repeated when the database went away meanwhile.
    """
    done = Transfer.objects.filter(pk=transfer.pk, state=State.SUCCEEDED, preview_step=step)
    if not done.exists():
        name = checkpoints.write(transfer, "study", data, "png")
        ended = {"state": State.SUCCEEDED, "token": None, "finished_at": timezone.now()}
        shown = {"preview": name, "preview_step": step, "recipe": recipe, "seconds_left": None}
        _name_file(transfer, name, **ended, **shown)
    drop_files(transfer, preview=False)
    logger.info("transfer %s: succeeded, a study", transfer.pk, extra=logs.about(transfer))


def fail(transfer: Transfer, sentence: str, reference: str = "", *, kind: str = "unknown") -> None:
    """RUNNING → FAILED. `sentence` tells the owner why, `reference` finds the entry in the log.

    `kind` is one word for the operator's counts: the engine's reason, or "crash". Raises
    LeaseLostError when the token is no longer the row's.
    """
    with transaction.atomic():
        _write(transfer, **failure(sentence, reference, kind))
        outbox.note_end(transfer, State.FAILED)
    drop_files(transfer, preview=False)
    logger.info("transfer %s: failed: %s", transfer.pk, sentence, extra=logs.about(transfer))


def give_back(transfer: Transfer) -> None:
    """RUNNING → QUEUED without spending the attempt: the worker is being stopped, or others have
    their turn.

    The next claim resumes from the checkpoint. Raises LeaseLostError.
    """
    with transaction.atomic():
        _write(transfer, **BACK_IN_QUEUE, attempts=F("attempts") - 1)
        wakeups.ring(transfer)
    logger.info(
        "transfer %s: given back at step %d",
        transfer.pk,
        transfer.checkpoint_step,
        extra=logs.about(transfer),
    )


def _write(transfer: Transfer, **values: Any) -> None:
    if not held(transfer).update(**values):
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
