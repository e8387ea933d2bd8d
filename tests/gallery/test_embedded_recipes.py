"""Recipes inside pictures, and the files that people take home."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable

import pytest
from PIL import Image

from engine.images import Picture
from gallery import artwork_recipes, embedded_recipes, recipe_files
from gallery.downloads import Wish, file_bytes
from gallery.models import Artwork
from gallery.pictures import encode
from tests.fuzz.hostile import long_names
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
    assert recipe_inside(data) == artwork_recipes.of_artwork(artwork)
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


ADOBE = """<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6.0.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:ns1="urn:stylesite:recipe:"
    xmlns:dns1="urn:another:"
   dc:format="image/jpeg"
   dns1:recipe="of another"
   ns1:recipe="RECIPE"/>
 </rdf:RDF>
</x:xmpmeta>"""
EXIFTOOL = """<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='Image::ExifTool 13.00'>
<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>

 <rdf:Description rdf:about=''
  xmlns:stylesite='urn:stylesite:recipe:'>
  <stylesite:recipe>RECIPE</stylesite:recipe>
 </rdf:Description>
</rdf:RDF>
</x:xmpmeta>"""
SPACED = """<a:xmpmeta xmlns:a="adobe:ns:meta/"><b:RDF xmlns:b="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
><b:Description xmlns:my.own-1 = 'urn:stylesite:recipe:'
><my.own-1:recipe xml:lang="x-default" >
RECIPE</my.own-1:recipe
></b:Description></b:RDF></a:xmpmeta>"""
SINGLE_QUOTED = "<x xmlns:s='urn:stylesite:recipe:'><y s:recipe = 'RECIPE'></y></x>"


@pytest.mark.parametrize("program", [ADOBE, EXIFTOOL, SPACED, SINGLE_QUOTED])
@pytest.mark.parametrize("quote", ["&quot;", "&#34;", "&#x22;"])
def test_a_program_may_write_the_packet_anew(artwork: Artwork, program: str, quote: str) -> None:
    line = artwork_recipes.of_artwork(artwork).to_line().replace("&", "&amp;")
    line = line.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")
    packet = program.replace("RECIPE", line.replace('"', quote))
    data = encode(gradient(), "JPEG", xmp=packet.encode())
    assert recipe_inside(data) == artwork_recipes.of_artwork(artwork)


def test_titles_full_of_quotes_are_read_back(make_artwork: Make) -> None:
    recipe = whole_recipe()
    style = {**recipe["styles"][0], "title": '"' * 200, "artist": "&quot;" * 33}
    styles = [{**style, "sha256": str(number) * 64} for number in range(8)]
    artwork = make_artwork(recipe={**recipe, "styles": styles}, title="&amp;<{[,&#34;" * 14)
    written = artwork_recipes.of_artwork(artwork)
    data = file_bytes(artwork, Wish(with_recipe=True))
    assert recipe_inside(data) == written
    line = written.to_line().replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    packet = ADOBE.replace("RECIPE", line)
    assert recipe_inside(encode(gradient(), "WEBP", xmp=packet.encode())) == written


DECLARED = b"<x xmlns:s='urn:stylesite:recipe:'"


@pytest.mark.parametrize(
    "packet",
    [
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        b"not xml",
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>",
        b"<x>" + b"a" * 5,
        "<!DOCTYPE x [<!ENTITY a '<b/><b/>'>]><x>&a;</x>".encode("utf-16"),
        b"\xfe\xff" + "<!DOCTYPE x [<!ENTITY a '<b/>'>]><x>&a;</x>".encode("utf-16-be"),
        DECLARED + b"/>",
        DECLARED + b"><s:recipe>{}",
        DECLARED + b"><s:recipe>{}</s:other>",
        DECLARED + b"><s:recipe/><b/></x>",
        DECLARED + b"><s:recipe><![CDATA[{}]]></s:recipe></x>",
        DECLARED + b"><s:recipe>\xff</s:recipe></x>",
        DECLARED + b"><s:recipe>&#" + b"9" * 5000 + b";</s:recipe></x>",
        DECLARED + b"><y s:recipe='{}",
        DECLARED + b"><y ns:recipe='{}'/></x>",
        b"<x xmlns:s='urn:stylesite:recipe:more'><y s:recipe='{}'/></x>",
        b"<x xmlns:s='" + b" " * 300 + b"urn:stylesite:recipe:'><y s:recipe='{}'/></x>",
        DECLARED + b" s:recipe='" + b"&quot;" * (embedded_recipes.MOST_ESCAPES + 1) + b"'/>",
    ],
)
def test_other_packets_are_nothing_to_us(packet: bytes) -> None:
    assert recipe_inside(encode(gradient(), "WEBP", xmp=packet)) is None


@pytest.mark.parametrize(("letters", "elements"), [(100_000, 300), (10, 30_000)])
def test_a_packet_takes_no_more_memory_than_a_copy_of_it(letters: int, elements: int) -> None:
    """An XML parser took 600 times the first one, and 40 times the second."""
    packet = long_names(letters, elements)
    picture = Picture(image=gradient(), file_format="PNG", is_grey=False, xmp=packet)
    tracemalloc.start()
    assert embedded_recipes.from_picture(picture) is None
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2 * len(packet) + 100_000


def test_a_recipe_inside_that_cannot_be_used_is_refused_like_a_file(artwork: Artwork) -> None:
    packet = embedded_recipes.packet(artwork_recipes.of_artwork(artwork))
    newer = packet.replace(b'"schema":1', b'"schema":9')
    with pytest.raises(recipe_files.RecipeFileError, match="newer Stylesite"):
        recipe_inside(encode(gradient(), "WEBP", xmp=newer))


def test_what_is_no_png_is_never_spliced(artwork: Artwork) -> None:
    with pytest.raises(ValueError, match="not a PNG"):
        embedded_recipes.into_png(b"GIF89a" + b"x" * 40, artwork_recipes.of_artwork(artwork))
