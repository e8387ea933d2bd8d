"""Every picture here is drawn, encoded and spoiled in memory."""

import io
import struct
import time
import tracemalloc
import zlib
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from engine.errors import ImageError
from engine.images import (
    REASONS,
    Limits,
    encode_jpeg,
    encode_png,
    fit,
    flatten,
    read_image,
    read_picture,
)

FORMATS = ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"]
RED, BLUE = (210, 30, 40), (20, 40, 200)


def halves(width: int = 80, height: int = 48) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def encoded(image: Image.Image, kind: str, **options: Any) -> io.BytesIO:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer


def reason(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(ImageError) as caught:
        read_image(io.BytesIO(data), limits)
    assert caught.value.reason in REASONS
    assert caught.value.code == "image"
    assert caught.value.sentence.endswith(".")
    return caught.value.reason


def close(pixel: Any, expected: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(pixel, expected, strict=True))


@pytest.mark.parametrize("kind", FORMATS)
def test_each_accepted_format_is_read(kind: str) -> None:
    image = read_image(encoded(halves(), kind))
    assert (image.size, image.mode, image.info) == ((80, 48), "RGB", {})
    assert close(image.getpixel((10, 20)), RED)
    assert close(image.getpixel((70, 20)), BLUE)


def test_a_jpeg_with_a_second_picture_is_a_jpeg_as_cameras_write_it() -> None:
    data = encoded(halves(), "MPO", save_all=True, append_images=[halves(40, 24)]).getvalue()
    assert Image.open(io.BytesIO(data)).format == "MPO"
    picture = read_picture(data, Limits())
    assert picture.file_format == "JPEG"
    assert picture.image.size == (80, 48)


@pytest.mark.parametrize("kind", FORMATS)
def test_exif_orientation_turns_the_picture_upright(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was held upright: the stored left edge is the top.
    image = read_image(encoded(halves(), kind, exif=exif.tobytes()))
    assert image.size == (48, 80)
    assert close(image.getpixel((20, 10)), RED)
    assert close(image.getpixel((20, 70)), BLUE)


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(1, (0, 0)), (2, (1, 0)), (3, (1, 1)), (4, (0, 1)), (5, (0, 0)), (6, (1, 0)), (7, (1, 1)),
     (8, (0, 1))],
)  # fmt: skip
def test_all_eight_orientations(orientation: int, corner: tuple[int, int]) -> None:
    stored = Image.new("RGB", (64, 48), "white")
    stored.paste("black", (0, 0, 16, 16))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = read_image(encoded(stored, "PNG", exif=exif.tobytes()))
    at = tuple(c * (side - 1) for c, side in zip(corner, image.size, strict=True))
    assert image.getpixel(at) == (0, 0, 0)
    assert image.size == ((64, 48) if orientation < 5 else (48, 64))


@pytest.mark.parametrize("turned_by", [float("inf"), float("-inf"), float("nan")])
def test_an_orientation_that_is_no_number_leaves_the_picture_as_it_is(turned_by: float) -> None:
    entry = struct.pack(">HHHIf", 1, 0x0112, 11, 1, turned_by)  # one tag, of type FLOAT
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + entry + bytes(4)
    assert read_image(encoded(halves(), "JPEG", exif=exif)).size == (80, 48)


@pytest.mark.parametrize("kind", FORMATS)
def test_no_metadata_survives(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[2] = (52.0, 30.0, 0.0)  # GPS latitude
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, Any] = {"exif": exif.tobytes(), "icc_profile": profile}
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", "Secret text")
        options["pnginfo"] = text
    if kind == "JPEG":
        options["comment"] = b"Secret text"
    stored = encoded(halves(), kind, **options)
    assert b"Secret" in stored.getvalue()
    image = read_image(stored)
    assert image.info == {}
    assert len(image.getexif()) == 0
    for again in (encode_png(image), encode_jpeg(image)):
        assert b"Secret" not in again
        reread = Image.open(io.BytesIO(again))
        assert len(reread.getexif()) == 0
        assert not {"icc_profile", "exif", "comment", "xmp"} & reread.info.keys()


def test_metadata_set_on_a_picture_is_not_written() -> None:
    image = halves()
    image.info.update(icc_profile=b"x" * 200, comment=b"Secret", exif=b"Exif\0\0Secret")
    assert b"Secret" not in encode_jpeg(image)
    assert b"iCCP" not in encode_png(image)


def test_a_colour_profile_is_converted_to_srgb() -> None:
    swapped = _profile_with_red_and_blue_swapped()
    image = read_image(encoded(halves(), "PNG", icc_profile=swapped))
    red, _, blue = image.getpixel((10, 20))
    assert blue > 150 > 80 > red


def test_a_broken_profile_leaves_the_colours_alone() -> None:
    image = read_image(encoded(halves(), "PNG", icc_profile=b"not a profile"))
    assert image.getpixel((10, 20)) == RED


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK"])
def test_other_modes_become_rgb(mode: str) -> None:
    stored = halves().convert(mode)
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = read_image(encoded(stored, kind))
    assert image.mode == "RGB"
    assert close(image.getpixel((10, 20)), stored.convert("RGB").getpixel((10, 20)))


def test_sixteen_bit_greys_keep_their_brightness() -> None:
    values = np.full((40, 40), 65535 // 2, dtype=np.uint16)
    values[:, 20:] = 65535
    image = read_image(encoded(Image.fromarray(values), "PNG"))
    assert image.getpixel((5, 5)) == (127, 127, 127)
    assert image.getpixel((30, 5)) == (255, 255, 255)


def test_sixteen_bit_greys_take_little_memory() -> None:
    file = encoded(Image.new("I;16", (1000, 1000)), "PNG")
    tracemalloc.start()
    try:
        read_image(file)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 8 * 1000 * 1000


def test_ten_bit_heic_is_read() -> None:
    values = np.full((48, 64, 3), 40_000, dtype=np.uint16)
    file = pillow_heif.from_bytes("RGB;16", (64, 48), values.tobytes())
    buffer = io.BytesIO()
    file.save(buffer)
    image = read_image(buffer)
    assert image.mode == "RGB"
    assert close(image.getpixel((5, 5)), (156, 156, 156))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF", "AVIF"])
def test_real_transparency_is_kept(kind: str) -> None:
    stored = halves().convert("RGBA")
    stored.putalpha(Image.new("L", stored.size, 255))
    stored.paste((0, 0, 0, 0), (0, 0, 16, 16))
    image = read_image(encoded(stored, kind))
    assert image.mode == "RGBA"
    assert image.getpixel((4, 4))[3] < 30
    assert image.getpixel((60, 40))[3] == 255


def test_transparency_of_a_palette_is_kept() -> None:
    stored = halves().convert("P")
    image = read_image(encoded(stored, "PNG", transparency=stored.getpixel((0, 0))))
    assert image.mode == "RGBA"
    assert (image.getpixel((4, 4))[3], image.getpixel((70, 4))[3]) == (0, 255)


def test_an_alpha_channel_that_hides_nothing_is_dropped() -> None:
    assert read_image(encoded(halves().convert("RGBA"), "PNG")).mode == "RGB"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_of_an_animation_the_first_frame_is_taken(kind: str) -> None:
    first, second = Image.new("RGB", (40, 40), RED), Image.new("RGB", (40, 40), BLUE)
    image = read_image(encoded(first, kind, save_all=True, append_images=[second, first]))
    assert close(image.getpixel((20, 20)), RED)


def test_a_file_is_read_from_its_beginning() -> None:
    file = encoded(halves(), "PNG")
    file.seek(7)
    assert read_image(file).size == (80, 48)


def test_an_empty_file_is_refused() -> None:
    assert reason(b"") == "empty"


@pytest.mark.parametrize("data", [b"\0", b"hello there", b"<html></html>", b"\x89PNG", b"RIFF"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert reason(data) == "not_an_image"


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("share", [0.2, 0.6, 0.97])
def test_a_truncated_picture_is_refused(kind: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (120, 120, 3), dtype=np.uint8)
    whole = encoded(Image.fromarray(noise), kind).getvalue()
    assert reason(whole[: int(len(whole) * share)]) == "damaged"


def test_a_flipped_byte_in_a_png_is_noticed() -> None:
    data = bytearray(encoded(halves(), "PNG").getvalue())
    data[data.index(b"IDAT") + 8] ^= 0xFF
    assert reason(bytes(data)) == "damaged"


def test_one_pixel_is_too_small() -> None:
    assert reason(encoded(Image.new("RGB", (1, 1)), "PNG").getvalue()) == "too_small"


def test_a_side_of_32_pixels_is_enough_and_31_is_not() -> None:
    assert read_image(encoded(Image.new("RGB", (32, 40)), "PNG")).size == (32, 40)
    assert reason(encoded(Image.new("RGB", (31, 40)), "PNG").getvalue()) == "too_small"


def test_a_ribbon_is_refused() -> None:
    assert reason(encoded(Image.new("RGB", (32 * 129, 32)), "PNG").getvalue()) == "too_narrow"


def test_a_bomb_is_refused_before_a_pixel_is_decoded() -> None:
    started = time.monotonic()
    assert reason(_png_claiming(30_000, 30_000)) == "too_many_pixels"
    assert reason(_png_claiming(12_000, 12_000)) == "too_many_pixels"
    assert time.monotonic() - started < 1


def test_the_limit_on_pixels_can_be_set() -> None:
    data = encoded(Image.new("RGB", (200, 100)), "PNG").getvalue()
    assert reason(data, Limits(max_pixels=19_999)) == "too_many_pixels"
    assert read_image(io.BytesIO(data), Limits(max_pixels=20_000)).size == (200, 100)


def test_a_file_of_26_megabytes_is_refused_and_not_read_whole() -> None:
    data = encoded(halves(), "JPEG").getvalue()
    file = io.BytesIO(data + b"\0" * (26 * 2**20 - len(data)))
    with pytest.raises(ImageError) as caught:
        read_image(file)
    assert caught.value.reason == "too_large"
    assert "25 MB" in caught.value.sentence
    assert file.tell() == 25 * 2**20 + 1


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"/>',
        b'<?xml version="1.0"?>\n<!-- drawn -->\n<SVG/>',
        b"\xef\xbb\xbf  <svg/>",
    ],
)
def test_svg_is_refused_with_a_way_out(data: bytes) -> None:
    assert reason(data) == "svg"


def test_an_animated_gif_is_refused_with_a_way_out() -> None:
    frames = [Image.new("P", (40, 40), i % 250) for i in range(500)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]).getvalue()
    assert reason(data) == "gif"
    with pytest.raises(ImageError, match="save one frame"):
        read_image(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "ICO", "PDF"])
def test_formats_that_are_not_accepted_are_called_by_name(kind: str) -> None:
    assert reason(encoded(halves(), kind).getvalue()) == "unsupported"


def test_a_video_is_refused() -> None:
    assert reason(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 64) == "unsupported"


def test_all_sentences_differ() -> None:
    sentences = set()
    bodies = (b"", b"<svg>", b"GIF89a", b"II*\0", b"words", b"\x89PNG\r\n\x1a\n")
    for data in (*bodies, *(_png_claiming(w, h) for w, h in ((9000, 9000), (2, 2), (9000, 40)))):
        with pytest.raises(ImageError) as caught:
            read_image(io.BytesIO(data))
        sentences.add(caught.value.sentence)
    assert len(sentences) == 9


def test_fit_makes_smaller_and_never_larger() -> None:
    assert fit(Image.new("RGB", (400, 100)), 200).size == (200, 50)
    assert fit(Image.new("RGB", (40, 10)), 200).size == (40, 10)
    assert fit(Image.new("RGB", (4000, 2)), 200).size == (200, 1)


def test_flatten_puts_transparent_pictures_on_white() -> None:
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    assert flatten(image).getpixel((2, 2)) == (255, 255, 255)
    assert Image.open(io.BytesIO(encode_jpeg(image))).getpixel((2, 2)) == (255, 255, 255)


def test_png_keeps_every_pixel_and_its_transparency() -> None:
    image = halves().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    again = Image.open(io.BytesIO(encode_png(image)))
    assert again.mode == "RGBA"
    assert again.tobytes() == image.tobytes()


def _png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header promises a size and whose body is empty."""

    def chunk(name: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def _profile_with_red_and_blue_swapped() -> bytes:
    """sRGB with the tags of its red and blue primaries exchanged, and another description."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for a, b in ((b"rXYZ", b"bXYZ"),):
        at, other = profile.index(a), profile.index(b)
        profile[at : at + 4], profile[other : other + 4] = b, a
    for text in ("sRGB".encode("utf-16-be"), b"sRGB"):
        while text in profile:
            at = profile.index(text)
            profile[at : at + len(text)] = text.replace(b"s", b"x")
    return bytes(profile)


@pytest.mark.parametrize("spread", [20, 120])
def test_a_jpeg_of_the_busiest_picture_is_written(spread: int) -> None:
    noise = Image.merge("RGB", [Image.effect_noise((512, 512), spread) for _ in range(3)])
    with Image.open(io.BytesIO(encode_jpeg(noise))) as read:
        read.load()
        assert (read.format, read.size) == ("JPEG", (512, 512))
