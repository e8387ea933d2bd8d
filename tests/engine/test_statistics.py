import numpy as np
import pytest
import torch

from engine.statistics import Moments, SquaredError, tapped, total_variation

BY_HAND = torch.tensor([[[[1.0, 2.0]], [[3.0, -1.0]]]])  # two channels, two positions


def moments(features: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
    return tapped(features, [Moments(weights)])[1][0]


def test_moments_worked_by_hand() -> None:
    assert moments(BY_HAND).tolist() == [[5.0, 1.0], [1.0, 10.0], [3.0, 2.0]]
    # The second position counts twice: 1 + 2 * 4, 3 - 2 * 2, 9 + 2 * 1; 1 + 2 * 2, 3 - 2 * 1.
    weights = torch.tensor([[1.0, 2.0]])
    assert moments(BY_HAND, weights).tolist() == [[9.0, -1.0], [-1.0, 11.0], [5.0, 1.0]]


def test_moments_agree_with_numpy() -> None:
    features = torch.randn(1, 7, 5, 6, generator=torch.Generator().manual_seed(1))
    flat = features[0].numpy().reshape(7, 30)
    found = moments(features).numpy()
    np.testing.assert_allclose(found[:-1], flat @ flat.T, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found[-1], flat.sum(axis=1), rtol=1e-5, atol=1e-6)


def test_moments_of_bfloat16_are_summed_in_float32() -> None:
    ones = torch.ones(1, 1, 63, 67, dtype=torch.bfloat16)
    assert moments(ones).tolist() == [[4221.0], [4221.0]]  # bfloat16 has only 4224 and 4192 here


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("at_once", [2**20, 2 * 6 * 256])  # all chunks together; two at a time
@pytest.mark.parametrize("side", [5, 40])  # fewer positions than a chunk; six chunks and a rest
def test_moments_of_bfloat16_are_exact_to_the_rounding_of_chunks(
    side: int, at_once: int, weighted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.statistics._ELEMENTS_AT_ONCE", at_once)
    generator = torch.Generator().manual_seed(3)
    features = torch.randn(1, 6, side, side, generator=generator).to(torch.bfloat16)
    weights = torch.rand(side, side, generator=generator) if weighted else None
    exact = moments(features.double(), weights)
    error = float((moments(features, weights) - exact).norm() / exact.norm())
    assert error < (0.001 if side == 40 else 0.004)


def test_the_gradient_of_moments_is_autograds_own() -> None:
    generator = torch.Generator().manual_seed(2)
    features = torch.randn(1, 5, 3, 4, generator=generator, requires_grad=True)
    by_moments = torch.randn(6, 5, generator=generator)  # not symmetric
    squares = torch.rand(3, 4, generator=generator)
    flat = features[0].flatten(1)
    for each, weighted in ((None, flat), (squares, flat * squares.flatten())):
        (ours,) = torch.autograd.grad((moments(features, each) * by_moments).sum(), features)
        plainly = torch.cat((weighted @ flat.T, weighted.sum(1)[None]))
        (plain,) = torch.autograd.grad((plainly * by_moments).sum(), features)
        torch.testing.assert_close(ours, plain)


def test_the_squared_error_and_its_gradient_worked_by_hand() -> None:
    features = BY_HAND.clone().requires_grad_()
    target = torch.tensor([[[[0.0, 2.0]], [[1.0, 0.0]]]])
    _, (error,) = tapped(features, [SquaredError(target)])
    (gradient,) = torch.autograd.grad(3 * error, features)
    assert error.item() == 1 + 0 + 4 + 1
    assert gradient.tolist() == [[[[6.0, 0.0]], [[12.0, -6.0]]]]


def test_a_large_squared_error_is_summed_in_several_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    features = torch.randn(1, 6, 11, 7, generator=torch.Generator().manual_seed(4))
    target = torch.zeros_like(features)
    monkeypatch.setattr("engine.statistics._ELEMENTS_AT_ONCE", 6 * 7 * 3)  # three rows each
    expected = float((features.numpy() ** 2).sum())
    assert float(SquaredError(target).of(features)) == pytest.approx(expected, rel=1e-5)


def test_a_squared_error_in_bfloat16_is_summed_in_float32_and_hands_bfloat16_back() -> None:
    ones = torch.ones(1, 1, 63, 67, dtype=torch.bfloat16, requires_grad=True)
    _, (error,) = tapped(ones, [SquaredError(torch.zeros(1, 1, 63, 67, dtype=torch.bfloat16))])
    assert error.item() == 4221
    (gradient,) = torch.autograd.grad(error, ones)
    assert gradient.dtype == torch.bfloat16


@pytest.mark.parametrize("own", [None, (..., slice(1, 3), slice(0, 2))])
def test_what_goes_on_and_what_is_summed_both_give_their_gradient(own: object) -> None:
    generator = torch.Generator().manual_seed(5)
    features = torch.randn(1, 3, 4, 5, generator=generator, requires_grad=True)
    onward = torch.randn(1, 3, 4, 5, generator=generator)
    target = torch.zeros_like(features if own is None else features[own])
    through, (found, error) = tapped(features, [Moments(), SquaredError(target)], own)
    (ours,) = torch.autograd.grad((through * onward).sum() + found.sum() + error, features)
    part = features if own is None else features[own]
    flat = part[0].flatten(1)
    plainly = (features * onward).sum() + (flat @ flat.T).sum() + flat.sum() + part.square().sum()
    (plain,) = torch.autograd.grad(plainly, features)
    torch.testing.assert_close(ours, plain)


def test_what_goes_on_keeps_its_layout_in_memory() -> None:
    features = torch.rand(1, 8, 6, 6).contiguous(memory_format=torch.channels_last)
    through, _ = tapped(features.requires_grad_(), [Moments()])
    assert through.stride() == features.stride()


def test_total_variation_worked_by_hand() -> None:
    image = torch.zeros(1, 3, 2, 2)
    image[:, :, 0, 0] = 1.0
    # Down: differences 1 and 0, mean of squares 1/2; to the right the same.
    assert float(total_variation(image)) == pytest.approx(1.0)
