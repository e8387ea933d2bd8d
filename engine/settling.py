"""When a level has settled, and when its optimiser is stuck: judged by the losses alone.

Torch-free. What follows from it (ending the level, starting the optimiser anew) is decided in
`engine.stylize`.
"""

from collections import deque

SETTLED_FALL = 0.01
"""A loss that falls by less than this share over a window of steps has settled."""

SETTLED_STEPS = {"lbfgs": 8, "adam": 30}
"""The window for each optimiser; a step of Adam goes several times less far than one of L-BFGS."""

UNSEEN_WINDOWS = 2
"""For so many windows a level that goes on without its history is not judged: about as many steps
as L-BFGS keeps pairs. With one, runs that were interrupted ended over 1 % above the others."""

STALLED_STEPS = 6
"""L-BFGS that finds nothing lower for so many steps is stuck. Without a line search it may well
rise for a step or two, and a step that is taken back shows the same loss again."""


class Settling:
    """Tells when the losses of one level, step by step, hardly fall any more."""

    def __init__(self, window_steps: int, *, unseen_steps: int = 0) -> None:
        """unseen_steps: so many are not judged, for an optimiser that has lost its history: it goes
        slowly until it has a new one, which is not the same as having nowhere to go."""
        self._window_steps = window_steps
        self._unseen_steps = unseen_steps
        self._lowest: deque[float] = deque(maxlen=window_steps + 1)

    def saw(self, loss: float) -> bool:
        """Whether the level has settled with this step's loss.

        The lowest loss counts, so that a single step upwards ends nothing; and the level does not
        end on such a step either.
        """
        if self._unseen_steps > 0:
            self._unseen_steps -= 1
            return False
        self._lowest.append(min(loss, self._lowest[-1]) if self._lowest else loss)
        if len(self._lowest) <= self._window_steps:
            return False
        before, lowest = self._lowest[0], self._lowest[-1]
        return lowest > before * (1 - SETTLED_FALL) and loss <= lowest * (1 + SETTLED_FALL)


class Stall:
    """Tells, once a level, that its optimiser finds no way down any more.

    Only once, because what a new start does not cure is no stall: the loss is as low as it gets.
    """

    def __init__(self) -> None:
        self.noticed = False
        self._lowest = float("inf")
        self._since = 0

    def saw(self, loss: float) -> bool:
        """Whether the optimiser has stalled with this step's loss."""
        self._since = 0 if loss < self._lowest else self._since + 1
        self._lowest = min(loss, self._lowest)
        if self.noticed or self._since < STALLED_STEPS:
            return False
        self.noticed = True
        return True
