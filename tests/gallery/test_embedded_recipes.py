"""Recipes inside pictures, and the files that people take home."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image

from gallery import embedded_recipes, recipe_files
from gallery.downloads import Wish, file_bytes
from gallery.models import Artwork
from gallery.pictures import encode
from tests.gallery.drawings import gradient, recipe_inside, whole_recipe

Make = Callable[..., Artwork]


@pytest.fixture
def artwork(make_artwork: Make) -> Artwork:
    return make_artwork(recipe=whole_recipe(), title="<Mühle> & “mill”")


@pytest.mark.parametrize("file_format", ["png", "jpg", "webp"])
@pytest.mark.parametrize("size", ["original", "web"])
def test_a_recipe_is_read_back_from_every_kind_of_file(
    artwork: Artwork, file_format: str, size: str
) -> None:
    data = file_bytes(artwork, Wish(file_format=file_format, size=size, with_recipe=True))
    assert recipe_inside(data) == recipe_files.of_artwork(artwork)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert image.info["xmp"].startswith(b"<?xpacket begin=")  # where programs look for it


def test_putting_it_into_a_png_changes_no_pixel_and_no_other_byte(artwork: Artwork) -> None:
    plain = file_bytes(artwork, Wish())
    told = file_bytes(artwork, Wish(with_recipe=True))
    assert told[:33] == plain[:33]
    assert told.endswith(plain[33:])
    with Image.open(io.BytesIO(told)) as image:
        image.verify()  # the checksums of its chunks
    with Image.open(io.BytesIO(told)) as image:
        assert image.tobytes() == artwork.opened().tobytes()


@pytest.mark.parametrize("file_format", ["png", "jpg", "webp"])
def test_without_being_asked_a_file_says_nothing(artwork: Artwork, file_format: str) -> None:
    data = file_bytes(artwork, Wish(file_format=file_format))
    assert recipe_inside(data) is None
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert not {"xmp", "exif", "comment", "icc_profile", "text"} & image.info.keys()
    assert b"stylesite" not in data


def test_for_the_web_it_is_smaller(make_artwork: Make) -> None:
    artwork = make_artwork(image=gradient(3000, 1000))
    with Image.open(io.BytesIO(file_bytes(artwork, Wish(size="web", file_format="jpg")))) as image:
        assert image.size == (1600, 533)
    with Image.open(io.BytesIO(file_bytes(artwork, Wish(file_format="webp")))) as image:
        assert image.size == (3000, 1000)


def test_a_program_may_write_the_packet_anew(artwork: Artwork) -> None:
    line = recipe_files.of_artwork(artwork).to_line().replace("&", "&amp;")
    line = line.replace("<", "&lt;").replace('"', "&quot;")
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-'
        'syntax-ns#"><r:Description xmlns:ns1="urn:stylesite:recipe:" '
        f'ns1:recipe="{line}"/></r:RDF></x:xmpmeta>'
    )
    data = encode(gradient(), "JPEG", xmp=packet.encode())
    assert recipe_inside(data) == recipe_files.of_artwork(artwork)


@pytest.mark.parametrize(
    "packet",
    [
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        b"not xml",
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>",
        b"<x>" + b"a" * 5,
        "<!DOCTYPE x [<!ENTITY a '<b/><b/>'>]><x>&a;</x>".encode("utf-16"),
        b"\xfe\xff" + "<!DOCTYPE x [<!ENTITY a '<b/>'>]><x>&a;</x>".encode("utf-16-be"),
    ],
)
def test_other_packets_are_nothing_to_us(packet: bytes) -> None:
    assert recipe_inside(encode(gradient(), "JPEG", xmp=packet)) is None


def test_a_recipe_inside_that_cannot_be_used_is_refused_like_a_file(artwork: Artwork) -> None:
    packet = embedded_recipes.packet(recipe_files.of_artwork(artwork))
    newer = packet.replace(b'"schema":1', b'"schema":9')
    with pytest.raises(recipe_files.RecipeFileError, match="newer Stylesite"):
        recipe_inside(encode(gradient(), "WEBP", xmp=newer))


def test_what_is_no_png_is_never_spliced(artwork: Artwork) -> None:
    with pytest.raises(ValueError, match="not a PNG"):
        embedded_recipes.into_png(b"GIF89a" + b"x" * 40, recipe_files.of_artwork(artwork))
