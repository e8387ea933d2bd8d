import numpy as np
import pytest
import torch

from engine.objective import (
    CLASSIC_STYLE_LAYERS,
    TV_WEIGHT,
    BalancedObjective,
    ClassicObjective,
    KeptOutside,
)
from engine.regions import WeightedStyle
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


def test_the_classic_loss_worked_in_numpy() -> None:
    network = tiny_network("max")
    image, content, style = (
        random_image(32, 1, 48),
        random_image(32, 2, 48),
        random_image(32, 3, 48),
    )
    losses = ClassicObjective(network, content, [WeightedStyle(style, 1.0)]).losses(
        image, dtype=torch.float32
    )

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
    losses = ClassicObjective(network, style, [WeightedStyle(style, 1.0)]).losses(
        style, dtype=torch.float32
    )
    assert (float(losses.content), float(losses.style)) == (0.0, 0.0)


def test_the_balanced_losses_worked_in_numpy(network: Network) -> None:
    image, content, style = random_image(32, 1), random_image(32, 2), random_image(48, 3)
    losses = balanced(network, content, style).losses(image, dtype=torch.float32)

    def seen(x: torch.Tensor, name: str) -> np.ndarray:
        features = network.features(x, [name], replicate=True)[name][0].double().numpy()
        return features.reshape(features.shape[0], -1)

    expected_content = 0.0
    for layer in ("relu3_2", "relu4_2"):
        photo = seen(content, layer)
        expected_content += 0.5 * ((seen(image, layer) - photo) ** 2).sum() / (photo**2).sum()
    expected_style = 0.0
    for block, weight in enumerate((1, 1, 1, 1, 0.3), start=1):
        f, s = seen(image, f"relu{block}_1"), seen(style, f"relu{block}_1")
        c, aim = np.cov(f, bias=True), np.cov(s, bias=True)
        m, mean = f.mean(axis=1), s.mean(axis=1)
        gram = s @ s.T / s.shape[1]
        error = ((c - aim) ** 2).sum() / max((aim**2).sum(), 0.01 * (gram**2).sum())
        error += ((m - mean) ** 2).sum() / (mean**2).sum()
        expected_style += weight / 4.3 * error / 2
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
        return float(losses.style), float(classic.losses(content, dtype=torch.float32).style)

    once, twice = style_losses(2), style_losses(4)
    assert twice[0] == pytest.approx(once[0], rel=0.15)
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


def test_the_gradient_is_that_of_finite_differences(network: Network) -> None:
    image, content, style = (random_image(32, seed).double() for seed in (1, 2, 3))
    objective = BalancedObjective(
        network,
        content,
        [WeightedStyle(style, 1.0)],
        style_weight=1.0,
        tv_weight=1.0,
        dtype=torch.float64,
    )

    def total(x: torch.Tensor) -> torch.Tensor:
        return objective.losses(x, dtype=torch.float64).total

    (gradient,) = torch.autograd.grad(total(image.requires_grad_()), image)
    direction = gradient / gradient.norm()
    h = 1e-5
    with torch.no_grad():
        slope = float(total(image + h * direction) - total(image - h * direction)) / (2 * h)
    assert float(gradient.norm()) == pytest.approx(slope, rel=1e-5)


def balanced_with(
    layers: dict[str, dict[str, float]], content: torch.Tensor, style: torch.Tensor
) -> BalancedObjective:
    return BalancedObjective(
        tiny_network(),
        content,
        [WeightedStyle(style, 1.0)],
        style_weight=1.0,
        tv_weight=0.0,
        dtype=torch.float32,
        **layers,
    )


@pytest.mark.parametrize("kind", ["content", "style"])
def test_balanced_layers_count_by_their_share(kind: str) -> None:
    """Of two layers with weights 1 and 3 the error is a quarter of one and three of the other."""
    image, content, style = random_image(32, 1), random_image(32, 2), random_image(32, 3)

    def error(weights: dict[str, float]) -> float:
        losses = balanced_with({f"{kind}_layers": weights}, content, style).losses(
            image, dtype=torch.float32
        )
        return float(getattr(losses, kind))

    first, second = error({"relu2_2": 0.1}), error({"conv3_3": 40.0})
    both = error({"relu2_2": 1.0, "conv3_3": 3.0})
    assert both == pytest.approx(first / 4 + 3 * second / 4, rel=1e-4)


@pytest.mark.parametrize("kind", ["content", "style"])
def test_classic_layers_count_by_their_weights(kind: str) -> None:
    image, content, style = random_image(32, 1), random_image(32, 2), random_image(32, 3)
    network = tiny_network("max")

    def error(weights: dict[str, float]) -> float:
        layers = {f"{kind}_layers": weights}
        objective = ClassicObjective(network, content, [WeightedStyle(style, 1.0)], **layers)
        return float(getattr(objective.losses(image, dtype=torch.float32), kind))

    first, second = error({"relu2_2": 1.0}), error({"conv3_3": 1.0})
    assert error({"relu2_2": 2.0, "conv3_3": 5.0}) == pytest.approx(2 * first + 5 * second)


def left_half(height: int, width: int) -> torch.Tensor:
    mask = torch.zeros(height, width)
    mask[:, : width // 2] = 1
    return mask


def test_the_masked_losses_worked_in_numpy(network: Network) -> None:
    """The guided moments of each region, whose error counts by its share of the picture."""
    image, content = random_image(37, 1, 53).double(), random_image(37, 2, 53).double()
    first, second = random_image(40, 3).double(), random_image(36, 4).double()
    mask = torch.rand(37, 53, generator=torch.Generator().manual_seed(5))
    styles = [WeightedStyle(first, 1.0, mask), WeightedStyle(second, 1.0)]
    objective = BalancedObjective(
        network, content, styles, style_weight=1.0, tv_weight=0.0, dtype=torch.float64
    )

    def seen(x: torch.Tensor, name: str) -> np.ndarray:
        features = network.features(x, [name], dtype=torch.float64, replicate=True)[name][0].numpy()
        return features.reshape(features.shape[0], -1)

    expected, tiny = 0.0, 1e-8  # what keeps flat styles from dividing by zero
    for block, weight in enumerate((1, 1, 1, 1, 0.3), start=1):
        scale = 2 ** (block - 1)
        rows, columns = 37 // scale, 53 // scale
        cut = mask.double().numpy()[: rows * scale, : columns * scale]
        t = cut.reshape(rows, scale, columns, scale).mean(axis=(1, 3)).ravel()
        f = seen(image, f"relu{block}_1")
        for style, guide in ((first, t), (second, 1 - t)):
            s = seen(style, f"relu{block}_1")
            aim, mean, gram = np.cov(s, bias=True), s.mean(axis=1), s @ s.T / s.shape[1]
            guided = np.cov(f, bias=True, aweights=guide**2)
            m = np.average(f, axis=1, weights=guide**2)
            error = ((guided - aim) ** 2).sum() / (
                max((aim**2).sum(), 0.01 * (gram**2).sum()) + tiny
            )
            error += ((m - mean) ** 2).sum() / ((mean**2).sum() + tiny)
            expected += weight / 4.3 * guide.mean() * error / 2
    losses = objective.losses(image, dtype=torch.float64)
    assert float(losses.style) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("kind", [BalancedObjective, ClassicObjective])
def test_a_mask_that_is_white_everywhere_changes_nothing(kind: type) -> None:
    network, image = tiny_network(), random_image(33, 1, 50)
    content, style = random_image(33, 2, 50), random_image(33, 3, 50)
    given = {} if kind is ClassicObjective else {"tv_weight": 1.0, "dtype": torch.float32}

    def total(mask: torch.Tensor | None) -> float:
        styles = [WeightedStyle(style, 1.0, mask)]
        objective = kind(network, content, styles, style_weight=5.0, **given)
        return float(objective.losses(image, dtype=torch.float32).total)

    assert total(torch.ones(33, 50)) == pytest.approx(total(None), rel=1e-5)


def test_strength_means_the_same_inside_a_region(network: Network) -> None:
    """A picture of two equal halves, one of them masked: far from the seam, the gradient of its
    style is that of the half as a picture of its own, which has half the pixels, times a half."""
    half = random_image(64, 1, 192)
    whole, style = torch.cat([half, half], dim=3), random_image(64, 3) * 0.1

    def gradient(image: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        objective = BalancedObjective(
            network,
            image,
            [WeightedStyle(style, 1.0, mask)],
            style_weight=1.0,
            tv_weight=0.0,
            dtype=torch.float32,
            style_layers={"relu2_1": 1.0},
        )
        leaf = image.clone().requires_grad_()
        (found,) = torch.autograd.grad(objective.losses(leaf, dtype=torch.float32).style, leaf)
        return found

    inside = gradient(whole, left_half(64, 384))[..., 32:160]
    alone = gradient(half, None)[..., 32:160]
    assert float((2 * inside - alone).norm() / alone.norm()) < 0.05


def test_a_region_that_deep_layers_cannot_see_paints_in_the_others(network: Network) -> None:
    """40 px are two positions of relu5_1, whose pooling leaves the last eight columns out."""
    mask = torch.zeros(32, 40)
    mask[:, 34:] = 1
    styles = [WeightedStyle(random_image(32, 3), 1.0, mask)]
    objective = BalancedObjective(
        network,
        random_image(32, 2, 40),
        styles,
        style_weight=1.0,
        tv_weight=0.0,
        dtype=torch.float32,
    )
    assert float(objective.losses(random_image(32, 1, 40), dtype=torch.float32).style) > 0


def test_what_is_kept_outside_is_seen_as_the_photo_and_gets_no_gradient(network: Network) -> None:
    image, photo, style = random_image(32, 1), random_image(32, 2), random_image(32, 3)
    painted = left_half(32, 32)
    inner = balanced(network, photo, style)
    leaf = image.clone().requires_grad_()
    losses = KeptOutside(inner, photo, painted).losses(leaf, dtype=torch.float32)
    (gradient,) = torch.autograd.grad(losses.total, leaf)
    mixed = torch.cat([image[..., :16], photo[..., 16:]], dim=3)
    assert losses.total.item() == float(inner.losses(mixed, dtype=torch.float32).total)
    assert not gradient[..., 16:].any()
    assert gradient[..., :16].abs().min(dim=1).values.median() > 0


def test_a_style_of_one_colour_gives_no_loss_without_bounds(network: Network) -> None:
    """It has no covariance, so its errors are relative to a part of its Gram matrix."""
    image, content = random_image(64, 1), random_image(64, 2)
    plain = torch.tensor([0.8, 0.1, 0.1]).view(1, 3, 1, 1).expand(1, 3, 64, 64)
    losses = balanced(network, content, plain.contiguous()).losses(image, dtype=torch.float32)
    assert 0.1 < float(losses.style) < 50
