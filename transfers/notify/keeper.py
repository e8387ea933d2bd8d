"""Keeps the light process at work: starts it, starts it again when it died or hangs, stops it.

Part of the supervisor of a host (`transfers.queue.supervisor`).
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
from time import monotonic

from django.conf import settings

from transfers.queue.processes import Child

logger = logging.getLogger(__name__)

# It beats every second, but for a database that keeps it waiting: SQLite does so for up to 20 s.
HUNG_S = 45.0


class Keeper:
    """One sender and its care. Its beats arrive through a pipe, which needs neither database nor
    disk."""

    def __init__(self) -> None:
        self._beats, child_end = os.pipe()
        os.set_blocking(self._beats, False)
        self._child = Child(
            "the sender of notices",
            [sys.executable, "-m", "transfers.notify.sender", str(child_end)],
            when_parent_dies=signal.SIGKILL,
            pass_fds=[child_end],
            cwd=settings.BASE_DIR,
        )
        self._beat_at = monotonic()

    def start(self) -> None:
        self._child.start()
        self._beat_at = monotonic()

    def look(self) -> None:
        """Start it again where that is needed."""
        with contextlib.suppress(BlockingIOError):
            if os.read(self._beats, 4096):
                self._beat_at = monotonic()
        if self._child.restart_if_dead():
            self._beat_at = monotonic()
        elif self._child.is_running and monotonic() - self._beat_at > HUNG_S:
            logger.error("the sender of notices was silent for %.0f s, starting it again", HUNG_S)
            self.start()

    def ask_to_stop(self) -> None:
        self._child.ask_to_stop()

    def stop(self, deadline: float) -> None:
        """Wait for its end until `deadline` on the monotonic clock, then end it."""
        self._child.wait(deadline)
        self._child.kill()
