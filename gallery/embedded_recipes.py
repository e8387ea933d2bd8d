"""A recipe inside a picture: as an XMP packet, which PNG, JPEG and WebP all can carry.

In a PNG it is the ``iTXt`` chunk that the XMP specification names (part 3, 1.1.5), put in without
encoding the picture anew. What a recipe says is the business of ``recipe_files``.
"""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Hashable
from xml.sax.saxutils import escape

from engine.images import Picture
from gallery.recipe_files import MOST_BYTES, RecipeFile, RecipeFileError, read

NAMESPACE = "urn:stylesite:recipe:"
PROPERTY = "recipe"

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_HEADER_BYTES = 8 + 4 + 4 + 13 + 4
"""The signature and the chunk IHDR, which comes first."""

PNG_KEYWORD = "XML:com.adobe.xmp"

MOST_IN_A_JPEG = 65_502
"""Bytes of an XMP packet: a segment of a JPEG has 65,533, and 29 + 2 of them name it."""

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:stylesite="{namespace}">
<stylesite:{name}>{recipe}</stylesite:{name}>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def packet(recipe: RecipeFile) -> bytes:
    """The XMP packet that carries ``recipe``."""
    text = _PACKET.format(namespace=NAMESPACE, name=PROPERTY, recipe=escape(recipe.to_line()))
    return text.encode()


def into_png(png: bytes, recipe: RecipeFile) -> bytes:
    """``png`` with ``recipe`` inside; not a pixel of it changes."""
    if not png.startswith(PNG_SIGNATURE) or png[12:16] != b"IHDR":
        raise ValueError("not a PNG file")
    # Keyword, not compressed, no language, no translated keyword: PNG specification, 11.3.3.4.
    body = b"iTXt" + PNG_KEYWORD.encode() + b"\0\0\0\0\0" + packet(recipe)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:PNG_HEADER_BYTES] + chunk + png[PNG_HEADER_BYTES:]


def from_picture(picture: Picture, who: Hashable = None) -> RecipeFile | None:
    """The recipe inside a picture that was read for ``who``; None without one.

    Raises what ``recipe_files.read`` raises.
    """
    found = _property(picture.xmp) if picture.xmp else None
    return None if found is None else read(found.encode(), who)


def _property(xmp: bytes) -> str | None:
    """Our property of an XMP packet: an element, or an attribute where a program rewrote it."""
    if len(xmp) > 2 * MOST_BYTES:  # beyond any recipe
        return None
    try:
        # Only as UTF-8, as ours is written: in another encoding, the next look would see nothing.
        text = xmp.decode("utf-8-sig").strip("\0 \r\n\t")
        if "<!" in text:  # declarations, which XMP has no use for and bombs are made of
            return None
        root = ET.fromstring(text)  # noqa: S314  # without declarations
    except (ET.ParseError, ValueError):
        return None
    name = f"{{{NAMESPACE}}}{PROPERTY}"
    for element in root.iter():
        if element.tag == name:
            return element.text or ""
        if name in element.attrib:
            return element.attrib[name]
    return None


__all__ = ["RecipeFileError", "from_picture", "into_png", "packet"]
