"""What a loss needs of feature maps, as sums over their positions: moments, and squared errors.

Sums over parts of a picture add up to those of the whole, which is what lets `engine.strips` look
at a large picture piece by piece. A feature map passes through `tapped` on its way to the next
layer, which takes the sums and later adds their gradient to the next layer's without a copy of
its own. What the sums mean is `engine.objective`.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, Protocol

import torch

_ELEMENTS_AT_ONCE = 2**20
"""Features, or products of them, that are summed in float32 at a time, whatever the size of the
picture: 4 MiB, which stays in the processor's cache."""

_CHUNK_POSITIONS = 256
"""Positions of bfloat16 features whose products are added up before a sum is rounded to bfloat16;
the sums of such chunks are added in float32. Their roundings cancel: what is left of the error is
about a third of what a single sum would leave, and float32 takes four times as long
(docs/engine.md)."""

Own = tuple[EllipsisType, slice, slice] | None
"""The part of a feature map that counts, as an index; None for all of it."""


class Statistic(Protocol):
    """A sum over the positions of features (1, c, h, w), and its gradient."""

    def of(self, features: torch.Tensor) -> torch.Tensor:
        """The sum, in float32; in float64 for features in that."""

    def gradient(self, features: torch.Tensor, by_sum: torch.Tensor) -> torch.Tensor:
        """By the features, new memory in their shape and dtype, from the gradient by the sum."""


@dataclass(frozen=True, slots=True)
class Moments:
    """How often filters fire together, and how often each fires: (c + 1, c).

    The first c rows are the sum over positions of w F F^T, a Gram matrix; the last is the sum of
    w F. weights: (h, w), one per position; None counts each once.
    """

    weights: torch.Tensor | None = None

    def of(self, features: torch.Tensor) -> torch.Tensor:
        """The moments of features (1, c, h, w).

        Not rounded to bfloat16 even for features in that: differences of two Gram matrices are what
        the gradient is made of, and they are small.
        """
        flat = _flat(features)  # (n, c)
        weights = None if self.weights is None else self.weights.reshape(-1, 1)
        if flat.dtype == torch.bfloat16:
            return _chunked_moments(flat, weights)
        total = flat.new_zeros((flat.shape[1] + 1, flat.shape[1]))
        weighted = flat if weights is None else flat * weights.to(flat)
        torch.mm(weighted.T, flat, out=total[:-1])
        torch.sum(weighted, 0, out=total[-1])
        return total

    def gradient(self, features: torch.Tensor, by_sum: torch.Tensor) -> torch.Tensor:
        """w (F (A + A^T) + a), with A and a the gradients by the two moments."""
        _, channels, height, width = features.shape
        both = (by_sum[:-1] + by_sum[:-1].T).to(features.dtype)
        # In one product: the two parts nearly cancel, and would be rounded apart.
        product = torch.addmm(by_sum[-1].to(features.dtype), _flat(features), both)
        if self.weights is not None:
            product *= self.weights.reshape(-1, 1).to(product)
        return product.view(1, height, width, channels).permute(0, 3, 1, 2)


@dataclass(frozen=True, slots=True)
class SquaredError:
    """The sum of (F - target)^2, a scalar; `target` gets no gradient."""

    target: torch.Tensor

    def of(self, features: torch.Tensor) -> torch.Tensor:
        """The error of features (1, c, h, w), without copies of either in float32."""
        total = features.new_zeros((), dtype=_exact(features.dtype))
        for rows in _bands(features):
            difference = features[:, :, rows].to(total) - self.target[:, :, rows].to(total)
            total += difference.square().sum()
        return total

    def gradient(self, features: torch.Tensor, by_sum: torch.Tensor) -> torch.Tensor:
        """2 (F - target), by the gradient by the error."""
        return (features - self.target.to(features.dtype)).mul_(2 * by_sum)


def tapped(
    features: torch.Tensor, statistics: Sequence[Statistic], own: Own = None
) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
    """`features` (1, c, h, w) to go on with, and the `statistics` of their `own` part.

    A gradient that comes back through the first is added to those of the sums.
    """
    through, *sums = _Tap.apply(features, tuple(statistics), own)
    return through, tuple(sums)


class _Tap(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, features: torch.Tensor, statistics: tuple[Statistic, ...], own: Own
    ) -> tuple[torch.Tensor, ...]:
        ctx.save_for_backward(features)
        ctx.statistics, ctx.own = statistics, own
        ctx.set_materialize_grads(False)
        part = features if own is None else features[own]
        # Not a view: that has other strides for the batch of one, and oneDNN would copy it all.
        return (features.detach(), *(statistic.of(part) for statistic in statistics))

    @staticmethod
    def backward(
        ctx: Any, through: torch.Tensor | None, *by_sums: torch.Tensor | None
    ) -> tuple[torch.Tensor | None, None, None]:
        (features,) = ctx.saved_tensors
        part = features if ctx.own is None else features[ctx.own]
        total: torch.Tensor | None = None
        for statistic, by_sum in zip(ctx.statistics, by_sums, strict=True):
            if by_sum is not None:
                gradient = statistic.gradient(part, by_sum)
                total = gradient if total is None else total.add_(gradient)
        if total is None:
            return through, None, None
        if ctx.own is not None:
            inside, total = total, torch.zeros_like(features)
            total[ctx.own] = inside
        return total if through is None else total.add_(through), None, None


def total_variation(image: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of neighbouring pixels of (1, 3, h, w), both directions, scalar."""
    down = image[:, :, 1:, :] - image[:, :, :-1, :]
    right = image[:, :, :, 1:] - image[:, :, :, :-1]
    return down.square().mean() + right.square().mean()


def _chunked_moments(flat: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
    """The moments (c + 1, c) of positions (n, c) in bfloat16, with weights (n, 1) or None."""
    count, channels = flat.shape
    total = flat.new_zeros((channels + 1, channels), dtype=torch.float32)
    whole = count - count % _CHUNK_POSITIONS
    largest = channels * max(channels, _CHUNK_POSITIONS)  # a chunk's products, or its features
    at_once = _CHUNK_POSITIONS * max(1, _ELEMENTS_AT_ONCE // largest)
    starts = [*range(0, whole, at_once), whole]
    for start, stop in itertools.pairwise([*starts, count]):
        if start == stop:
            continue
        part = flat[start:stop].view(-1, min(_CHUNK_POSITIONS, stop - start), channels)
        weighted = part
        if weights is not None:
            each = weights[start:stop].view(*part.shape[:2], 1)  # float32: weights have no bias
            weighted = (part * each).to(part.dtype)
        total[:-1] += torch.bmm(weighted.transpose(1, 2), part).sum(0, dtype=torch.float32)
        total[-1] += weighted.sum(1).sum(0, dtype=torch.float32)
    return total


def _flat(features: torch.Tensor) -> torch.Tensor:
    """(1, c, h, w) as (h * w, c)."""
    return features[0].permute(1, 2, 0).reshape(-1, features.shape[1])


def _exact(dtype: torch.dtype) -> torch.dtype:
    return torch.promote_types(dtype, torch.float32)


def _bands(features: torch.Tensor) -> Iterator[slice]:
    """Slices over the rows of (1, c, h, w), each of about _ELEMENTS_AT_ONCE features."""
    _, channels, height, width = features.shape
    rows = max(1, _ELEMENTS_AT_ONCE // max(1, channels * width))
    for start in range(0, height, rows):
        yield slice(start, start + rows)
