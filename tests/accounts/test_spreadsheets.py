"""No cell of an exported table is a formula, and none is changed by the way there and back."""

from __future__ import annotations

import pytest

from accounts.spreadsheets import bare, guarded


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-44", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "''-1"]
)
def test_what_a_spreadsheet_would_work_out_begins_with_an_apostrophe(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert bare(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["", "Dunes", "'Til dawn", "''", "a=1", "1-2", " "])
def test_all_else_stays_as_it_is(cell: str) -> None:
    assert guarded(cell) == bare(cell) == cell


def test_a_formula_without_an_apostrophe_is_taken_as_it_stands() -> None:
    assert bare("=1+1") == "=1+1"
