"""Tables that people open in a spreadsheet: no cell is worked out there.

Nor is a part of one that is taken for a cell. Where semicolons stand between cells, as for Excel in
half of Europe, a table with commas is cut inside its quoted cells, too: ``a;=1+1`` is two cells
there, and what follows a tab or the end of a line is one of its own. Quotes do not help, because
the one that opened the cell no longer stands at the beginning of any.
"""

from __future__ import annotations

import re

SIGNS = "=+@＝＋－＠-"
BLANKS = "\t\r\n"
FORMULAS = (*SIGNS, *BLANKS)
"""A cell that begins so is worked out by spreadsheets, and may fetch or run something."""

SEPARATORS = f",;|{BLANKS}"
"""After these another cell may begin, whatever a program cuts at."""

MARK = "'"

_CELL = rf"(^{MARK}*)"
_PART = rf"((?:^|[{SEPARATORS}])[ \"{MARK}]*)"
_UNMARKED = re.compile(rf"{_CELL}(?=[{BLANKS}])|{_PART}(?=[{SIGNS}])")
_MARKED = re.compile(rf"{_CELL}{MARK}(?=[{BLANKS}])|{_PART}{MARK}(?=[{SIGNS}])")


def guarded(cell: str) -> str:
    """With an apostrophe before whatever a spreadsheet would take for a formula.

    One more also where apostrophes stand before it already, so that ``bare`` gives back each cell.
    """
    return _UNMARKED.sub(lambda found: found[0] + MARK, cell)


def bare(cell: str) -> str:
    """What ``guarded`` was given."""
    return _MARKED.sub(lambda found: found[1] or found[2] or "", cell)
