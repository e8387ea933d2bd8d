"""A client of the web server: how long somebody has waited for it, and how little came of it.

Threads read and write here; the one that lets everybody in looks on (``web_worker``).
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from time import monotonic
from typing import Any

LEAST_BYTES_A_S = 20_000
"""As a mobile network of the second generation sends. At this rate, an album of 100 MB takes more
than an hour; whoever is slower may take it while nobody else waits for the place."""

LEAST_OVER_S = 60.0
"""Of waiting for a client to take more. Systems take in megabytes at once before they do."""

RECENTLY_S = 1.0
"""After so long a wait, what a client did before counts half: buffers it filled are forgotten."""

HEAD_BYTES = 2**13
"""As much as gunicorn reads at once: of a longer head it reads the rest in a thread."""

HEAD_END = b"\r\n\r\n"
LEAVING_S = 2.0
LEAVING_BYTES = 2**16
PIECE_BYTES = 2**16


class Watched:
    """A client's socket that knows how long somebody has waited for it to say or take something."""

    def __init__(self, plain: socket.socket) -> None:
        self._plain = plain
        self._leaving_since: float | None = None
        self._heard = b""
        self.begin()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)

    def begin(self) -> None:
        """A request begins, and waits for a thread."""
        self.thread = 0
        self._waited_s = self._lately_s = self._lately_bytes = 0.0
        self._taking_s, self._taken_bytes = 0.0, 0
        self._judged, self._took_little = (0.0, 0), False
        self._is_taking = False
        self._waiting_since: float | None = None
        self._silent_since: float | None = None

    def hear(self) -> bool:
        """Take in what there is of a request's head; whether a thread can begin with it.

        Raises ConnectionError where nothing will come any more.
        """
        with contextlib.suppress(BlockingIOError):
            if not (more := self._plain.recv(HEAD_BYTES - len(self._heard))):
                raise ConnectionAbortedError
            self._heard += more
        return len(self._heard) == HEAD_BYTES or HEAD_END in self._heard

    def recv(self, size: int, *given: Any) -> bytes:
        if self._heard:
            heard, self._heard = self._heard[:size], self._heard[size:]
            return heard
        self._silent_since = monotonic()
        with self._waiting():
            data = self._plain.recv(size, *given)
            self._lately_bytes += len(data)
        return data

    def send(self, data: Any, *given: Any) -> int:
        with self._waiting(taking=True):
            sent = self._plain.send(data, *given)
            self._took(sent)
        return sent

    def sendall(self, data: Any) -> None:
        left = memoryview(data).cast("B")
        while left:
            left = left[self.send(left[:PIECE_BYTES]) :]

    def sendfile(self, file: Any, offset: int, count: int) -> int:
        sent = 0
        while sent < count:
            with self._waiting(taking=True):
                piece = min(PIECE_BYTES, count - sent)
                more = self._plain.sendfile(file, offset + sent, piece)
                self._took(more)
            if not more:
                break  # the file has become shorter
            sent += more
        return sent

    def silent_s(self, now: float) -> float:
        """How long somebody has waited for a word; 0 when nobody waits for one."""
        since = self._silent_since
        return now - since if since is not None else 0.0

    def waited_s(self, now: float) -> float:
        return self._waited_s + self._waiting_s(now)

    def is_waited_for(self) -> bool:
        return self._waiting_since is not None

    def rate(self, now: float) -> float:
        """Bytes in a second of waiting, lately."""
        waiting_s = self._waiting_s(now)
        kept = _kept_after(waiting_s)
        return self._lately_bytes * kept / max(self._lately_s * kept + waiting_s, 0.001)

    def falls_short(self, now: float) -> bool:
        """Whether somebody waits for it to take more of an answer, of which it took too little in
        the last minute of such waiting, and still does; to be asked every few seconds."""
        taking_s, is_taking = self._taking_s, self._is_taking
        if not is_taking:
            return False
        taking_s += self._waiting_s(now)
        then_s, then_bytes = self._judged
        if taking_s - then_s >= LEAST_OVER_S:
            least = LEAST_BYTES_A_S * (taking_s - then_s)
            self._took_little = self._taken_bytes - then_bytes < least
            self._judged = (taking_s, self._taken_bytes)
        return self._took_little and self.rate(now) < LEAST_BYTES_A_S

    def hang_up(self) -> None:
        """Whoever waits for it goes on at once, with nothing."""
        with contextlib.suppress(OSError):
            self._plain.shutdown(socket.SHUT_RDWR)

    def has_left(self) -> bool:
        """Tell them that all is said, and take in what they still say; whether they are gone.

        Closed before, what they are still sending would cost them the end of the answer.
        """
        taken = 0
        try:
            if self._leaving_since is None:
                self._leaving_since = monotonic()
                self._plain.shutdown(socket.SHUT_WR)
            self._plain.setblocking(False)
            while taken < LEAVING_BYTES and monotonic() - self._leaving_since < LEAVING_S:
                if not (data := self._plain.recv(4096)):
                    return True
                taken += len(data)
        except BlockingIOError:
            return False
        except OSError:
            return True
        self.hang_up()
        return True

    def is_leaving(self) -> bool:
        return self._leaving_since is not None

    def _took(self, size: int) -> None:
        self._taken_bytes += size
        self._lately_bytes += size

    def _waiting_s(self, now: float) -> float:
        since = self._waiting_since
        return now - since if since is not None else 0.0

    @contextlib.contextmanager
    def _waiting(self, *, taking: bool = False) -> Iterator[None]:
        self._waiting_since = since = monotonic()
        self._is_taking = taking
        try:
            yield
        finally:
            self._is_taking = False
            self._waiting_since = self._silent_since = None
            waited_s = monotonic() - since
            self._taking_s += waited_s if taking else 0.0
            kept = _kept_after(waited_s)
            self._waited_s += waited_s
            self._lately_s = self._lately_s * kept + waited_s
            self._lately_bytes *= kept


def _kept_after(waited_s: float) -> float:
    return float(0.5 ** (waited_s / RECENTLY_S))
