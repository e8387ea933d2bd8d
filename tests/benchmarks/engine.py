"""How long the engine takes by itself: importing, loading VGG19, painting; and the memory it needs.

`python -m tests.benchmarks.engine [--repeat 3]` paints squares of one of scikit-image's photos at
each quality, every run in a process of its own, and prints the median of the runs. Run it on an
otherwise idle machine.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from engine.params import QUALITIES, Params

PREVIEW_PX = 768
"""Of the pictures that the live page shows."""

ROOT = Path(__file__).parent.parent.parent
STYLE = ROOT / "gallery" / "presets" / "images" / "swirling-impasto.jpg"
COLUMNS = (
    ("steps", "{:.0f}"),
    ("import_s", "{:.1f}"),
    ("load_s", "{:.1f}"),
    ("paint_s", "{:.1f}"),
    ("whole_s", "{:.1f}"),
    ("last_step_s", "{:.2f}"),
    ("pixel_steps_per_s", "{:.0f}"),
    ("preview_ms", "{:.0f}"),
    ("checkpoint_ms", "{:.0f}"),
    ("peak_mib", "{:.0f}"),
    ("planned_mib", "{:.0f}"),
    ("content_loss", "{:.3f}"),
    ("style_loss", "{:.4f}"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="runs of each quality (3)")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--child", type=int, metavar="PX", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        sys.stdout.write(json.dumps(paint(options.child, options.threads)))
        return
    names = ["quality", "size_px", *(name for name, _ in COLUMNS)]
    sys.stdout.write(f"Engine, {options.threads} threads, median of {options.repeat}\n\n")
    sys.stdout.write(f"| {' | '.join(names)} |\n|{' --- |' * len(names)}\n")
    for quality, size_px in QUALITIES.items():
        runs = [in_own_process(size_px, options.threads) for _ in range(options.repeat)]
        cells = [
            form.format(statistics.median(run[name] for run in runs)) for name, form in COLUMNS
        ]
        sys.stdout.write(f"| {' | '.join([quality, str(size_px), *cells])} |\n")
        sys.stdout.flush()


def in_own_process(size_px: int, threads: int) -> dict[str, float]:
    """The measurements of one run that shares nothing with the ones before it."""
    command = [sys.executable, "-m", "tests.benchmarks.engine", "--child", str(size_px)]
    started = time.monotonic()
    done = subprocess.run(
        [*command, "--threads", str(threads)], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    measured: dict[str, float] = json.loads(done.stdout)
    return {**measured, "whole_s": time.monotonic() - started - measured.pop("afterwards_s")}


def paint(size_px: int, threads: int) -> dict[str, float]:
    """One run at the default settings on a square photo; seconds, losses and peak memory.

    preview_ms, checkpoint_ms: what a caller takes who asks a step for that, as a worker does.
    """
    from PIL import Image
    from skimage import data

    photo = Image.fromarray(data.astronaut())
    with STYLE.open("rb") as file:
        style = Image.open(file).convert("RGB")
    started = time.monotonic()
    from engine.images import encode_jpeg
    from engine.stylize import StyleImage, stylize
    from engine.vgg import load_network

    imported = time.monotonic()
    import torch

    torch.set_num_threads(threads)
    load_network("bundled", "average")
    loaded = time.monotonic()
    params = Params(size_px=size_px)
    moments, steps = [loaded], []
    for step in stylize(photo, [StyleImage(style)], params, threads=threads):
        moments.append(time.monotonic())
        steps = [step]
    (last,) = steps
    peak_mib = peak_memory_mib()  # Of the run itself.
    planned = last.plan
    ended = time.monotonic()
    preview_ms = milliseconds(lambda: encode_jpeg(last.preview(PREVIEW_PX), quality=85))
    checkpoint_ms = milliseconds(last.checkpoint)
    return {
        "steps": last.total,
        "import_s": imported - started,
        "load_s": loaded - imported,
        "paint_s": moments[-1] - loaded,
        "last_step_s": statistics.median(b - a for a, b in itertools.pairwise(moments[-6:])),
        "pixel_steps_per_s": planned.pixel_steps / (moments[-1] - loaded),
        "preview_ms": preview_ms,
        "checkpoint_ms": checkpoint_ms,
        "afterwards_s": time.monotonic() - ended,
        "peak_mib": peak_mib,
        "planned_mib": planned.memory_bytes(value_bytes=2) / 2**20,
        "content_loss": last.content_loss,
        "style_loss": last.style_loss,
    }


def milliseconds(work: Callable[[], object]) -> float:
    """The median of a few times that `work` is done."""
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return 1000 * statistics.median(seconds)


def peak_memory_mib() -> float:
    """The most memory that was resident in this process so far, in MiB.

    Not from `resource.getrusage`, which lets a child begin with its parent's peak.
    """
    status = Path("/proc/self/status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise RuntimeError("The peak of the memory is only known on Linux.")
    return int(found.group(1)) / 1024


if __name__ == "__main__":
    main()
