"""How many threads of the web server may be at slow work, so that some are always left for pages.

A thread reads a request and is nobody else's until the answer is sent. What may take longer than a
page says so here before it begins, and does not begin where as many are at such work as may be. Its
thread counts until its request is answered: a photo that was read still has to be encoded and
stored. Commands and workers have threads enough, and are never refused.
"""

from __future__ import annotations

import threading
from typing import Any

from django.core.signals import request_finished, request_started

THREADS = 8
"""Of a process, where nobody says how many it has."""


class Room:
    """For the threads of one process that are at slow work: three quarters of all."""

    def __init__(self, threads: int = THREADS) -> None:
        self._lock = threading.Lock()
        self._here = threading.local()
        self._at_work: dict[int, bool] = {}
        self.fit(threads)

    def fit(self, threads: int) -> None:
        """Half of the places may go to what takes minutes, so that photos always find some."""
        self.most = max(1, threads - max(1, threads // 4))
        self.most_long = max(1, self.most // 2)

    def enter(self, *, long: bool = False) -> bool:
        """Whether this thread may begin; it leaves with its request. Twice counts once.

        ``long``: what takes minutes, such as a zip.
        """
        if not getattr(self._here, "answers", False):
            return True
        thread = threading.get_ident()
        with self._lock:
            others = [one for at, one in self._at_work.items() if at != thread]
            is_long = long or self._at_work.get(thread, False)
            if len(others) >= self.most or (long and sum(others) >= self.most_long):
                return False
            self._at_work[thread] = is_long
        return True

    def threads(self) -> frozenset[int]:
        """Those that are at slow work, by their idents."""
        with self._lock:
            return frozenset(self._at_work)

    def begin(self, **_said: Any) -> None:
        """This thread begins to answer a request."""
        self.end()
        self._here.answers = True

    def end(self, **_said: Any) -> None:
        self._here.answers = False
        with self._lock:
            self._at_work.pop(threading.get_ident(), None)


room = Room()
request_started.connect(room.begin, dispatch_uid="slow work")
request_finished.connect(room.end, dispatch_uid="slow work")
