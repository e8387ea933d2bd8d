"""What an interruption costs in quality: `python -m tests.benchmarks.resume`.

Paints a standard picture, goes on from three of its late checkpoints, and prints each end's loss as
a share of the uninterrupted run's. The rule is 1.01 at most.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from skimage import data

from engine.params import Params
from engine.pyramid import plan
from engine.stylize import StyleImage, stylize

ROOT = Path(__file__).parent.parent.parent
STYLE = ROOT / "gallery" / "presets" / "images" / "woodblock-waves.jpg"
STEPS_BEFORE_THE_END = (12, 6, 2)


def main() -> None:
    content = Image.fromarray(data.coffee())
    styles = [StyleImage(Image.open(STYLE).convert("RGB"))]
    params = Params()
    total = plan(*content.size, params).total_steps
    kept: dict[int, bytes] = {}
    whole_loss = 0.0
    for step in stylize(content, styles, params):
        whole_loss = step.total_loss
        if total - step.index in STEPS_BEFORE_THE_END:
            kept[step.index] = step.checkpoint()
    print("| interrupted after step | went on at | loss, as a share of the whole run's |")
    print("| --- | --- | --- |")
    for interrupted, checkpoint in kept.items():
        steps = list(stylize(content, styles, params, resume=checkpoint))
        share = steps[-1].total_loss / whole_loss
        print(f"| {interrupted} of {total} | {steps[0].index} | {share:.3f} |", flush=True)


if __name__ == "__main__":
    main()
