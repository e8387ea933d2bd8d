import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter

from engine.errors import ParameterError
from engine.metrics import content_distance, style_distance
from engine.params import Params
from engine.stylize import StyleImage, stylize
from engine.vgg import Convolution, Network, load_network
from engine.weights import CONVOLUTIONS
from tests.engine.conftest import drawn, tiny_network

STYLES = Path(__file__).parents[2] / "gallery" / "presets" / "images"
E_SHARE = math.e / (math.e + 1)
"""What a softmax gives to the half of a row whose similarity is 1, where the other half's is 0."""


def passing_on(channels: int) -> Network:
    """Every layer hands on the first `channels` colours as they are, but for the pooling."""
    kernel = torch.zeros(channels, channels, 3, 3)
    kernel[range(channels), range(channels), 1, 1] = 1
    first = torch.zeros(channels, 3, 3, 3)
    first[range(channels), range(channels), 1, 1] = 1
    names = CONVOLUTIONS[: CONVOLUTIONS.index("conv5_1") + 1]
    convolutions = [
        Convolution(name, first if name == "conv1_1" else kernel, torch.zeros(channels))
        for name in names
    ]
    return Network(convolutions, mean=(0, 0, 0), pooling="max")


def reds(*columns: int) -> Image.Image:
    """Columns of 16 px, which no pooling mixes, in these amounts of red."""
    image = Image.new("RGB", (16 * len(columns), 64))
    for number, red in enumerate(columns):
        image.paste((red, 0, 0), (16 * number, 0, 16 * number + 16, 64))
    return image


def halves(left: str, right: str) -> Image.Image:
    """256 x 4 px, which are 64 positions in a row at relu3_1."""
    image = Image.new("RGB", (256, 4), left)
    image.paste(right, (128, 0, 256, 4))
    return image


def test_a_picture_is_at_no_distance_from_itself() -> None:
    photo = drawn(96, 64, seed=5)
    assert style_distance(photo, photo, tiny_network()) == 0
    assert content_distance(photo, photo, tiny_network()) == pytest.approx(0, abs=1e-6)


def test_a_shifted_distribution_is_as_far_as_the_shift() -> None:
    # 50 more than values whose mean is 100, at each layer.
    assert style_distance(reds(90, 210), reds(40, 160), passing_on(1)) == pytest.approx(0.5)


def test_a_distribution_at_half_the_scale_is_half_the_mean_away() -> None:
    assert style_distance(reds(20, 100), reds(40, 200), passing_on(1)) == pytest.approx(0.5)


def test_style_does_not_care_where_things_are() -> None:
    style = reds(0, 50, 100, 200)
    assert style_distance(reds(200, 0, 100, 50), style, passing_on(1)) == 0


def test_style_is_measured_in_units_of_the_style_image() -> None:
    there = style_distance(reds(100, 100), reds(200, 200), passing_on(1))
    back = style_distance(reds(200, 200), reds(100, 100), passing_on(1))
    assert (there, back) == (pytest.approx(0.5), pytest.approx(1))


def test_style_compares_pictures_of_different_sizes() -> None:
    assert style_distance(reds(150, 150, 150), reds(100), passing_on(1)) == pytest.approx(0.5)


def test_style_agrees_with_numpys_quantiles_of_random_projections() -> None:
    network = tiny_network("max")
    result, style = drawn(80, 64, seed=1), drawn(48, 72, seed=2)
    tensors = [
        torch.from_numpy(np.array(image, dtype=np.float32) / 255).permute(2, 0, 1)[None]
        for image in (result, style)
    ]
    layers = ("relu1_2", "relu2_2", "relu3_4", "relu4_4")
    expected = []
    for layer in layers:
        one, other = (
            network.features(tensor, [layer])[layer][0].flatten(1).numpy().astype(np.float64)
            for tensor in tensors
        )
        seeded = torch.Generator().manual_seed(0)
        vectors = torch.randn(128, len(one), generator=seeded).numpy().astype(np.float64)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        places = (np.arange(4096) + 0.5) / 4096
        apart = np.quantile(vectors @ one, places, axis=1) - np.quantile(
            vectors @ other, places, axis=1
        )
        expected.append(np.abs(apart).mean() / np.abs(other).mean())
    assert style_distance(result, style, network) == pytest.approx(np.mean(expected), rel=1e-4)


def test_two_halves_made_one_lose_what_their_softmax_knew() -> None:
    # Rows of the photo give E_SHARE to their own half, rows of the result give a half to each.
    lost = E_SHARE * math.log(2 * E_SHARE) + (1 - E_SHARE) * math.log(2 * (1 - E_SHARE))
    found = content_distance(halves("red", "red"), halves("red", "lime"), passing_on(3))
    assert found == pytest.approx(lost, rel=1e-5)


def test_the_divergence_is_that_of_the_photo_from_the_result() -> None:
    # The other way round: the photo's rows are even, the result's are not.
    gained = -0.5 * math.log(2 * E_SHARE) - 0.5 * math.log(2 * (1 - E_SHARE))
    found = content_distance(halves("red", "lime"), halves("red", "red"), passing_on(3))
    assert found == pytest.approx(gained, rel=1e-5)


def test_content_does_not_care_for_colours_and_brightness_where_parts_stay_apart() -> None:
    photo, repainted = halves("red", "lime"), halves("blue", "#800000")
    assert content_distance(repainted, photo, passing_on(3)) == pytest.approx(0, abs=1e-6)


def test_content_agrees_with_numpys_softmax_of_cosines() -> None:
    network = tiny_network("max")
    result, content = drawn(256, 64, seed=1), drawn(256, 64, seed=2)
    rows = []
    for image in (result, content):
        tensor = torch.from_numpy(np.array(image, dtype=np.float32) / 255).permute(2, 0, 1)[None]
        features = network.features(tensor, ["relu3_1"])["relu3_1"][0].flatten(1).T.numpy()
        points = features.astype(np.float64)
        norms = np.linalg.norm(points, axis=1)
        exponentials = np.exp(points @ points.T / np.outer(norms, norms))
        rows.append(exponentials / exponentials.sum(axis=1, keepdims=True))
    q, p = rows
    expected = (p * np.log(p / q)).sum(axis=1).mean()
    assert content_distance(result, content, network) == pytest.approx(expected, rel=1e-3)


def test_content_is_compared_at_one_size_whatever_the_pictures_have() -> None:
    photo = drawn(900, 600, seed=4)
    small = photo.resize((256, 171), Image.Resampling.LANCZOS)
    other = drawn(900, 600, seed=5)
    network = tiny_network()
    assert content_distance(small, photo, network) == pytest.approx(0, abs=1e-6)
    assert content_distance(small, other, network) == pytest.approx(
        content_distance(photo, other, network), rel=1e-3
    )


def test_a_line_is_too_narrow_to_be_compared() -> None:
    with pytest.raises(ParameterError, match="too narrow"):
        content_distance(Image.new("RGB", (400, 2)), Image.new("RGB", (400, 2)), tiny_network())


@pytest.mark.vgg
def test_the_more_a_picture_is_blurred_the_less_of_its_content_is_left() -> None:
    network = load_network("bundled", "max")
    photo = drawn(128, 128, seed=3)
    blurred = [photo.filter(ImageFilter.GaussianBlur(radius)) for radius in (1, 3, 9)]
    distances = [content_distance(image, photo, network) for image in (photo, *blurred)]
    assert distances == sorted(distances)
    assert distances[0] < distances[1] / 10


@pytest.mark.vgg
def test_more_style_strength_comes_nearer_in_style_and_goes_farther_in_content() -> None:
    network = load_network("bundled", "max")
    photo = drawn(96, 96, seed=1)
    with Image.open(STYLES / "swirling-impasto.jpg") as file:
        style = file.resize((96, 96), Image.Resampling.LANCZOS)
    faint, strong = (
        list(stylize(photo, [StyleImage(style)], Params(size_px=96, style_strength=n, steps=20)))
        for n in (0, 90)
    )
    pictures = [photo, faint[-1].image(), strong[-1].image()]
    styles = [style_distance(picture, style, network) for picture in pictures]
    contents = [content_distance(picture, photo, network) for picture in pictures]
    assert styles == sorted(styles, reverse=True)
    assert contents == sorted(contents)
