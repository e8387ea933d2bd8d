"""One line that says how far something is: in place on a terminal, now and then in a log."""

from __future__ import annotations

import time

from django.core.management.base import OutputWrapper

TERMINAL_S = 0.2
LOG_S = 20.0


class Progress:
    def __init__(self, out: OutputWrapper, *, quiet: bool = False) -> None:
        self._out, self._quiet = out, quiet
        self._terminal = out.isatty()
        self._said_at = time.monotonic()

    def __call__(self, what: str) -> None:
        now = time.monotonic()
        if self._quiet or now - self._said_at < (TERMINAL_S if self._terminal else LOG_S):
            return
        self._said_at = now
        self._out.write(
            f"\r\033[K{what} …" if self._terminal else f"{what} …",
            ending="" if self._terminal else None,
        )
        self._out.flush()

    def end(self) -> None:
        """Make room for what is said next."""
        if self._terminal:
            self._out.write("\r\033[K", ending="")
            self._out.flush()
