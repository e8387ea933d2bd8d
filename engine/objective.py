"""What a picture is optimised for: the photo's content, the style's statistics, smoothness.

Two objectives, both after Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural
Networks" (CVPR 2016). "Classic" keeps the paper's un-normalised sums; "balanced", the default, is
relative to the targets, so that it means the same at every size and for every style. Nothing here
moves a pixel: that is `engine.optimizers`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from engine.regions import Region, WeightedStyle, regions_of
from engine.statistics import Moments, SquaredError, Statistic, total_variation
from engine.strips import Tile, View, summed
from engine.vgg import Network, scale_of

CLASSIC_CONTENT_LAYERS = {"conv4_2": 1.0}
CLASSIC_STYLE_LAYERS = {
    "conv1_1": 1.0,
    "conv2_1": 0.8,
    "conv3_1": 0.5,
    "conv4_1": 0.3,
    "conv5_1": 0.1,
}
CLASSIC_STYLE_WEIGHT = 1e6

CONTENT_LAYERS = {"relu3_2": 0.5, "relu4_2": 0.5}
STYLE_LAYERS = {"relu1_1": 1.0, "relu2_1": 1.0, "relu3_1": 1.0, "relu4_1": 1.0, "relu5_1": 0.3}
TV_WEIGHT = 1.2
"""Of the balanced objective, for `tv_weight` 1."""

STYLE_AREA_PX = 1024 * 1024
"""A style image is looked at in tiles of at most so many pixels: a large brush makes it larger than
the picture, and tiles keep the memory the picture's."""

LEAST_COVARIANCE = 0.01
"""Of the squared Gram matrix: covariances with less are judged as if they had that much."""

_EPSILON = 1e-8


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses of one picture, scalars: three before their weights, and `total`, weighted."""

    content: torch.Tensor
    style: torch.Tensor
    tv: torch.Tensor
    total: torch.Tensor


class Objective(Protocol):
    """Anything that can say how far a picture (1, 3, h, w), RGB in 0..1, is from its aim."""

    def losses(self, image: torch.Tensor, *, dtype: torch.dtype) -> Losses:
        """The losses of `image`, with the network's part computed in `dtype`."""


class KeptOutside:
    """An objective of the picture mixed with the photo, of which masks leave a part alone.

    The mixture is what is finally shown. A pixel's gradient is multiplied by its coverage, and the
    features at the border of a region are those of the photo that is really there.
    """

    def __init__(self, inner: Objective, photo: torch.Tensor, coverage: torch.Tensor) -> None:
        """photo: (1, 3, h, w). coverage: (h, w), 0 where the photo stays, 1 where it is painted."""
        self._inner = inner
        self._photo = photo
        self._coverage = coverage

    def losses(self, image: torch.Tensor, *, dtype: torch.dtype) -> Losses:
        """The losses of the mixture."""
        return self._inner.losses(torch.lerp(self._photo, image, self._coverage), dtype=dtype)


@dataclass(frozen=True, slots=True)
class _ContentAim:
    """The photo's features in a layer, (1, c, h', w'), and what an error of 1 costs."""

    layer: str
    features: torch.Tensor
    factor: float


@dataclass(frozen=True, slots=True)
class _StyleAim:
    """A region's style in a layer: how far moments per position (c + 1, c) are from it.

    squares, total: of the mask, see `engine.regions.Guidance`. share: the region's, of the picture.
    """

    layer: str
    region: int
    squares: torch.Tensor | None
    total: float
    share: float
    error: "StyleError"


StyleError = Callable[[torch.Tensor], torch.Tensor]
"""The style loss of one layer, a scalar, from a picture's moments per position (c + 1, c)."""


class _GatysObjective(ABC):
    """Both objectives: a sum of squared errors of features, and one of errors of their statistics.

    All that is asked of the network are sums over positions (`engine.strips`):
    content = sum over layers of a * sum over positions of |F - F_photo|^2;
    style = sum over layers and regions of an error of G, the Gram matrix, and m, the mean of F.
    With t the region's mask in the layer, G = sum of t^2 F F^T / sum of t^2, the guided Gram matrix
    of Gatys, Ecker, Bethge, Hertzmann and Shechtman, "Controlling Perceptual Factors in Neural
    Style Transfer" (CVPR 2017), section 4, and m is its like; t = 1 without masks. The error counts
    by the region's share of the picture, as its gradient by a pixel grows with 1 / area: so
    strength means the same in a region as in a picture of its own. Subclasses say what a and the
    error are.
    """

    replicate = False
    """Whether layers continue at the picture's edge, instead of seeing zeros outside."""

    def __init__(
        self,
        network: Network,
        content: torch.Tensor,
        styles: Sequence[WeightedStyle],
        *,
        content_layers: Mapping[str, float],
        style_layers: Mapping[str, float],
        style_weight: float,
        tv_weight: float,
        dtype: torch.dtype,
        area_px: int | None,
    ) -> None:
        self._style_weight = style_weight
        self._tv_weight = tv_weight

        def view(layers: Mapping[str, float], largest_px: int | None) -> View:
            return View(network, tuple(layers), self.replicate, largest_px)

        self._view = view({**content_layers, **style_layers}, area_px)
        style_view = view(style_layers, min(area_px or STYLE_AREA_PX, STYLE_AREA_PX))
        with torch.no_grad():
            self._content = self._content_aims(
                view(content_layers, area_px), content, content_layers, dtype
            )
            self._style = self._style_aims(
                style_view, (content.shape[2], content.shape[3]), styles, style_layers, dtype
            )

    def losses(self, image: torch.Tensor, *, dtype: torch.dtype) -> Losses:
        """The losses of `image` (1, 3, h, w), the network's part computed in `dtype`."""
        sums = summed(self._view, image, self._measured, dtype=dtype)
        content, style = image.new_zeros(()), image.new_zeros(())
        for photo in self._content:
            content = content + photo.factor * sums["content", photo.layer]
        for aim in self._style:
            moments = sums["style", aim.layer, aim.region] / aim.total
            style = style + aim.share * aim.error(moments)
        tv = total_variation(image)
        total = content + self._style_weight * style + self._tv_weight * tv
        return Losses(content, style, tv, total)

    @abstractmethod
    def content_factor(self, weight: float, features: torch.Tensor) -> float:
        """What a squared error of 1 costs in a layer with the photo's `features` (1, c, h', w')."""

    @abstractmethod
    def style_error(self, weight: float, aim: torch.Tensor, positions: int) -> StyleError:
        """The error of a layer whose `aim` are the style's moments per position (c + 1, c).

        positions: of the whole picture, in this layer.
        """

    def _measured(self, layer: str, tile: Tile) -> dict[Hashable, Statistic]:
        """The sums that both losses are made of, over one tile's own features of `layer`."""
        wanted: dict[Hashable, Statistic] = {}
        for photo in self._content:
            if photo.layer == layer:
                wanted["content", layer] = SquaredError(tile.of(photo.features, layer))
        for aim in self._style:
            if aim.layer == layer:
                squares = None if aim.squares is None else tile.of(aim.squares, layer)
                if squares is None or bool(squares.any()):
                    wanted["style", layer, aim.region] = Moments(squares)
        return wanted

    def _content_aims(
        self, view: View, photo: torch.Tensor, layers: Mapping[str, float], dtype: torch.dtype
    ) -> list[_ContentAim]:
        """The photo's features are kept whole, in `dtype`: relu4_2 has 16 bytes a pixel."""
        whole: dict[str, torch.Tensor] = {}
        for tile in view.tiles(photo):
            for layer, x in view.features(photo[tile.outer], tile, dtype).items():
                if layer not in whole:
                    scale = scale_of(layer)
                    shape = (1, x.shape[1], photo.shape[2] // scale, photo.shape[3] // scale)
                    whole[layer] = torch.empty(
                        shape, dtype=dtype, device=x.device, memory_format=torch.channels_last
                    )
                tile.of(whole[layer], layer).copy_(x)
        return [
            _ContentAim(layer, whole[layer], self.content_factor(weight, whole[layer]))
            for layer, weight in layers.items()
        ]

    def _style_aims(
        self,
        view: View,
        size: tuple[int, int],
        styles: Sequence[WeightedStyle],
        layers: Mapping[str, float],
        dtype: torch.dtype,
    ) -> list[_StyleAim]:
        aims = []
        for number, region in enumerate(regions_of(styles)):
            blended = _blended_moments(view, region, dtype)
            for layer, weight in layers.items():
                guidance = region.guidance(layer, size)
                if guidance.total == 0:  # A thin region at an edge that pooling leaves out.
                    continue
                scale = scale_of(layer)
                positions = (size[0] // scale) * (size[1] // scale)
                aims.append(
                    _StyleAim(
                        layer,
                        number,
                        guidance.squares,
                        guidance.total,
                        guidance.share,
                        self.style_error(weight, blended[layer], positions),
                    )
                )
        return aims


class ClassicObjective(_GatysObjective):
    """The paper's sums, un-normalised, on the layers before their ReLU.

    content = sum over layers of w * mean((F - F_photo)^2), conv4_2 with weight 1 by default;
    style = style_weight * sum over layers of w * mean((G - G_style)^2) / (d h w), G = F F^T.
    Style strength so grows with the number of pixels. A style is compared as if it had the
    picture's number of positions; `engine.stylize` stretches it to that.
    """

    def __init__(
        self,
        network: Network,
        content: torch.Tensor,
        styles: Sequence[WeightedStyle],
        *,
        content_layers: Mapping[str, float] | None = None,
        style_layers: Mapping[str, float] | None = None,
        style_weight: float = CLASSIC_STYLE_WEIGHT,
        tv_weight: float = 0.0,
        area_px: int | None = None,
    ) -> None:
        super().__init__(
            network,
            content,
            styles,
            content_layers=content_layers or CLASSIC_CONTENT_LAYERS,
            style_layers=style_layers or CLASSIC_STYLE_LAYERS,
            style_weight=style_weight,
            tv_weight=tv_weight,
            dtype=torch.promote_types(content.dtype, torch.float32),
            area_px=area_px,
        )

    def content_factor(self, weight: float, features: torch.Tensor) -> float:
        """w / (d h w)."""
        return weight / features.numel()

    def style_error(self, weight: float, aim: torch.Tensor, positions: int) -> StyleError:
        """With g = G / (h w): mean((G - G_style)^2) / (d h w) = h w |g - g_style|^2 / d^3."""
        factor, gram = weight * positions / aim.shape[1] ** 3, aim[:-1]
        return lambda moments: factor * (moments[:-1] - gram).square().sum()


class BalancedObjective(_GatysObjective):
    """Content and style each relative to its own target, so that both are near 1 at the start.

    content = sum over layers of w * |F - F_photo|^2 / |F_photo|^2;
    style = sum over layers of w / 2 * (|C - C_style|^2 / |C_style|^2
                                        + |m - m_style|^2 / |m_style|^2),
    with m the mean of the features over all positions and C = G - m m^T their covariance, G being
    the Gram matrix F F^T / (h w);
    total = content + strength * style + smoothness * total variation.
    Either sort of w is brought to a sum of 1: more layers are not more style or more content.
    Departures from the paper: covariance and mean instead of their sum G, which is mostly the mean
    and hardly notices contrast; relative errors; two content layers; features after ReLU; average
    pooling; and the picture's edge continued outside it.
    """

    replicate = True

    def __init__(
        self,
        network: Network,
        content: torch.Tensor,
        styles: Sequence[WeightedStyle],
        *,
        content_layers: Mapping[str, float] | None = None,
        style_layers: Mapping[str, float] | None = None,
        style_weight: float,
        tv_weight: float,
        dtype: torch.dtype,
        area_px: int | None = None,
    ) -> None:
        super().__init__(
            network,
            content,
            styles,
            content_layers=_shares(content_layers or CONTENT_LAYERS),
            style_layers=_shares(style_layers or STYLE_LAYERS),
            style_weight=style_weight,
            tv_weight=tv_weight * TV_WEIGHT,
            dtype=dtype,
            area_px=area_px,
        )

    def content_factor(self, weight: float, features: torch.Tensor) -> float:
        """w / |F_photo|^2."""
        squares = SquaredError(features.new_zeros(()).expand_as(features)).of(features)
        return weight / (float(squares) + _EPSILON * features.numel())

    def style_error(self, weight: float, aim: torch.Tensor, positions: int) -> StyleError:
        """w (|C - C_style|^2 / |C_style|^2 + |m - m_style|^2 / |m_style|^2) / 2."""
        covariance, mean = _covariance(aim), aim[-1]
        # A style of one colour has no covariance to be relative to.
        least = LEAST_COVARIANCE * float(aim[:-1].square().sum())
        by_covariance = weight / 2 / (max(float(covariance.square().sum()), least) + _EPSILON)
        by_mean = weight / 2 / (float(mean.square().sum()) + _EPSILON)

        def error(moments: torch.Tensor) -> torch.Tensor:
            return (
                by_covariance * (_covariance(moments) - covariance).square().sum()
                + by_mean * (moments[-1] - mean).square().sum()
            )

        return error


def default_layers(objective: str) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """The layers for content and for style that "balanced" or "classic" looks at by itself."""
    if objective == "classic":
        return CLASSIC_CONTENT_LAYERS, CLASSIC_STYLE_LAYERS
    return CONTENT_LAYERS, STYLE_LAYERS


def _shares(layers: Mapping[str, float]) -> dict[str, float]:
    whole = sum(layers.values())
    return {name: weight / whole for name, weight in layers.items()}


def _covariance(moments: torch.Tensor) -> torch.Tensor:
    """C = G - m m^T (c, c) of moments per position (c + 1, c)."""
    mean = moments[-1]
    return moments[:-1] - torch.outer(mean, mean)


def _blended_moments(view: View, region: Region, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """The weighted mean of the moments per position of a region's styles, by layer: (c + 1, c).

    As if the styles were one picture, each filling a share of it by its weight.
    """
    whole = sum(style.weight for style in region.styles)
    blended: dict[str, torch.Tensor] = {}
    for style in region.styles:
        sums = summed(view, style.image, lambda layer, _: {layer: Moments()}, dtype=dtype)
        for layer in view.layers:
            scale = scale_of(layer)
            positions = (style.image.shape[2] // scale) * (style.image.shape[3] // scale)
            part = sums[layer] * (style.weight / (whole * positions))
            blended[layer] = blended[layer] + part if layer in blended else part
    return blended
