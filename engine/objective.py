"""What a picture is optimised for: the photo's content, the style's Gram matrices, smoothness.

Two objectives, both after Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural
Networks" (CVPR 2016). "Classic" keeps the paper's un-normalised sums; "balanced", the default, is
relative to the targets, so that it means the same at every size and for every style. Nothing here
moves a pixel: that is `engine.optimizers`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from engine.vgg import Network

CLASSIC_CONTENT_LAYER = "conv4_2"
CLASSIC_STYLE_LAYERS = {
    "conv1_1": 1.0,
    "conv2_1": 0.8,
    "conv3_1": 0.5,
    "conv4_1": 0.3,
    "conv5_1": 0.1,
}
CLASSIC_STYLE_WEIGHT = 1e6

CONTENT_LAYER = "relu4_2"
STYLE_LAYERS = {
    "relu1_1": 0.2,
    "relu2_1": 0.2,
    "relu3_1": 0.2,
    "relu4_1": 0.2,
    "relu5_1": 0.2,
}
TV_WEIGHT = 0.4
"""Of the balanced objective, for `tv_weight` 1."""

_TILE_PX = 1024
_EPSILON = 1e-8


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses of one picture, scalars: three before their weights, and `total`, weighted."""

    content: torch.Tensor
    style: torch.Tensor
    tv: torch.Tensor
    total: torch.Tensor


class Objective(Protocol):
    """Anything that can say how far a picture (1, 3, h, w), RGB in 0..1, is from its aim."""

    def losses(self, image: torch.Tensor, *, dtype: torch.dtype) -> Losses:
        """The losses of `image`, with the network's part computed in `dtype`."""


@dataclass(frozen=True, slots=True)
class WeightedStyle:
    """A style image as a tensor (1, 3, h, w), RGB in 0..1, and its share in a blend."""

    image: torch.Tensor
    weight: float


class _Gram(torch.autograd.Function):
    """F^T F of F (positions, c), symmetric, so that one product gives its gradient, not two."""

    @staticmethod
    def forward(ctx: Any, flat: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(flat)
        exact = flat.float()
        return exact.T @ exact

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
        (flat,) = ctx.saved_tensors
        (gradient,) = gradients
        product: torch.Tensor = flat @ (gradient + gradient.T).to(flat.dtype)
        return product


def gram(features: torch.Tensor) -> torch.Tensor:
    """G = F F^T of features (1, c, h, w): how often filters fire together; (c, c), float32.

    Summed in float32 whatever the features are in: bfloat16 sums of a whole picture lose the small
    differences that the gradient is made of. The gradient itself comes in the features' own dtype.
    """
    flat = features[0].permute(1, 2, 0).flatten(0, 1)  # (h * w, c)
    matrix: torch.Tensor = _Gram.apply(flat)
    return matrix


def mean_gram(features: torch.Tensor) -> torch.Tensor:
    """`gram` per position, so that it does not grow with the picture; (c, c), float32."""
    return gram(features) / (features.shape[2] * features.shape[3])


def total_variation(image: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of neighbouring pixels of (1, 3, h, w), both directions, scalar."""
    down = image[:, :, 1:, :] - image[:, :, :-1, :]
    right = image[:, :, :, 1:] - image[:, :, :, :-1]
    return down.square().mean() + right.square().mean()


class ClassicObjective:
    """The paper's sums, un-normalised, on the layers before their ReLU.

    content = mean((F - F_photo)^2) at conv4_2, weight 1;
    style = style_weight * sum over layers of w * mean((G - G_style)^2) / (d h w), G = F F^T.
    Style strength so grows with the number of pixels; the style must have the picture's size.
    """

    def __init__(
        self,
        network: Network,
        content: torch.Tensor,
        styles: Sequence[WeightedStyle],
        *,
        style_weight: float = CLASSIC_STYLE_WEIGHT,
        tv_weight: float = 0.0,
    ) -> None:
        self._network = network
        self._style_weight = style_weight
        self._tv_weight = tv_weight
        layers = [*CLASSIC_STYLE_LAYERS]
        with torch.no_grad():
            self._content = network.features(content, [CLASSIC_CONTENT_LAYER])[
                CLASSIC_CONTENT_LAYER
            ]
            grams = [
                ({n: gram(f) for n, f in network.features(s.image, layers).items()}, s.weight)
                for s in styles
            ]
        self._grams = _blend(grams)

    def losses(self, image: torch.Tensor, *, dtype: torch.dtype = torch.float32) -> Losses:
        """The classic losses of `image` (1, 3, h, w)."""
        found = self._network.features(
            image, [CLASSIC_CONTENT_LAYER, *CLASSIC_STYLE_LAYERS], dtype=dtype
        )
        content = (found[CLASSIC_CONTENT_LAYER].float() - self._content).square().mean()
        style = image.new_zeros(())
        for name, weight in CLASSIC_STYLE_LAYERS.items():
            features = found[name]
            difference = (gram(features) - self._grams[name]).square().mean()
            style = style + weight * difference / features[0].numel()
        tv = total_variation(image)
        total = content + self._style_weight * style + self._tv_weight * tv
        return Losses(content, style, tv, total)


class BalancedObjective:
    """Content and style each relative to its own target, so that both are near 1 at the start.

    content = |F - F_photo|^2 / |F_photo|^2 at relu4_2;
    style = sum over layers of w * |G - G_style|^2 / |G_style|^2, G = F F^T / (h w);
    total = content + strength * style + smoothness * total variation.
    Departures from the paper: relative errors, features after ReLU, average pooling, and the
    picture's edge continued outside it.
    """

    def __init__(
        self,
        network: Network,
        content: torch.Tensor,
        styles: Sequence[WeightedStyle],
        *,
        style_weight: float,
        tv_weight: float,
        dtype: torch.dtype,
    ) -> None:
        self._network = network
        self._style_weight = style_weight
        self._tv_weight = tv_weight * TV_WEIGHT
        with torch.no_grad():
            photo = network.features(content, [CONTENT_LAYER], dtype=dtype, replicate=True)
            self._content = photo[CONTENT_LAYER]
            self._content_norm = float(self._content.float().square().mean()) + _EPSILON
            self._grams = _blend(
                [(_tiled_grams(network, s.image, dtype), s.weight) for s in styles]
            )
        self._norms = {n: float(g.square().sum()) + _EPSILON for n, g in self._grams.items()}

    def losses(self, image: torch.Tensor, *, dtype: torch.dtype) -> Losses:
        """The balanced losses of `image` (1, 3, h, w)."""
        found = self._network.features(
            image, [CONTENT_LAYER, *STYLE_LAYERS], dtype=dtype, replicate=True
        )
        difference = found[CONTENT_LAYER].float() - self._content.float()
        content = difference.square().mean() / self._content_norm
        style = image.new_zeros(())
        for name, weight in STYLE_LAYERS.items():
            error = (mean_gram(found[name]) - self._grams[name]).square().sum()
            style = style + weight * error / self._norms[name]
        tv = total_variation(image)
        total = content + self._style_weight * style + self._tv_weight * tv
        return Losses(content, style, tv, total)


def _tiled_grams(
    network: Network, image: torch.Tensor, dtype: torch.dtype
) -> dict[str, torch.Tensor]:
    """`mean_gram` of every style layer over a style image of any size, a tile at a time.

    A large brush makes the style larger than the picture; tiles keep the memory the picture's.
    """
    totals: dict[str, torch.Tensor] = {}
    positions = dict.fromkeys(STYLE_LAYERS, 0)
    rows = math.ceil(image.shape[2] / _TILE_PX)
    columns = math.ceil(image.shape[3] / _TILE_PX)
    for band in image.tensor_split(rows, dim=2):
        for tile in band.tensor_split(columns, dim=3):
            found = network.features(tile, STYLE_LAYERS, dtype=dtype, replicate=True)
            for name, features in found.items():
                totals[name] = totals.get(name, torch.zeros(())) + gram(features)
                positions[name] += features.shape[2] * features.shape[3]
    return {name: total / positions[name] for name, total in totals.items()}


def _blend(grams: Sequence[tuple[dict[str, torch.Tensor], float]]) -> dict[str, torch.Tensor]:
    """The weighted mean of several styles' Gram matrices, layer by layer.

    The gradient towards the mean is that towards all of them, each by its weight.
    """
    whole = sum(weight for _, weight in grams)
    first = grams[0][0]
    return {
        name: torch.stack([g[name] * (weight / whole) for g, weight in grams]).sum(0)
        for name in first
    }
