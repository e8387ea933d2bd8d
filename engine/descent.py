"""One level's descent: a gradient and an update per step, watched for numbers that run away."""

import math
from dataclasses import dataclass

import torch

from engine.errors import DeviceError, NumericalError
from engine.objective import Losses, Objective
from engine.optimizers import LBFGS, Optimizer

RISE = 1.5
"""A step of L-BFGS that multiplies the loss by more than this is taken back."""


@dataclass(frozen=True, slots=True)
class Values:
    """The losses of one picture as numbers: content, style and tv before their weights."""

    content: float
    style: float
    tv: float
    total: float


class Descent:
    """Moves `picture` (1, 3, h, w) down `objective`, `step` by `step`."""

    def __init__(
        self,
        objective: Objective,
        optimizer: Optimizer,
        picture: torch.Tensor,
        *,
        dtype: torch.dtype,
    ) -> None:
        self.picture = picture
        self.dtype = dtype
        self._objective = objective
        self._optimizer = optimizer
        self._gradient: torch.Tensor | None = None
        self._values: Values | None = None

    def step(self) -> Values:
        """Moves the picture once; the losses of where it then is.

        The first step also looks where it stands, which costs a second evaluation. Raises
        NumericalError where even float32 gives no finite loss, DeviceError out of memory.
        """
        if self._gradient is None or self._values is None:
            self._values, self._gradient = self._evaluate(self.picture)
        moved = self._optimizer.update(self.picture, self._gradient)
        values, gradient = self._evaluate(moved)
        optimizer = self._optimizer
        if isinstance(optimizer, LBFGS) and values.total > RISE * self._values.total:
            optimizer.forget()
            optimizer.scale = None if optimizer.scale is None else optimizer.scale / 4
            return self._values
        self.picture, self._gradient, self._values = moved, gradient, values
        return values

    def _evaluate(self, picture: torch.Tensor) -> tuple[Values, torch.Tensor]:
        """The losses at `picture` and their gradient; in float32 from the first overflow on."""
        values, gradient = self._evaluate_in(picture, self.dtype)
        if not _finite(values, gradient) and self.dtype != torch.float32:
            self.dtype = torch.float32
            values, gradient = self._evaluate_in(picture, self.dtype)
        if not _finite(values, gradient):
            raise NumericalError(
                "The picture ran out of the range of numbers. Try less style strength, "
                "or the default settings."
            )
        return values, gradient

    def _evaluate_in(
        self, picture: torch.Tensor, dtype: torch.dtype
    ) -> tuple[Values, torch.Tensor]:
        leaf = picture.detach().requires_grad_()
        try:
            losses: Losses = self._objective.losses(leaf, dtype=dtype)
            (gradient,) = torch.autograd.grad(losses.total, leaf)
        except (torch.OutOfMemoryError, RuntimeError) as error:
            if isinstance(error, torch.OutOfMemoryError) or "can't allocate" in str(error):
                raise DeviceError(
                    "There is not enough memory for a picture of this size. "
                    "Please choose a smaller one."
                ) from error
            raise
        parts = (losses.content, losses.style, losses.tv, losses.total)
        return Values(*(float(part.detach()) for part in parts)), gradient


def _finite(values: Values, gradient: torch.Tensor) -> bool:
    return math.isfinite(values.total) and bool(torch.isfinite(gradient).all())
