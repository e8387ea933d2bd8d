"""Reading pictures that strangers send, and writing pictures that give nothing away.

A picture is judged by its content, never by its name; its size is checked before any pixel is
decoded. What comes out is upright, in sRGB, and carries no metadata. Torch-free; what a file is
stored under is not decided here.
"""

import io
import struct
import zlib
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, UnidentifiedImageError

from engine import jpeg_pieces
from engine.errors import ImageError

pillow_heif.register_heif_opener()

MIB = 2**20
MAX_ASPECT = 128
"""A picture longer than this many times its width has no room for a style."""

REASONS = frozenset(
    {"empty", "too_large", "svg", "gif", "unsupported", "not_an_image", "too_many_pixels"}
    | {"too_small", "too_narrow", "damaged", "unreadable", "busy"}
)
"""What `ImageError.reason` may be; the last two are for `engine.decoding` and its callers."""

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")
"""What is read, by Pillow's names."""

MOST_XMP_BYTES = 32 * MIB
"""A longer XMP packet is left out: none that anybody writes on purpose comes near."""

_ACCEPTED = "Please use a JPEG, PNG, WebP, HEIC or AVIF picture."
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_OTHER_FORMATS = (
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"BM", "BMP"),
    (b"%PDF", "PDF"),
    (b"8BPS", "Photoshop"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\x00\x00\x01\x00", "icon"),
)
_DECODE_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    RuntimeError,
    ArithmeticError,
    struct.error,
    zlib.error,
)
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_EXIF_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a picture may be at most, and at least; formats: those of `FORMATS` that are opened."""

    max_bytes: int = 25 * MIB
    max_pixels: int = 50_000_000
    min_side_px: int = 32
    formats: tuple[str, ...] = FORMATS


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as `read_image` gives it, and what its file said besides.

    file_format: one of `FORMATS`. is_grey: whether the file has one channel of 8 bits, no alpha.
    xmp: its XMP packet as it was, unread; empty without one.
    """

    image: Image.Image
    file_format: str
    is_grey: bool
    xmp: bytes = b""

    def within(self, side_px: int) -> "Picture":
        """With its longer side at most `side_px`; never enlarged."""
        smaller = self.image.copy()
        smaller.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
        return replace(self, image=smaller)


def read_image(file: BinaryIO, limits: Limits | None = None) -> Image.Image:
    """The picture in `file`: upright, sRGB, 8 bits, mode RGB, or RGBA where any pixel lets light
    through, with an empty `info`. Of an animated PNG, WebP or AVIF the first frame.

    Raises ImageError, with a `reason` from `REASONS`, for everything else. A file of somebody else
    is read by `engine.decoding` instead, where a hostile one does no harm.
    """
    limits = limits or Limits()
    return read_picture(read_bytes(file, limits), limits).image


def read_picture(data: bytes, limits: Limits) -> Picture:
    """The same of a file's bytes, with what the file says besides."""
    kind = _sniff(data)
    _check_kind(data, kind, limits)
    image = _open(data, kind, limits)
    _check_size(image.size, limits)
    try:
        image.load()
        upright = _UPRIGHT.get(_orientation(image))
        plain = _to_srgb(image)
    except (*_DECODE_ERRORS, MemoryError) as error:
        raise _damaged() from error
    if upright is not None:
        plain = plain.transpose(upright)
    return Picture(
        image=_without_metadata(plain),
        file_format=kind,  # Pillow calls a JPEG with a second picture inside something else.
        is_grey=image.mode == "L" and not image.has_transparency_data,
        xmp=_xmp(image),
    )


def fit(image: Image.Image, size_px: int) -> Image.Image:
    """`image` with its longer side at most `size_px`; never enlarged, aspect kept."""
    scale = size_px / max(image.size)
    if scale >= 1:
        return image.copy()
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def flatten(image: Image.Image, background: tuple[int, int, int] = (255, 255, 255)) -> Image.Image:
    """`image` in mode RGB, itself if it is; what was transparent shows `background`."""
    if image.mode != "RGBA":
        return image if image.mode == "RGB" else image.convert("RGB")
    ground = Image.new("RGB", image.size, background)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def eight_bits(image: Image.Image) -> Image.Image:
    """`image`, of any mode, in RGB, or in RGBA where any pixel lets light through.

    16-bit greys are scaled; RGB and RGBA stay as they are.
    """
    if image.mode in {"RGB", "RGBA"}:
        return image
    if image.mode.startswith(("I", "F")):
        return _to_eight_bits(image).convert("RGB")
    alpha = _alpha(image)
    color = image.convert("RGB")
    if alpha is not None:
        color.putalpha(alpha)
    return color


def encode_png(image: Image.Image) -> bytes:
    """A PNG file of `image`, transparency kept, without any metadata."""
    buffer = io.BytesIO()
    _without_metadata(image).save(buffer, "PNG", optimize=False, compress_level=6)
    return buffer.getvalue()


def encode_jpeg(image: Image.Image, quality: int = 92) -> bytes:
    """A JPEG file of `image` on white, without any metadata. From 90 on, colour is not halved."""
    buffer = io.BytesIO()
    subsampling = 0 if quality >= 90 else 2
    plain = _without_metadata(flatten(image))
    try:
        plain.save(buffer, "JPEG", quality=quality, subsampling=subsampling, progressive=True)
    except OSError:
        # Pillow gives a progressive file a byte a pixel, which a busy painting can exceed.
        buffer = io.BytesIO()
        plain.save(buffer, "JPEG", quality=quality, subsampling=subsampling)
    return buffer.getvalue()


def encode_webp(image: Image.Image, quality: int = 92) -> bytes:
    """A WebP file of `image`, transparency kept, without any metadata."""
    buffer = io.BytesIO()
    _without_metadata(image).save(buffer, "WEBP", quality=quality)
    return buffer.getvalue()


def read_bytes(file: BinaryIO, limits: Limits) -> bytes:
    """All of `file`, from its beginning. Raises ImageError, "empty" or "too_large"."""
    if file.seekable():
        file.seek(0)
    data = file.read(limits.max_bytes + 1)
    if not data:
        raise ImageError("This file is empty. Please choose it again.", reason="empty")
    if len(data) > limits.max_bytes:
        raise ImageError(
            f"This file is larger than {limits.max_bytes / MIB:.0f} MB. "
            "Please save the picture smaller, or as a JPEG, and try again.",
            reason="too_large",
        )
    return data


def _open(data: bytes, kind: str, limits: Limits) -> Image.Image:
    try:
        # Pillow refuses bombs with an error, or with a warning that `-W error` turns into one.
        return Image.open(io.BytesIO(data), formats=(kind,))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(limits) from error
    except (UnidentifiedImageError, *_DECODE_ERRORS) as error:
        raise _damaged() from error


def _sniff(data: bytes) -> str:
    """Pillow's name of the format, by the first bytes."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        return _sniff_brand(data)
    raise _refused(data)


def _sniff_brand(data: bytes) -> str:
    """Tells HEIC from AVIF: both are the same container, told apart by the brands it lists."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
    if brands & _AVIF_BRANDS:
        return "AVIF"
    if brands & _HEIF_BRANDS:
        return "HEIF"
    raise ImageError(
        f"This looks like a video, or a picture of a kind we cannot read. {_ACCEPTED}",
        reason="unsupported",
    )


def _refused(data: bytes) -> ImageError:
    if data.startswith(b"GIF8"):
        return ImageError(
            "GIFs, animated ones included, are not supported. "
            "Please save one frame as a PNG or JPEG and use that.",
            reason="gif",
        )
    if b"<svg" in data[:4096].lower():
        return ImageError(
            "SVG drawings have no pixels to paint on. "
            "Please export the drawing as a PNG and use that.",
            reason="svg",
        )
    for magic, name in _OTHER_FORMATS:
        if data.startswith(magic):
            article = "an" if name == "icon" else "a"
            return ImageError(
                f"This is {article} {name} file, which we cannot read. {_ACCEPTED}",
                reason="unsupported",
            )
    return ImageError(
        f"This file is not a picture, whatever its name says. {_ACCEPTED}", reason="not_an_image"
    )


def _check_kind(data: bytes, kind: str, limits: Limits) -> None:
    if kind not in limits.formats:
        accepted = " or ".join(limits.formats)
        raise ImageError(f"Please use a {accepted} picture instead.", reason="unsupported")
    if kind == "JPEG" and jpeg_pieces.are_too_many(data):
        raise ImageError(
            "This JPEG is made of more pieces than any program writes. "
            "Please save the picture anew and try again.",
            reason="unsupported",
        )


def _check_size(size: tuple[int, int], limits: Limits) -> None:
    width, height = size
    if width * height > limits.max_pixels:
        raise _too_many_pixels(limits, size)
    if min(size) < limits.min_side_px:
        raise ImageError(
            f"This picture is only {width} × {height} pixels. Please choose one that is at least "
            f"{limits.min_side_px} pixels on each side.",
            reason="too_small",
        )
    if max(size) > MAX_ASPECT * min(size):
        raise ImageError(
            f"This picture is too long and narrow ({width} × {height} pixels). "
            "Please crop it and try again.",
            reason="too_narrow",
        )


def _too_many_pixels(limits: Limits, size: tuple[int, int] | None = None) -> ImageError:
    measured = f" ({size[0]:,} × {size[1]:,})" if size else ""
    return ImageError(
        f"This picture has more pixels than we can open{measured}: at most "
        f"{limits.max_pixels / 1e6:.0f} megapixels. Please make it smaller and try again.",
        reason="too_many_pixels",
    )


def _damaged() -> ImageError:
    return ImageError(
        "This picture is damaged or was cut off while it was copied. "
        "Please try the original file again, or save it anew.",
        reason="damaged",
    )


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_EXIF_ORIENTATION, 1))
    except (*_DECODE_ERRORS, UserWarning):
        return 1  # Broken EXIF: the picture itself is still good.


def _xmp(image: Image.Image) -> bytes:
    """As Pillow found it: under a name of its own, or in a PNG as the text that it is there."""
    said = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    packet = said.encode("utf-8", "replace") if isinstance(said, str) else bytes(said)
    return packet if len(packet) <= MOST_XMP_BYTES else b""


def _to_srgb(image: Image.Image) -> Image.Image:
    alpha = _alpha(image)
    profile = image.info.get("icc_profile")
    if image.mode.startswith(("I", "F")):
        image = _to_eight_bits(image)
    elif image.mode not in {"RGB", "L", "CMYK"}:
        image = image.convert("RGB")
    color = (_through_profile(image, profile) if profile else None) or image.convert("RGB")
    if alpha is not None:
        color.putalpha(alpha)
    return color


def _alpha(image: Image.Image) -> Image.Image | None:
    """The alpha channel, where it hides anything at all."""
    if not image.has_transparency_data:
        return None
    alpha = image.convert("RGBA").getchannel("A")
    lowest, _ = alpha.getextrema()
    return alpha if lowest < 255 else None  # type: ignore[operator]


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """16-bit greys are scaled: Pillow's own conversion would cut everything above 255 to white."""
    values = np.asarray(image)
    grey = np.empty(values.shape, np.uint8)
    for row, line in enumerate(values):  # At once, a large picture would take 24 bytes a pixel.
        grey[row] = (line / 65535 * 255 + 0.5).clip(0, 255)
    return Image.fromarray(grey)


def _through_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """`image` in sRGB, or None where the profile says nothing that we can use."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return None
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, *_DECODE_ERRORS):
        return None


def _without_metadata(image: Image.Image) -> Image.Image:
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    return clean
