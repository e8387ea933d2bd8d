"""django-q2's broker on the database, patient with a database that is away for a moment.

Without this, each restart of the database costs the pool its pusher, which sleeps ten seconds
before it dies, and its monitor.
"""

from __future__ import annotations

import logging
from time import sleep
from typing import Any

from django_q.brokers.orm import ORM

from transfers.queue.outages import DATABASE_AWAY, forget_connection

logger = logging.getLogger(__name__)

AWAY_PAUSE_S = 1.0


class PatientBroker(ORM):  # type: ignore[misc]  # the package has no types
    """Takes nothing while the database is away, and takes again as soon as it is back."""

    def dequeue(self) -> Any:
        try:
            return super().dequeue()
        except DATABASE_AWAY as error:
            logger.warning("no messages while the database is away: %s", error)
            forget_connection(error)
            sleep(AWAY_PAUSE_S)
            return None

    def delete(self, task_id: Any) -> None:
        """Also after the work; a message that stays is purged later, see wakeups.purge_taken."""
        try:
            super().delete(task_id)
        except DATABASE_AWAY as error:
            logger.warning("message %s stays while the database is away: %s", task_id, error)
            forget_connection(error)
