import pytest
import torch

from engine.optimizers import (
    BRIGHTNESS_FREQUENCY,
    COLOR_FREQUENCY,
    LBFGS,
    MAX_RMS_STEP,
    MOST_BRIGHTNESS_GAIN,
    Adam,
    preconditioned,
)

SHAPE = (1, 3, 4, 4)


def bowl(image: torch.Tensor, stretch: torch.Tensor, aim: torch.Tensor) -> torch.Tensor:
    """The gradient of half the sum of stretch * (image - aim)^2."""
    return stretch * (image - aim)


def stretched() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    stretch = 10 ** (torch.rand(SHAPE, generator=generator) * 2)  # condition number 100
    return stretch, 0.2 + 0.6 * torch.rand(SHAPE, generator=generator)


def test_lbfgs_finds_the_bottom_of_a_stretched_bowl() -> None:
    stretch, aim = stretched()
    image, optimizer = torch.full(SHAPE, 0.5), LBFGS()
    for _ in range(80):
        image = optimizer.update(image, bowl(image, stretch, aim))
    assert float((image - aim).abs().max()) < 1e-3


def test_lbfgs_needs_far_fewer_steps_than_steepest_descent() -> None:
    stretch, aim = stretched()
    image, plain, optimizer = torch.full(SHAPE, 0.5), torch.full(SHAPE, 0.5), LBFGS()
    for _ in range(40):
        image = optimizer.update(image, bowl(image, stretch, aim))
        plain = plain - bowl(plain, stretch, aim) / 100
    assert float((image - aim).norm()) < 0.1 * float((plain - aim).norm())


def test_lbfgs_never_leaves_the_range_of_a_picture() -> None:
    image, optimizer = torch.full(SHAPE, 0.9), LBFGS()
    for _ in range(30):
        image = optimizer.update(image, bowl(image, torch.ones(SHAPE), torch.full(SHAPE, 5.0)))
        assert 0 <= float(image.min()) <= float(image.max()) <= 1
    assert float(image.min()) == 1


def test_no_step_of_lbfgs_is_longer_than_its_limit() -> None:
    image, optimizer = torch.full(SHAPE, 0.5), LBFGS(scale=1e6)
    moved = optimizer.update(image, torch.ones(SHAPE))
    rms = float((moved - image).square().mean().sqrt())
    assert rms == pytest.approx(MAX_RMS_STEP, rel=1e-4)


def test_the_first_step_does_not_depend_on_the_gradients_size() -> None:
    image = torch.full(SHAPE, 0.5)
    gradient = torch.randn(SHAPE, generator=torch.Generator().manual_seed(3))
    small, large = LBFGS().update(image, gradient * 1e-7), LBFGS().update(image, gradient * 1e7)
    torch.testing.assert_close(small, large)


def test_optimizers_leave_pictures_already_handed_out_alone() -> None:
    for optimizer in (LBFGS(), Adam(learning_rate=0.1, clip=True)):
        image = torch.full(SHAPE, 0.5)
        moved = optimizer.update(image, torch.ones(SHAPE))
        kept = moved.clone()
        optimizer.update(moved, torch.ones(SHAPE) * 0.3)
        assert torch.equal(moved, kept)
        assert torch.equal(image, torch.full(SHAPE, 0.5))


def wave(waves: int, color: tuple[float, float, float]) -> torch.Tensor:
    x = torch.cos(2 * torch.pi * waves * torch.arange(32) / 32)
    return x.expand(1, 3, 8, 32) * torch.tensor(color).view(1, 3, 1, 1)


@pytest.mark.parametrize("waves", [0, 4, 16])
def test_fine_brightness_is_moved_further_and_fine_colour_less(waves: int) -> None:
    frequency = waves / 32
    brighter = min(1 + (frequency / BRIGHTNESS_FREQUENCY) ** 2, MOST_BRIGHTNESS_GAIN)
    duller = 1 / (1 + frequency / COLOR_FREQUENCY)
    for color, gain in (((1, 1, 1), brighter), ((1, 0, -1), duller), ((1, -2, 1), duller)):
        picture = wave(waves, color)
        torch.testing.assert_close(preconditioned(picture), picture * gain, rtol=1e-4, atol=1e-5)


def test_preconditioning_is_symmetric_and_positive() -> None:
    generator = torch.Generator().manual_seed(2)
    a, b = (torch.randn(1, 3, 7, 10, generator=generator) for _ in range(2))
    there, back = float((a * preconditioned(b)).sum()), float((preconditioned(a) * b).sum())
    assert there == pytest.approx(back, abs=1e-4)
    assert float((a * preconditioned(a)).sum()) > 0


def test_adam_moves_as_pytorchs_own_adam() -> None:
    stretch, aim = stretched()
    image, ours = torch.full(SHAPE, 0.5), Adam(learning_rate=0.01, clip=False)
    theirs = torch.full(SHAPE, 0.5, requires_grad=True)
    reference = torch.optim.Adam([theirs], lr=0.01)
    for _ in range(25):
        image = ours.update(image, bowl(image, stretch, aim))
        theirs.grad = bowl(theirs.detach(), stretch, aim)
        reference.step()
    torch.testing.assert_close(image, theirs.detach(), rtol=1e-4, atol=1e-6)


def test_adam_goes_on_exactly_from_its_state() -> None:
    stretch, aim = stretched()
    image, optimizer = torch.full(SHAPE, 0.5), Adam(learning_rate=0.01, clip=True)
    for _ in range(5):
        image = optimizer.update(image, bowl(image, stretch, aim))
    again = Adam(learning_rate=0.01, clip=True)
    again.load_state(optimizer.state())
    gradient = bowl(image, stretch, aim)
    assert torch.equal(again.update(image, gradient), optimizer.update(image, gradient))


def test_lbfgs_starts_again_at_the_scale_it_had() -> None:
    stretch, aim = stretched()
    image, optimizer = torch.full(SHAPE, 0.5), LBFGS()
    for _ in range(10):
        image = optimizer.update(image, bowl(image, stretch, aim))
    again = LBFGS()
    again.load_state(optimizer.state())
    assert again.scale == pytest.approx(optimizer.scale)
    assert again.update(image, bowl(image, stretch, aim)).shape == SHAPE
