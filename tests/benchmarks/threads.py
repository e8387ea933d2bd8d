"""Whether a recipe gives the same picture again: `python -m tests.benchmarks.threads`.

Paints twice with two threads and twice with one, each in a process of its own, and prints the mean
differences, of 255.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from skimage import data

from engine.params import Params
from engine.stylize import StyleImage, stylize
from gallery.likeness import mean_difference

STYLE = Path(__file__).parents[2] / "gallery" / "presets" / "images" / "swirling-impasto.jpg"
SETTINGS = {
    "128 px": {"size_px": 128},
    "256 px": {"size_px": 256},
    "128 px, begun from noise": {"size_px": 128, "initial": "noise"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description="The same picture, with one thread and with two.")
    parser.add_argument("--paint", nargs=3, metavar=("SETTINGS", "THREADS", "FILE"))
    if asked := parser.parse_args().paint:
        paint(asked[0], int(asked[1]), Path(asked[2]))
        return
    print("| | 2 threads again | 1 thread again | 2 threads and 1 thread |")
    print("| --- | --- | --- | --- |")
    for name in SETTINGS:
        two, two_again, one, one_again = (painted(name, threads) for threads in (2, 2, 1, 1))
        pairs = ((two, two_again), (one, one_again), (two, one))
        figures = " | ".join(f"{mean_difference(*pair):.2f}" for pair in pairs)
        print(f"| {name} | {figures} |", flush=True)


def painted(name: str, threads: int) -> Image.Image:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        words = ["--paint", name, str(threads), str(path)]
        subprocess.run([sys.executable, "-m", "tests.benchmarks.threads", *words], check=True)
        with Image.open(path) as image:
            return image.convert("RGB")


def paint(name: str, threads: int, path: Path) -> None:
    params = Params.from_json({**SETTINGS[name], "seed": 3})
    styles = [StyleImage(Image.open(STYLE).convert("RGB"))]
    for step in stylize(Image.fromarray(data.chelsea()), styles, params, threads=threads):
        last = step
    last.image().save(path)


if __name__ == "__main__":
    main()
