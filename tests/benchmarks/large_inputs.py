"""What large pictures cost a run in memory: `python -m tests.benchmarks.large_inputs`.

Paints a draft from a photo and a style image of so many megapixels each, once for each way to keep
the photo's colours, every run in a process of its own, and prints its peak beside what was planned.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from PIL import Image

from engine.params import Params
from engine.stylize import StyleImage, stylize
from tests.benchmarks.engine import ROOT, peak_memory_mib

KEPT = ("off", "luminance", "histogram", "covariance")
SIZE_PX = 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=int, nargs="+", default=[0, 12, 48], metavar="N")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        sys.stdout.write(painted(options.child[0], int(options.child[1])))
        return
    print("| colours kept | megapixels each | peak MiB | planned MiB |\n|" + " --- |" * 4)
    for keep in KEPT:
        for megapixels in options.megapixels:
            child = [sys.executable, "-m", __spec__.name, "--child", keep, str(megapixels)]
            done = subprocess.run(child, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
            print(done.stdout, flush=True)


def painted(keep: str, megapixels: int) -> str:
    """A line of the table; 0 megapixels stands for pictures as small as the result."""
    side = round((megapixels * 1e6) ** 0.5) or SIZE_PX
    photo, style = (
        Image.effect_noise((64, 64), spread).resize((side, side)).convert("RGB")
        for spread in (60, 120)
    )
    params = Params.from_json({"size_px": SIZE_PX, "keep_colors": keep})
    *_, last = stylize(photo, [StyleImage(style)], params)
    last.image()
    planned_mib = last.plan.memory_bytes(value_bytes=2) / 2**20
    return f"| {keep} | {megapixels} | {peak_memory_mib():.0f} | {planned_mib:.0f} |"


if __name__ == "__main__":
    main()
