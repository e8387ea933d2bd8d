"""Which pictures count as alike: `python -m tests.benchmarks.look_alikes [FOLDER]`.

Changes each picture as copies of it are changed on their way, and prints how far its fingerprint
moves; then how near different pictures come. Pictures are the presets, those that scikit-image
brings, and the images below FOLDER.
"""

from __future__ import annotations

import argparse
import io
import statistics
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance
from skimage import data

from gallery.look_alikes import LOOKS_ALIKE, distance, fingerprint

PRESETS = Path(__file__).parents[2] / "gallery" / "presets" / "images"
BROUGHT = ("astronaut", "brick", "camera", "cell", "chelsea", "coffee", "coins", "colorwheel")
BROUGHT += ("grass", "gravel", "hubble_deep_field", "immunohistochemistry", "moon", "page")
BROUGHT += ("retina", "rocket", "text")
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def pictures(folder: Path | None) -> Iterator[Image.Image]:
    for path in sorted(PRESETS.glob("*.jpg")):
        yield Image.open(path).convert("RGB")
    for name in BROUGHT:
        yield Image.fromarray(np.asarray(getattr(data, name)())).convert("RGB")
    for path in sorted(folder.rglob("*")) if folder else []:
        if path.suffix.lower() in SUFFIXES:
            yield Image.open(path).convert("RGB")


def resized(share: float) -> Callable[[Image.Image], Image.Image]:
    return lambda one: one.resize((max(1, int(one.width * share)), max(1, int(one.height * share))))


def saved(quality: int) -> Callable[[Image.Image], Image.Image]:
    def save(one: Image.Image) -> Image.Image:
        one.save(buffer := io.BytesIO(), "JPEG", quality=quality)
        return Image.open(buffer).convert("RGB")

    return save


def warmer(one: Image.Image) -> Image.Image:
    red, green, blue = one.split()
    bands = (red.point(lambda v: min(255, v * 1.12)), green, blue.point(lambda v: v * 0.85))
    return Image.merge("RGB", bands)


def cropped(left: float, top: float, right: float, bottom: float) -> Callable[..., Image.Image]:
    """Without these shares of the sides."""
    return lambda one: one.crop(
        (
            int(one.width * left),
            int(one.height * top),
            int(one.width * (1 - right)),
            int(one.height * (1 - bottom)),
        )
    )


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "resized to a quarter": resized(1 / 4),
    "JPEG of quality 30": saved(30),
    "resized to a third, JPEG of quality 60": lambda one: saved(60)(resized(1 / 3)(one)),
    "warmer (red +12 %, blue −15 %)": warmer,
    "brighter by 20 %": lambda one: ImageEnhance.Brightness(one).enhance(1.2),
    "contrast −20 %": lambda one: ImageEnhance.Contrast(one).enhance(0.8),
    "saturation +50 %": lambda one: ImageEnhance.Color(one).enhance(1.5),
    "cropped by 2 %, evenly": cropped(0.01, 0.01, 0.01, 0.01),
    "cropped by 5 %, evenly": cropped(0.025, 0.025, 0.025, 0.025),
    "cropped by 5 %, at one corner": cropped(0.05, 0.05, 0, 0),
    "cropped by 10 %, evenly": cropped(0.05, 0.05, 0.05, 0.05),
    "mirrored": lambda one: one.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="How far fingerprints of pictures are apart.")
    parser.add_argument("folder", nargs="?", type=Path, help="more pictures")
    shown = list(pictures(parser.parse_args().folder))
    hashes = [fingerprint(one) for one in shown]
    print(f"{len(shown)} pictures; distances in bits of 64\n")
    print(f"| change | median | 95 % | most | found at {LOOKS_ALIKE} |")
    print("| --- | --- | --- | --- | --- |")
    for name, change in CHANGES.items():
        moved = [
            distance(old, fingerprint(change(one))) for old, one in zip(hashes, shown, strict=True)
        ]
        p95 = statistics.quantiles(moved, n=20)[-1]
        found = sum(bits <= LOOKS_ALIKE for bits in moved) / len(moved)
        middle = statistics.median(moved)
        print(f"| {name} | {middle:.0f} | {p95:.0f} | {max(moved)} | {found:.0%} |")
    apart = sorted(distance(one, other) for one, other in combinations(hashes, 2))
    alike = sum(bits <= LOOKS_ALIKE for bits in apart)
    print(f"\n{len(apart)} pairs of different pictures: nearest {apart[:3]}, ", end="")
    print(f"median {statistics.median(apart):.0f}, {alike} taken for look-alikes")


if __name__ == "__main__":
    main()
