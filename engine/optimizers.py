"""How the picture moves: L-BFGS and Adam, as used here, one gradient a step and no line search.

Both return new tensors and never write into old ones, so that a step already handed out stays what
it was. Their `state` is what a checkpoint keeps; L-BFGS forgets its history there and rebuilds it.
"""

from collections import deque
from collections.abc import Mapping
from typing import Protocol

import torch

HISTORY = 20
MAX_RMS_STEP = 0.06
"""No step of L-BFGS moves the picture further than this, root mean square, range 0..1."""

FIRST_RMS_STEP = 0.02

COARSE_FREQUENCY = 0.05
"""Cycles per pixel below which `smoothed` leaves a gradient as it is; 20 px are one wave."""

_MIN_CURVATURE = 1e-6


class Optimizer(Protocol):
    """Turns a picture and its gradient into the next picture."""

    def update(self, image: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
        """The next picture, of the same shape as `image` and `gradient`."""

    def state(self) -> dict[str, torch.Tensor]:
        """What must be kept to go on later."""

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Goes on from what `state` gave."""


class LBFGS:
    """Limited-memory BFGS (Nocedal 1980) inside the range of a picture, without a line search.

    Its first guess at the curvature is not a number but `smoothed` times one: pictures have most of
    their contrast in coarse shapes, so those should move first, and the grain that early steps
    would leave in flat areas never arises. Instead of searching along the line it takes the full
    quasi-Newton step, cut to MAX_RMS_STEP; a gradient costs a second, and the full step is nearly
    always taken anyway. The step that enters the history is the one that was really made, after
    clipping to 0..1.
    """

    def __init__(self, *, scale: float | None = None) -> None:
        """`scale` is the first step's length over the gradient; None: find a sane one."""
        self.scale = scale
        self._steps: deque[torch.Tensor] = deque(maxlen=HISTORY)
        self._changes: deque[torch.Tensor] = deque(maxlen=HISTORY)
        self._last: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(self, image: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
        """The next picture, clipped to 0..1."""
        self._remember(image, gradient)
        direction = -self._inverse_hessian_times(gradient)
        if float((direction * gradient).sum()) >= 0:
            # Rounding in bfloat16 can spoil the history; steepest descent always leads down.
            self.forget()
            direction = -self._inverse_hessian_times(gradient)
        rms = float(direction.square().mean().sqrt())
        if rms > MAX_RMS_STEP:
            direction = direction * (MAX_RMS_STEP / rms)
        self._last = (image, gradient)
        return (image + direction).clamp(0, 1)

    def forget(self) -> None:
        """Drops the curvature seen so far, except for its scale."""
        self._steps.clear()
        self._changes.clear()
        self._last = None

    def state(self) -> dict[str, torch.Tensor]:
        """The scale of the first step; the history would be many times the picture."""
        return {} if self.scale is None else {"scale": torch.tensor([self.scale])}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Takes the scale over and starts a new history."""
        self.forget()
        if "scale" in state:
            self.scale = float(state["scale"][0])

    def _remember(self, image: torch.Tensor, gradient: torch.Tensor) -> None:
        if self._last is None:
            return
        step, change = image - self._last[0], gradient - self._last[1]
        curvature = float((step * change).sum())
        lengths = float(step.norm() * change.norm())
        if curvature > _MIN_CURVATURE * lengths and lengths > 0:
            self._steps.append(step)
            self._changes.append(change)
            self.scale = curvature / float((change * smoothed(change)).sum())

    def _inverse_hessian_times(self, gradient: torch.Tensor) -> torch.Tensor:
        """The two-loop recursion."""
        if self.scale is None:
            rms = float(smoothed(gradient).square().mean().sqrt())
            self.scale = FIRST_RMS_STEP / max(rms, 1e-20)
        q = gradient.clone()
        factors = []
        for step, change in zip(reversed(self._steps), reversed(self._changes), strict=True):
            rho = 1 / float((step * change).sum())
            alpha = rho * float((step * q).sum())
            q.sub_(change, alpha=alpha)
            factors.append((rho, alpha))
        q = smoothed(q).mul_(self.scale)
        for (rho, alpha), step, change in zip(
            reversed(factors), self._steps, self._changes, strict=True
        ):
            beta = rho * float((change * q).sum())
            q.add_(step, alpha=alpha - beta)
        return q


def smoothed(picture: torch.Tensor) -> torch.Tensor:
    """`picture` (1, 3, h, w) with each spatial frequency f divided by 1 + f / COARSE_FREQUENCY.

    A symmetric positive map, as an inverse Hessian must be.
    """
    height, width = picture.shape[-2:]
    fy = torch.fft.fftfreq(height, device=picture.device).view(-1, 1)
    fx = torch.fft.rfftfreq(width, device=picture.device).view(1, -1)
    gain = 1 / (1 + (fy**2 + fx**2).sqrt() / COARSE_FREQUENCY)
    smooth: torch.Tensor = torch.fft.irfft2(torch.fft.rfft2(picture) * gain, s=(height, width))
    return smooth.contiguous(memory_format=torch.channels_last)


class Adam:
    """Adam (Kingma and Ba 2015) with its usual constants; `clip` keeps the picture in 0..1."""

    def __init__(self, *, learning_rate: float, clip: bool) -> None:
        self._learning_rate = learning_rate
        self._clip = clip
        self._count = 0
        self._mean: torch.Tensor | None = None
        self._square: torch.Tensor | None = None

    def update(self, image: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
        """The next picture."""
        mean = torch.zeros_like(image) if self._mean is None else self._mean
        square = torch.zeros_like(image) if self._square is None else self._square
        self._count += 1
        self._mean = mean * 0.9 + gradient * 0.1
        self._square = square * 0.999 + gradient.square() * 0.001
        unbiased = self._mean / (1 - 0.9**self._count)
        spread = (self._square / (1 - 0.999**self._count)).sqrt() + 1e-8
        moved = image - self._learning_rate * unbiased / spread
        return moved.clamp(0, 1) if self._clip else moved

    def state(self) -> dict[str, torch.Tensor]:
        """Both moments and the number of updates."""
        if self._mean is None or self._square is None:
            return {}
        count = torch.tensor([float(self._count)])
        return {"mean": self._mean, "square": self._square, "count": count}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Goes on exactly where `state` was taken."""
        if "mean" in state:
            self._mean, self._square = state["mean"], state["square"]
            self._count = int(state["count"][0])
