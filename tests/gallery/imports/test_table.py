"""What ``styles.csv`` may look like, and the sentences for what it may not."""

from __future__ import annotations

import pytest

from gallery.imports import table as tables
from gallery.imports.archive import ArchiveError
from tests.gallery.imports.zips import table

ROWS = [["file", "title", "tags"], ["a.jpg", "Éclat; d’été, rouge", "Blue, round"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_and_marks_of_excel_are_understood(delimiter: str, encoding: str) -> None:
    (row,) = tables.read(table(ROWS, delimiter, encoding))
    assert (row.file, row.line) == ("a.jpg", 2)
    assert row.values == {"title": "Éclat; d’été, rouge", "tags": ["blue", "round"]}
    assert row.problems == []


def test_the_line_by_which_excel_names_its_separator_is_no_header() -> None:
    assert tables.read(b"sep=;\r\nfile;title\r\na.jpg;Dots\r\n")[0].values == {"title": "Dots"}


def test_an_empty_cell_empties_its_field_but_not_what_the_site_fills_in() -> None:
    (row,) = tables.read(table([tables.COLUMNS, ["a.jpg", *[""] * 12]]))
    empty = {"artist": "", "year": "", "licence": "", "source": "", "description": ""}
    assert row.values == {**empty, "tags": [], "params": {}}
    assert row.collections == []


def test_a_column_that_is_not_there_leaves_its_field_alone() -> None:
    (row,) = tables.read(b"file\na.jpg\n")
    assert row.values == {}
    assert row.collections is None


@pytest.mark.parametrize(
    "cell",
    [
        '{"style_strength": 60, "keep_colors": "luminance"}',
        "style_strength=60, keep_colors=luminance",
    ],
)
def test_settings_are_json_or_names_and_values(cell: str) -> None:
    (row,) = tables.read(table([["file", "params"], ["a.jpg", cell]]))
    assert row.values["params"] == {"style_strength": 60, "keep_colors": "luminance"}


def test_states_positions_and_collections_are_read() -> None:
    header = ["File", "State", "Position", "Collection"]
    (row,) = tables.read(table([header, ["a.jpg", "Hidden", "12", "Op  art | Dots | Dots"]]))
    assert row.values == {"state": "draft", "position": 12}
    assert row.collections == ["Op art", "Dots"]


def test_empty_lines_are_passed_over() -> None:
    assert [row.line for row in tables.read(b"file\na.jpg\n\n , \nb.jpg\n")] == [2, 5]


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("params", "{", "not JSON"),
        ("params", "[" * 100_000, "not JSON"),
        ("params", "seed=" + "1" * 5000, "not JSON"),
        ("params", "style_strength=200", "from 0 to 100"),
        ("params", "brush=3", "no parameter called 'brush'"),
        ("params", "[1]", "must be an object"),
        ("state", "maybe", "published or hidden"),
        ("position", "-3", "whole number of 0 or more"),
        ("position", "1" * 5000, "whole number of 0 or more"),
        ("position", "2147483647", "whole number of 0 or more"),
        ("position", "first", "whole number of 0 or more"),
        ("tags", ",".join(f"t{number}" for number in range(30)), "12 tags or fewer"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named_with_the_reason(
    column: str, cell: str, words: str
) -> None:
    (row,) = tables.read(table([["file", column], ["a.jpg", cell]]))
    assert row.problems[0].startswith(f"{column}: ")
    assert words in row.problems[0]


def test_a_row_without_a_file_or_with_too_many_cells_is_told() -> None:
    rows = tables.read(b"file,title\n,Dots\na.jpg,Dots,and more\n")
    assert "which file" in rows[0].problems[0]
    assert "needs quotes" in rows[1].problems[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        ("file,title\na.jpg,Été\n".encode("cp1252"), "CSV UTF-8"),
        (b"file\0\n", "not a table of text"),
        (b"title\nDots\n", "needs a column called file"),
        (b"file,frame\na.jpg,gold\n", "not known: frame"),
        (b"file,title,title\n", "the column title twice"),
        (b"file," * 100_000 + b"\n", "the column file twice"),
        (b"," * 300_000 + b"\n", "far too many cells"),
        (b"x" * 90_000 + b",file\n", "not known: xxx"),
        (b'file,title\na.jpg,"Dots\n', "cannot be read at line"),
        (b"file\n" + b"a.jpg\n" * 5001, "more than 5000 rows"),
        (b"file\n" + b"a" * 200_000, "cannot be read at line"),
    ],
)
def test_what_is_no_such_table_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(ArchiveError) as refused:
        tables.read(data)
    assert words in refused.value.sentence
