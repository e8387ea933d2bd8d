"""One measurement in a process of its own, so that none warms up, slows down or bloats another.

`in_own_process("paint", ...)` starts this module, which does what its one argument says in JSON and
prints what it measured as JSON. Seconds are those of the wall clock on an otherwise idle machine.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import torch

from engine.params import Params
from engine.stylize import StyleImage, stylize
from engine.vgg import load_network
from tests.benchmarks.engine import peak_memory_mib
from tests.benchmarks.engines.flops import evaluation_flops
from tests.benchmarks.engines.pairs import PAIRS

ROOT = Path(__file__).parents[3]
PEAK_SIDES = (1024, 2048, 4096)


def in_own_process(what: str, **settings: Any) -> dict[str, Any]:
    """What `what` measured with `settings`. Raises CalledProcessError where it failed."""
    asked = json.dumps({"what": what, **settings})
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.engines.child", asked],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def paint(pair: int, params: dict[str, Any], out: str) -> dict[str, Any]:
    """Our engine with `params`, else its defaults, from the call to the finished picture.

    Loading the network is counted, starting Python and importing are not. step_s is the median of
    the steps at the finished size; one is one evaluation of the objective.
    """
    content, style = PAIRS[pair].images()
    started = last = time.perf_counter()
    step_seconds = []
    for step in stylize(content, [StyleImage(style)], Params(**params), device="cpu"):
        now = time.perf_counter()
        if step.level == step.levels:
            step_seconds.append(now - last)
        last = now
    picture = step.image()
    seconds = time.perf_counter() - started
    picture.save(out)
    # Read before the network is asked again: what follows is no part of the run.
    peak_mib = peak_memory_mib()
    kernels = [c.kernel.shape for c in load_network("bundled", "average").convolutions]
    flops = evaluation_flops(kernels, picture.width, picture.height)
    step_s = statistics.median(step_seconds[1:] or step_seconds)
    return {
        "seconds": seconds,
        "steps": step.total,
        "step_s": step_s,
        "gflop_per_s": flops / step_s / 1e9,
        "peak_mib": peak_mib,
    }


def sample(engine: str, pair: int, steps: int, warm_up: int) -> dict[str, Any]:
    """The median of a few steps of another engine, and what its whole run takes at that pace."""
    # Only here, so that other engines' libraries do not count as our memory in `paint`.
    from tests.benchmarks.engines.runs import ENGINES

    run = ENGINES[engine](*PAIRS[pair].images())
    seconds = []
    for _ in range(warm_up + steps):
        started = time.perf_counter()
        run.step()
        seconds.append(time.perf_counter() - started)
    step_s = statistics.median(seconds[warm_up:])
    return {"step_s": step_s, "steps": run.steps, "seconds": step_s * run.steps}


def matmul_peak() -> dict[str, Any]:
    """The most GFLOP/s that products of bfloat16 squares reach here: what there is to be had."""
    best = 0.0
    for side in PEAK_SIDES:
        one, other = (torch.randn(side, side).to(torch.bfloat16) for _ in range(2))
        torch.mm(one, other)
        for _ in range(5):
            started = time.perf_counter()
            torch.mm(one, other)
            best = max(best, 2 * side**3 / (time.perf_counter() - started) / 1e9)
    return {"gflop_per_s": best}


MEASUREMENTS = {"paint": paint, "sample": sample, "matmul_peak": matmul_peak}


def main() -> None:
    asked = json.loads(sys.argv[1])
    torch.set_num_threads(asked.pop("threads"))
    measured = MEASUREMENTS[asked.pop("what")](**asked)
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
