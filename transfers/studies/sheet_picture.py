"""A sheet as one picture with its labels, to keep, print or pass on.

Drawn by Pillow from the cells that are there; one that is not says so in its place.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import font_source_sans_pro
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from gallery.sending import take_place
from transfers.models import Sweep, SweepCell
from transfers.studies.axes import AXES

CELL_PX = 512
"""Longer side of a cell, at most: six by six are 3,072 px and their labels."""

PAPER, INK, MUTED, RULE = "#faf8f3", "#1d1b18", "#6b655c", "#ddd8cd"
QUALITY = 92
MARGIN_PX, GAP_PX = 24, 12

FONT = Path(font_source_sans_pro.font_directory) / "SourceSansPro-Regular.ttf"
"""Brought along, so that a sheet looks the same on every machine: Latin, Greek and Cyrillic."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are. cell: width and height of the room for one; px: size of the letters."""

    cell: tuple[int, int]
    px: int
    left: int
    top: int

    def place(self, row: int, column: int) -> tuple[int, int]:
        width, height = self.cell
        return self.left + column * (width + GAP_PX), self.top + row * (height + GAP_PX)


def draw(sweep: Sweep, cells: Sequence[SweepCell]) -> bytes:
    """A JPEG of the sheet with title, headers and pictures.

    Raises gallery.files.FilesUnavailableError where a picture may be there in a moment, and
    gallery.busy.BusyError where others are first.
    """
    take_place(long=False, pixels=len(cells) * CELL_PX**2)
    pictures = {(cell.row, cell.column): _picture(cell) for cell in cells}
    rows, columns = sweep.row_axis["labels"], sweep.column_axis["labels"]
    there = [picture.size for picture in pictures.values() if picture is not None]
    cell = (
        max((width for width, _height in there), default=256),
        max((height for _width, height in there), default=256),
    )
    px = max(15, round(cell[0] / 15))
    font = _font(px)
    left = MARGIN_PX + min(cell[0], max(_width(label, font) for label in rows)) + GAP_PX
    layout = Layout(cell, px, left, MARGIN_PX + round(px * 5.5) + GAP_PX)
    size = layout.place(len(rows), len(columns))
    sheet = Image.new("RGB", (size[0] - GAP_PX + MARGIN_PX, size[1] - GAP_PX + MARGIN_PX), PAPER)
    _write_labels(ImageDraw.Draw(sheet), sweep, layout, sheet.width)
    for (row, column), picture in pictures.items():
        _hang(sheet, layout, layout.place(row, column), picture)
    data = io.BytesIO()
    sheet.save(data, "JPEG", quality=QUALITY, subsampling=0)
    return data.getvalue()


def axis_label(axis: dict[str, object]) -> str:
    """The name of an axis that a sheet was ordered with."""
    known = AXES.get(str(axis["name"]))
    return str(known.label) if known else str(axis["name"])


def _write_labels(draw: ImageDraw.ImageDraw, sweep: Sweep, layout: Layout, width: int) -> None:
    font, large = _font(layout.px), _font(round(layout.px * 1.4))
    room = width - 2 * MARGIN_PX
    draw.text((MARGIN_PX, MARGIN_PX), _cut(sweep.title, large, room), fill=INK, font=large)
    compared = _("Down: %(rows)s. Across: %(columns)s.") % {
        "rows": axis_label(sweep.row_axis),
        "columns": axis_label(sweep.column_axis),
    }
    below = MARGIN_PX + layout.px * 2
    draw.text((MARGIN_PX, below), _cut(compared, font, room), fill=MUTED, font=font)
    for column, label in enumerate(sweep.column_axis["labels"]):
        x, y = layout.place(0, column)
        said = _cut(label, font, layout.cell[0])
        middle = x + (layout.cell[0] - _width(said, font)) / 2
        draw.text((middle, y - layout.px * 1.5), said, fill=INK, font=font)
    for row, label in enumerate(sweep.row_axis["labels"]):
        x, y = layout.place(row, 0)
        said = _cut(label, font, layout.left - MARGIN_PX - GAP_PX)
        at = (x - GAP_PX - _width(said, font), y + (layout.cell[1] - layout.px) / 2)
        draw.text(at, said, fill=INK, font=font)


def _hang(
    sheet: Image.Image, layout: Layout, at: tuple[int, int], picture: Image.Image | None
) -> None:
    width, height = layout.cell
    if picture is not None:
        x, y = at[0] + (width - picture.width) // 2, at[1] + (height - picture.height) // 2
        sheet.paste(picture, (x, y))
        return
    pen, font = ImageDraw.Draw(sheet), _font(layout.px)
    pen.rectangle((*at, at[0] + width - 1, at[1] + height - 1), outline=RULE)
    said = _cut(_("Not painted"), font, width)
    middle = (at[0] + (width - _width(said, font)) / 2, at[1] + (height - layout.px) / 2)
    pen.text(middle, said, fill=MUTED, font=font)


def _picture(cell: SweepCell) -> Image.Image | None:
    transfer = cell.transfer
    if transfer.state != transfer.State.SUCCEEDED or not transfer.preview:
        return None
    try:
        with transfer.preview.open("rb") as file, Image.open(file) as opened:
            picture = opened.convert("RGBA")
    except FileNotFoundError:
        return None
    picture.thumbnail((CELL_PX, CELL_PX), Image.Resampling.LANCZOS)
    on_paper = Image.new("RGB", picture.size, PAPER)
    on_paper.paste(picture, mask=picture.getchannel("A"))
    return on_paper


@cache
def _font(px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, px)


def _width(text: str, font: ImageFont.FreeTypeFont) -> int:
    return round(font.getlength(text))


def _cut(text: str, font: ImageFont.FreeTypeFont, room_px: float) -> str:
    """`text`, or as much of it as there is room for."""
    if _width(text, font) <= room_px:
        return text
    while text and _width(text + "…", font) > room_px:
        text = text[:-1]
    return text.rstrip() + "…"
