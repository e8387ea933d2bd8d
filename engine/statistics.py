"""What a loss needs of feature maps, as sums over their positions: Gram matrices, squared errors.

Sums over parts of a picture add up to those of the whole, which is what lets `engine.strips` look
at a large picture piece by piece. What the sums mean is `engine.objective`.
"""

from collections.abc import Iterator
from typing import Any

import torch

_CHUNK_ELEMENTS = 2**22
"""Features turned to float32 at a time: 16 MiB, whatever the size of the picture."""


class _Gram(torch.autograd.Function):
    """The sum over positions of w F F^T, symmetric, so that one product gives its gradient."""

    @staticmethod
    def forward(ctx: Any, features: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
        ctx.save_for_backward(features, weights)
        channels = features.shape[1]
        total = features.new_zeros((channels, channels), dtype=_exact(features.dtype))
        for rows in _bands(features):
            part = features[0, :, rows].permute(1, 2, 0).flatten(0, 1).to(total.dtype)  # (n, c)
            other = part if weights is None else part * weights[rows].reshape(-1, 1).to(part)
            total.addmm_(other.T, part)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        features, weights = ctx.saved_tensors
        (gradient,) = gradients
        both = (gradient + gradient.T).to(features.dtype)
        _, channels, height, width = features.shape
        flat = features[0].permute(1, 2, 0).reshape(-1, channels)  # (h * w, c)
        product = flat @ both
        if weights is not None:
            product *= weights.reshape(-1, 1).to(product)
        return product.view(1, height, width, channels).permute(0, 3, 1, 2), None


class _SquaredError(torch.autograd.Function):
    """The sum of (F - target)^2, without copies of either in float32."""

    @staticmethod
    def forward(ctx: Any, features: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(features, target)
        total = features.new_zeros((), dtype=_exact(features.dtype))
        for rows in _bands(features):
            difference = features[:, :, rows].to(total) - target[:, :, rows].to(total)
            total += difference.square().sum()
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        features, target = ctx.saved_tensors
        (gradient,) = gradients
        # Multiplied by a number: a 0-dimensional tensor of float32 keeps the features' own dtype.
        return (features - target.to(features.dtype)) * (2 * gradient), None


def gram(features: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
    """G = sum of w F F^T over the positions of features (1, c, h, w): (c, c), float32.

    How often filters fire together. weights: (h, w), one per position; None counts each once.
    Summed in float32 (float64 for features in that) whatever the features are in: bfloat16 sums of
    a whole picture lose the small differences that the gradient is made of. The gradient itself
    comes in the features' own dtype.
    """
    matrix: torch.Tensor = _Gram.apply(features, weights)
    return matrix


def squared_error(features: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The sum of (F - target)^2 over two (1, c, h, w), as a scalar, summed in float32.

    Features in float64 are summed in float64. `target` gets no gradient.
    """
    error: torch.Tensor = _SquaredError.apply(features, target)
    return error


def total_variation(image: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of neighbouring pixels of (1, 3, h, w), both directions, scalar."""
    down = image[:, :, 1:, :] - image[:, :, :-1, :]
    right = image[:, :, :, 1:] - image[:, :, :, :-1]
    return down.square().mean() + right.square().mean()


def _exact(dtype: torch.dtype) -> torch.dtype:
    return torch.promote_types(dtype, torch.float32)


def _bands(features: torch.Tensor) -> Iterator[slice]:
    """Slices over the rows of (1, c, h, w), each of about _CHUNK_ELEMENTS features."""
    _, channels, height, width = features.shape
    rows = max(1, _CHUNK_ELEMENTS // max(1, channels * width))
    for start in range(0, height, rows):
        yield slice(start, start + rows)
