"""The comparison's numbers as tables in Markdown."""

import statistics
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from engine.params import QUALITIES

OURS = "stylesite"
CLOSER = "stylesite, nearer to the style"
"""Ours at a strength of 100 with 100 steps."""

MISSING = "not recorded"
PLAIN, PEER = "plain", "pastiche"


def all_of(measured: dict[str, Any]) -> str:
    """Every table of a run of `compare`, with a heading each."""
    results, threads = measured["results"], measured["threads"]
    peak = measured["matmul_peak"]["gflop_per_s"]
    parts = [
        f"Engines compared: {threads} threads, torch {measured['torch']},"
        f" {measured['vector_units']}. Distances: less is nearer.",
        "## Medians",
        *(
            f"{side} px, {counted(names)}\n\n{medians(group)}"
            for side, group, names in by_side(results)
        ),
        "## Pair by pair",
        pair_by_pair(results),
        "## This engine by size",
        by_size(measured["sizes"], peak),
        f"The best product of bfloat16 squares here: {peak:.0f} GFLOP/s.",
    ]
    return "\n\n".join(parts)


def by_side(
    results: Sequence[dict[str, Any]],
) -> list[tuple[int, list[dict[str, Any]], set[str]]]:
    """Side in pixels, the results of that side, the names of its pairs."""
    found = []
    for side in sorted({result["side_px"] for result in results}):
        group = [result for result in results if result["side_px"] == side]
        found.append((side, group, {result["pair"] for result in group}))
    return found


def medians(results: Sequence[dict[str, Any]]) -> str:
    """Per engine, the medians over its pairs; a median over fewer pairs says over how many.

    A ratio is the median of the pairs' ratios.
    """
    rows = []
    pairs = {result["pair"] for result in results}
    for engine in engines_of(results):
        mine = [result for result in results if result["engine"] == engine]
        rows.append(
            [
                engine,
                over(mine, "style", "{:.3f}", len(pairs)),
                over(mine, "content", "{:.5f}", len(pairs)),
                f"{statistics.median(result['seconds'] for result in mine):.1f}",
                *(
                    f"{statistics.median(ratio(result, results, to) for result in mine):.1f} ×"
                    for to in (PLAIN, PEER)
                ),
            ]
        )
    return table(["engine", "style", "content", "seconds", *ratios()], rows)


def pair_by_pair(results: Sequence[dict[str, Any]]) -> str:
    rows = [
        [
            result["pair"],
            result["engine"],
            str(result["steps"]),
            shown(result["style"], "{:.3f}"),
            shown(result["content"], "{:.5f}"),
            f"{result['seconds']:.1f}",
            *(f"{ratio(result, results, to):.1f} ×" for to in (PLAIN, PEER)),
        ]
        for result in results
    ]
    return table(["pair", "engine", "steps", "style", "content", "seconds", *ratios()], rows)


def by_size(sizes: Iterable[dict[str, Any]], peak: float) -> str:
    rows = [
        [
            quality_of(size["size_px"]),
            str(size["steps"]),
            f"{size['seconds']:.1f}",
            f"{size['step_s']:.3f}",
            f"{size['gflop_per_s']:.0f}",
            f"{100 * size['gflop_per_s'] / peak:.0f} %",
            f"{size['peak_mib']:.0f}",
        ]
        for size in sizes
    ]
    heads = ["size", "steps", "seconds", "seconds a step", "GFLOP/s", "of the peak", "peak MiB"]
    return table(heads, rows)


def counted(names: Collection[str]) -> str:
    return f"{len(names)} pair" if len(names) == 1 else f"{len(names)} pairs"


def quality_of(size_px: int) -> str:
    """Such as "Draft, 256 px", as the site calls it."""
    names = [name.capitalize() for name, px in QUALITIES.items() if px == size_px]
    return ", ".join([*names, f"{size_px} px"])


def engines_of(results: Iterable[dict[str, Any]]) -> list[str]:
    """The engines in the order in which they come."""
    return list(dict.fromkeys(result["engine"] for result in results))


def ratio(result: dict[str, Any], results: Iterable[dict[str, Any]], to: str) -> float:
    """How many times as long the engine `to` takes for the same pair."""
    theirs = next(r for r in results if r["pair"] == result["pair"] and r["engine"] == to)
    return float(theirs["seconds"] / result["seconds"])


def over(results: Iterable[dict[str, Any]], name: str, form: str, pairs: int) -> str:
    known = [result[name] for result in results if result[name] is not None]
    if not known:
        return MISSING
    note = "" if len(known) == pairs else f" ({len(known)} of {pairs})"
    return form.format(statistics.median(known)) + note


def shown(value: float | None, form: str) -> str:
    return MISSING if value is None else form.format(value)


def ratios() -> list[str]:
    return [f"as fast as {to}" for to in (PLAIN, PEER)]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    line: Callable[[Sequence[str]], str] = lambda cells: f"| {' | '.join(cells)} |"  # noqa: E731
    return "\n".join([line(heads), line(["---"] * len(heads)), *map(line, rows)])
