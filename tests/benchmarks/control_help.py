"""Small pictures beside the studio's controls: `python -m tests.benchmarks.control_help [FOLDER]`.

Cut from the rows that `tests.benchmarks.controls` paints (docs/images/control-NAME.jpg), so that
the page shows what the engine really does. Which cells, `transfers.studio.help_pictures` says.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

from tests.benchmarks.controls import CAPTION_PX, GAP_PX, ROOT, SIZE_PX
from tests.benchmarks.controls import FOLDER as ROWS
from transfers.studio.help_pictures import GAP, HEIGHT, PICTURES, WIDTH, HelpPicture

FOLDER = ROOT / "transfers" / "static" / "transfers" / "img" / "controls"


def cut(picture: HelpPicture, row: Image.Image) -> Image.Image:
    """The middle of each cell, side by side with nothing but a gap between them."""
    count = len(picture.cells)
    width = (WIDTH - GAP * (count - 1)) // count
    strip = Image.new("RGBA", (width * count + GAP * (count - 1), HEIGHT))
    for place, cell in enumerate(picture.cells):
        left = cell * (SIZE_PX + GAP_PX) + (SIZE_PX - width) // 2
        top = CAPTION_PX + (row.height - CAPTION_PX - HEIGHT) // 2
        strip.paste(row.crop((left, top, left + width, top + HEIGHT)), (place * (width + GAP), 0))
    return strip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in PICTURES.items():
        with Image.open(ROWS / f"control-{picture.row}.jpg") as row:
            path = folder / f"{name}.webp"
            cut(picture, row.convert("RGB")).save(path, quality=60, method=6)
            print(path, path.stat().st_size, flush=True)


if __name__ == "__main__":
    main()
