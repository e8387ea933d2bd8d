"""Photos and files that only claim to be photos, all made here."""

import io
import struct
import zlib
from dataclasses import dataclass

import pillow_heif
from PIL import Image

MIB = 2**20
ORIENTATION, GPS = 0x0112, 0x8825


def quadrants(width: int = 120, height: int = 80) -> Image.Image:
    """Red, green, blue and white corners: shows every turn and every flip."""
    image = Image.new("RGB", (width, height))
    half = (width // 2, height // 2)
    for color, corner in (
        ((220, 30, 30), (0, 0)),
        ((30, 180, 30), (half[0], 0)),
        ((30, 30, 220), (0, half[1])),
        ((240, 240, 240), half),
    ):
        image.paste(color, (*corner, corner[0] + half[0], corner[1] + half[1]))
    return image


def left_half(width: int = 120, height: int = 80) -> Image.Image:
    """A mask that is white on its left half."""
    mask = Image.new("L", (width, height), 0)
    mask.paste(255, (0, 0, width // 2, height))
    return mask


def as_file(image: Image.Image, file_format: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def as_heic(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, quality=90)
    return buffer.getvalue()


def phone_photo(upright: Image.Image) -> bytes:
    """``upright`` as a phone held sideways saves it: turned, with EXIF orientation 6 and GPS."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x0110] = "Telephone"
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 31.0, 14.0), 3: "E", 4: (9.0, 3.0, 27.0)})
    sideways = upright.transpose(Image.Transpose.ROTATE_90)
    return as_file(sideways, quality=95, exif=exif, comment=b"home")


def _chunk(name: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + checksum


def _bomb(side_px: int) -> bytes:
    """A PNG of a few hundred bytes that claims, and begins, to hold a gigantic picture."""
    header = struct.pack(">IIBBBBB", side_px, side_px, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1 + 3 * side_px) * 10)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _long_gif() -> bytes:
    frames = [Image.new("P", (32, 32), color % 256) for color in range(500)]
    return as_file(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=20)


@dataclass(frozen=True)
class BadFile:
    """A file that must be refused, and words its sentence must hold."""

    name: str
    data: bytes
    reason: str
    words: str

    @property
    def status(self) -> int:
        return 413 if self.reason == "too_large" else 400


def bad_files() -> dict[str, BadFile]:
    whole = as_file(quadrants(400, 300))
    svg = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    return {
        "not an image": BadFile("diary.jpg", b"Dear diary, " * 99, "not_an_image", "not a picture"),
        "truncated": BadFile("half.jpg", whole[: len(whole) // 2], "damaged", "cut off"),
        "one pixel": BadFile(
            "dot.png",
            as_file(quadrants(2, 2).crop((0, 0, 1, 1)), "PNG"),
            "too_small",
            "only 1 × 1 pixels",
        ),
        "bomb": BadFile("bomb.png", _bomb(30_000), "too_many_pixels", "at most 50 megapixels"),
        "svg": BadFile("logo.svg", svg, "svg", "SVG drawings have no pixels"),
        "gif of 500 frames": BadFile("cat.gif", _long_gif(), "gif", "save one frame"),
        "wrong extension": BadFile("letter.jpg", b"%PDF-1.7 \n" * 50, "unsupported", "PDF file"),
        "zero bytes": BadFile("nothing.jpg", b"", "empty", "This file is empty"),
        "26 MB": BadFile(
            "big.jpg", whole + bytes(26 * MIB - len(whole)), "too_large", "larger than 25 MB"
        ),
    }


BAD_FILES = bad_files()
