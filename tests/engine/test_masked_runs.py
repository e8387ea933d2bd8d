"""Styles that paint where their masks are white."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from engine.errors import CheckpointError, ParameterError
from engine.inputs import protect_photo
from engine.params import Params
from engine.stylize import Step, StyleImage, stylize
from tests.engine.conftest import drawn, tiny_network
from tests.engine.runs import QUICK, difference, halves, run, stripes


@pytest.mark.vgg
def test_the_real_vgg19_paints_each_half_in_the_colours_of_its_style() -> None:
    photo = drawn(96, 64, seed=1)
    orange, blue = stripes(), stripes().convert("RGB", (0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0))
    left, right = halves(96, 64)
    params = Params(size_px=96, steps=30, style_strength=90)
    styles = [StyleImage(orange, mask=left), StyleImage(blue, mask=right)]
    *_, last = stylize(photo, styles, params, device="cpu")
    seen = np.asarray(last.image(), float)
    aims = [np.asarray(s, float).mean((0, 1)) for s in (orange, blue)]
    for half, own, other in ((seen[:, :40], *aims), (seen[:, 56:], *reversed(aims))):
        mean = half.mean((0, 1))
        assert np.linalg.norm(mean - own) < 0.5 * np.linalg.norm(mean - other)


def test_outside_its_masks_the_picture_is_the_photo_to_the_byte(
    photo: Image.Image, style: Image.Image
) -> None:
    left, _ = halves(64, 48)
    params = Params(size_px=128, steps=12, outside_masks="photo")
    masked = [StyleImage(style, mask=left)]
    *_, last = stylize(photo, masked, params, network=tiny_network(), device="cpu")
    resized = photo.resize((128, 96), Image.Resampling.LANCZOS)
    outside = (68, 0, 128, 96)
    assert last.image().crop(outside).tobytes() == resized.crop(outside).tobytes()
    assert difference(last.image().crop((0, 0, 60, 96)), resized.crop((0, 0, 60, 96))) > 2
    keeping = dataclasses.replace(params, keep_colors="luminance")
    *_, last = stylize(photo, masked, keeping, network=tiny_network(), device="cpu")
    assert last.image().crop(outside).tobytes() == resized.crop(outside).tobytes()


def test_where_it_is_protected_the_picture_is_the_photo_to_the_byte(
    photo: Image.Image, style: Image.Image
) -> None:
    left, _ = halves(64, 48)
    given = protect_photo([StyleImage(style)], Params(size_px=128, steps=12), left)
    *_, last = stylize(photo, *given, network=tiny_network(), device="cpu")
    resized = photo.resize((128, 96), Image.Resampling.LANCZOS)
    kept, painted = (0, 0, 60, 96), (68, 0, 128, 96)
    assert last.image().crop(kept).tobytes() == resized.crop(kept).tobytes()
    assert difference(last.image().crop(painted), resized.crop(painted)) > 2


def test_without_masks_the_photo_is_kept_nowhere(photo: Image.Image, style: Image.Image) -> None:
    plain, kept = (
        run(photo, style, Params.from_json({"size_px": 64, "steps": 4, "outside_masks": outside}))
        for outside in ("paint", "photo")
    )
    assert plain[-1].image().tobytes() == kept[-1].image().tobytes()


def test_masks_that_are_all_black_are_refused(photo: Image.Image, style: Image.Image) -> None:
    black = Image.new("L", photo.size, 0)
    with pytest.raises(ParameterError, match="black everywhere") as caught:
        list(stylize(photo, [StyleImage(style, mask=black)], QUICK, network=tiny_network()))
    assert caught.value.field == "styles"
    beside = [StyleImage(style, mask=black), StyleImage(style)]
    params = Params(size_px=64, steps=3)
    *_, last = stylize(photo, beside, params, network=tiny_network(), device="cpu")
    assert last.image().tobytes() == run(photo, style, params)[-1].image().tobytes()


def test_a_checkpoint_with_another_mask_is_refused(photo: Image.Image, style: Image.Image) -> None:
    params = Params(size_px=64, steps=2)
    left, right = halves(64, 48)

    def painted(mask: Image.Image | None, resume: bytes | None = None) -> list[Step]:
        styles = [StyleImage(style, mask=mask)]
        return list(
            stylize(photo, styles, params, resume=resume, network=tiny_network(), device="cpu")
        )

    kept = painted(left)[0].checkpoint()
    assert painted(left, kept)[-1].is_last
    styles, protecting = protect_photo([StyleImage(style, mask=left)], params, right)
    with pytest.raises(CheckpointError):
        list(stylize(photo, styles, protecting, resume=kept, network=tiny_network(), device="cpu"))
    for other in (right, None):
        with pytest.raises(CheckpointError):
            painted(other, kept)
