"""Keeps the lease of a transfer while it is painted, and notices when painting has to stop.

A thread does both, so that a step of many seconds neither loses the lease nor hides a
cancellation. It has a database connection of its own and closes it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from enum import Enum
from time import monotonic
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from transfers.models import Transfer
from transfers.queue import draining, lifecycle, turns
from transfers.queue.lifecycle import LeaseLostError

logger = logging.getLogger(__name__)

LOOK_S = 1.0
LOOK_AT_A_LOOK_S = 0.25
"""Of a quick look, which the next change of its owner's supersedes."""

# A worker that finishes no step for this long hangs. It stops beating, so that its lease expires.
STALLED_S = 900


class Stop(Enum):
    """Why painting has to stop."""

    LOST = "cancelled or taken over"
    KEEP = "its owner wants the picture as it is"
    DRAINING = "the worker is being stopped"
    OTHERS = "it has had its turn, and others wait"


class Watch:
    """Beats for `transfer` from entering to leaving the context; see `stop`."""

    def __init__(self, transfer: Transfer) -> None:
        self.stop: Stop | None = Stop.KEEP if transfer.keep_requested else None
        self.steps = 0
        self._transfer = transfer
        is_look = transfer.purpose == Transfer.Purpose.LOOK
        self._pause_s = LOOK_AT_A_LOOK_S if is_look else LOOK_S
        self._painted_before_s = transfer.painting_s
        self._started_at = self._moved_at = monotonic()
        self._counted_s = self._still_s = 0.0
        self._still_since: float | None = None
        self._counting = threading.Lock()
        self._ended = threading.Event()
        # In this context, so that what the thread logs names the transfer as well.
        self._thread = threading.Thread(
            target=copy_context().run,
            args=(self._run,),
            name=f"watch {transfer.pk}",
            daemon=True,
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def painted_s(self) -> float:
        """Seconds of work on this transfer, those of earlier attempts included."""
        return self._painted_before_s + self._worked_s()

    def moved(self, *, steps: int = 0) -> None:
        """Say that the work goes on: so many steps more are done."""
        self.steps += steps
        self._moved_at = monotonic()

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Nothing is painted meanwhile, so it is counted as nobody's painting."""
        with self._counting:
            self._still_since = monotonic()
        try:
            yield
        finally:
            with self._counting:
                self._still_s += monotonic() - self._still_since
                self._still_since = None
            self.moved()

    def _worked_s(self) -> float:
        now = monotonic() if self._still_since is None else self._still_since
        return now - self._started_at - self._still_s

    def count_work(self) -> None:
        """Beat now, so that all seconds worked are on the row. Raises LeaseLostError."""
        with self._counting:
            worked_s = self._worked_s()
            lifecycle.heartbeat(self._transfer, worked_s - self._counted_s)
            self._counted_s = worked_s

    def count_lost(self) -> None:
        """Count what was worked since the last beat on a transfer that was cancelled meanwhile: its
        owner had the worker for that long, whether or not there is a picture of it."""
        with self._counting:
            worked_s = self._worked_s()
            lifecycle.count_cancelled(self._transfer, worked_s - self._counted_s)
            self._counted_s = worked_s

    def _turn_is_over(self) -> bool:
        return turns.is_over(self._transfer, monotonic() - self._started_at)

    def _may_be_kept(self) -> bool:
        """Before the first step, one that has to stop has nothing to be kept."""
        return self.stop is None or (self.stop is Stop.OTHERS and self.steps > 0)

    def _run(self) -> None:
        beat_at = monotonic()
        try:
            while self.stop is not Stop.LOST and not self._ended.wait(self._pause_s):
                if monotonic() - self._moved_at > STALLED_S:
                    logger.error("transfer %s: no step for %d s", self._transfer.pk, STALLED_S)
                    return
                if draining.is_set() and self.stop in (None, Stop.OTHERS):
                    self.stop = Stop.DRAINING
                try:
                    if monotonic() - beat_at >= settings.TRANSFER_HEARTBEAT_S:
                        now = monotonic()
                        self.count_work()
                        beat_at = now
                        if self.stop is None and self._turn_is_over():
                            self.stop = Stop.OTHERS
                    elif lifecycle.look(self._transfer) and self._may_be_kept():
                        self.stop = Stop.KEEP
                except LeaseLostError:
                    self.stop = Stop.LOST
                except DatabaseError:
                    # It may be back before the lease expires; if not, somebody else takes over.
                    logger.warning("transfer %s: no heartbeat", self._transfer.pk, exc_info=True)
                    connection.close()
        finally:
            connection.close()
