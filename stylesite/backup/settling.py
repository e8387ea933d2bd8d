"""What a site needs around a restore: nobody at work before it, and work that goes on after it."""

from __future__ import annotations

from django.db import connection
from django.db.models import F

from accounts.models import User
from transfers.models import Notice, Transfer, WorkerHost
from transfers.queue.transitions import BACK_IN_QUEUE


def has_people() -> bool:
    """Whether somebody would lose something: there is an account."""
    return _exists(User) and User.objects.exists()


def hosts_at_work() -> list[str]:
    """Those whose workers have announced themselves within the last seconds."""
    return [host.name for host in WorkerHost.objects.alive()] if _exists(WorkerHost) else []


def settle() -> int:
    """Give back to the queue what workers held that are not there any more; it goes on from its
    checkpoint, and has spent no attempt. Its last preview is in no backup. Returns how many
    transfers wait.

    Wake-ups are not restored: a pool that starts rings for all that wait.
    """
    Transfer.objects.running().update(
        **BACK_IN_QUEUE, attempts=F("attempts") - 1, preview="", preview_step=0
    )
    Transfer.objects.queued().update(rung_at=None)
    Notice.objects.pending().update(token=None, sender="", leased_until=None)
    return Transfer.objects.queued().count()


def _exists(model: type[User | WorkerHost]) -> bool:
    return model._meta.db_table in connection.introspection.table_names()
