"""A tiny network with VGG19's layer names, pictures drawn in code, and files for the command."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.params import Pooling
from engine.speed import FILE_NAME
from engine.vgg import Convolution, Network
from engine.weights import CONVOLUTIONS
from tests.engine.command import Files

TINY_WIDTHS = (4, 6, 8, 8, 8)


@pytest.fixture
def small_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of 256 px have two levels, as those of 512 px have otherwise."""
    monkeypatch.setattr("engine.pyramid.COARSEST_PX", 128)


def tiny_network(pooling: Pooling = "average", seed: int = 3) -> Network:
    """VGG19's shape up to conv5_1 with 4 to 8 seeded channels a layer."""
    generator = torch.Generator().manual_seed(seed)
    convolutions = []
    channels = 3
    for name in CONVOLUTIONS[: CONVOLUTIONS.index("conv5_1") + 1]:
        width = TINY_WIDTHS[int(name[4]) - 1]
        spread = (2 / (9 * channels)) ** 0.5
        kernel = torch.randn(width, channels, 3, 3, generator=generator) * spread
        bias = torch.randn(width, generator=generator) * 0.1 + 0.1
        convolutions.append(Convolution(name, kernel, bias))
        channels = width
    return Network(convolutions, mean=(0.5, 0.45, 0.4), pooling=pooling)


def drawn(width: int, height: int, seed: int = 0) -> Image.Image:
    """Soft coloured waves with a disc on them, different for every seed."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    planes = []
    for _ in range(3):
        fx, fy, phase = random.uniform(2, 25, 3)
        planes.append(0.5 + 0.35 * np.sin(fx * x + fy * y + phase))
    values = np.stack(planes, axis=2)
    values[(x - 0.4) ** 2 + (y - 0.4) ** 2 < 0.04] = random.uniform(0, 1, 3)
    return Image.fromarray((values * 255).astype(np.uint8))


@pytest.fixture
def network() -> Network:
    return tiny_network()


@pytest.fixture
def photo() -> Image.Image:
    return drawn(64, 48, seed=1)


@pytest.fixture
def style() -> Image.Image:
    return drawn(72, 72, seed=2)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command keeps how fast this machine paints: nowhere that lasts."""
    monkeypatch.setenv("STYLESITE_ENGINE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / FILE_NAME


@pytest.fixture
def files(tmp_path: Path) -> Files:
    drawn(90, 60, seed=1).save(tmp_path / "photo.jpg")
    drawn(80, 80, seed=2).save(tmp_path / "style.png")
    return tuple(str(tmp_path / n) for n in ("photo.jpg", "style.png", "out.png"))  # type: ignore[return-value]


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in this process use a network that is loaded in no time."""

    def load(_source: str, pooling: Pooling, _device: str, **_: object) -> object:
        return tiny_network(pooling)

    monkeypatch.setattr("engine.stylize.load_network", load)
