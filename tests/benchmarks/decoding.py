"""What it costs to read a picture in a process of its own: `python -m tests.benchmarks.decoding`.

Reads the same JPEGs alternately with and without the decoder, and prints how long it took and how
much processor time of the process that asks.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from statistics import median
from time import perf_counter, process_time

import numpy as np
from PIL import Image

from engine.decoding.decoder import decoder
from engine.images import Limits, Picture, read_picture

SIZES = {"64 × 48": (64, 48), "4000 × 3000": (4000, 3000)}
REPEATS = 15
LIMITS = Limits()

WAYS: dict[str, Callable[[bytes, Limits], Picture]] = {
    "here": read_picture,
    "in the decoder": decoder.read,
}


def photo(size: tuple[int, int], seed: int) -> bytes:
    """About as many details as a camera's."""
    small = np.random.default_rng(seed).integers(0, 255, (375, 500, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(small).resize(size, Image.Resampling.BICUBIC).save(file, "JPEG", quality=92)
    return file.getvalue()


def main() -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}\n")
    print("| pixels | read | median | best | processor time here, median |")
    print("| --- | --- | --- | --- | --- |")
    for name, size in SIZES.items():
        times: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
        for number in range(-1, REPEATS):
            data = photo(size, number + 1)
            for way, read in WAYS.items():
                began, worked = perf_counter(), process_time()
                read(data, LIMITS)
                if number >= 0:  # the first is to warm up
                    times[way].append((perf_counter() - began, process_time() - worked))
        for way, pairs in times.items():
            took, work = ([1000 * one for one in column] for column in zip(*pairs, strict=True))
            figures = (f"{one:.1f} ms" for one in (median(took), min(took), median(work)))
            print("|", name, "|", way, "|", " | ".join(figures), "|")


if __name__ == "__main__":
    main()
