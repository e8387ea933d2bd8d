"""How log records look, and how one transfer is followed through all of them.

Every record carries the id of the transfer it is about, from the web process that takes it to the
worker that paints it: transitions name it themselves, everything else logged while it is painted
gets it from `following`. What is logged, and at which level, is up to the modules that log.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from transfers.models import Transfer

FORMATS = ("line", "json")

_followed: ContextVar[str] = ContextVar("transfer", default="")


@contextmanager
def following(transfer_id: UUID) -> Iterator[None]:
    """Inside, every record names the transfer, also those of threads with a copy of the context."""
    token = _followed.set(str(transfer_id))
    try:
        yield
    finally:
        _followed.reset(token)


def about(transfer: Transfer) -> dict[str, str]:
    """The `extra` of a record about `transfer`, where nobody follows it."""
    return {"transfer": str(transfer.pk)}


class Subject(logging.Filter):
    """Lets everything pass, and notes on each record which transfer or failed request it is about.

    A request that failed got its reference from `stylesite.views.server_error`, which also showed
    it to the visitor.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        record.transfer = getattr(record, "transfer", "") or _followed.get()
        record.reference = getattr(record, "reference", "") or getattr(request, "reference", "")
        return True


class LineFormatter(logging.Formatter):
    """One line a record; what it is about stands at the end, unless the message says so itself.

    Paths, names and errors that somebody sent can hold line ends and a terminal's control codes:
    they are written as escapes, so that nobody forges a record. What follows a record, such as its
    traceback, is indented, and so cannot look like one either.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        line = super().formatMessage(record)
        for name in ("transfer", "reference"):
            value = getattr(record, name, "")
            if value and value not in record.message:
                line += f" [{name} {value}]"
        return _escaped(line)

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return _indented(super().formatStack(stack_info))


class JsonFormatter(logging.Formatter):
    """One JSON object a line. Only known fields: what libraries attach need not be serialisable.

    What a terminal or another program could take for a line end, a control code or a change of the
    direction of reading is an escape here, too.
    """

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        for name in ("transfer", "reference"):
            if value := getattr(record, name, ""):
                fields[name] = value
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        if record.stack_info:
            fields["stack"] = self.formatStack(record.stack_info)
        return _escaped(json.dumps(fields, ensure_ascii=False, default=str), json.dumps)


def _escaped(line: str, escape: Callable[[str], str] = ascii) -> str:
    return "".join(sign if sign.isprintable() else escape(sign)[1:-1] for sign in line)


def _indented(text: str) -> str:
    return "\n".join(f"    {_escaped(line)}" for line in text.splitlines())
