"""How the picture moves: L-BFGS and Adam, as used here, one gradient a step and no line search.

Both return new tensors and never write into old ones, so that a step already handed out stays what
it was. Their `state` is what a checkpoint keeps; L-BFGS forgets its history there and rebuilds it.
"""

from collections import deque
from collections.abc import Mapping
from typing import Protocol

import torch
import torch.nn.functional as F

from engine.pyramid import MOST_HISTORY

MAX_RMS_STEP = 0.06
"""No step of L-BFGS moves the picture further than this, root mean square, range 0..1."""

FIRST_RMS_STEP = 0.02

BRIGHTNESS_FREQUENCY = 0.25
"""Cycles per pixel from which on `preconditioned` moves brightness further, ..."""

MOST_BRIGHTNESS_GAIN = 3.0
"""... up to so many times as far,"""

COLOR_FREQUENCY = 0.15
"""and from which on it moves colour less far, though its curvature falls there too: fine colour is
mostly noise, and eyes do not miss it."""

_AXES = ((1.0, 1.0, 1.0), (1.0, 0.0, -1.0), (1.0, -2.0, 1.0))
"""Brightness and two colour axes, in RGB; at right angles to each other."""

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

    Its first guess at the curvature is not a number but `preconditioned` times one, after what the
    curvature of the losses was found to be. Instead of searching along the line it takes the full
    quasi-Newton step, cut to MAX_RMS_STEP; a gradient costs a second, and the full step is nearly
    always taken anyway. The step that enters the history is the one that was really made, after
    clipping to 0..1.
    """

    def __init__(self, *, history: int = MOST_HISTORY, scale: float | None = None) -> None:
        """history: pairs of steps and gradients to keep. scale: the first step's length over the
        gradient; None: find a sane one."""
        self.scale = scale
        self._steps: deque[torch.Tensor] = deque(maxlen=history)
        self._changes: deque[torch.Tensor] = deque(maxlen=history)
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
            self.scale = curvature / float((change * preconditioned(change)).sum())

    def _inverse_hessian_times(self, gradient: torch.Tensor) -> torch.Tensor:
        """The two-loop recursion."""
        if self.scale is None:
            rms = float(preconditioned(gradient).square().mean().sqrt())
            self.scale = FIRST_RMS_STEP / max(rms, 1e-20)
        q = gradient.clone()
        factors = []
        for step, change in zip(reversed(self._steps), reversed(self._changes), strict=True):
            rho = 1 / float((step * change).sum())
            alpha = rho * float((step * q).sum())
            q.sub_(change, alpha=alpha)
            factors.append((rho, alpha))
        q = preconditioned(q).mul_(self.scale)
        for (rho, alpha), step, change in zip(
            reversed(factors), self._steps, self._changes, strict=True
        ):
            beta = rho * float((change * q).sum())
            q.add_(step, alpha=alpha - beta)
        return q


def preconditioned(picture: torch.Tensor) -> torch.Tensor:
    """`picture` (1, 3, h, w), each spatial frequency of brightness and of colour times its gain.

    For brightness the curvature is about the same up to 0.2 cycles per pixel and falls a hundred
    times towards 0.5 (measured: docs/engine.md), so that fine brightness should move further than
    its gradient says. A symmetric positive map, as an inverse Hessian must be.
    """
    height, width = picture.shape[-2:]
    fy = torch.fft.fftfreq(height, device=picture.device).view(-1, 1)
    fx = torch.fft.rfftfreq(width, device=picture.device).view(1, -1)
    frequency = (fy**2 + fx**2).sqrt()  # (h, w // 2 + 1)
    brightness = (1 + (frequency / BRIGHTNESS_FREQUENCY) ** 2).clamp(max=MOST_BRIGHTNESS_GAIN)
    color = 1 / (1 + frequency / COLOR_FREQUENCY)
    axes = F.normalize(torch.tensor(_AXES, device=picture.device, dtype=picture.dtype), dim=1)
    waves = torch.fft.rfft2(torch.einsum("kc,nchw->nkhw", axes, picture))
    waves *= torch.stack((brightness, color, color))
    moved = torch.fft.irfft2(waves, s=(height, width))
    back: torch.Tensor = torch.einsum("kc,nkhw->nchw", axes, moved)
    return back.contiguous(memory_format=torch.channels_last)


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
