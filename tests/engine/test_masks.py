"""Masks as pictures, and the photo kept where somebody wants it: values worked by hand."""

import numpy as np
import pytest
from PIL import Image

from engine.errors import ParameterError
from engine.inputs import StyleImage, check_styles, protect_photo
from engine.masks import coverage, mask_values, protected, with_photo_outside
from engine.params import Params


def row(*values: int) -> Image.Image:
    """A mask one pixel high."""
    mask = Image.new("L", (len(values), 1))
    mask.putdata(values)
    return mask


def greys(mask: Image.Image) -> list[int]:
    assert mask.mode == "L"
    return [int(value) for value in np.asarray(mask).ravel()]


def test_a_mask_is_stretched_and_grey_in_any_mode() -> None:
    mask = Image.new("L", (4, 2), 0)
    mask.paste(255, (2, 0, 4, 2))
    for mode in ("L", "1", "RGB", "P"):
        values = mask_values(mask.convert(mode), (16, 32))
        assert values.shape == (32, 16)
        assert (values[:, :6] == 0).all()
        assert (values[:, 10:] == 1).all()
    clear = Image.new("RGBA", (4, 2), (255, 255, 255, 0))
    assert not mask_values(clear, (8, 8)).any()


def test_coverage_adds_masks_up_and_counts_the_same_mask_once() -> None:
    grey, white = Image.new("L", (2, 2), 102), Image.new("L", (2, 2), 255)

    def covered(*masks: Image.Image | None) -> float | None:
        found = coverage(masks, (2, 2))
        return None if found is None else pytest.approx(float(found[0, 0]), rel=1e-6)

    assert covered(grey) == 0.4
    assert covered(grey, grey.copy()) == 0.4
    assert covered(grey, Image.new("L", (2, 2), 51)) == 0.6
    assert covered(grey, white) == 1.0
    assert covered(grey, None) is None
    assert covered(None) is None


def test_the_photo_shows_where_masks_are_black() -> None:
    picture, photo = Image.new("RGB", (3, 1), (200, 0, 100)), Image.new("RGB", (3, 1), (0, 100, 0))
    mask = Image.new("L", (3, 1), 0)
    mask.putpixel((0, 0), 255)
    mask.putpixel((1, 0), 51)
    shown = with_photo_outside(picture, photo, [mask])
    assert [shown.getpixel((x, 0)) for x in range(3)] == [(200, 0, 100), (40, 80, 20), (0, 100, 0)]
    assert with_photo_outside(picture, photo, [mask, None]) is picture


def test_a_style_without_a_mask_paints_all_that_is_not_protected() -> None:
    (mask,) = protected([None], row(0, 51, 204, 255))
    assert greys(mask) == [255, 204, 51, 0]


def test_a_mask_loses_what_is_protected_and_the_rest_goes_to_the_style_without() -> None:
    masks = protected([row(255, 255, 0, 102, 102), None], row(0, 255, 255, 0, 51))
    # 102 of 255 is 0.4, and 51 is 0.2: 0.4 * 0.8 = 0.32 (81.6) and 0.6 * 0.8 = 0.48 (122.4).
    assert [greys(mask) for mask in masks] == [[255, 0, 0, 102, 82], [0, 0, 0, 153, 123]]


def test_masks_that_overlap_share_what_is_left_of_the_photo() -> None:
    """Two white masks under a half-protected pixel paint half of it, not all."""
    masks = protected([row(255, 255, 255), row(255, 255, 0)], row(0, 153, 0))
    assert [greys(mask) for mask in masks] == [[128, 51, 255], [128, 51, 0]]
    whole = coverage(masks, (3, 1))
    assert whole is not None
    assert whole[0].tolist() == pytest.approx([1, 0.4, 1])


def test_masks_that_differ_only_where_the_photo_is_kept_stay_one_region() -> None:
    masks = protected([row(255, 255), row(255, 0)], row(0, 255))
    assert [greys(mask) for mask in masks] == [[255, 0], [255, 0]]
    assert protected([row(102, 7)] * 2, row(0, 0))[0].tobytes() == row(102, 7).tobytes()


def test_masks_of_other_sizes_are_stretched_to_the_largest() -> None:
    masks = protected([row(255), None], Image.new("L", (4, 2), 0))
    assert [mask.size for mask in masks] == [(4, 2), (4, 2)]
    assert [set(greys(mask)) for mask in masks] == [{255}, {0}]


def test_protecting_the_photo_keeps_it_where_nothing_paints() -> None:
    style = StyleImage(Image.new("RGB", (40, 40)), 2.0)
    styles, params = protect_photo([style], Params(), row(255, 0))
    assert params.outside_masks == "photo"
    assert [(s.weight, greys(s.mask)) for s in styles if s.mask] == [(2.0, [0, 255])]
    check_styles(styles)


@pytest.mark.parametrize("nothing", [None, row(0, 0)])
def test_protecting_nothing_changes_nothing(nothing: Image.Image | None) -> None:
    style, params = StyleImage(Image.new("RGB", (40, 40))), Params()
    assert protect_photo([style], params, nothing) == ([style], params)


@pytest.mark.parametrize("mask", [None, row(255, 0)])
def test_a_photo_that_is_protected_everywhere_is_refused(mask: Image.Image | None) -> None:
    style = StyleImage(Image.new("RGB", (40, 40)), mask=mask)
    styles, _params = protect_photo([style], Params(), row(255, 255))
    with pytest.raises(ParameterError, match="black everywhere"):
        check_styles(styles)
