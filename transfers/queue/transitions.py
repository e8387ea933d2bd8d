"""What every transition of a transfer is made of: one conditional UPDATE, and its values.

Who may do what is told in ``lifecycle`` (workers), ``steering`` (owners and operators) and
``rescue`` (supervisors).
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from transfers.models import Transfer, TransferQuerySet
from transfers.queue import checkpoints

State = Transfer.State
Activity = Transfer.Activity

# Not `heartbeat_at`: until when it was painted counts in `fair_share`.
BACK_IN_QUEUE: dict[str, Any] = {
    "state": State.QUEUED,
    "activity": Activity.WAITING,
    "token": None,
    "worker": "",
    "seconds_left": None,
}


def held(transfer: Transfer) -> TransferQuerySet:
    """Its row, as long as it is RUNNING under the token that `transfer` was read with."""
    return Transfer.objects.running().filter(pk=transfer.pk, token=transfer.token)


def cancellation() -> dict[str, Any]:
    return {
        "state": State.CANCELLED,
        "token": None,
        "finished_at": timezone.now(),
        "seconds_left": None,
    }


def failure(sentence: str, reference: str, kind: str) -> dict[str, Any]:
    return {
        "state": State.FAILED,
        "token": None,
        "finished_at": timezone.now(),
        "seconds_left": None,
        "failure": kind,
        "error": sentence,
        "error_reference": reference,
    }


def drop_files(transfer: Transfer, *, preview: bool = True) -> None:
    """Forget the files of a transfer that has ended; a failed one keeps its preview to be seen."""
    gone = {"checkpoint": "", "time_lapse": ""} | ({"preview": ""} if preview else {})
    checkpoints.about_to_write(transfer)
    Transfer.objects.filter(pk=transfer.pk).update(**gone)
    row = Transfer.objects.filter(pk=transfer.pk).first()
    # Without a row, a guest of a booth has deleted what was painted for them.
    checkpoints.sweep(transfer, keep=(row.preview.name if row else "") or "")
    for field in gone:
        setattr(transfer, field, "")
