"""The light process: sends what is in the outbox, tidies up, and never loads torch.

`manage.py work` keeps one of these beside the pool that paints (`keeper`). It looks at the rows
every second, so there is no message that could be lost, and hands what it claims to threads of its
own: one for letters, one for those about accounts (`accounts.letters`), a few for webhooks. A
receiver that hangs keeps one thread, for ten seconds. One more tidies up what has expired
(`transfers.housekeeping`), as its files may be far away.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from transfers.notify.models import Notice
    from transfers.notify.outbox import Answer

logger = logging.getLogger(__name__)

LOOK_S = 1.0
FREE_S = 5.0
FORGET_S = 3600.0

TIDY_S = 300.0

WEBHOOKS_AT_ONCE = 4

# Of the eight seconds that a stop may take, what those under way get to end. Leases bring back
# what has not ended.
FINISH_S = 5.0

# Longer than any try and the wait for the database after it; whatever takes longer hangs.
STUCK_S = 180.0
SETTLE_S = 60.0


class Sender:
    """Claims and sends until told to stop."""

    def __init__(self, stopping: threading.Event, beat: Callable[[], None]) -> None:
        from transfers.queue import workers

        self._stopping = stopping
        self._beat = beat
        self._me = workers.this_worker()
        self._letters = ThreadPoolExecutor(1, "letters")
        self._post = ThreadPoolExecutor(1, "post")
        self._webhooks = ThreadPoolExecutor(WEBHOOKS_AT_ONCE, "webhooks")
        self._housekeeping = ThreadPoolExecutor(1, "housekeeping")
        self._letter: dict[Future[None], float] = {}
        self._deliveries: dict[Future[None], float] = {}
        self._posting: dict[Future[None], float] = {}
        self._tidying: dict[Future[None], float] = {}
        self._freed_at = self._forgot_at = float("-inf")
        self._tidy_at = float("-inf")

    def run(self) -> int:
        """0 when told to stop, 1 when something hangs, so that the keeper starts anew."""
        from transfers.queue.outages import DATABASE_AWAY, forget_connection

        while not self._stopping.wait(LOOK_S):
            self._beat()
            try:
                self.look()
            except DATABASE_AWAY as error:
                logger.warning("nothing is sent while the database is away: %s", error)
                forget_connection(error)
            except Exception:
                logger.exception("the sender stumbled, going on")
            if self._hangs():
                logger.error("a try has hung for %.0f s, starting the sender again", STUCK_S)
                return 1
        self.finish(FINISH_S)
        return 0

    def look(self) -> None:
        """Take care of what the dead left, then claim all that there are free threads for."""
        from accounts import letters as post
        from transfers.notify import letters, outbox, webhooks

        now = monotonic()
        if now - self._freed_at >= FREE_S:
            self._freed_at = now
            outbox.free_from_the_dead()
        if now - self._forgot_at >= FORGET_S:
            self._forgot_at = now
            outbox.forget_old()
        while len(_under_way(self._deliveries)) < WEBHOOKS_AT_ONCE:
            notice = outbox.claim_webhook(self._me)
            if notice is None:
                break
            delivery = self._webhooks.submit(_try, [notice], lambda n: webhooks.deliver(n[0]))
            self._deliveries[delivery] = now
        if not _under_way(self._letter) and (notices := outbox.claim_letter(self._me)):
            self._letter[self._letters.submit(_try, notices, letters.send)] = now
        if not _under_way(self._posting) and post.are_due():
            self._posting[self._post.submit(_send_post)] = now
        if now >= self._tidy_at and not _under_way(self._tidying):
            self._tidy_at = now + TIDY_S
            self._tidying[self._housekeeping.submit(self._tidy)] = now

    def finish(self, limit_s: float) -> None:
        """Let what is under way end, but no longer than `limit_s`."""
        wait([*self._letter, *self._deliveries, *self._posting, *self._tidying], limit_s)

    def _tidy(self) -> None:
        """In a thread: a little of everything, and again at the next look where more is left."""
        from django.db import connection

        from transfers import housekeeping

        if housekeeping.tidy():
            self._tidy_at = float("-inf")
        connection.close()

    def _hangs(self) -> bool:
        long_ago = monotonic() - STUCK_S
        tries = (self._letter, self._deliveries, self._posting, self._tidying)
        return any(since < long_ago for each in tries for since in _under_way(each).values())


def _under_way(tries: dict[Future[None], float]) -> dict[Future[None], float]:
    """Those that have not ended; the others are forgotten."""
    for future in [future for future in tries if future.done()]:
        del tries[future]
    return tries


def _send_post() -> None:
    """In a thread: some of the letters about accounts."""
    from django.db import connection

    from accounts import letters
    from transfers.queue.outages import DATABASE_AWAY

    try:
        letters.send_due()
    except DATABASE_AWAY:
        logger.warning("letters about accounts wait while the database is away")
    except Exception:
        logger.exception("letters about accounts could not be sent")
    connection.close()


def _try(notices: Sequence[Notice], send: Callable[[Sequence[Notice]], Answer]) -> None:
    """Send, in a thread, and note what came of it."""
    from django.db import connection

    from transfers.notify.outbox import Answer, Outcome
    from transfers.queue.outages import DATABASE_AWAY

    try:
        answer = send(notices)
    except DATABASE_AWAY:
        # Nothing went out yet, so the end of the lease brings it back.
        logger.warning("notice %s: not sent, the database is away", notices[0].pk)
        connection.close()
        return
    except Exception:
        logger.exception("notice %s: could not be sent", notices[0].pk)
        answer = Answer(Outcome.CRASH)
    _settle(notices, answer)
    connection.close()


def _settle(notices: Sequence[Notice], answer: Answer) -> None:
    """Write it down, with patience: what was sent and is not on the row is sent again."""
    from transfers.notify import outbox
    from transfers.queue.outages import DATABASE_AWAY, forget_connection

    deadline = monotonic() + SETTLE_S
    while True:
        try:
            outbox.settle(notices, answer)
            return
        except DATABASE_AWAY as error:
            forget_connection(error)
            if monotonic() > deadline:
                logger.exception("notice %s: what came of it is not kept", notices[0].pk)
                return
            threading.Event().wait(1.0)


def main(beat_fd: int) -> int:
    """Run until SIGTERM or SIGINT; a byte on `beat_fd` each second says that it is well."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stylesite.settings")
    stopping = threading.Event()

    def ask_to_stop(_signum: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    os.set_blocking(beat_fd, False)

    def beat() -> None:
        with suppress(BlockingIOError):  # nobody reads just now
            os.write(beat_fd, b".")

    beat()
    django.setup()
    return Sender(stopping, beat).run()


if __name__ == "__main__":
    status = main(int(sys.argv[1]))
    logging.shutdown()
    # Not to wait for a thread that hangs.
    os._exit(status)
