"""What bfloat16 costs: `python -m tests.benchmarks.precision`.

Paints three pairs in bfloat16 and in float32, and prints distances and seconds of both. Then, for
the style layers of a finished picture, how far the covariance that the losses see is from that of
the same features summed in float64, and from that of features computed in float32; both as shares
of its norm. Needs a processor that multiplies bfloat16 natively. The pairs are those of
`tests.benchmarks.strength`, which the tuning of the default had seen.
"""

from __future__ import annotations

import time
from unittest import mock

import torch

from engine import devices
from engine.metrics import content_distance, style_distance
from engine.objective import STYLE_LAYERS
from engine.params import Params
from engine.statistics import Moments
from engine.stylize import StyleImage, stylize
from engine.tensors import to_tensor
from engine.vgg import load_network
from tests.benchmarks.strength import PAIRS, images

SIZE_PX = 256
DTYPES = {"bfloat16": torch.bfloat16, "float32": torch.float32}


def main() -> None:
    pictures(Params(size_px=SIZE_PX))
    print()
    covariances(Params(size_px=2 * SIZE_PX))


def pictures(params: Params) -> None:
    network = load_network("bundled", "max")
    print("| pair | type | style distance | content distance | seconds |\n|" + " --- |" * 5)
    for photo, slug in PAIRS:
        content, style = images(photo, slug, params.size_px)
        for name, dtype in DTYPES.items():
            with mock.patch.object(devices, "fast_dtype", lambda _, dtype=dtype: dtype):
                started = time.perf_counter()
                *_, last = stylize(content, [StyleImage(style)], params, device="cpu")
                seconds = time.perf_counter() - started
            found = (
                f"{style_distance(last.image(), style, network):.3f}",
                f"{content_distance(last.image(), content, network):.5f}",
                f"{seconds:.1f}",
            )
            print(f"| {photo}, {slug} | {name} | {' | '.join(found)} |", flush=True)


def covariances(params: Params) -> None:
    content, style = images(*PAIRS[0], params.size_px)
    *_, last = stylize(content, [StyleImage(style)], params, device="cpu")
    picture = to_tensor(last.image(), last.image().size, torch.device("cpu"))
    network = load_network("bundled", "average")
    print("| layer | by the sums | by the features |\n| --- | --- | --- |")
    with torch.inference_mode():
        coarse = network.features(picture, STYLE_LAYERS, dtype=torch.bfloat16, replicate=True)
        exact = network.features(picture, STYLE_LAYERS, dtype=torch.float32, replicate=True)
        for layer in STYLE_LAYERS:
            seen, summed = covariance(coarse[layer]), covariance(coarse[layer].double())
            true = covariance(exact[layer].double())
            errors = (float((seen - other).norm() / true.norm()) for other in (summed, true))
            print(f"| {layer} | {' | '.join(f'{100 * e:.2f} %' for e in errors)} |", flush=True)


def covariance(features: torch.Tensor) -> torch.Tensor:
    """(c, c) of features (1, c, h, w), from the sums that the losses are made of, in float64."""
    positions = features.shape[2] * features.shape[3]
    moments = Moments().of(features).double() / positions
    return moments[:-1] - torch.outer(moments[-1], moments[-1])


if __name__ == "__main__":
    main()
