"""All pictures of the comparison on one sheet: `python -m tests.benchmarks.engines.sheet OUT.jpg`.

A row for each pair: photo, style image, and each engine's picture. `--ours FOLDER` adds those which
`compare --pictures FOLDER` kept. What is not recorded stays blank.
"""

import argparse
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.benchmarks.engines.pairs import PAIRS, Pair
from tests.benchmarks.engines.record import RECORDED, Item, recorded_picture
from tests.benchmarks.engines.runs import ENGINES
from tests.benchmarks.engines.tables import OURS

TILE_PX = 256
GAP_PX = 6
HEAD_PX = 28


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--ours", type=Path, metavar="FOLDER")
    parser.add_argument("--recorded", type=Path, default=RECORDED)
    options = parser.parse_args()
    sheet(options.recorded, options.ours).save(options.out, quality=88)


def sheet(recorded: Path, ours: Path | None) -> Image.Image:
    """The contact sheet, mode RGB."""
    heads = ["photo", "style", *([OURS] if ours else []), *ENGINES]
    step = TILE_PX + GAP_PX
    size = (step * len(heads) + GAP_PX, HEAD_PX + step * len(PAIRS) + GAP_PX)
    page = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(16)
    for column, head in enumerate(heads):
        pen.text((GAP_PX + column * step, 5), head, "black", font)
    for row, pair in enumerate(PAIRS):
        for column, image in enumerate(pictures(pair, recorded, ours)):
            if image is not None:
                tile = image.resize((TILE_PX, TILE_PX), Image.Resampling.LANCZOS)
                page.paste(tile, (GAP_PX + column * step, HEAD_PX + row * step))
    return page


def pictures(pair: Pair, recorded: Path, ours: Path | None) -> list[Image.Image | None]:
    """A row of the sheet, in the order of its heads."""
    paths = [recorded_picture(Item(name, pair), recorded) for name in ENGINES]
    if ours:
        mine = ours / f"{OURS}-{pair.name}.png"
        paths.insert(0, mine if mine.exists() else None)
    return [*pair.images(), *(None if path is None else opened(path) for path in paths)]


def opened(path: Path) -> Image.Image:
    with Image.open(path) as file:
        return file.convert("RGB")


if __name__ == "__main__":
    main()
