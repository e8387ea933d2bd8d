import math

import pytest
import torch

from engine.descent import Descent
from engine.errors import DeviceError, NumericalError
from engine.objective import Losses
from engine.optimizers import LBFGS, Adam

START = torch.full((1, 3, 8, 8), 0.5)


class Bowl:
    """Half the squared distance to `aim`; not finite in the dtypes named."""

    def __init__(self, aim: float, broken: tuple[torch.dtype, ...] = ()) -> None:
        self.aim, self.broken = aim, broken
        self.seen: list[torch.dtype] = []

    def losses(self, image: torch.Tensor, *, dtype: torch.dtype) -> Losses:
        self.seen.append(dtype)
        value = (image - self.aim).square().sum() / 2
        if dtype in self.broken:
            value = value * math.inf
        zero = value.new_zeros(())
        return Losses(value, zero, zero, value)


def test_the_losses_are_those_of_the_picture() -> None:
    bowl = Bowl(0.25)
    descent = Descent(bowl, LBFGS(), START, dtype=torch.float32)
    for _ in range(5):
        values = descent.step()
        expected = float((descent.picture - 0.25).square().sum() / 2)
        assert values.total == pytest.approx(expected, rel=1e-5, abs=1e-9)


def test_a_step_costs_one_evaluation_and_the_first_one_more() -> None:
    bowl = Bowl(0.25)
    descent = Descent(bowl, Adam(learning_rate=0.01, clip=True), START, dtype=torch.float32)
    for _ in range(6):
        descent.step()
    assert len(bowl.seen) == 7


def test_numbers_that_run_away_in_bfloat16_are_computed_again_in_float32() -> None:
    bowl = Bowl(0.25, broken=(torch.bfloat16,))
    descent = Descent(bowl, LBFGS(), START, dtype=torch.bfloat16)
    values = [descent.step().total for _ in range(5)]
    assert all(math.isfinite(v) for v in values)
    assert values[-1] < values[0]
    assert descent.dtype == torch.float32
    assert bowl.seen[0] == torch.bfloat16
    assert set(bowl.seen[1:]) == {torch.float32}


def test_numbers_that_run_away_in_float32_too_end_the_run() -> None:
    broken = Bowl(0.25, broken=(torch.bfloat16, torch.float32))
    descent = Descent(broken, LBFGS(), START, dtype=torch.bfloat16)
    with pytest.raises(NumericalError, match="less style strength"):
        descent.step()


def test_a_step_that_makes_it_much_worse_is_taken_back() -> None:
    class Cliff(Bowl):
        """From its third look on, every other place is a thousand times worse."""

        def losses(self, image: torch.Tensor, *, dtype: torch.dtype) -> Losses:
            found = super().losses(image, dtype=dtype)
            if len(self.seen) != 3:
                return found
            return Losses(found.content * 1000, found.style, found.tv, found.total * 1000)

    descent = Descent(Cliff(0.25), LBFGS(), START, dtype=torch.float32)
    first = descent.step()
    kept = descent.picture.clone()
    assert descent.step() == first
    assert torch.equal(descent.picture, kept)
    assert descent.step().total < first.total


def test_too_little_memory_is_said_in_a_sentence() -> None:
    class Huge(Bowl):
        def losses(self, image: torch.Tensor, *, dtype: torch.dtype) -> Losses:
            torch.empty(2**52)
            return super().losses(image, dtype=dtype)

    with pytest.raises(DeviceError, match="smaller"):
        Descent(Huge(0.2), LBFGS(), START, dtype=torch.float32).step()


def test_other_failures_are_not_called_memory() -> None:
    class Wrong(Bowl):
        def losses(self, image: torch.Tensor, *, dtype: torch.dtype) -> Losses:
            raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        Descent(Wrong(0.2), LBFGS(), START, dtype=torch.float32).step()
