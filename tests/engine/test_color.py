import tracemalloc

import numpy as np
import pytest
from PIL import Image

from engine.color import (
    ColorStatistics,
    luminance,
    matched_histogram,
    matched_luminance,
    recolored,
    with_colors_of,
)
from tests.engine.conftest import drawn


def test_luminance_is_grey_by_rec_601() -> None:
    grey = luminance(Image.new("RGB", (8, 8), (100, 200, 50)))
    assert grey.mode == "RGB"
    # 0.299 * 100 + 0.587 * 200 + 0.114 * 50 = 153
    assert grey.getpixel((3, 3)) == (153, 153, 153)


def test_a_styles_brightness_takes_the_photos_mean_and_spread() -> None:
    photo = Image.fromarray(np.linspace(80, 120, 64 * 64).reshape(64, 64).astype(np.uint8))
    photo = photo.convert("RGB")
    matched = np.asarray(matched_luminance(drawn(64, 64, seed=4), photo))[:, :, 0].astype(float)
    aim = np.asarray(photo)[:, :, 0].astype(float)
    assert abs(matched.mean() - aim.mean()) < 1
    assert abs(matched.std() - aim.std()) < 1


def test_matching_brightness_computes_with_no_copies_of_large_pictures() -> None:
    style, photo = drawn(1000, 1000, seed=4), drawn(1000, 1000, seed=5)
    tracemalloc.start()
    matched_luminance(style, photo)
    _now, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 200_000  # what numpy and Python hold; one array of bytes would be 1,000,000


def test_a_flat_style_is_no_division_by_zero() -> None:
    matched = matched_luminance(Image.new("RGB", (8, 8), "grey"), drawn(64, 64))
    assert len(matched.getcolors()) == 1


def test_a_painting_takes_the_photos_colours_and_keeps_its_own_brightness() -> None:
    photo = Image.new("RGB", (8, 8), (180, 90, 90))
    painted = Image.new("RGB", (8, 8), (120, 120, 120))
    _, blue, red = with_colors_of(painted, photo).convert("YCbCr").getpixel((2, 2))
    brightness = with_colors_of(painted, photo).convert("YCbCr").getpixel((2, 2))[0]
    _, photo_blue, photo_red = photo.convert("YCbCr").getpixel((2, 2))
    assert abs(brightness - 120) <= 1
    assert abs(blue - photo_blue) <= 1
    assert abs(red - photo_red) <= 1


def pixels(*values: tuple[int, int, int]) -> Image.Image:
    """A picture one pixel high."""
    return Image.fromarray(np.array([values], dtype=np.uint8))


def values_of(image: Image.Image) -> np.ndarray:
    """All pixels: (n, 3)."""
    return np.asarray(image, dtype=float).reshape(-1, 3)


def test_a_histogram_moves_to_the_photos_by_rank_in_each_channel() -> None:
    image = pixels((10, 0, 5), (20, 0, 5), (30, 9, 5), (40, 9, 5))
    photo = pixels((100, 7, 1), (110, 8, 1), (150, 7, 1), (200, 8, 1))
    # Red: ranks 1 to 4 to the photo's ranks 1 to 4. Green: two of each to two of each.
    # Blue: one value to one value.
    expected = [[100, 7, 1], [110, 7, 1], [150, 8, 1], [200, 8, 1]]
    assert values_of(matched_histogram(image, photo)).tolist() == expected


def test_pixels_of_one_value_stay_together_at_the_middle_of_their_ranks() -> None:
    image = pixels((50, 50, 50), (50, 50, 50), (50, 50, 50), (90, 90, 90))
    photo = pixels((0, 0, 0), (40, 40, 40), (80, 80, 80), (120, 120, 120))
    # The middle of 50's pixels has 3/8 of all below it, which is where the photo has 40; 7/8: 120.
    moved = values_of(matched_histogram(image, photo))[:, 0]
    assert moved.tolist() == [40, 40, 40, 120]


def test_equal_histograms_change_nothing() -> None:
    photo = drawn(40, 30, seed=3)
    turned = photo.transpose(Image.Transpose.ROTATE_180)
    assert matched_histogram(photo, turned).tobytes() == photo.tobytes()


def test_a_matched_histogram_has_the_photos_quantiles() -> None:
    # Without gaps between values: there the middle of a rank lies anywhere in the gap.
    random = np.random.default_rng(5)
    photo = Image.fromarray(random.normal(140, 30, (80, 80, 3)).clip(0, 255).astype(np.uint8))
    style = Image.fromarray(random.gamma(4, 12, (60, 70, 3)).clip(0, 255).astype(np.uint8))
    shares = [0.05, 0.25, 0.5, 0.75, 0.95]
    moved = np.quantile(values_of(matched_histogram(style, photo)), shares, axis=0)
    assert moved == pytest.approx(np.quantile(values_of(photo), shares, axis=0), abs=4)


def test_a_flat_style_takes_the_photos_median() -> None:
    photo = pixels((10, 0, 0), (60, 0, 0), (250, 0, 0))
    assert values_of(matched_histogram(pixels((7, 7, 7)), photo)).tolist() == [[60, 0, 0]]


def test_colour_statistics_are_numpys_own() -> None:
    image = drawn(50, 300, seed=6)  # More rows than are added up at a time.
    statistics = ColorStatistics.of(image)
    assert statistics.mean == pytest.approx(values_of(image).mean(axis=0))
    expected = np.cov(values_of(image), rowvar=False, bias=True)
    assert statistics.covariance == pytest.approx(expected)


def test_mixed_statistics_are_those_of_the_pictures_side_by_side() -> None:
    left, right = drawn(30, 20, seed=1), drawn(10, 20, seed=2)
    both = Image.new("RGB", (40, 20))
    both.paste(left, (0, 0))
    both.paste(right, (30, 0))
    mixed = ColorStatistics.mixed([(ColorStatistics.of(left), 3), (ColorStatistics.of(right), 1)])
    assert mixed.mean == pytest.approx(ColorStatistics.of(both).mean)
    assert mixed.covariance == pytest.approx(ColorStatistics.of(both).covariance)


def test_two_flat_pictures_mixed_spread_along_the_line_between_them() -> None:
    black, red = (ColorStatistics.of(Image.new("RGB", (4, 4), c)) for c in ("black", "red"))
    mixed = ColorStatistics.mixed([(black, 1.0), (red, 1.0)])
    assert mixed.mean.tolist() == [127.5, 0, 0]
    assert mixed.covariance.tolist() == [[127.5**2, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_a_recoloured_picture_has_the_mean_and_covariance_asked_for() -> None:
    random = np.random.default_rng(8)
    mixing = np.array([[20, 5, 0], [0, 12, -6], [3, 0, 15]])
    cloud = random.normal(0, 1, (100, 100, 3)) @ mixing + (120, 140, 110)
    aim = ColorStatistics(np.array([100.0, 150.0, 120.0]), np.diag([900.0, 400.0, 100.0]) + 50)
    moved = recolored(Image.fromarray(cloud.clip(0, 255).astype(np.uint8)), aim)
    found = ColorStatistics.of(moved)
    assert found.mean == pytest.approx(aim.mean, abs=0.5)
    # Rounding to whole values adds 1/12 to each variance; nothing is clipped here.
    assert found.covariance == pytest.approx(aim.covariance, abs=6)


def test_a_recoloured_channel_is_stretched_about_its_mean() -> None:
    # Red has mean 100 and deviation 20, and is to have 60 and 10: 60 - 10 and 60 + 10.
    aim = ColorStatistics(np.array([60.0, 50.0, 50.0]), np.diag([100.0, 0.0, 0.0]))
    moved = recolored(pixels((80, 30, 30), (120, 30, 30)), aim)
    assert values_of(moved).tolist() == [[50, 50, 50], [70, 50, 50]]


def test_a_flat_picture_takes_the_mean_without_any_noise() -> None:
    aim = ColorStatistics.of(drawn(40, 40, seed=2))
    colors = recolored(Image.new("RGB", (9, 9), (3, 200, 9)), aim).getcolors()
    assert colors is not None
    assert len(colors) == 1
    assert colors[0][1] == pytest.approx(aim.mean, abs=0.6)


def test_a_grey_picture_gets_no_coloured_noise() -> None:
    random = np.random.default_rng(1)
    grey = np.repeat(random.normal(128, 40, (80, 80, 1)), 3, axis=2)
    noisy = (grey + random.normal(0, 1, grey.shape)).clip(0, 255).astype(np.uint8)
    aim = ColorStatistics(np.full(3, 128.0), np.diag([1600.0, 1600.0, 1600.0]))
    moved = values_of(recolored(Image.fromarray(noisy), aim))
    colored = moved - moved.mean(axis=1, keepdims=True)
    # One level of noise, where 4 count as the least: at most 40 / 4 times as much, not 40 times.
    assert colored.std() < 11


def test_a_grey_photo_takes_the_colour_out_of_a_style() -> None:
    photo = drawn(40, 40, seed=3).convert("L").convert("RGB")
    red, green, blue = values_of(recolored(drawn(40, 40, seed=4), ColorStatistics.of(photo))).T
    assert np.abs(red - green).max() <= 1
    assert np.abs(blue - green).max() <= 1
