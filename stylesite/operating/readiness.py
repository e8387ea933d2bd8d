"""Whether this process can serve pages now: database, migrations and storage.

The sentences are fixed and name settings, never their values: they are shown to whoever asks. The
reason behind one goes to the log, once each time it appears.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from time import monotonic

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

logger = logging.getLogger(__name__)

# Load balancers give up after 5 s, some after 2: say so before they do.
LONGEST_S = 1.5

# A bucket is billed by the request, and probes come every second.
STORAGE_TRUSTED_S = 10.0

NO_DATABASE = "The database does not answer: check that it runs, and STYLESITE_DATABASE_URL."
NOT_MIGRATED = "The database is not up to date: run `python manage.py migrate`."
NO_STORAGE = (
    "The storage of pictures cannot be written to and read: check that it is there, that it has "
    "room, and that the site may write to it."
)
TOO_SLOW = "The {what} took longer than {limit_s:g} s to answer."


class NotReadyError(Exception):
    """The sentence says what is wrong, in words for anybody; the cause is for the log."""


class Check:
    """One question, asked in a thread of its own and waited for only so long.

    A database or a disk that hangs cannot be interrupted, so the thread is left to it, and while it
    hangs no second one is sent after it, however many probes come.
    """

    def __init__(self, what: str, ask: Callable[[], None], *, trusted_s: float = 0) -> None:
        self._what = what
        self._ask = ask
        self._trusted_s = trusted_s
        self._good_at: float | None = None
        self._said: str | None = None
        self._lock = threading.Lock()
        self._asking: Future[str | None] | None = None

    def begin(self) -> Future[str | None]:
        """Ask, unless somebody has; the future becomes what is wrong, or None."""
        with self._lock:
            if self._asking is not None and not self._is_stale(self._asking):
                return self._asking
            self._asking = Future()
            threading.Thread(target=self._run, args=(self._asking,), daemon=True).start()
            return self._asking

    def problem(self, asked: Future[str | None], limit_s: float) -> str | None:
        """Wait for what `begin` gave, but no longer than `limit_s`."""
        try:
            return asked.result(limit_s)
        except TimeoutError:
            return TOO_SLOW.format(what=self._what, limit_s=LONGEST_S)

    def _is_stale(self, asked: Future[str | None]) -> bool:
        """Whether an answer is there, and is bad or no longer fresh."""
        if not asked.done():
            return False
        return self._good_at is None or monotonic() - self._good_at >= self._trusted_s

    def _run(self, answer: Future[str | None]) -> None:
        said: str | None = None
        try:
            self._ask()
        except NotReadyError as error:
            said = str(error)
            if said != self._said:
                logger.warning("not ready: %s", said, exc_info=error.__cause__)
        except Exception:
            said = f"The {self._what} could not be checked: the log says why."
            logger.exception("the %s could not be checked", self._what)
        finally:
            connection.close()
        self._said, self._good_at = said, None if said else monotonic()
        answer.set_result(said)


def problems() -> list[str]:
    """What keeps this process from serving pages, in at most LONGEST_S; empty when it is ready."""
    deadline = monotonic() + LONGEST_S
    asked = [(check, check.begin()) for check in (DATABASE, STORAGE)]
    found = [check.problem(answer, max(0.0, deadline - monotonic())) for check, answer in asked]
    return [problem for problem in found if problem]


def ask_database() -> None:
    """Whether the database answers and knows every migration of this code, in two queries.

    Raises NotReadyError.
    """
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except DatabaseError as error:
        raise NotReadyError(NO_DATABASE) from error
    if _known_migrations() - set(applied):
        raise NotReadyError(NOT_MIGRATED)


def ask_storage() -> None:
    """Whether a small file can be written, read and removed. Raises NotReadyError."""
    data = secrets.token_bytes(16)
    try:
        name = default_storage.save(f"probes/{data.hex()}", ContentFile(data))
        try:
            with default_storage.open(name) as file:
                same = file.read() == data
        finally:
            default_storage.delete(name)
    except Exception as error:  # each storage has errors of its own
        raise NotReadyError(NO_STORAGE) from error
    if not same:
        raise NotReadyError(NO_STORAGE)


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Those on disk, which do not change under a running process; reading them takes 50 ms."""
    return frozenset(MigrationLoader(None).graph.nodes)


DATABASE = Check("database", ask_database)
STORAGE = Check("storage", ask_storage, trusted_s=STORAGE_TRUSTED_S)
