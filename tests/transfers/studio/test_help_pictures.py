"""The small pictures beside the controls are there, and are what the command cuts."""

from __future__ import annotations

import pytest
from django.contrib.staticfiles import finders
from PIL import Image, ImageChops, ImageStat

from tests.benchmarks.control_help import ROWS, cut
from transfers.studio.controls import NAMES
from transfers.studio.help_pictures import PICTURES


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_cut_from_what_the_engine_painted(name: str) -> None:
    picture = PICTURES[name]
    assert name in NAMES
    assert len(picture.cells) == len(picture.captions)
    path = finders.find(f"transfers/img/controls/{name}.webp")
    with Image.open(str(path)) as file, Image.open(ROWS / f"control-{picture.row}.jpg") as row:
        assert file.size == (picture.width, picture.height)
        fresh = cut(picture, row.convert("RGB"))
        # Small, as what compression leaves out is fine grain.
        difference = ImageChops.difference(seen(file).reduce(5), seen(fresh).reduce(5))
    assert max(ImageStat.Stat(difference).mean) < 5


def seen(image: Image.Image) -> Image.Image:
    """With its gaps, which are transparent, in white."""
    page = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(page, image.convert("RGBA")).convert("RGB")
