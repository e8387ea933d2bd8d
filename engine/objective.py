"""What a picture is optimised for: the photo's content, the style's Gram matrices, smoothness.

Two objectives, both after Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural
Networks" (CVPR 2016). "Classic" keeps the paper's un-normalised sums; "balanced", the default, is
relative to the targets, so that it means the same at every size and for every style. Nothing here
moves a pixel: that is `engine.optimizers`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from engine.regions import Region, WeightedStyle, regions_of
from engine.statistics import gram, squared_error, total_variation
from engine.strips import Sums, Tile, View, summed
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

CONTENT_LAYERS = {"relu4_2": 1.0}
STYLE_LAYERS = {
    "relu1_1": 0.2,
    "relu2_1": 0.2,
    "relu3_1": 0.2,
    "relu4_1": 0.2,
    "relu5_1": 0.2,
}
TV_WEIGHT = 0.4
"""Of the balanced objective, for `tv_weight` 1."""

STYLE_AREA_PX = 1024 * 1024
"""A style image is looked at in tiles of at most so many pixels: a large brush makes it larger than
the picture, and tiles keep the memory the picture's."""

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
    """A region's Gram matrix per position (c, c) in a layer, and what an error of 1 costs.

    squares, total: of the mask, see `engine.regions.Guidance`.
    """

    layer: str
    region: int
    squares: torch.Tensor | None
    total: float
    gram: torch.Tensor
    factor: float


class _GatysObjective:
    """Both objectives: a sum of squared errors of features, and one of Gram matrices.

    All that is asked of the network are sums over positions (`engine.strips`):
    content = sum over layers of a * sum over positions of |F - F_photo|^2;
    style = sum over layers and regions of b * |G - G_style|^2.
    With t the region's mask in the layer, G = sum of t^2 F F^T / sum of t^2, the guided Gram matrix
    of Gatys, Ecker, Bethge, Hertzmann and Shechtman, "Controlling Perceptual Factors in Neural
    Style Transfer" (CVPR 2017), section 4; t = 1 without masks. b contains the region's share of
    the picture, as the gradient of its error by a pixel grows with 1 / area: so strength means the
    same in a region as in a picture of its own. Subclasses say what a and b are otherwise.
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
            error = sums["gram", aim.layer, aim.region] / aim.total - aim.gram
            style = style + aim.factor * error.square().sum()
        tv = total_variation(image)
        total = content + self._style_weight * style + self._tv_weight * tv
        return Losses(content, style, tv, total)

    def content_factor(self, weight: float, features: torch.Tensor, squares: float) -> float:
        """What a squared error of 1 costs in a layer with the photo's `features` (1, c, h', w').

        squares: the sum of theirs.
        """
        raise NotImplementedError

    def style_factor(self, weight: float, target: torch.Tensor, positions: int) -> float:
        """What a squared error of 1 costs for a whole picture's Gram matrix per position (c, c)."""
        raise NotImplementedError

    def _measured(self, found: dict[str, torch.Tensor], tile: Tile) -> Sums:
        """The sums that both losses are made of, over one tile's own features."""
        sums: Sums = {}
        for photo in self._content:
            target = tile.of(photo.features, photo.layer)
            sums["content", photo.layer] = squared_error(found[photo.layer], target)
        for aim in self._style:
            squares = None if aim.squares is None else tile.of(aim.squares, aim.layer)
            if squares is None or bool(squares.any()):
                sums["gram", aim.layer, aim.region] = gram(found[aim.layer], squares)
        return sums

    def _content_aims(
        self, view: View, photo: torch.Tensor, layers: Mapping[str, float], dtype: torch.dtype
    ) -> list[_ContentAim]:
        """The photo's features are kept whole, in `dtype`: relu4_2 has 16 bytes a pixel."""
        whole: dict[str, torch.Tensor] = {}

        def keep(found: dict[str, torch.Tensor], tile: Tile) -> Sums:
            for layer, x in found.items():
                if layer not in whole:
                    scale = scale_of(layer)
                    shape = (1, x.shape[1], photo.shape[2] // scale, photo.shape[3] // scale)
                    whole[layer] = torch.empty(
                        shape, dtype=dtype, device=x.device, memory_format=torch.channels_last
                    )
                tile.of(whole[layer], layer).copy_(x)
            return {n: squared_error(x, x.new_zeros(()).expand_as(x)) for n, x in found.items()}

        squares = summed(view, photo, keep, dtype=dtype)
        return [
            _ContentAim(n, whole[n], self.content_factor(w, whole[n], float(squares[n])))
            for n, w in layers.items()
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
            grams = _blended_grams(view, region, dtype)
            for layer, weight in layers.items():
                guidance = region.guidance(layer, size)
                if guidance.total == 0:  # A thin region at an edge that pooling leaves out.
                    continue
                scale = scale_of(layer)
                positions = (size[0] // scale) * (size[1] // scale)
                factor = guidance.share * self.style_factor(weight, grams[layer], positions)
                aims.append(
                    _StyleAim(layer, number, guidance.squares, guidance.total, grams[layer], factor)
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

    def content_factor(self, weight: float, features: torch.Tensor, squares: float) -> float:
        """w / (d h w)."""
        return weight / features.numel()

    def style_factor(self, weight: float, target: torch.Tensor, positions: int) -> float:
        """With g = G / (h w): mean((G - G_style)^2) / (d h w) = h w |g - g_style|^2 / d^3."""
        return float(weight * positions / target.shape[0] ** 3)


class BalancedObjective(_GatysObjective):
    """Content and style each relative to its own target, so that both are near 1 at the start.

    content = sum over layers of w * |F - F_photo|^2 / |F_photo|^2, at relu4_2 by default;
    style = sum over layers of w * |G - G_style|^2 / |G_style|^2, G = F F^T / (h w);
    total = content + strength * style + smoothness * total variation.
    Either sort of w is brought to a sum of 1: more layers are not more style or more content.
    Departures from the paper: relative errors, features after ReLU, average pooling, and the
    picture's edge continued outside it.
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

    def content_factor(self, weight: float, features: torch.Tensor, squares: float) -> float:
        """w / |F_photo|^2."""
        return weight / (squares + _EPSILON * features.numel())

    def style_factor(self, weight: float, target: torch.Tensor, positions: int) -> float:
        """w / |G_style|^2."""
        return weight / (float(target.square().sum()) + _EPSILON)


def default_layers(objective: str) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """The layers for content and for style that "balanced" or "classic" looks at by itself."""
    if objective == "classic":
        return CLASSIC_CONTENT_LAYERS, CLASSIC_STYLE_LAYERS
    return CONTENT_LAYERS, STYLE_LAYERS


def _shares(layers: Mapping[str, float]) -> dict[str, float]:
    whole = sum(layers.values())
    return {name: weight / whole for name, weight in layers.items()}


def _blended_grams(view: View, region: Region, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """The weighted mean of the Gram matrices per position of a region's styles, layer by layer.

    The gradient towards the mean is that towards all of them, each by its weight.
    """
    whole = sum(style.weight for style in region.styles)
    blended: dict[str, torch.Tensor] = {}
    for style in region.styles:
        sums = summed(view, style.image, _grams, dtype=dtype)
        for layer in view.layers:
            scale = scale_of(layer)
            positions = (style.image.shape[2] // scale) * (style.image.shape[3] // scale)
            part = sums[layer] * (style.weight / (whole * positions))
            blended[layer] = blended[layer] + part if layer in blended else part
    return blended


def _grams(found: dict[str, torch.Tensor], tile: Tile) -> Sums:
    return {layer: gram(features) for layer, features in found.items()}
