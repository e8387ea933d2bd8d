"""Lets a picture wait until the other workers of this machine leave memory enough for it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from time import sleep
from typing import TypeVar

from engine.errors import MemoryTakenError
from transfers.models import Transfer
from transfers.queue import draining, lifecycle
from transfers.queue.patience import outlast
from transfers.queue.watch import Stop, Watch

logger = logging.getLogger(__name__)

_Step = TypeVar("_Step")

AGAIN_S = 2.0


def once_it_fits(
    run: Callable[[], Iterator[_Step]], transfer: Transfer, watch: Watch
) -> Iterator[_Step]:
    """The steps of `run`, from when it fits; none where painting has to stop before."""
    while watch.stop in (None, Stop.KEEP) and not draining.is_set():
        try:
            yield from run()
        except MemoryTakenError:
            _wait(transfer, watch)
        else:
            return


def _wait(transfer: Transfer, watch: Watch) -> None:
    if transfer.activity != Transfer.Activity.MEMORY:
        logger.info("transfer %s: waits for memory", transfer.pk)
        outlast(lambda: lifecycle.wait_for_memory(transfer), watch)
    with watch.standing_still():
        sleep(AGAIN_S)
