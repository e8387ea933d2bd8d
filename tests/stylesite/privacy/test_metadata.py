"""What cameras and programs write into pictures is in no file that is stored.

The files are real ones, with all that such files carry; after a round through every way in, each
file of the store is searched for it.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

import pillow_heif
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from accounts.models import User
from gallery.artwork_recipes import described, of_artwork
from gallery.cropping import Crop
from gallery.embedded_recipes import into_png
from gallery.imports import archive
from gallery.imports.carrying_out import Run
from gallery.imports.judging import Wishes
from gallery.masks import add_mask
from gallery.models import Style
from gallery.styles import crop
from tests.gallery.drawings import hang_artwork, whole_recipe
from tests.gallery.imports.zips import HEADER, table, zipped
from tests.transfers.drawings import left_half, quadrants
from transfers.booth import sittings
from transfers.models import Booth, ContentImage
from transfers.photos import add_photo
from transfers.repeating.bringing import bring

pytestmark = pytest.mark.django_db

SECRET = "Zaphod-was-here"
XMP = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="{SECRET}"/>
</rdf:RDF></x:xmpmeta>""".encode()
NAMES = ("exif", "xmp", "photoshop", "comment", "icc_profile", "dpi", "Software", "Comment", "XML")
STANDARD_NAMES = (
    b"Exif\0\0",
    b"8BIM",
    b"adobe:ns:meta",
    b"ns.adobe.com",
    b"tEXt",
    b"eXIf",
    b"iTXt",
)


def exif() -> Image.Exif:
    """Camera, time, place, and a word in nearly every tag that takes one."""
    tags = Image.Exif()
    for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298):
        tags[tag] = f"{SECRET} {tag}"
    tags[0x0112] = 6  # lies on its side
    tags[0x0132] = "2031:05:04 03:02:01"
    gps = tags.get_ifd(0x8825)
    gps.update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0), 27: SECRET.encode()})
    tags.get_ifd(0x8769).update({0x927C: SECRET.encode(), 0x9286: SECRET.encode(), 0xA431: SECRET})
    return tags


def iptc() -> bytes:
    """An APP13 segment as Photoshop writes it: the city, dataset 2:90."""
    words = SECRET.encode()
    record = b"\x1c\x02\x5a" + struct.pack(">H", len(words)) + words
    block = (
        b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record + b"\0" * (len(record) % 2)
    )
    body = b"Photoshop 3.0\0" + block
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body


def jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif(), xmp=XMP, comment=SECRET, icc_profile=profile())
    data = buffer.getvalue()
    return data[:2] + iptc() + data[2:] + SECRET.encode()  # a file glued to its end, too


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def png(image: Image.Image, *, with_xmp: bool = True) -> bytes:
    buffer, said = io.BytesIO(), PngInfo()
    said.add_text("Comment", SECRET)
    said.add_text("Author", SECRET, zip=True)
    if with_xmp:
        said.add_itxt("XML:com.adobe.xmp", XMP.decode())
    image.save(buffer, "PNG", exif=exif(), pnginfo=said, dpi=(300, 300))
    return buffer.getvalue()


def webp(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", exif=exif().tobytes(), xmp=XMP, icc_profile=profile())
    return buffer.getvalue()


def heic(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, exif=exif().tobytes(), xmp=XMP, quality=90)
    return buffer.getvalue()


def avif(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "AVIF", exif=exif().tobytes(), xmp=XMP)
    return buffer.getvalue()


WRITERS = (jpeg, png, webp, heic, avif)


def stored(root: Path) -> Iterator[tuple[Path, bytes]]:
    for path in root.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


def test_what_is_searched_for_is_in_the_files_that_are_sent() -> None:
    for write in WRITERS:
        data = write(quadrants(60, 40))
        with Image.open(io.BytesIO(data)) as image:
            told = f"{image.info} {dict(image.getexif())}"
        assert SECRET in told, write.__name__
    assert jpeg(quadrants()).count(SECRET.encode()) > 8


def test_no_stored_file_knows_where_or_by_whom_a_picture_was_taken(
    user: User, media_root: Path, admin_user: User
) -> None:
    photos = send_photos(user)
    photo, style = photos[0], send_styles(user, admin_user)
    mask = add_mask(
        user, io.BytesIO(png(left_half(photo.height, photo.width))), (photo.width, photo.height)
    )
    paint(user, photo, style)
    booth = Booth.objects.create(owner=user, title="Party")
    booth.styles.add(style)
    sittings.take(booth, io.BytesIO(jpeg(quadrants(90, 60))), style, on_wall=True)

    files = list(stored(media_root))
    assert len(files) > 3 * len(WRITERS) + 10
    assert mask.original
    for path, data in files:
        assert SECRET.encode() not in data, path
        assert not [name for name in STANDARD_NAMES if name in data], path
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            assert not set(image.info) & set(NAMES), path
            assert not dict(image.getexif()), path


def send_photos(user: User) -> list[ContentImage]:
    """One of each format; that which lay on its side is upright."""
    photos = [
        add_photo(user, io.BytesIO(write(quadrants(120, 80 + number))), "upload", write.__name__)
        for number, write in enumerate(WRITERS)
    ]
    assert (photos[0].width, photos[0].height) == (80, 120)
    return photos


def send_styles(user: User, admin: User) -> Style:
    """By the page, cropped, and as a preset in a zip."""
    client = Client()
    client.force_login(user)
    sent = SimpleUploadedFile(f"{SECRET}.jpg", jpeg(quadrants(100, 100)))
    assert client.post("/styles/add/", {"image": sent}).status_code == 302
    own = Style.objects.get()
    crop(own, Crop.of([0.0, 0.0, 1.0, 0.5]))
    row = ("a.jpg", "Dots", "Ada", "CC0-1.0")
    file = zipped({"styles.csv": table([HEADER, row]), "a.jpg": jpeg(quadrants(64, 48))})
    with archive.opened(file) as opened:
        run = Run(opened, Wishes(source="styles.zip", by=admin, publish=True), dry=False)
        list(run.verdicts())
    assert run.report.new == 1
    return own


def paint(user: User, photo: ContentImage, style: Style) -> None:
    """A picture of the photo, and its recipe brought back in a file with more inside."""
    recipe = whole_recipe(
        styles=[{"title": "Tiles", "style_id": str(style.pk), **described(style)}],
        content={"title": "Harbour", "photo_id": str(photo.pk), **described(photo)},
    )
    work = hang_artwork(
        owner=user, image=photo.opened(), before=photo.opened(), title="Harbour", recipe=recipe
    )
    brought = bring(
        user, io.BytesIO(into_png(png(quadrants(96, 64), with_xmp=False), of_artwork(work)))
    )
    assert brought.original
