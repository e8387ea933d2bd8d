import numpy as np
import pytest
import torch
import torch.nn.functional as F

from engine.vgg import (
    Convolution,
    Network,
    calibration_images,
    load_network,
    reach_px,
    rescaled,
)
from engine.weights import CONVOLUTIONS, Weights, load_weights

MEAN = (0.5, 0.25, 0.125)


def convolved(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """3 x 3 cross-correlation of (c, h, w) with zeros outside, written out in numpy."""
    channels, height, width = x.shape
    padded = np.zeros((channels, height + 2, width + 2))
    padded[:, 1:-1, 1:-1] = x
    out = np.zeros((kernel.shape[0], height, width))
    for dy in range(3):
        for dx in range(3):
            window = padded[:, dy : dy + height, dx : dx + width]
            out += np.einsum("oc,chw->ohw", kernel[:, :, dy, dx], window)
    return out + bias[:, None, None]


def two_blocks(pooling: str) -> tuple[Network, list[Convolution]]:
    generator = torch.Generator().manual_seed(1)
    shapes = {"conv1_1": (4, 3), "conv1_2": (5, 4), "conv2_1": (6, 5)}
    convolutions = [
        Convolution(
            name,
            torch.randn(*shape, 3, 3, generator=generator),
            torch.randn(shape[0], generator=generator),
        )
        for name, shape in shapes.items()
    ]
    network = Network(convolutions, mean=MEAN, pooling=pooling)  # type: ignore[arg-type]
    return network, convolutions


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_features_are_those_of_an_independent_computation(pooling: str) -> None:
    network, convolutions = two_blocks(pooling)
    image = torch.rand(1, 3, 10, 12, generator=torch.Generator().manual_seed(2))
    names = ["conv1_1", "relu1_1", "conv1_2", "relu2_1", "conv2_1"]
    found = {n: f[0].numpy() for n, f in network.features(image, names).items()}

    kernels = [(c.kernel.numpy(), c.bias.numpy()) for c in convolutions]
    x = image[0].numpy() - np.array(MEAN)[:, None, None]
    first = convolved(x, *kernels[0])
    second = convolved(first.clip(0), *kernels[1])
    blocks = second.clip(0).reshape(5, 5, 2, 6, 2)
    pooled = blocks.max(axis=(2, 4)) if pooling == "max" else blocks.mean(axis=(2, 4))
    third = convolved(pooled, *kernels[2])

    expected = {
        "conv1_1": first,
        "relu1_1": first.clip(0),
        "conv1_2": second,
        "conv2_1": third,
        "relu2_1": third.clip(0),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-4, atol=1e-4, err_msg=name)


def test_features_before_a_relu_stay_negative_whatever_else_is_asked() -> None:
    network, _ = two_blocks("max")
    image = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(2))
    alone = network.features(image, ["conv1_2"])["conv1_2"]
    together = network.features(image, ["conv1_2", "relu1_2", "conv2_1"])["conv1_2"]
    assert (alone < 0).any()
    assert torch.equal(alone, together)


def test_features_already_handed_out_survive_the_next_layers() -> None:
    network, _ = two_blocks("max")
    image = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(2))
    shallow = network.features(image, ["relu1_1"])["relu1_1"]
    deep = network.features(image, ["relu1_1", "relu2_1"])["relu1_1"]
    assert torch.equal(shallow, deep)


def test_replicating_lets_a_flat_picture_look_the_same_everywhere() -> None:
    network, _ = two_blocks("max")
    flat = torch.full((1, 3, 8, 8), 0.75)
    names = ["conv1_1", "relu1_2", "conv2_1"]
    replicated = network.features(flat, names, replicate=True)
    zeros = network.features(flat, names)
    for name in names:
        centre = replicated[name][:, :, 2:3, 2:3]
        torch.testing.assert_close(replicated[name], centre.expand_as(replicated[name]))
        assert not torch.allclose(zeros[name][:, :, 0, 0], centre[:, :, 0, 0])


def test_a_layer_that_is_not_there_is_named() -> None:
    network, _ = two_blocks("max")
    with pytest.raises(KeyError, match="conv7_1"):
        network.features(torch.rand(1, 3, 8, 8), ["conv1_1", "conv7_1"])


def test_bfloat16_features_are_close_to_float32() -> None:
    network, _ = two_blocks("average")
    image = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(2))
    exact = network.features(image, ["relu2_1"])["relu2_1"]
    rough = network.features(image, ["relu2_1"], dtype=torch.bfloat16)["relu2_1"]
    assert rough.dtype == torch.bfloat16
    assert float((rough.float() - exact).norm() / exact.norm()) < 0.02


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_rescaling_makes_every_mean_activation_one(pooling: str) -> None:
    generator = torch.Generator().manual_seed(5)
    names = CONVOLUTIONS[:5]
    widths = (3, 4, 4, 6, 6, 8)
    weights = Weights(
        {
            n: torch.randn(b, a, 3, 3, generator=generator)
            for n, a, b in zip(names, widths, widths[1:], strict=False)
        },
        {n: torch.randn(b, generator=generator) for n, b in zip(names, widths[1:], strict=False)},
        MEAN,
    )
    scaled = rescaled(weights, pooling)  # type: ignore[arg-type]
    network = Network(scaled, mean=MEAN, pooling=pooling)  # type: ignore[arg-type]
    relus = [n.replace("conv", "relu") for n in names]
    images = calibration_images()
    for relu in relus:
        means = [float(network.features(image, [relu])[relu].mean()) for image in images]
        assert sum(means) / len(means) == pytest.approx(1, rel=1e-4)


def test_calibration_images_are_pictures_and_always_the_same() -> None:
    first, again = calibration_images(), calibration_images()
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    for image in first:
        assert image.shape == (1, 3, 128, 128)
        assert 0 <= float(image.min()) < float(image.max()) <= 1
        assert float(image.std()) > 0.1


@pytest.mark.vgg
def test_the_real_vgg19_agrees_with_a_plain_chain_of_its_raw_weights() -> None:
    """BGR in 0..255 less the Oxford mean, as the network was trained, up to the rescaling."""
    raw = load_weights("bundled", deepest="conv2_2")
    image = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(8))
    bgr = image.flip(1) * 255 - torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
    x = bgr
    for name in ("conv1_1", "conv1_2", "conv2_1"):
        kernel = raw.kernels[name]
        if name == "conv1_1":
            kernel = kernel.flip(1) / 255
        if name == "conv2_1":
            x = F.max_pool2d(x, 2)
        x = F.relu(F.conv2d(x, kernel, raw.biases[name], padding=1))
    found = load_network("bundled", "max").features(image, ["relu2_1"])["relu2_1"]
    ratio = float(found.norm() / x.norm())
    torch.testing.assert_close(found, x * ratio, rtol=1e-3, atol=1e-3)


@pytest.mark.vgg
def test_the_real_vgg19_finds_a_mirrored_cat_more_alike_than_noise() -> None:
    data = pytest.importorskip("skimage.data")
    network = load_network("bundled", "average")

    def seen(array: np.ndarray) -> torch.Tensor:
        image = torch.from_numpy(array.astype(np.float32) / 255).permute(2, 0, 1)[None]
        small = F.interpolate(image, (96, 96), mode="area")
        return network.features(small, ["relu4_2"])["relu4_2"].flatten()

    cat, mirrored = data.chelsea(), data.chelsea()[:, ::-1].copy()
    noise = np.random.default_rng(0).integers(0, 255, cat.shape)
    cat_features, noise_features = seen(cat).sort().values, seen(noise).sort().values
    mirrored_features = seen(mirrored).sort().values
    near = float((cat_features - mirrored_features).norm())
    far = float((cat_features - noise_features).norm())
    assert near < 0.3 * far


@pytest.mark.parametrize(
    ("layers", "reach"),
    [
        (["conv1_1"], 1),
        (["relu1_2"], 2),
        (["relu2_1", "conv1_1"], 4),
        (["conv5_1"], 2 + 4 + 16 + 32 + 16),
        (["relu5_4"], 2 + 4 + 16 + 32 + 64),
    ],
)
def test_a_layer_looks_as_far_as_its_convolutions_add_up_to(layers: list[str], reach: int) -> None:
    assert reach_px(layers) == reach


@pytest.mark.parametrize("replicate", [True, False])
@pytest.mark.parametrize("size", [(8, 12), (2, 5), (3, 2)])
def test_the_gradient_of_features_is_autograds_own(replicate: bool, size: tuple[int, int]) -> None:
    network, convolutions = two_blocks("average")
    generator = torch.Generator().manual_seed(4)
    image = torch.rand(1, 3, *size, generator=generator, dtype=torch.float64).requires_grad_()
    found = network.features(
        image, ["relu1_2", "conv2_1"], dtype=torch.float64, replicate=replicate
    )
    x = image - torch.tensor(MEAN, dtype=torch.float64).view(1, 3, 1, 1)
    plain = {}
    for c in convolutions:
        if c.name == "conv2_1":
            x = F.avg_pool2d(x, 2)
        x = F.pad(x, (1, 1, 1, 1), mode="replicate" if replicate else "constant")
        x = F.conv2d(x, c.kernel.double(), c.bias.double())
        plain[c.name] = x
        x = F.relu(x)
        plain[c.name.replace("conv", "relu")] = x
    weights = {
        n: torch.randn(f.shape, generator=generator, dtype=f.dtype) for n, f in found.items()
    }
    ours, theirs = (
        torch.autograd.grad(sum((some[n] * w).sum() for n, w in weights.items()), image)[0]
        for some in (found, plain)
    )
    torch.testing.assert_close(ours, theirs)


@pytest.mark.vgg
def test_a_deeper_network_is_the_same_up_to_there_and_both_are_kept() -> None:
    usual = load_network("bundled", "average")
    deeper = load_network("bundled", "average", deepest="conv5_2")
    image = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(8))
    found = deeper.features(image, ["relu5_1", "relu5_2"])
    # Each network measures its own scales, and the last bit of such a mean is not always the same.
    torch.testing.assert_close(
        found["relu5_1"], usual.features(image, ["relu5_1"])["relu5_1"], rtol=1e-4, atol=1e-4
    )
    assert float(found["relu5_2"].mean()) > 0
    assert load_network("bundled", "average") is usual
    assert load_network("bundled", "average", deepest="conv5_2") is deeper


@pytest.mark.parametrize("size", [(8, 12), (9, 7)])
def test_the_gradient_of_pooling_is_autograds_own(size: tuple[int, int]) -> None:
    x = torch.rand(1, 5, *size, generator=torch.Generator().manual_seed(7)).requires_grad_()
    plain = torch.nn.functional.avg_pool2d(x, 2)
    by_result = torch.rand(plain.shape, generator=torch.Generator().manual_seed(8))
    (expected,) = torch.autograd.grad(plain, x, by_result)
    pooled = Network([], mean=(0, 0, 0), pooling="average")._pool(x)
    (found,) = torch.autograd.grad(pooled, x, by_result)
    assert torch.equal(pooled, plain)
    torch.testing.assert_close(found, expected)
