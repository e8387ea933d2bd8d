"""What a time-lapse costs: `python -m tests.benchmarks.time_lapse --size 512`.

Paints one picture with the real engine, takes its frames as the runner does, and makes animations
of them. Shares are of processor time, so that other work on the machine does not blur them.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from time import process_time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()


from engine.params import Params  # noqa: E402
from engine.stylize import StyleImage, stylize  # noqa: E402
from gallery import animations  # noqa: E402
from gallery.frames import Frame, pack  # noqa: E402
from gallery.pictures import encode  # noqa: E402
from tests.benchmarks.strength import images  # noqa: E402
from transfers.queue.recording import Recording  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=512, metavar="PX")
    size_px = parser.parse_args().size
    content, style = images("coffee", "swirling-impasto", size_px)
    recording, began_s, last = Recording(), process_time(), None
    for step in stylize(content, [StyleImage(style)], Params(size_px=size_px)):
        recording.saw(step)
        last = step
    assert last is not None
    painted_s = process_time() - began_s
    frames = recording.frames
    frames_s, packed = recording._spent_s, len(pack(frames)[0])
    print(f"{size_px} px, {len(frames)} frames of {last.total} steps")
    print(f"frames: {1e3 * frames_s / len(frames):.1f} ms each, {1e3 * frames_s:.0f} ms of")
    print(f"{painted_s:.1f} s on the processor: {100 * frames_s / painted_s:.2f} %")
    print(f"{packed / 1e3:.0f} kB, the picture as PNG {len(encode(last.image(), 'PNG')) / 1e3:.0f}")
    films(frames)


def films(frames: list[Frame]) -> None:
    """Of 48 frames in the last one's size, as of a long run."""
    many = [replace(frames[-1 - n % len(frames)], step=n) for n in range(48)]
    size = (frames[-1].width // 2 * 2, frames[-1].height // 2 * 2)
    for seconds in animations.SECONDS:
        began_s = process_time()
        mp4 = animations._mp4(animations._shots(many, size, None, seconds), size)
        mp4_s = process_time() - began_s
        began_s = process_time()
        webp = animations._webp(animations._shots(many, size, None, seconds))
        webp_s = process_time() - began_s
        sizes = [file.seek(0, 2) / 1e6 for file in (mp4, webp)]
        print(f"{seconds} s: MP4 {mp4_s:.1f} s, {sizes[0]:.1f} MB", end="; ")
        print(f"WebP {webp_s:.1f} s, {sizes[1]:.1f} MB")


if __name__ == "__main__":
    main()
