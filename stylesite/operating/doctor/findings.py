"""What a check finds: one sentence each, that says what to mend where something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad it is; only WRONG makes the doctor end with 1."""

    OK = "ok"
    NOTE = "note"
    """Works, and is worth knowing: often right on a laptop and wrong on a server."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    sentence: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. `look` yields at least one finding."""

    name: str
    look: Callable[[], Iterator[Finding]]
    needs_database: bool = False


def ok(sentence: str) -> Finding:
    return Finding(Level.OK, sentence)


def note(sentence: str) -> Finding:
    return Finding(Level.NOTE, sentence)


def wrong(sentence: str) -> Finding:
    return Finding(Level.WRONG, sentence)
