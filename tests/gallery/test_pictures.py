from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from gallery.models import Artwork, Style
from gallery.pictures import encode
from tests.gallery.drawings import gradient

METADATA = {"exif", "icc_profile", "xmp", "comment", "photoshop", "Software", "XML:com.adobe.xmp"}


def burdened() -> Image.Image:
    """A picture that carries everything that a phone would write."""
    image = gradient()
    exif = image.getexif()
    exif[0x0110] = "Camera"
    exif.get_ifd(0x8825)[1] = "N"
    image.info.update(exif=exif.tobytes(), icc_profile=b"profile", comment=b"home", Software="x")
    return image


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_no_metadata_gets_through(file_format: str) -> None:
    data = encode(burdened(), file_format)
    with Image.open(io.BytesIO(data)) as written:
        written.load()
        assert not METADATA & written.info.keys()
        assert not written.getexif()
    assert b"Camera" not in data
    assert b"profile" not in data


def test_transparency_becomes_white_in_a_jpeg() -> None:
    clear = Image.new("RGBA", (40, 40), (200, 0, 0, 0))
    with Image.open(io.BytesIO(encode(clear, "JPEG"))) as written:
        assert written.mode == "RGB"
        assert min(written.getpixel((20, 20))) > 250


def test_an_artwork_keeps_every_pixel(make_artwork: Callable[..., Artwork]) -> None:
    painted = gradient(300, 200)
    artwork = make_artwork(image=painted)
    with Image.open(artwork.original.path) as stored:
        assert stored.format == "PNG"
        assert stored.tobytes() == painted.tobytes()


def test_transparency_survives_in_every_rendition(make_artwork: Callable[..., Artwork]) -> None:
    artwork = make_artwork(image=gradient(mode="RGBA"))
    for file in (artwork.original, artwork.display, artwork.thumbnail):
        with Image.open(file.path) as stored:
            assert stored.mode == "RGBA"


def test_renditions_are_small_enough_and_never_larger_than_the_original(
    make_artwork: Callable[..., Artwork],
) -> None:
    large, small = make_artwork(image=gradient(2400, 1200)), make_artwork(image=gradient(90, 60))
    with Image.open(large.display.path) as display, Image.open(large.thumbnail.path) as thumbnail:
        assert display.size == (1600, 800)
        assert thumbnail.size == (480, 240)
    with Image.open(small.display.path) as display:
        assert display.size == (90, 60)


def test_the_row_says_what_the_original_is(artwork: Artwork) -> None:
    data = Path(artwork.original.path).read_bytes()
    assert artwork.sha256 == hashlib.sha256(data).hexdigest()
    assert artwork.bytes == len(data)
    assert (artwork.width, artwork.height) == (96, 64)


def test_another_picture_gets_other_file_names(own_style: Style) -> None:
    before = {file.name for file in own_style.file_fields()}
    own_style.set_picture(gradient(80, 80))
    assert before.isdisjoint({file.name for file in own_style.file_fields()})


def test_deleting_files_leaves_none(artwork: Artwork, media_root: Path) -> None:
    assert len([path for path in media_root.rglob("*") if path.is_file()]) == 4
    artwork.delete_files()
    assert not [path for path in media_root.rglob("*") if path.is_file()]
