"""How true the times are that the pages tell: before submitting, while waiting, while painting.

`python -m tests.benchmarks.estimates [--runs 20]` paints that many pictures, of mixed sizes and in
twos and threes, with a worker of its own on a data folder of its own, and holds every time that was
told against what came. Run it on an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.queue import SECRET_KEY, manage, running, someone

SIZES_PX = (192, 256, 256, 384, 512)
LOOK_S = 0.25
FIRST_SHARE = 0.1
NEAR = 0.3


@dataclass
class Told:
    """What was told of one picture, all in seconds since it was submitted."""

    size_px: int
    painting_s: float
    ready_s: float
    submitted_at: float
    started_s: float = 0.0
    ended_s: float = 0.0
    samples: list[tuple[float, float]] = field(default_factory=list)  # (now, told end)

    @property
    def run_s(self) -> float:
        return self.ended_s - self.started_s

    def later(self) -> list[tuple[float, float]]:
        """Those told after the first tenth of the run."""
        return [s for s in self.samples if s[0] - self.started_s > FIRST_SHARE * self.run_s]

    def near_whole(self) -> list[bool]:
        """Whether each told the whole run's time to NEAR."""
        return [abs(end_s - self.ended_s) <= NEAR * self.run_s for _now, end_s in self.later()]

    def near_rest(self) -> list[bool]:
        """Whether each told the time that was left to NEAR, or to a second."""
        return [
            abs(end_s - self.ended_s) <= max(1.0, NEAR * (self.ended_s - now))
            for now, end_s in self.later()
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stylesite-estimates-") as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="stylesite.settings",
            STYLESITE_DATA_DIR=folder,
            STYLESITE_SECRET_KEY=SECRET_KEY,
            STYLESITE_STATIC_HASHED="false",
            STYLESITE_LOG_LEVEL="WARNING",
            OMP_WAIT_POLICY="PASSIVE",
        )
        manage("prepare")
        import django

        django.setup()
        with running("manage.py", "work"):
            told = paint(options.runs)
    report(told)


def paint(runs: int) -> list[Told]:
    from gallery.models import Style
    from transfers.models import MachineSpeed

    draw = random.Random(4)
    owner = someone(0)
    photos = [photo_of(owner, name) for name in ("chelsea", "coffee", "astronaut", "rocket")]
    styles = list(Style.objects.presets())
    while not MachineSpeed.objects.exists():  # it calibrates first
        time.sleep(0.5)
    done: list[Told] = []
    while len(done) < runs:
        batch = [
            submitted(owner, draw.choice(photos), draw.choice(styles), draw.choice(SIZES_PX))
            for _ in range(min(draw.randint(1, 3), runs - len(done)))
        ]
        watch(batch)
        done += [told for _row, told in batch]
    return done


def photo_of(owner: Any, name: str) -> Any:
    from PIL import Image
    from skimage import data

    from transfers.models import ContentImage

    photo = ContentImage(owner=owner, title=name.title())
    photo.set_picture(Image.fromarray(getattr(data, name)()).convert("RGB"))
    photo.save()
    return photo


def submitted(owner: Any, photo: Any, style: Any, size_px: int) -> tuple[Any, Told]:
    from engine.params import Params
    from transfers.queue import estimates, forecast, submission

    params = Params(size_px=size_px)
    painting_s = estimates.seconds_for(photo.width, photo.height, params) or 0.0
    now = time.monotonic()
    row = submission.submit(owner, photo, [(style, 1.0)], params)
    turn = forecast.turn_of(row)
    ready_s = painting_s if turn is None or turn.ready_in_s is None else turn.ready_in_s
    return row, Told(size_px, painting_s, ready_s, now)


def watch(batch: list[tuple[Any, Told]]) -> None:
    waiting = list(batch)
    while waiting:
        time.sleep(LOOK_S)
        for row, told in list(waiting):
            row.refresh_from_db(fields=["state", "seconds_left", "artwork"])
            now_s = time.monotonic() - told.submitted_at
            if row.state == "running":
                told.started_s = told.started_s or now_s
                if row.seconds_left is not None:
                    told.samples.append((now_s, now_s + row.seconds_left))
            elif row.state == "succeeded":
                told.ended_s = now_s
                told.started_s = told.started_s or now_s
                waiting.remove((row, told))
            elif row.state != "queued":
                raise SystemExit(f"A picture {row.state}.")


def report(told: list[Told]) -> None:
    print(f"{os.cpu_count()} cores, {len(told)} pictures\n")
    print("| told | within 30 % | median error |")
    print("| --- | --- | --- |")
    before = [abs(t.painting_s - t.run_s) / t.run_s for t in told]
    print(line("painting, before submitting", before))
    waited = [abs(t.ready_s - t.ended_s) / t.ended_s for t in told]
    print(line("ready, when submitted (waiting included)", waited))
    whole = [near for t in told for near in t.near_whole()]
    rest = [near for t in told for near in t.near_rest()]
    print(f"| the whole run, after its first tenth | {share(whole)} of {len(whole)} looks | |")
    print(f"| what is left (or within a second) | {share(rest)} of {len(rest)} looks | |")


def line(what: str, errors: list[float]) -> str:
    near = [error <= NEAR for error in errors]
    return f"| {what} | {share(near)} | {statistics.median(errors):.0%} |"


def share(near: list[bool]) -> str:
    return f"{sum(near) / len(near):.0%}" if near else "-"


if __name__ == "__main__":
    main()
