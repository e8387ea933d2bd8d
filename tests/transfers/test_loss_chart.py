"""Where the lines of the losses' chart run, worked out by hand."""

from __future__ import annotations

from transfers.loss_chart import BOTTOM, HEIGHT, LEFT, RIGHT, TABLE_ROWS, TOP, WIDTH, Row, drawn


def points(line: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (point.split(",") for point in line.split())]


def test_the_scale_goes_by_factors_from_corner_to_corner() -> None:
    rows: list[Row] = [(1, 1, 0.02, 0.5), (5, 1, 0.02, 0.1), (9, 1, 0.02, 0.05)]
    chart = drawn(rows, 9)
    assert [mark.words for mark in chart.values] == ["0.01", "0.1", "1"]
    assert [mark.at for mark in chart.values] == [HEIGHT - BOTTOM, (HEIGHT - BOTTOM + TOP) / 2, TOP]
    middle = (LEFT + WIDTH - RIGHT) / 2
    assert points(chart.style)[1] == (middle, (HEIGHT - BOTTOM + TOP) / 2)
    assert [x for x, _y in points(chart.content)] == [LEFT, middle, WIDTH - RIGHT]
    assert len({y for _x, y in points(chart.content)}) == 1


def test_while_it_is_painted_the_lines_end_where_it_is() -> None:
    chart = drawn([(1, 1, 0.1, 0.5), (2, 1, 0.1, 0.4)], 3)
    assert points(chart.style)[-1][0] == (LEFT + WIDTH - RIGHT) / 2
    assert chart.last_step == 3


def test_each_size_begins_at_a_mark() -> None:
    chart = drawn([(1, 1, 0.1, 0.5), (14, 2, 0.1, 0.4), (15, 2, 0.1, 0.4), (27, 3, 0.1, 0.3)], 39)
    assert [mark.words for mark in chart.levels] == ["1", "2", "3"]
    assert chart.levels[0].at == LEFT
    assert "at 3 sizes" in chart.words


def test_it_is_said_in_words() -> None:
    chart = drawn([(1, 1, 0.01234, 0.9), (13, 1, 0.05, 0.2)], 13)
    assert chart.words == (
        "From step 1 to step 13, at 1 size: the distance from the style went from 0.9 to 0.2, "
        "the distance from the photo from 0.0123 to 0.05."
    )


def test_nothing_and_nearly_nothing_lie_at_the_bottom() -> None:
    chart = drawn([(1, 1, 0.0, 1.0), (2, 1, 1e-12, 1e-12)], 2)
    assert {y for _x, y in points(chart.content)} == {HEIGHT - BOTTOM}
    assert drawn([(1, 1, 0.0, 0.0), (2, 1, 0.0, 0.0)], 2).values


def test_a_table_has_a_dozen_rows_from_first_to_last() -> None:
    rows = [(step, 1, 0.1, 0.2) for step in range(1, 100)]
    chart = drawn(rows, 99)
    assert len(chart.rows) == TABLE_ROWS
    assert (chart.rows[0][0], chart.rows[-1][0]) == (1, 99)
    assert drawn(rows[:2], 99).rows == rows[:2]
