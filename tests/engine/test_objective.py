import numpy as np
import pytest
import torch

from engine.objective import (
    CLASSIC_STYLE_LAYERS,
    TV_WEIGHT,
    BalancedObjective,
    ClassicObjective,
    WeightedStyle,
    _tiled_grams,
    gram,
    mean_gram,
    total_variation,
)
from engine.tensors import to_tensor
from engine.vgg import Convolution, Network
from tests.engine.conftest import drawn, tiny_network


def random_image(side: int, seed: int, width: int | None = None) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(1, 3, side, width or side, generator=generator)


def balanced(network: Network, content: torch.Tensor, style: torch.Tensor) -> BalancedObjective:
    return BalancedObjective(
        network,
        content,
        [WeightedStyle(style, 1.0)],
        style_weight=1.0,
        tv_weight=1.0,
        dtype=torch.float32,
    )


def test_a_gram_matrix_worked_by_hand() -> None:
    features = torch.tensor([[[[1.0, 2.0]], [[3.0, -1.0]]]])  # two channels, two positions
    assert gram(features).tolist() == [[5.0, 1.0], [1.0, 10.0]]
    assert mean_gram(features).tolist() == [[2.5, 0.5], [0.5, 5.0]]


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
    (ours,) = torch.autograd.grad((gram(features) * weights).sum(), features)
    flat = features[0].flatten(1)
    (plain,) = torch.autograd.grad(((flat @ flat.T) * weights).sum(), features)
    torch.testing.assert_close(ours, plain)


def test_total_variation_worked_by_hand() -> None:
    image = torch.zeros(1, 3, 2, 2)
    image[:, :, 0, 0] = 1.0
    # Down: differences 1 and 0, mean of squares 1/2; to the right the same.
    assert float(total_variation(image)) == pytest.approx(1.0)


def test_the_classic_loss_worked_in_numpy() -> None:
    network = tiny_network("max")
    image, content, style = (
        random_image(32, 1, 48),
        random_image(32, 2, 48),
        random_image(32, 3, 48),
    )
    losses = ClassicObjective(network, content, [WeightedStyle(style, 1.0)]).losses(image)

    def seen(x: torch.Tensor, name: str) -> np.ndarray:
        features = network.features(x, [name])[name][0].numpy().astype(np.float64)
        return features.reshape(features.shape[0], -1)

    expected_content = np.mean((seen(image, "conv4_2") - seen(content, "conv4_2")) ** 2)
    layers = {"conv1_1": 1.0, "conv2_1": 0.8, "conv3_1": 0.5, "conv4_1": 0.3, "conv5_1": 0.1}
    assert layers == CLASSIC_STYLE_LAYERS
    expected_style = 0.0
    for name, weight in layers.items():
        f, s = seen(image, name), seen(style, name)
        expected_style += weight * np.mean((f @ f.T - s @ s.T) ** 2) / f.size
    assert float(losses.content) == pytest.approx(expected_content, rel=1e-4)
    assert float(losses.style) == pytest.approx(expected_style, rel=1e-4)
    assert float(losses.total) == pytest.approx(expected_content + 1e6 * expected_style, rel=1e-4)


def test_the_classic_style_loss_is_zero_for_the_style_itself() -> None:
    network, style = tiny_network("max"), random_image(32, 3)
    losses = ClassicObjective(network, style, [WeightedStyle(style, 1.0)]).losses(style)
    assert (float(losses.content), float(losses.style)) == (0.0, 0.0)


def test_the_balanced_losses_worked_in_numpy(network: Network) -> None:
    image, content, style = random_image(32, 1), random_image(32, 2), random_image(48, 3)
    losses = balanced(network, content, style).losses(image, dtype=torch.float32)

    def seen(x: torch.Tensor, name: str) -> np.ndarray:
        features = network.features(x, [name], replicate=True)[name][0].double().numpy()
        return features.reshape(features.shape[0], -1)

    photo = seen(content, "relu4_2")
    expected_content = ((seen(image, "relu4_2") - photo) ** 2).sum() / (photo**2).sum()
    expected_style = 0.0
    for block in range(1, 6):
        f, s = seen(image, f"relu{block}_1"), seen(style, f"relu{block}_1")
        g, aim = f @ f.T / f.shape[1], s @ s.T / s.shape[1]
        expected_style += 0.2 * ((g - aim) ** 2).sum() / (aim**2).sum()
    assert float(losses.content) == pytest.approx(expected_content, rel=1e-3)
    assert float(losses.style) == pytest.approx(expected_style, rel=1e-3)


def test_only_the_classic_style_loss_grows_with_the_picture(network: Network) -> None:
    """A picture tiled twice has four times the positions: G is 4 times, its square 16 times, and
    the sum divided by four times as many."""
    cpu = torch.device("cpu")
    image = to_tensor(drawn(64, 64, seed=1), (64, 64), cpu)
    style = to_tensor(drawn(64, 64, seed=6), (64, 64), cpu)

    def style_losses(tiles: int) -> tuple[float, float]:
        content, target = (x.repeat(1, 1, tiles, tiles) for x in (image, style))
        classic = ClassicObjective(network, content, [WeightedStyle(target, 1.0)])
        ours = balanced(network, content, target)
        losses = ours.losses(content, dtype=torch.float32)
        return float(losses.style), float(classic.losses(content).style)

    once, twice = style_losses(2), style_losses(4)
    assert twice[0] == pytest.approx(once[0], rel=0.1)
    assert twice[1] == pytest.approx(4 * once[1], rel=0.2)


def test_the_total_is_the_weighted_sum(network: Network) -> None:
    image, content, style = random_image(32, 1), random_image(32, 2), random_image(32, 3)
    objective = BalancedObjective(
        network,
        content,
        [WeightedStyle(style, 1.0)],
        style_weight=7.0,
        tv_weight=3.0,
        dtype=torch.float32,
    )
    losses = objective.losses(image, dtype=torch.float32)
    expected = float(losses.content + 7 * losses.style + 3 * TV_WEIGHT * losses.tv)
    assert float(losses.total) == pytest.approx(expected, rel=1e-5)


def test_the_balanced_losses_do_not_depend_on_the_networks_units(network: Network) -> None:
    """Errors are relative: a network whose every activation is tripled judges the same."""
    image, content, style = random_image(32, 1), random_image(32, 2), random_image(32, 3)
    tripled = [
        Convolution(c.name, c.kernel * (3 if c.name == "conv1_1" else 1), c.bias * 3)
        for c in network.convolutions
    ]
    louder = Network(tripled, mean=(0.5, 0.45, 0.4), pooling="average")
    quiet = balanced(network, content, style).losses(image, dtype=torch.float32)
    loud = balanced(louder, content, style).losses(image, dtype=torch.float32)
    assert float(loud.content) == pytest.approx(float(quiet.content), rel=1e-3)
    assert float(loud.style) == pytest.approx(float(quiet.style), rel=1e-3)


def test_two_styles_blend_by_their_weights(network: Network) -> None:
    content, first, second = random_image(32, 1), random_image(32, 2), random_image(32, 3)

    def style_loss(image: torch.Tensor, weights: tuple[float, float]) -> float:
        styles = [WeightedStyle(first, weights[0]), WeightedStyle(second, weights[1])]
        objective = BalancedObjective(
            network, content, styles, style_weight=1.0, tv_weight=0.0, dtype=torch.float32
        )
        return float(objective.losses(image, dtype=torch.float32).style)

    assert style_loss(first, (1.0, 1e-9)) == pytest.approx(0, abs=1e-6)
    towards_first = [style_loss(first, (w, 1.0)) for w in (0.1, 1.0, 10.0)]
    assert towards_first == sorted(towards_first, reverse=True)
    assert style_loss(first, (2.0, 1.0)) == pytest.approx(style_loss(first, (4.0, 2.0)))


def test_a_style_larger_than_a_tile_has_the_gram_of_the_whole(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uneven tiles of a picture in two colours: each must count by its size."""
    style = torch.full((1, 3, 64, 100), 0.9)
    style[:, 1:, :, 30:] = 0.1
    monkeypatch.setattr("engine.objective.STYLE_LAYERS", {"relu1_1": 1.0})
    whole = _tiled_grams(network, style, torch.float32)["relu1_1"]
    monkeypatch.setattr("engine.objective._TILE_PX", 48)
    tiled = _tiled_grams(network, style, torch.float32)["relu1_1"]
    features = network.features(style, ["relu1_1"], replicate=True)["relu1_1"]
    torch.testing.assert_close(whole, mean_gram(features))
    torch.testing.assert_close(tiled, whole, rtol=0.03, atol=0.01)


def test_the_gradient_is_that_of_finite_differences(network: Network) -> None:
    content, style = random_image(32, 2), random_image(32, 3)
    objective = balanced(network, content, style)
    image = random_image(32, 1).requires_grad_()
    (gradient,) = torch.autograd.grad(objective.losses(image, dtype=torch.float32).total, image)
    direction = gradient / gradient.norm()
    h = 0.02
    with torch.no_grad():
        ahead = float(objective.losses(image + h * direction, dtype=torch.float32).total)
        behind = float(objective.losses(image - h * direction, dtype=torch.float32).total)
    assert float(gradient.norm()) == pytest.approx((ahead - behind) / (2 * h), rel=0.02)
