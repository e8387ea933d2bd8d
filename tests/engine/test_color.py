import numpy as np
from PIL import Image

from engine.color import luminance, matched_luminance, with_colors_of
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
