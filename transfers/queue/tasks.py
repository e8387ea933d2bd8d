"""What django-q2 calls, in a worker process. Nothing else imports this module: it loads torch."""

import logging

from transfers.queue import estimates, runner

logger = logging.getLogger(__name__)


def wake(transfer_id: str) -> None:
    """Paint whatever is next; `transfer_id` is only who rang."""
    if not runner.paint_next():
        logger.debug("woken for transfer %s, but nothing is waiting", transfer_id)


def calibrate() -> None:
    """Measure this host, unless a transfer has done so meanwhile."""
    if not estimates.is_measured():
        runner.calibrate()
