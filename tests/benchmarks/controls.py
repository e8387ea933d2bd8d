"""Each control as pictures: `python -m tests.benchmarks.controls [FOLDER] [--only NAME]`.

Paints a row of pictures for every control of the engine, all else being equal, and writes them with
their captions as docs/images/control-NAME.jpg. Photos are scikit-image's, styles the presets.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from skimage import data

from engine.images import flatten
from engine.params import Params
from engine.pyramid import LEVEL_STEPS
from engine.stylize import StyleImage, stylize
from tests.benchmarks.engines.pairs import PAIRS
from tests.benchmarks.engines.record import RECORDED, Item, recorded_picture

ROOT = Path(__file__).parents[2]
PRESETS = ROOT / "gallery" / "presets" / "images"
FOLDER = ROOT / "docs" / "images"
SIZE_PX = 320
GAP_PX = 6
CAPTION_PX = 24

Row = Iterator[tuple[str, Image.Image]]


def photo(name: str = "chelsea") -> Image.Image:
    return Image.fromarray(getattr(data, name)()).convert("RGB")


def preset(slug: str) -> Image.Image:
    with Image.open(PRESETS / f"{slug}.jpg") as file:
        return file.convert("RGB")


def painted(
    content: Image.Image,
    styles: list[StyleImage],
    earlier: Image.Image | None = None,
    **choices: Any,
) -> Image.Image:
    params = Params.from_json({"size_px": SIZE_PX, **choices})
    *_, last = stylize(content, styles, params, earlier=earlier)
    return flatten(last.image())


def over(name: str, values: dict[str, Any], slug: str, content: str = "chelsea") -> Row:
    """One parameter at several values, by caption."""
    for caption, value in values.items():
        yield caption, painted(photo(content), [StyleImage(preset(slug))], **{name: value})


def strength() -> Row:
    values = {f"strength {n}": n for n in (0, 30, 50, 70, 90, 100)}
    yield from over("style_strength", values, "swirling-impasto")


def style_scale() -> Row:
    values = {f"brush size {n:g}": n for n in (0.5, 1.0, 2.0)}
    yield from over("style_scale", values, "stained-glass")


def keep_colors() -> Row:
    names = ("off", "luminance", "histogram", "covariance")
    yield from over("keep_colors", {name: name for name in names}, "woodblock-waves", "coffee")


def initial() -> Row:
    names = ("style", "content", "noise")
    yield from over("initial", {f"from {name}": name for name in names}, "pointillism")


def layers() -> Row:
    values: dict[str, Any] = {
        "all five": None,
        "relu1_1, relu2_1": {"relu1_1": 1, "relu2_1": 1},
        "relu3_1": {"relu3_1": 1},
        "relu4_1, relu5_1": {"relu4_1": 1, "relu5_1": 1},
    }
    yield from over("style_layers", values, "marbled-paper", "coffee")


def content_layers() -> Row:
    values: dict[str, Any] = {
        "relu3_2 and relu4_2": None,
        "relu2_1": {"relu2_1": 1},
        "relu5_1": {"relu5_1": 1},
    }
    yield from over("content_layers", values, "mosaic")


def smoothness() -> Row:
    values = {f"smoothness {n:g}": n for n in (0, 1, 20, 100)}
    yield from over("tv_weight", values, "ink-hatching")


def pooling() -> Row:
    yield from over("pooling", {n: n for n in ("average", "max")}, "watercolour")


def blend() -> Row:
    first, second = preset("swirling-impasto"), preset("gold-leaf")
    for share in (1.0, 0.7, 0.3, 0.0):
        styles = [StyleImage(i, w) for i, w in ((first, share), (second, 1 - share)) if w > 0]
        yield f"impasto {share:.0%}, gold leaf {1 - share:.0%}", painted(photo(), styles)


def masks() -> Row:
    content = photo("coffee")
    left = Image.linear_gradient("L").rotate(90).resize(content.size)
    right = left.point(lambda value: 255 - value)
    cup = Image.new("L", content.size, 0)
    ImageDraw.Draw(cup).ellipse((130, 20, 470, 390), fill=255)
    waves, glass = preset("woodblock-waves"), preset("risograph")
    yield "the mask of the right one", right
    yield (
        "two styles, two masks",
        painted(content, [StyleImage(waves, mask=left), StyleImage(glass, mask=right)]),
    )
    yield (
        "only the cup, else the photo",
        painted(content, [StyleImage(glass, mask=cup)], outside_masks="photo"),
    )


def steps() -> Row:
    yield from over(
        "steps", {f"{n} steps": n for n in (5, LEVEL_STEPS["lbfgs"], 100)}, "pointillism"
    )
    values = {f"Adam, its usual {LEVEL_STEPS['adam']} steps": "adam"}
    yield from over("optimizer", values, "pointillism")


def seed() -> Row:
    yield from over("seed", {f"seed {n}": n for n in (0, 1, 2)}, "marbled-paper")


def objective() -> Row:
    """The classic objective's 2000 steps are those that the comparison of engines has recorded."""
    pair = next(pair for pair in PAIRS if pair.photo == "rocket.jpg")
    content, style = pair.images()
    ours = painted(content, [StyleImage(style)], size_px=pair.side_px)
    yield f"balanced, {LEVEL_STEPS['lbfgs']} steps", ours
    recorded = recorded_picture(Item("plain", pair), RECORDED)
    if recorded is not None:
        with Image.open(recorded) as file:
            yield "classic, 2000 steps", file.convert("RGB")


def shapes() -> Row:
    content, style = photo("rocket"), [StyleImage(preset("risograph"))]
    across = content.resize((640, 427)).crop((0, 200, 640, 320))
    yield "a panorama", painted(across, style)
    yield "a grey photo", painted(content.convert("L"), style)
    hole = content.copy()
    mask = Image.new("L", hole.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, hole.width, hole.height), fill=255)
    hole.putalpha(mask)
    yield "a transparent one", painted(hole, style)


def larger() -> Row:
    content, styles = photo(), [StyleImage(preset("embroidery"))]
    small = painted(content, styles)
    yield f"{SIZE_PX} px", small
    large = painted(content, styles, small, size_px=2 * SIZE_PX, initial="earlier")
    box = (200, 60, 200 + SIZE_PX, 60 + small.height)
    yield f"a part of it, gone on at {2 * SIZE_PX} px", large.crop(box)
    yield "more steps at its size", painted(content, styles, small, initial="earlier")


CONTROLS: dict[str, Callable[[], Row]] = {
    "strength": strength,
    "style-scale": style_scale,
    "blend": blend,
    "masks": masks,
    "keep-colors": keep_colors,
    "initial": initial,
    "larger": larger,
    "style-layers": layers,
    "content-layers": content_layers,
    "smoothness": smoothness,
    "pooling": pooling,
    "steps": steps,
    "seed": seed,
    "objective": objective,
    "shapes": shapes,
}


def sheet(row: Row) -> Image.Image:
    """The pictures of a row side by side, each under its caption."""
    cells = list(row)
    height = max(image.height * SIZE_PX // image.width for _, image in cells)
    font = ImageFont.load_default(15)
    page = Image.new("RGB", ((SIZE_PX + GAP_PX) * len(cells), height + CAPTION_PX), "white")
    for number, (caption, image) in enumerate(cells):
        left = number * (SIZE_PX + GAP_PX)
        scaled = image.resize((SIZE_PX, image.height * SIZE_PX // image.width))
        page.paste(scaled.convert("RGB"), (left, CAPTION_PX))
        ImageDraw.Draw(page).text((left, 3), caption, "black", font)
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--only", choices=CONTROLS)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, row in CONTROLS.items():
        if options.only in (None, name):
            path = options.folder / f"control-{name}.jpg"
            sheet(row()).save(path, quality=80, optimize=True)
            print(path, flush=True)


if __name__ == "__main__":
    main()
