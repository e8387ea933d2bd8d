import numpy as np
import pytest
import torch

from engine.statistics import gram, squared_error, total_variation


def test_a_gram_matrix_worked_by_hand() -> None:
    features = torch.tensor([[[[1.0, 2.0]], [[3.0, -1.0]]]])  # two channels, two positions
    assert gram(features).tolist() == [[5.0, 1.0], [1.0, 10.0]]
    # The second position counts twice: 1 + 2 * 4, 3 - 2 * 2, 9 + 2 * 1.
    weights = torch.tensor([[1.0, 2.0]])
    assert gram(features, weights).tolist() == [[9.0, -1.0], [-1.0, 11.0]]


def test_gram_agrees_with_numpy() -> None:
    features = torch.randn(1, 7, 5, 6, generator=torch.Generator().manual_seed(1))
    flat = features[0].numpy().reshape(7, 30)
    np.testing.assert_allclose(gram(features).numpy(), flat @ flat.T, rtol=1e-5)


def test_gram_of_bfloat16_is_summed_in_float32() -> None:
    ones = torch.ones(1, 1, 64, 64, dtype=torch.bfloat16)
    assert gram(ones).item() == 4096  # bfloat16 would stop counting at 256


def test_the_gradient_of_a_gram_matrix_is_autograds_own() -> None:
    generator = torch.Generator().manual_seed(2)
    features = torch.randn(1, 5, 3, 4, generator=generator, requires_grad=True)
    weights = torch.randn(5, 5, generator=generator)  # not symmetric
    squares = torch.rand(3, 4, generator=generator)
    flat = features[0].flatten(1)
    for each, by_hand in ((None, flat), (squares, flat * squares.flatten())):
        (ours,) = torch.autograd.grad((gram(features, each) * weights).sum(), features)
        (plain,) = torch.autograd.grad(((by_hand @ flat.T) * weights).sum(), features)
        torch.testing.assert_close(ours, plain)


def test_a_large_gram_matrix_is_summed_in_several_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    features = torch.randn(1, 6, 11, 7, generator=torch.Generator().manual_seed(4))
    flat = features[0].numpy().reshape(6, 77)
    monkeypatch.setattr("engine.statistics._CHUNK_ELEMENTS", 6 * 7 * 3)  # three rows each
    np.testing.assert_allclose(gram(features).numpy(), flat @ flat.T, rtol=1e-4, atol=1e-5)


def test_the_squared_error_and_its_gradient_worked_by_hand() -> None:
    features = torch.tensor([[[[1.0, 2.0]], [[3.0, -1.0]]]], requires_grad=True)
    target = torch.tensor([[[[0.0, 2.0]], [[1.0, 0.0]]]])
    error = squared_error(features, target)
    (gradient,) = torch.autograd.grad(3 * error, features)
    assert error.item() == 1 + 0 + 4 + 1
    assert gradient.tolist() == [[[[6.0, 0.0]], [[12.0, -6.0]]]]


def test_a_squared_error_in_bfloat16_is_summed_in_float32_and_hands_bfloat16_back() -> None:
    ones = torch.ones(1, 1, 64, 64, dtype=torch.bfloat16, requires_grad=True)
    error = squared_error(ones, torch.zeros(1, 1, 64, 64, dtype=torch.bfloat16))
    assert error.item() == 4096
    (gradient,) = torch.autograd.grad(error, ones)
    assert gradient.dtype == torch.bfloat16


def test_total_variation_worked_by_hand() -> None:
    image = torch.zeros(1, 3, 2, 2)
    image[:, :, 0, 0] = 1.0
    # Down: differences 1 and 0, mean of squares 1/2; to the right the same.
    assert float(total_variation(image)) == pytest.approx(1.0)
