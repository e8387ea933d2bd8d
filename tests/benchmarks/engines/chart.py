"""The comparison as a picture: style against content, and style against time."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib

from tests.benchmarks.engines.tables import engines_of

LOOKS = {
    "stylesite": ("#c2410c", "o", "Stylesite, default"),
    "stylesite, nearer to the style": ("#eab308", "o", "Stylesite, strength 100, 100 steps"),
    "plain": ("#1d4ed8", "s", "plain loop, Adam, 2000 steps"),
    "pastiche": ("#15803d", "^", "pastiche, L-BFGS, 1000 steps"),
    "pystiche": ("#7e22ce", "D", "pystiche, adapted, L-BFGS, 500 steps"),
}
"""Colour, marker and label of each engine; the markers tell them apart without colours."""


def draw(results: Sequence[dict[str, Any]], path: Path) -> None:
    """Two panels as SVG on white: every pair small and pale, each engine's median large.

    Pairs of which an engine's picture was not recorded are left out.
    """
    matplotlib.use("svg")
    # The same numbers give the same file.
    matplotlib.rcParams.update({"svg.hashsalt": "stylesite", "font.size": 11})
    from matplotlib import pyplot

    missing = {result["pair"] for result in results if result["style"] is None}
    known = [result for result in results if result["pair"] not in missing]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.8), facecolor="white")
    for engine in engines_of(known):
        colour, marker, label = LOOKS[engine]
        mine = [result for result in known if result["engine"] == engine]
        for panel, across in ((left, "content"), (right, "seconds")):
            xs, ys = ([result[name] for result in mine] for name in (across, "style"))
            panel.scatter(xs, ys, s=28, color=colour, marker=marker, alpha=0.4, linewidths=0)
            middle = statistics.median(xs), statistics.median(ys)
            panel.scatter(
                *middle, s=170, color=colour, marker=marker, edgecolors="black", label=label
            )
    left.set_xlabel("Distance from the photo's structure (less is nearer)")
    right.set_xlabel("Seconds for the picture (logarithmic)")
    right.set_xscale("log")
    right.xaxis.set_major_formatter("{x:g}")
    for panel in (left, right):
        panel.set_ylabel("Distance from the style (less is nearer)")
        panel.grid(visible=True, color="#dddddd", linewidth=0.6)
        panel.set_axisbelow(True)
        panel.spines[["top", "right"]].set_visible(False)
    figure.legend(*left.get_legend_handles_labels(), loc="lower center", ncols=3, frameon=False)
    figure.tight_layout(rect=(0, 0.11, 1, 1))
    figure.savefig(path, format="svg", metadata={"Date": None})
    pyplot.close(figure)
