"""Waits for a database or a store of files that is away for a while, as during a restart.

A picture that took minutes to paint is not thrown away because it could not be saved in one
instant. What need not be waited for (a preview, a report of progress) does not come here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from transfers.queue.lifecycle import LeaseLostError
from transfers.queue.outages import AWAY, forget_connection
from transfers.queue.watch import STALLED_S, Stop, Watch

logger = logging.getLogger(__name__)

PAUSE_S = 1.0

# Within the time for which the watch keeps the lease of a worker that finishes no step.
LONGEST_S = STALLED_S * 2 / 3

Result = TypeVar("Result")


def outlast(act: Callable[[], Result], watch: Watch) -> Result:
    """Do `act`, again and again while what it needs is away; `act` must be fit for that.

    Raises LeaseLostError when the transfer is lost meanwhile, and the error itself when the worker
    is being stopped or LONGEST_S are over.
    """
    deadline = monotonic() + LONGEST_S
    while True:
        try:
            return act()
        except AWAY as error:
            forget_connection(error)
            if watch.stop is Stop.LOST:
                raise LeaseLostError from error
            if watch.stop is Stop.DRAINING or monotonic() > deadline:
                raise
            logger.warning("waiting for the database or the files: %s", error)
        sleep(PAUSE_S)
