"""Whether style strength is even in effect: `python -m tests.benchmarks.strength`.

Paints three pairs at strengths 0 to 100 and prints how far each came from the photo: the mean of
its style distance's and its content distance's share of their whole way at that size, averaged over
the pairs; in percent, so that an even scale would print its own strengths. As every size has a way
of its own, this does not show that a strength is as strong at one size as at another.

The comparison of engines does not report these pairs, and the table of strengths was not made with
them. They are not unseen: they were among the six by which the default's texture, weight and steps
were chosen (docs/engine.md).
"""

from __future__ import annotations

import argparse
import statistics

from PIL import Image
from skimage import data

from engine.metrics import content_distance, style_distance
from engine.params import Params
from engine.stylize import StyleImage, stylize
from engine.vgg import load_network
from tests.benchmarks.engines.pairs import STYLES

PAIRS = (("coffee", "embroidery"), ("chelsea", "marbled-paper"), ("astronaut", "ink-hatching"))
STRENGTHS = tuple(range(0, 101, 10))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512], metavar="PX")
    options = parser.parse_args()
    print(f"| size | {' | '.join(map(str, STRENGTHS))} |\n|{' --- |' * (len(STRENGTHS) + 1)}")
    for size_px in options.sizes:
        ways = [way(photo, style, size_px) for photo, style in PAIRS]
        means = [statistics.mean(shares) for shares in zip(*ways, strict=True)]
        print(f"| {size_px} px | {' | '.join(f'{100 * m:.0f}' for m in means)} |", flush=True)


def way(photo: str, slug: str, size_px: int) -> list[float]:
    """How far each of STRENGTHS takes a pair, as a share of the whole way."""
    network = load_network("bundled", "max")
    content, style = images(photo, slug, size_px)
    styles, contents = [], []
    for strength in STRENGTHS:
        params = Params(size_px=size_px, style_strength=strength)
        *_, last = stylize(content, [StyleImage(style)], params)
        styles.append(style_distance(last.image(), style, network))
        contents.append(content_distance(last.image(), content, network))
    return [
        (styles[0] - s) / (styles[0] - min(styles)) / 2
        + (c - contents[0]) / (max(contents) - contents[0]) / 2
        for s, c in zip(styles, contents, strict=True)
    ]


def images(photo: str, slug: str, size_px: int) -> tuple[Image.Image, Image.Image]:
    """A photo of that longer side, and a preset of the same size, both RGB."""
    content = Image.fromarray(getattr(data, photo)()).convert("RGB")
    content.thumbnail((size_px, size_px), Image.Resampling.LANCZOS)
    with Image.open(STYLES / f"{slug}.jpg") as file:
        return content, file.convert("RGB").resize(content.size, Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
