"""Zips and folders of presets, drawn and written here."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence

from PIL import Image

HEADER = ("file", "title", "artist", "licence")


def picture(number: int = 0, width: int = 64, height: int = 48) -> bytes:
    """A PNG unlike those of other numbers."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    image.paste((40 * number % 256, 90 + number, 200), (number % 20, 4, number % 20 + 16, 20))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def table(rows: Sequence[Sequence[object]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def zipped(files: Mapping[str, bytes]) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    buffer.seek(0)
    buffer.name = "styles.zip"
    return buffer


def styles_zip(
    *rows: Sequence[object], header: Sequence[str] = HEADER, **more: bytes
) -> io.BytesIO:
    """A zip whose table has these rows, with a picture for each file that they name."""
    names = dict.fromkeys(str(row[0]) for row in rows)
    pictures = {name: picture(number) for number, name in enumerate(names)}
    return zipped({"styles.csv": table([header, *rows]), **pictures, **more})
