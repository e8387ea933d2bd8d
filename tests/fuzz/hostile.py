"""Files that somebody sends on purpose: mutated, cut off, blown up, two things at once, misnamed.

Everything follows from a seed, so what broke something can be made again from its number.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import pillow_heif
from PIL import Image, ImageCms, PngImagePlugin

MARK = b"HOSTILE-MARKER"
"""In every payload that rides along; no file that the site keeps may hold it."""

PAYLOAD = b"<script>alert('" + MARK + b"')</script>"

NAMES = [
    b"photo.jpg",
    b"../../../../etc/passwd",
    b"..\\..\\windows\\win.ini",
    b"/etc/cron.d/evil.png",
    b"a\x00b.jpg",
    b"line\rbreak\n.png",
    b"esc\x1b[2J.jpg",
    "bill\u202egnp.exe".encode(),
    "\u2066\u2067\u2068.webp".encode(),
    b"x" * 5000 + b".jpg",
    b"<img src=x onerror=alert(1)>.png",
    b"%2e%2e%2fetc%2fpasswd",
    b"con.jpg",
    b".htaccess",
    b"photo.jpg.php",
    b"\xff\xfe\xfd.png",
    "\U0001f5bc\ufe0f.heic".encode(),
    b"",
]
TYPES = [
    b"image/jpeg",
    b"image/png",
    b"text/html",
    b"image/svg+xml",
    b"",
    b"x",
]


@dataclass(frozen=True)
class Hostile:
    """One upload: what kind of attack it is, and all that is sent."""

    kind: str
    name: bytes
    content_type: bytes
    data: bytes


def files(seed: int, count: int, heavy_every: int = 0) -> Iterator[Hostile]:
    """`count` of them, of all kinds in turn; now and then one that is as much work as may be."""
    kinds = list(KINDS)
    for number in range(count):
        dice = random.Random(f"{seed}-{number}")
        kind = kinds[number % len(kinds)]
        name = dice.choice(NAMES) if dice.random() < 0.3 else b"photo.jpg"
        data = KINDS[kind](dice)
        if heavy_every and number % heavy_every == heavy_every - 1:
            kind, data = "heavy", _heavy_png()
        yield Hostile(kind, name, dice.choice(TYPES), data)


@cache
def samples() -> dict[str, bytes]:
    """Sound pictures of every format, with all that their formats can carry."""
    rgb = Image.effect_noise((72, 56), 60).convert("RGB")
    rgba = rgb.copy()
    rgba.putalpha(Image.linear_gradient("L").resize(rgb.size))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    exif.get_ifd(0x8825)[2] = (52.0, 30.0, 0.0)
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    icc = icc.replace("sRGB".encode("utf-16-be"), "xRGB".encode("utf-16-be"))
    more = {"exif": exif.tobytes(), "icc_profile": icc}
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", "<x/>", zip=True)
    text.add_text("Comment", "words " * 50, zip=True)
    frames = [rgb.rotate(angle) for angle in (10, 20, 30)]
    made = {
        "JPEG": _encoded(rgb, "JPEG", **more, xmp=b"<x/>"),
        "JPEG progressive": _encoded(rgb, "JPEG", progressive=True, **more),
        "JPEG CMYK": _encoded(rgb.convert("CMYK"), "JPEG"),
        "PNG": _encoded(rgb, "PNG", pnginfo=text, **more),
        "PNG alpha": _encoded(rgba, "PNG"),
        "PNG palette": _encoded(rgb.convert("P"), "PNG", transparency=3),
        "PNG 16 bits": _encoded(Image.new("I;16", (64, 48), 999), "PNG"),
        "PNG animated": _encoded(rgb, "PNG", save_all=True, append_images=frames),
        "WEBP": _encoded(rgb, "WEBP", **more, xmp=b"<x/>"),
        "WEBP lossless": _encoded(rgba, "WEBP", lossless=True),
        "WEBP animated": _encoded(rgb, "WEBP", save_all=True, append_images=frames),
        "AVIF": _encoded(rgba, "AVIF", speed=10, **more),
        "GIF": _encoded(rgb, "GIF", save_all=True, append_images=frames),
        "TIFF": _encoded(rgb, "TIFF", compression="tiff_deflate"),
        "BMP": _encoded(rgb, "BMP"),
        "PDF": _encoded(rgb, "PDF"),
    }
    buffer = io.BytesIO()
    pillow_heif.from_pillow(rgb).save(buffer, quality=50)
    made["HEIC"] = buffer.getvalue()
    return made


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


# Mutations


def _mutated(dice: random.Random) -> bytes:
    data = bytearray(dice.choice(list(samples().values())))
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        at = dice.randrange(min(len(data), dice.choice((40, 600, len(data)))))
        dice.choice((_flip, _extreme, _cut_out, _doubled, _foreign))(data, at, dice)
    return _with_checksums(bytes(data)) if dice.random() < 0.5 else bytes(data)


def _flip(data: bytearray, at: int, dice: random.Random) -> None:
    data[at] ^= 1 << dice.randrange(8)


def _extreme(data: bytearray, at: int, dice: random.Random) -> None:
    """A length, a size or an offset that no honest file has."""
    number = dice.choice((0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF))
    width = dice.choice((1, 2, 4))
    order = dice.choice(("big", "little"))
    number &= (1 << 8 * width) - 1
    data[at : at + width] = number.to_bytes(width, order)  # type: ignore[arg-type]


def _cut_out(data: bytearray, at: int, dice: random.Random) -> None:
    if len(data) > 64:
        del data[at : at + dice.randrange(1, 48)]


def _doubled(data: bytearray, at: int, dice: random.Random) -> None:
    piece = data[at : at + dice.randrange(1, 400)]
    data[at:at] = piece * dice.choice((1, 2, 50))


def _foreign(data: bytearray, at: int, dice: random.Random) -> None:
    other = dice.choice(list(samples().values()))
    begin = dice.randrange(len(other))
    data[at : at + 60] = other[begin : begin + dice.randrange(200)]


def _with_checksums(data: bytes) -> bytes:
    """A PNG's made right again, so that what is behind them is reached."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    out, at = bytearray(data[:8]), 8
    while at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        body = data[at + 4 : at + 8 + length]
        if at + 12 + length > len(data):
            break
        out += data[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return bytes(out + data[at:])


def _truncated(dice: random.Random) -> bytes:
    data = dice.choice(list(samples().values()))
    return data[: dice.randrange(len(data))]


# Bombs


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png(width: int, height: int, *chunks: bytes, rows: bytes = b"", color: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width & 0xFFFFFFFF, height & 0xFFFFFFFF, 8, color, 0, 0, 0)
    end = _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + b"".join(chunks) + end


@cache
def _grown(megabytes: int) -> bytes:
    """So many megabytes of nothing, as a deflated stream of a thousandth of it."""
    return zlib.compress(bytes(megabytes * 2**20), 9)


@cache
def _heavy_png() -> bytes:
    """Within every limit, and as much work as those allow: 50 million pixels in 60 kB."""
    return _png(7071, 7071, rows=bytes((1 + 7071) * 7071), color=0)


def _bomb(dice: random.Random) -> bytes:
    side = dice.choice((20_000, 65_535, 2**31 - 1, 2**32 - 1))
    many = b"\xff\xe1\xff\xff" + b"Exif\0\0" + bytes(65_527)
    jpeg = samples()["JPEG"]
    makers: list[Callable[[], bytes]] = [
        lambda: _png(side, dice.choice((1, side)), rows=bytes(10_000)),
        lambda: _png(64, 64, _chunk(b"zTXt", b"k\0\0" + _grown(100)), rows=bytes(64 * 193)),
        lambda: _png(64, 64, _chunk(b"iCCP", b"k\0\0" + _grown(100)), rows=bytes(64 * 193)),
        lambda: _png(64, 64, *[_chunk(b"tEXt", b"k\0v")] * 20_000, rows=bytes(64 * 193)),
        lambda: _png(64, 64, _chunk(b"eXIf", _circle()), rows=bytes(64 * 193)),
        lambda: _png(64, 64, rows=bytes(2**24)),
        lambda: jpeg[:2] + many * dice.choice((1, 40)) + jpeg[2:],
        lambda: jpeg[:2] + b"\xff\xe2\xff\xffICC_PROFILE\0\1\2" + bytes(65_519) + jpeg[2:],
        lambda: _many_scans(dice.choice((100, 3000))),
        lambda: _resized(samples()["HEIC"], b"ispe", side),
        lambda: _resized(samples()["AVIF"], b"ispe", side),
        lambda: samples()["WEBP animated"] + samples()["WEBP animated"][12:] * 500,
        lambda: b"GIF89a" + b"\xff\xff\xff\xff\x80\0\0" + bytes(30) + b"!\xf9\4\0\0\0\0\0" * 2000,
        lambda: b"II*\0\x08\0\0\0" + b"\xff\xff" + bytes(5000),
    ]
    return dice.choice(makers)()


def _circle() -> bytes:
    """EXIF whose directories lead back to themselves."""
    entries = struct.pack(">HHHII", 2, 0x8769, 4, 1, 8) + struct.pack(">HHII", 0x8825, 4, 1, 8)
    return b"MM\0*\0\0\0\x08" + entries + struct.pack(">I", 8)


def _many_scans(count: int) -> bytes:
    """A progressive JPEG that is painted over and over."""
    data = samples()["JPEG progressive"]
    at = data.index(b"\xff\xda")
    scan = data[at : data.index(b"\xff", at + 14)]
    return data[:-2] + scan * count + data[-2:]


def _resized(data: bytes, box: bytes, side: int) -> bytes:
    at = data.index(box) + 8
    return data[:at] + struct.pack(">II", side, side) + data[at + 8 :]


# Two things at once, and something else altogether


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../evil.html", PAYLOAD)
    return buffer.getvalue()


def _polyglot(dice: random.Random) -> bytes:
    png, jpeg, webp = samples()["PNG"], samples()["JPEG"], samples()["WEBP"]
    comment = b"\xff\xfe" + struct.pack(">H", len(PAYLOAD) + 2) + PAYLOAD
    exif = Image.Exif()
    exif[0x010E] = PAYLOAD.decode()
    return dice.choice(
        [
            png + PAYLOAD,
            jpeg + _zip(),
            webp + PAYLOAD,
            samples()["AVIF"] + PAYLOAD,
            samples()["HEIC"] + _zip(),
            jpeg[:2] + comment + jpeg[2:],
            png[:33] + _chunk(b"tEXt", b"Comment\0" + PAYLOAD) + png[33:],
            png[:33] + _chunk(b"zIPp", _zip()) + png[33:],
            b"GIF89a/*" + samples()["GIF"][8:] + b"*/=1;alert('" + MARK + b"')",
            b"%PDF-1.4\n" + MARK + jpeg,
            _encoded(Image.new("RGB", (64, 48)), "JPEG", exif=exif.tobytes(), xmp=PAYLOAD),
            _encoded(Image.new("RGB", (64, 48)), "WEBP", exif=exif.tobytes(), xmp=PAYLOAD),
        ]
    )


def _wrong(dice: random.Random) -> bytes:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + PAYLOAD + b"</svg>"
    entity = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>'
    return dice.choice(
        [
            *(svg, entity, b"<html>" + PAYLOAD, b"#!/bin/sh\nid\n", b"\x7fELF\2\1\1" + bytes(99)),
            *(b"MZ" + bytes(99), b"<?php system($_GET[0]);", _zip(), b"", b"\0", bytes(5000)),
            *(b"\x1f\x8b" + _grown(1), b"8BPS" + bytes(60), b"\0\0\0\x18ftypmp42" + bytes(60)),
            *(b"push graphic-context\nfill 'url(https://x|id)'", b"%!PS\n(%pipe%id) (r) file"),
            *(samples()["GIF"], samples()["TIFF"], samples()["BMP"], samples()["PDF"]),
            dice.randbytes(dice.randrange(1, 4000)),
        ]
    )


def long_names(letters: int, elements: int) -> bytes:
    """XMP of a namespace whose address is so long: expat writes it out in every element's name."""
    inner = "".join(f"<b{number}/>" for number in range(elements))
    return f'<a xmlns="urn:stylesite:recipe:{"x" * letters}">{inner}</a>'.encode()


def _recipe(dice: random.Random) -> bytes:
    """JSON where a recipe is expected, or XMP that pretends to carry one."""
    deep = b"[" * 100_000
    xmp = b"<x><!-- " + MARK + b" --><y xmlns:s='urn:stylesite:recipe:' s:recipe='{}'/></x>"
    laughs = b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>"
    rgb = Image.new("RGB", (64, 48))
    return dice.choice(
        [
            *(b"{}", deep, b'{"a":' * 5000, b'{"format": 1e999}', b'{"\\ud800": 1}', b"{" + MARK),
            b'{"format":"stylesite-recipe","schema":' + b"9" * 5000 + b"}",
            _encoded(rgb, "JPEG", xmp=xmp),
            _encoded(rgb, "WEBP", xmp=laughs),
            _encoded(rgb, "WEBP", xmp=b"<x>" * 50_000),
            _encoded(rgb, "WEBP", xmp=long_names(100_000, 2000)),
            b'{"a":[' + b'{"":0},' * 200_000 + b"0]}",
            b"\xef\xbb\xbf" + b'{"inputs": {"photo": null}, "params": []}',
        ]
    )


def _sound(dice: random.Random) -> bytes:
    """A good one among them: after all that, it has to be taken."""
    return dice.choice([samples()[kind] for kind in ("JPEG", "PNG", "WEBP", "AVIF", "HEIC")])


KINDS: dict[str, Callable[[random.Random], bytes]] = {
    "mutated": _mutated,
    "mutated, again": _mutated,
    "mutated, once more": _mutated,
    "cut off": _truncated,
    "bomb": _bomb,
    "two at once": _polyglot,
    "wrong type": _wrong,
    "recipe": _recipe,
    "sound": _sound,
}
