import numpy as np
import pytest
import torch

from engine.objective import BalancedObjective, ClassicObjective, Losses
from engine.regions import WeightedStyle
from engine.strips import Tile, View
from engine.vgg import Network, load_network
from tests.engine.conftest import tiny_network

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


def random_image(height: int, width: int, seed: int, dtype: torch.dtype) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(1, 3, height, width, generator=generator, dtype=dtype)


def evaluated(
    kind: type,
    network: Network,
    size: tuple[int, int],
    area_px: int | None,
    *,
    masked: bool,
    dtype: torch.dtype,
    **layers: dict[str, float],
) -> tuple[Losses, torch.Tensor]:
    """Losses and gradient of a random picture, target and styles of `size` (height, width)."""
    image, content, first, second = (random_image(*size, n, dtype) for n in range(4))
    mask = None
    if masked:
        mask = torch.zeros(size)
        mask[size[0] // 3 :, : size[1] // 2] = 1
        mask[: size[0] // 3] = torch.linspace(0, 0.9, size[1])
    styles = [WeightedStyle(first, 1.0, mask), WeightedStyle(second, 2.0)]
    given = {} if kind is ClassicObjective else {"dtype": dtype}
    objective = kind(
        network,
        content,
        styles,
        style_weight=7.0,
        tv_weight=1.0,
        area_px=area_px,
        **given,
        **layers,
    )
    leaf = image.requires_grad_()
    losses = objective.losses(leaf, dtype=dtype)
    (gradient,) = torch.autograd.grad(losses.total, leaf)
    return losses, gradient


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("size", [(133, 277), (301, 77)])
@pytest.mark.parametrize(
    ("kind", "pooling"), [(BalancedObjective, "average"), (ClassicObjective, "max")]
)
def test_tiles_give_the_losses_and_the_gradient_of_the_whole(
    kind: type, pooling: str, size: tuple[int, int], masked: bool
) -> None:
    network = tiny_network(pooling)  # type: ignore[arg-type]
    whole, tiled = (
        evaluated(kind, network, size, area, masked=masked, dtype=torch.float64)
        for area in (None, 16_000)
    )
    for name in ("content", "style", "tv", "total"):
        torch.testing.assert_close(
            getattr(tiled[0], name), getattr(whole[0], name), rtol=1e-9, atol=0
        )
    assert float((tiled[1] - whole[1]).norm() / whole[1].norm()) < 1e-9


def test_tiles_as_small_as_can_be_are_exact_too() -> None:
    size, layers = (70, 90), {"content_layers": {"relu2_2": 1.0}, "style_layers": {"conv3_1": 1.0}}
    network = tiny_network()
    whole, tiled = (
        evaluated(
            BalancedObjective, network, size, area, masked=True, dtype=torch.float64, **layers
        )
        for area in (None, 1)
    )
    assert float((tiled[1] - whole[1]).norm() / whole[1].norm()) < 1e-9


@pytest.mark.vgg
@pytest.mark.parametrize(
    ("kind", "pooling", "masked"),
    [
        (BalancedObjective, "average", True),
        (ClassicObjective, "max", False),
        pytest.param(BalancedObjective, "average", False, marks=pytest.mark.long),
        pytest.param(ClassicObjective, "max", True, marks=pytest.mark.long),
    ],
)
def test_the_real_vgg19_in_tiles_has_the_gradient_of_the_whole(
    kind: type, pooling: str, masked: bool
) -> None:
    network = load_network("bundled", pooling)  # type: ignore[arg-type]
    whole, tiled = (
        evaluated(kind, network, (196, 97), area, masked=masked, dtype=torch.float32)
        for area in (None, 13_600)
    )
    torch.testing.assert_close(tiled[0].total, whole[0].total, rtol=1e-4, atol=0)
    assert float((tiled[1] - whole[1]).norm() / whole[1].norm()) < 1e-3


def test_every_position_is_in_one_tile_and_no_tile_is_too_large() -> None:
    view = View(tiny_network(), STYLE_LAYERS, True, area_px=60_000)
    image = torch.zeros(1, 3, 433, 702)
    tiles = view.tiles(image)
    assert len(tiles) > 1
    for layer, scale in (("relu1_1", 1), ("relu3_1", 4), ("relu5_1", 16)):
        seen = torch.zeros(433 // scale, 702 // scale)
        for tile in tiles:
            tile.of(seen, layer).add_(1)
        assert bool((seen == 1).all())
    for tile in tiles:
        patch = image[tile.outer]
        assert patch.shape[2] * patch.shape[3] <= 60_000


def test_a_tiles_own_features_are_the_wholes_in_its_place() -> None:
    network = tiny_network()
    image = random_image(149, 230, 1, torch.float64)
    view = View(network, STYLE_LAYERS, True, area_px=20_000)
    whole = network.features(image, STYLE_LAYERS, dtype=torch.float64, replicate=True)
    for tile in view.tiles(image):
        for layer, own in view.features(image[tile.outer], tile, torch.float64).items():
            torch.testing.assert_close(own, tile.of(whole[layer], layer), rtol=1e-12, atol=1e-12)


def test_a_picture_that_fits_is_one_tile() -> None:
    view = View(tiny_network(), STYLE_LAYERS, True, area_px=64 * 48)
    (tile,) = view.tiles(torch.zeros(1, 3, 48, 64))
    assert isinstance(tile, Tile)
    assert tile.outer == (..., slice(0, 48), slice(0, 64))


def test_the_style_of_a_tiled_picture_is_that_of_the_whole() -> None:
    """A style larger than the area is tiled even where the picture is not: no loss is left."""
    network = tiny_network()
    style = random_image(200, 260, 1, torch.float64)
    small = style[:, :, :96, :96]

    def style_loss(area_px: int | None) -> float:
        objective = BalancedObjective(
            network,
            small,
            [WeightedStyle(style, 1.0)],
            style_weight=1.0,
            tv_weight=0.0,
            dtype=torch.float64,
            area_px=area_px,
        )
        return float(objective.losses(small, dtype=torch.float64).style)

    np.testing.assert_allclose(style_loss(20_000), style_loss(None), rtol=1e-9)
