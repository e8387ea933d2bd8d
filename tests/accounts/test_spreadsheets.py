"""No cell of an exported table is a formula, and none is changed by the way there and back."""

from __future__ import annotations

import csv
import io
import random

import pytest

from accounts.spreadsheets import FORMULAS, bare, guarded


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-44", "@SUM(A1)", "\tSea", "\rSea", "\nSea", "＝1", "'=1", "''-1"]
)
def test_what_a_spreadsheet_would_work_out_begins_with_an_apostrophe(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert bare(guarded(cell)) == cell


@pytest.mark.parametrize(
    ("cell", "marked"),
    [
        ("a;=1", "a;'=1"),
        ("a; =1", "a; '=1"),
        ('a;"=1', "a;\"'=1"),
        ("a;'=1", "a;''=1"),
        (";;+1,-2|@3", ";;'+1,'-2|'@3"),
        ("one\r\n-two", "one\r\n'-two"),
        ("\t=1", "'\t'=1"),
        (" =1", " '=1"),
    ],
)
def test_so_does_what_a_spreadsheet_would_take_for_a_cell(cell: str, marked: str) -> None:
    assert guarded(cell) == marked
    assert bare(marked) == cell


def test_each_cell_comes_back_as_it_was() -> None:
    chance = random.Random(8)
    for _time in range(20_000):
        cell = "".join(chance.choices("=-@＝,;|\t\r\n \"'ab", k=chance.randrange(9)))
        assert bare(guarded(cell)) == cell


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_line_holds_a_formula_whatever_it_is_cut_at(separator: str) -> None:
    text = io.StringIO(newline="")
    cell = 'Sea;=1+1\t@SUM(A1)|"+1\r\n-2,=3'
    csv.writer(text).writerow([guarded(cell)] * 2)
    for line in text.getvalue().splitlines():
        cut = [part.lstrip(' "') for part in line.split(separator)]
        assert not [part for part in cut if part.startswith(FORMULAS)]


@pytest.mark.parametrize(
    "cell", ["", "Dunes", "'Til dawn", "''", "a=1", "1-2", " ", "a; b", "a\r\nb", '{"a": -1}']
)
def test_all_else_stays_as_it_is(cell: str) -> None:
    assert guarded(cell) == bare(cell) == cell


def test_a_formula_without_an_apostrophe_is_taken_as_it_stands() -> None:
    assert bare("=1+1") == "=1+1"
