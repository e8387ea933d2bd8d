"""VGG19's convolutions as a feature extractor, in float32 or bfloat16.

Layers are called by name: "conv4_2" is before its ReLU, "relu4_2" after it. The network is rescaled
so that each layer's mean activation is 1, as in Gatys et al. (2016), which lets one set of loss
weights serve every source of weights. Losses are made of these features in `engine.objective`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F

from engine.params import Pooling
from engine.weights import CONVOLUTIONS, Weights, load_weights

DEEPEST = "conv5_1"
"""The deepest layer that the objectives look at by themselves."""

_CALIBRATION_PX = 128

Visitor = Callable[[str, torch.Tensor], torch.Tensor]
"""Is shown a layer's name and its features, and returns what the next layer is computed from."""


@dataclass(frozen=True, slots=True)
class Convolution:
    """One 3 x 3 convolution: kernel (out, in, 3, 3), bias (out,)."""

    name: str
    kernel: torch.Tensor
    bias: torch.Tensor


@dataclass(frozen=True, slots=True)
class _Ready:
    """A convolution in the dtype and layout it is computed in, with the kernel of its gradient.

    The gradient by the input is the full correlation of the gradient by the output with the kernel
    turned by 180 degrees, its inputs and outputs exchanged: `turned`, (in, out, 3, 3).
    """

    name: str
    kernel: torch.Tensor
    bias: torch.Tensor
    turned: torch.Tensor


class _Convolved(torch.autograd.Function):
    """A frozen 3 x 3 convolution of (1, c, h, w) to the same h and w, that keeps no input.

    autograd's own convolution keeps its input, in case the kernel is to learn; with replicated
    edges that is a second copy of every feature map.
    """

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, convolution: _Ready, replicate: bool) -> torch.Tensor:
        ctx.convolution, ctx.replicate = convolution, replicate
        if replicate:
            x = F.pad(x, (1, 1, 1, 1), mode="replicate")
        padding = 0 if replicate else 1
        return F.conv2d(x, convolution.kernel, convolution.bias, padding=padding)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (gradient,) = gradients
        if not ctx.replicate:
            return F.conv2d(gradient, ctx.convolution.turned, padding=1), None, None
        padded = F.conv2d(gradient, ctx.convolution.turned, padding=2)  # (1, c, h + 2, w + 2)
        # What came from the frame of copies goes to the pixels that were copied; corners by both.
        padded[:, :, 1] += padded[:, :, 0]
        padded[:, :, -2] += padded[:, :, -1]
        padded[:, :, :, 1] += padded[:, :, :, 0]
        padded[:, :, :, -2] += padded[:, :, :, -1]
        return padded[:, :, 1:-1, 1:-1], None, None


class _Halved(torch.autograd.Function):
    """2 x 2 average pooling, whose gradient is a quarter of each result's for its four pixels.

    PyTorch's own gradient takes five times as long in bfloat16.
    """

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.size = x.shape[2:]
        return F.avg_pool2d(x, 2)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
        (gradient,) = gradients
        spread = F.interpolate(gradient * 0.25, scale_factor=2, mode="nearest")
        height, width = ctx.size
        # An odd side's last row or column is in no result.
        return F.pad(spread, (0, width % 2, 0, height % 2)) if height % 2 or width % 2 else spread


class Network:
    """A frozen chain of 3 x 3 convolutions with ReLU, pooled before every convN_1 but the first.

    sha256: of the file of weights that it was loaded from; empty where it came from none.
    """

    def __init__(
        self,
        convolutions: Sequence[Convolution],
        *,
        mean: tuple[float, float, float],
        pooling: Pooling,
        device: torch.device | None = None,
        sha256: str = "",
    ) -> None:
        self.sha256 = sha256
        self.device = device or torch.device("cpu")
        self.pooling = pooling
        self._mean = torch.tensor(mean, device=self.device).view(1, 3, 1, 1)
        self.convolutions = tuple(convolutions)
        self._by_dtype: dict[torch.dtype, tuple[_Ready, ...]] = {}

    def features(
        self,
        image: torch.Tensor,
        names: Iterable[str],
        *,
        dtype: torch.dtype = torch.float32,
        replicate: bool = False,
    ) -> dict[str, torch.Tensor]:
        """Features of `image` (1, 3, h, w), RGB in 0..1, by layer name: each (1, c, h', w').

        As `visit` computes them. Raises KeyError for a layer that the network lacks.
        """
        found: dict[str, torch.Tensor] = {}

        def keep(layer: str, x: torch.Tensor) -> torch.Tensor:
            found[layer] = x
            return x

        self.visit(image, names, keep, dtype=dtype, replicate=replicate)
        return found

    def visit(
        self,
        image: torch.Tensor,
        names: Iterable[str],
        see: Visitor,
        *,
        dtype: torch.dtype = torch.float32,
        replicate: bool = False,
    ) -> None:
        """Computes `image` (1, 3, h, w), RGB in 0..1, layer by layer, as deep as `names` ask.

        Each layer of `names` is shown to `see` with its features (1, c, h', w') in `dtype`, and the
        next layer is computed from what `see` returns. Each side needs 16 px to reach conv5_1.
        Outside the picture there is the mean colour, and zeros in deeper layers, as in training;
        with `replicate` every layer continues at its edge instead, which keeps a frame from being
        painted around the picture. Raises KeyError for a layer that the network lacks.
        """
        wanted = set(names)
        x = (image - self._mean).to(dtype)  # (1, 3, h, w)
        for convolution in self._in(dtype):
            name = convolution.name
            relu = name.replace("conv", "relu")
            if name.endswith("_1") and name != "conv1_1":
                x = self._pool(x)
            x = _Convolved.apply(x, convolution, replicate)
            # In place saves a third of the memory; never on a tensor that was handed out.
            x = F.relu(see(name, x)) if name in wanted else F.relu_(x)
            if relu in wanted:
                x = see(relu, x)
            wanted -= {name, relu}
            if not wanted:
                return
        raise KeyError(f"the network has no layer {sorted(wanted)}")

    def _pool(self, x: torch.Tensor) -> torch.Tensor:
        if self.pooling == "max":
            return F.max_pool2d(x, 2)
        halved: torch.Tensor = _Halved.apply(x)
        return halved

    def _in(self, dtype: torch.dtype) -> tuple[_Ready, ...]:
        """The convolutions in `dtype` and channels-last, which oneDNN computes fastest."""
        if dtype not in self._by_dtype:
            self._by_dtype[dtype] = tuple(self._ready(c, dtype) for c in self.convolutions)
        return self._by_dtype[dtype]

    def _ready(self, convolution: Convolution, dtype: torch.dtype) -> _Ready:
        layout = torch.channels_last
        kernel = convolution.kernel.to(self.device, dtype, memory_format=layout)
        turned = kernel.flip(2, 3).transpose(0, 1).contiguous(memory_format=layout)
        return _Ready(convolution.name, kernel, convolution.bias.to(self.device, dtype), turned)


def scale_of(layer: str) -> int:
    """Pixels of the picture per position of `layer`, along each side: 1 in block 1, 16 in 5."""
    return 1 << (int(layer[4]) - 1)


def deepest_of(layers: Iterable[str]) -> str:
    """The convolution that the deepest of `layers` needs; "conv1_1" for none."""
    needed = {layer.replace("relu", "conv") for layer in layers} | {CONVOLUTIONS[0]}
    return max(needed, key=CONVOLUTIONS.index)


def reach_px(layers: Iterable[str]) -> int:
    """How far outside its own pixels a position of any of `layers` looks, in pixels.

    Each 3 x 3 convolution looks one position further, and a position of block n is 2 ** (n - 1)
    pixels; pooling stays within. 70 px for conv5_1.
    """
    deep = CONVOLUTIONS.index(deepest_of(layers))
    return sum(scale_of(name) for name in CONVOLUTIONS[: deep + 1])


def load_network(
    source: str, pooling: Pooling, device: str = "cpu", *, deepest: str = DEEPEST
) -> Network:
    """The real VGG19 up to convolution `deepest` with activations of mean 1.

    The last two are kept for the whole process. Raises WeightsError as
    `engine.weights.load_weights` does.
    """
    return _loaded(source, pooling, device, deepest)


@lru_cache(maxsize=2)
def _loaded(source: str, pooling: Pooling, device: str, deepest: str) -> Network:
    weights = load_weights(source, deepest=deepest)
    convolutions = rescaled(weights, pooling)
    return Network(
        convolutions,
        mean=weights.mean,
        pooling=pooling,
        device=torch.device(device),
        sha256=weights.sha256,
    )


def rescaled(weights: Weights, pooling: Pooling) -> tuple[Convolution, ...]:
    """Convolutions whose mean activation after ReLU is 1 on `calibration_images`.

    ReLU and pooling commute with positive scales, so with m the mean activation of a layer, its
    kernel times m_before / m and its bias over m give the same network in other units. Gatys et al.
    scale each filter by itself on ImageNet; one factor a layer needs far fewer pictures.
    """
    names = tuple(weights.kernels)
    plain = Network(
        [Convolution(n, weights.kernels[n], weights.biases[n]) for n in names],
        mean=weights.mean,
        pooling=pooling,
    )
    relus = [name.replace("conv", "relu") for name in names]
    means = dict.fromkeys(relus, 0.0)
    images = calibration_images()
    with torch.inference_mode():
        for image in images:
            for relu, x in plain.features(image, relus).items():
                means[relu] += float(x.mean()) / len(images)
    scaled, before = [], 1.0
    for name, relu in zip(names, relus, strict=True):
        mean = max(means[relu], 1e-12)
        kernel, bias = weights.kernels[name] * (before / mean), weights.biases[name] / mean
        scaled.append(Convolution(name, kernel, bias))
        before = mean
    return tuple(scaled)


def calibration_images(side_px: int = _CALIBRATION_PX) -> list[torch.Tensor]:
    """Four drawn pictures (1, 3, side, side), RGB in 0..1, with the statistics of photographs.

    Coloured noise whose amplitude falls as one over the frequency, as it does in photographs, then
    cut by the edges of overlapping discs.
    """
    generator = torch.Generator().manual_seed(19)
    ramp = torch.linspace(-1, 1, side_px)
    y, x = torch.meshgrid(ramp, ramp, indexing="ij")
    images = []
    for _ in range(4):
        image = 0.45 + _pink_noise(side_px, generator) * 0.2  # (1, 3, side, side)
        for _ in range(12):
            cx, cy, radius, *color = (torch.rand(6, generator=generator) * 2 - 1).tolist()
            disc = ((x - cx) ** 2 + (y - cy) ** 2 < (0.05 + 0.4 * abs(radius)) ** 2).float()
            shift = torch.tensor(color).view(1, 3, 1, 1) * 0.3
            image = image + disc * shift
        images.append(image.clamp(0, 1))
    return images


def _pink_noise(side_px: int, generator: torch.Generator) -> torch.Tensor:
    """Noise (1, 3, side, side) of mean 0 and standard deviation 1, amplitude over frequency."""
    white = torch.randn(1, 3, side_px, side_px, generator=generator)
    fy = torch.fft.fftfreq(side_px).view(-1, 1)
    fx = torch.fft.rfftfreq(side_px).view(1, -1)
    frequency = (fx**2 + fy**2).sqrt().clamp(min=1 / side_px)
    pink = torch.fft.irfft2(torch.fft.rfft2(white) / frequency, s=(side_px, side_px))
    # Photographs are mostly grey: half of the variance is shared by the channels.
    pink = pink + pink.mean(dim=1, keepdim=True) * 2
    centred = pink - pink.mean()
    noise: torch.Tensor = centred / centred.std()
    return noise
