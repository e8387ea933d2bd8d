"""Records, over hours, what the slow engines of the comparison paint, for `compare` to measure.

`python -m tests.benchmarks.engines.record [--only plain] [--threads 1]` does every item that has no
record yet. It can be killed at any moment: each minute it keeps its state in a cache folder, and
the next start goes on from there. Several may run side by side; a lock keeps them on different
items. A record is a picture and a JSON file with its circumstances, in `recorded/`.
"""

import argparse
import fcntl
import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from engine.metrics import content_distance, style_distance
from engine.vgg import load_network
from tests.benchmarks.engines.pairs import PAIRS, Pair, sha256
from tests.benchmarks.engines.runs import ENGINES, Run

RECORDED = Path(__file__).parent / "recorded"
CACHE = Path.home() / ".cache" / "stylesite-bench"
MILESTONES = (250, 500, 1000)
SAVE_EVERY_S = 60


@dataclass(frozen=True, slots=True)
class Item:
    """One picture to record."""

    engine: str
    pair: Pair

    @property
    def name(self) -> str:
        """The record's name, without an ending."""
        return f"{self.engine}-{self.pair.name}"


def items(only: str | None = None) -> list[Item]:
    """Everything to record: engine after engine at the smaller size, then the larger size."""
    sides = sorted({pair.side_px for pair in PAIRS})
    return [
        Item(engine, pair)
        for side in sides
        for engine in ENGINES
        for pair in PAIRS
        if pair.side_px == side and only in (None, engine)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=ENGINES)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--device", default="cpu", help="where to compute (cpu)")
    parser.add_argument("--recorded", type=Path, default=RECORDED)
    parser.add_argument("--cache", type=Path, default=CACHE)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.recorded.mkdir(parents=True, exist_ok=True)
    options.cache.mkdir(parents=True, exist_ok=True)
    for item in items(options.only):
        with locked(options.cache / f"{item.name}.lock") as mine:
            if mine and not (options.recorded / f"{item.name}.json").exists():
                record(item, options.recorded, options.cache, options.device)
            if mine and item.engine == "plain":
                measure_milestones(item, options.recorded, options.cache)


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Whether this process has the item for itself; the system frees it when the process dies."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def record(item: Item, recorded: Path, cache: Path, device: str = "cpu") -> None:
    """Paints `item` to its end, from where an earlier process left it, and writes its record."""
    content, style = item.pair.images()
    inputs = {"content_sha256": sha256(content), "style_sha256": sha256(style)}
    run: Run = ENGINES[item.engine](content, style, device)
    kept = cache / f"{item.name}.pt"
    progress: dict[str, Any] = {"step": 0, "wall_s": 0.0, "cpu_s": 0.0, **inputs}
    if kept.exists():
        state = torch.load(kept, map_location=device, weights_only=True)
        if all(state["progress"][key] == value for key, value in inputs.items()):
            progress = state["progress"]
            run.load_state_dict(state["run"])
    said(f"{item.name}: from step {progress['step']} of {run.steps}")
    saved_at = time.monotonic()
    while progress["step"] < run.steps:
        wall, cpu = time.monotonic(), time.process_time()
        loss = run.step()
        progress["step"] += 1
        progress["wall_s"] += time.monotonic() - wall
        progress["cpu_s"] += time.process_time() - cpu
        if progress["step"] in MILESTONES and item.engine == "plain":
            write(run.picture(), cache / f"{item.name}-{progress['step']}.png")
        if time.monotonic() - saved_at > SAVE_EVERY_S:
            keep({"progress": progress, "run": run.state_dict()}, kept)
            said(f"{item.name}: step {progress['step']}, loss {loss:.6g}")
            saved_at = time.monotonic()
    picture = run.picture()
    write(picture, recorded / f"{item.name}.png")
    written = {
        "engine": item.engine,
        "version": run.version,
        "pair": item.pair.name,
        **inputs,
        "picture_sha256": sha256(picture),
        "steps": run.steps,
        "wall_s": round(progress["wall_s"], 1),
        "cpu_s": round(progress["cpu_s"], 1),
        "threads": torch.get_num_threads(),
        "device": device_name(device),
        "torch": torch.__version__,
    }
    write_text(json.dumps(written, indent=2) + "\n", recorded / f"{item.name}.json")
    kept.unlink(missing_ok=True)
    said(f"{item.name}: done")


def measure_milestones(item: Item, recorded: Path, cache: Path) -> None:
    """Adds to a record how near the picture was after MILESTONES steps, and at its end.

    Does nothing where that is known already, or where those pictures are not in the cache.
    """
    path = recorded / f"{item.name}.json"
    kept = json.loads(path.read_text())
    pictures = {step: cache / f"{item.name}-{step}.png" for step in MILESTONES}
    pictures[kept["steps"]] = path.with_suffix(".png")
    if "milestones" in kept or not all(picture.exists() for picture in pictures.values()):
        return
    content, style = item.pair.images()
    network = load_network("bundled", "max")
    kept["milestones"] = {}
    for step, picture in pictures.items():
        with Image.open(picture) as image:
            kept["milestones"][step] = {
                "style_distance": round(style_distance(image, style, network), 5),
                "content_distance": round(content_distance(image, content, network), 7),
            }
    write_text(json.dumps(kept, indent=2) + "\n", path)


def recorded_picture(item: Item, folder: Path) -> Path | None:
    """The recorded picture, or None where there is none of the pictures that the pair has now.

    Raises ValueError where the picture is not the one its record speaks of.
    """
    path = folder / f"{item.name}.json"
    if not path.exists():
        return None
    kept = json.loads(path.read_text())
    content, style = item.pair.images()
    if (kept["content_sha256"], kept["style_sha256"]) != (sha256(content), sha256(style)):
        return None
    picture = path.with_suffix(".png")
    with Image.open(picture) as image:
        if sha256(image.convert("RGB")) != kept["picture_sha256"]:
            raise ValueError(f"{picture} is not the picture that {path.name} records.")
    return picture


def keep(state: dict[str, Any], path: Path) -> None:
    """Writes `state` so that a death in the middle leaves the state before it."""
    half = path.with_suffix(".half")
    torch.save(state, half)
    half.replace(path)


def write(picture: Image.Image, path: Path) -> None:
    half = path.with_suffix(".half")
    picture.save(half, format="PNG", optimize=True)
    half.replace(path)


def write_text(text: str, path: Path) -> None:
    half = path.with_suffix(".half")
    half.write_text(text)
    half.replace(path)


def device_name(device: str) -> str:
    """What computed: the processor's name and its vector units, or the GPU's name."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    return f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}"


def said(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, flush=True)


if __name__ == "__main__":
    main()
