"""The losses of a transfer as a chart: where its lines run, and the same in words and as a table.

Both losses are shares of what they are measured against, so they share one scale: by equal factors,
as a loss falls by factors. The template draws it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from transfers.models import LossCurve, Transfer

WIDTH, HEIGHT = 400, 190
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 20, 24
"""Room around the lines, for the words at the axes."""

MOST_FACTORS = 1e5
"""Between the top and the bottom of the scale; what is lower lies on the bottom."""

TABLE_ROWS = 12

Row = tuple[int, int, float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across or down the chart. at: where, in its pixels."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """style, content: points of the two lines. levels: where each size of the pyramid begins."""

    style: str
    content: str
    values: list[Mark]
    levels: list[Mark]
    rows: list[Row]
    words: str
    last_step: int

    width = WIDTH
    height = HEIGHT
    left = LEFT
    right = WIDTH - RIGHT
    top = TOP
    bottom = HEIGHT - BOTTOM


def of(transfer: Transfer) -> Chart | None:
    """None before there are two points to join by a line."""
    kept = LossCurve.objects.filter(transfer=transfer).first()
    rows = kept.rows() if kept else []
    return drawn(rows, transfer.total_steps) if len(rows) > 1 else None


def drawn(rows: list[Row], total_steps: int) -> Chart:
    """rows: at least two, by step."""
    last_step = max(total_steps, rows[-1][0])
    losses = [loss for row in rows for loss in row[2:] if loss > 0] or [1.0]
    top = _next_factor(max(losses))
    bottom = max(_factor_before(min(losses)), top / MOST_FACTORS)

    def across(step: float) -> float:
        share = (step - 1) / max(1, last_step - 1)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def up(loss: float) -> float:
        share = math.log(max(loss, bottom) / bottom) / math.log(top / bottom)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    return Chart(
        style=" ".join(f"{across(row[0])},{up(row[3])}" for row in rows),
        content=" ".join(f"{across(row[0])},{up(row[2])}" for row in rows),
        values=[Mark(up(value), f"{value:g}") for value in _factors(bottom, top)],
        levels=[Mark(across(row[0]), str(row[1])) for row in _beginnings(rows)],
        rows=list(_some(rows)),
        words=_in_words(rows),
        last_step=last_step,
    )


def _in_words(rows: list[Row]) -> str:
    """What a line on the chart would tell the eye."""
    first, last = rows[0], rows[-1]
    levels = ngettext("at %(count)d size", "at %(count)d sizes", last[1]) % {"count": last[1]}
    sentence = _(
        "From step %(first)d to step %(last)d, %(levels)s: the distance from the style went from "
        "%(style_from).3g to %(style_to).3g, the distance from the photo from %(content_from).3g "
        "to %(content_to).3g."
    )
    return sentence % {
        "first": first[0],
        "last": last[0],
        "levels": levels,
        "style_from": first[3],
        "style_to": last[3],
        "content_from": first[2],
        "content_to": last[2],
    }


def _beginnings(rows: list[Row]) -> Iterator[Row]:
    yield rows[0]
    for earlier, later in pairwise(rows):
        if later[1] != earlier[1]:
            yield later


def _some(rows: list[Row]) -> Iterator[Row]:
    """As many as a table can show at a glance, the first and the last among them."""
    count = min(TABLE_ROWS, len(rows))
    for number in range(count):
        yield rows[round(number * (len(rows) - 1) / (count - 1))]


def _next_factor(value: float) -> float:
    return float(10 ** math.ceil(math.log10(value) + 1e-9))


def _factor_before(value: float) -> float:
    return float(10 ** math.floor(math.log10(value) - 1e-9))


def _factors(bottom: float, top: float) -> list[float]:
    first, last = round(math.log10(bottom)), round(math.log10(top))
    return [float(10**exponent) for exponent in range(first, last + 1)]
