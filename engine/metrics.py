"""How good a finished picture is: how near in style to the style image, in content to the photo.

Both distances look at layers of VGG19 that no objective minimises, and at other statistics of them,
so that an engine cannot score by its own loss. They are for comparing engines and settings over the
same pictures; a run does not need them. The network for both is the standard one, with max pooling
and zero padding: `engine.vgg.load_network("bundled", "max")`.
"""

import torch
import torch.nn.functional as F
from PIL import Image

from engine.errors import ParameterError
from engine.tensors import to_tensor
from engine.vgg import Network

STYLE_LAYERS = ("relu1_2", "relu2_2", "relu3_4", "relu4_4")
PROJECTIONS = 128
QUANTILES = 4096

CONTENT_LAYER = "relu3_1"
CONTENT_SIDE_PX = 256

_PROJECTIONS_AT_ONCE = 32
_ROWS_AT_ONCE = 512


def style_distance(result: Image.Image, style: Image.Image, network: Network) -> float:
    """Sliced Wasserstein distance between the features of two pictures; 0 for equal ones, or more.

    At each of STYLE_LAYERS the features of a picture are taken as a cloud of points, one for every
    position, in units of the style image's mean absolute activation there. PROJECTIONS random unit
    vectors (seed 0) project both clouds to a line, where the Wasserstein-1 distance is the mean
    absolute difference of their quantiles, read at the middles of QUANTILES equal shares and
    interpolated between sorted points as numpy's "linear". Mean over projections, then over layers.
    So all of the distribution counts, and not only the second moments that a Gram matrix holds.
    The pictures may differ in size. In float32, from 8-bit pictures.

    Sliced Wasserstein distance: Rabin, Peyré, Delon and Bernot, "Wasserstein Barycenter and Its
    Application to Texture Mixing" (SSVM 2011), there squared; on VGG19's features: Heitz, Vanhoey,
    Chambon and Belcour, "A Sliced Wasserstein Loss for Neural Texture Synthesis" (CVPR 2021), there
    squared too and over all layers.
    """
    with torch.inference_mode():
        found = _features(result, result.size, STYLE_LAYERS, network)
        aims = _features(style, style.size, STYLE_LAYERS, network)
        total = 0.0
        for name in STYLE_LAYERS:
            unit = aims[name].abs().mean().clamp(min=1e-12)
            total += _sliced_wasserstein(found[name] / unit, aims[name] / unit)
    return total / len(STYLE_LAYERS)


def content_distance(result: Image.Image, content: Image.Image, network: Network) -> float:
    """How differently the parts of two pictures resemble each other; 0 for equal ones, or more.

    Both pictures are resized to the photo's proportions with a longer side of CONTENT_SIDE_PX
    (Lanczos). At CONTENT_LAYER the cosine similarity of every position to every other is put
    through a softmax over each row, without a temperature, and the distance is the mean over rows
    of the Kullback-Leibler divergence KL(photo || result). So it says whether what belonged
    together still does, whatever its colours and textures are now. In float32, from 8-bit pictures.

    After the content feature structural distance (CFSD) of Chung, Hyun and Heo, "Style Injection in
    Diffusion" (StyleID, CVPR 2024). Its code (evaluation/image_metrics.py, PatchSimi) has the same
    layer, softmax and direction of the divergence, but takes dot products divided by the squared
    number of channels for the similarity, which grow with a picture's contrast and with the scale
    of the weights, and sums over rows where the mean is taken here.

    Raises ParameterError where a picture is too narrow for the network.
    """
    longer = max(content.size)
    width, height = (max(1, round(side * CONTENT_SIDE_PX / longer)) for side in content.size)
    if min(width, height) < 4:
        raise ParameterError("The picture is too narrow to be compared.", field="content")
    with torch.inference_mode():
        of_result, of_content = (
            _directions(_features(image, (width, height), (CONTENT_LAYER,), network)[CONTENT_LAYER])
            for image in (result, content)
        )
        total = 0.0
        for first in range(0, of_content.shape[0], _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            found = F.log_softmax(of_result[rows] @ of_result.T, dim=1)  # (rows, positions)
            aimed = F.log_softmax(of_content[rows] @ of_content.T, dim=1)
            total += float((aimed.exp() * (aimed - found)).sum())
    return total / of_content.shape[0]


def _features(
    image: Image.Image, size: tuple[int, int], layers: tuple[str, ...], network: Network
) -> dict[str, torch.Tensor]:
    """Features of `image` at `size` (width, height) by layer: each (c, positions)."""
    found = network.features(to_tensor(image, size, network.device), layers)
    return {name: features[0].flatten(1) for name, features in found.items()}


def _sliced_wasserstein(one: torch.Tensor, other: torch.Tensor) -> float:
    """Mean distance of two clouds (c, positions) and (c, other positions) over the projections."""
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(PROJECTIONS, one.shape[0], generator=generator)
    directions = F.normalize(drawn, dim=1).to(one)
    total = 0.0
    for first in range(0, PROJECTIONS, _PROJECTIONS_AT_ONCE):
        some = directions[first : first + _PROJECTIONS_AT_ONCE]  # (n, c)
        difference = _quantiles(some @ one) - _quantiles(some @ other)
        total += float(difference.abs().mean(dim=1).sum())
    return total / PROJECTIONS


def _quantiles(points: torch.Tensor) -> torch.Tensor:
    """The QUANTILES mid-point quantiles of each row of (n, positions): (n, QUANTILES)."""
    ordered = points.sort(dim=1).values
    last = points.shape[1] - 1
    middles = (torch.arange(QUANTILES, dtype=torch.float64, device=points.device) + 0.5) / QUANTILES
    place = middles * last
    below = place.floor().long()
    above = (below + 1).clamp(max=last)
    return torch.lerp(ordered[:, below], ordered[:, above], (place - below).to(points.dtype))


def _directions(features: torch.Tensor) -> torch.Tensor:
    """Features (c, positions) as unit vectors (positions, c); where there are none, zeros."""
    return F.normalize(features.T, dim=1)
