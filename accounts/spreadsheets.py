"""Tables that people open in a spreadsheet: no cell is worked out there."""

from __future__ import annotations

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A cell that begins so is worked out by spreadsheets, and may fetch or run something."""

MARK = "'"


def guarded(cell: str) -> str:
    """With an apostrophe before what a spreadsheet would take for a formula.

    One more also where apostrophes stand before it already, so that ``bare`` gives back each cell.
    """
    return MARK + cell if cell.lstrip(MARK).startswith(FORMULAS) else cell


def bare(cell: str) -> str:
    """What ``guarded`` was given."""
    is_marked = cell.startswith(MARK) and cell.lstrip(MARK).startswith(FORMULAS)
    return cell.removeprefix(MARK) if is_marked else cell
