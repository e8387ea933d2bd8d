"""A recipe inside a picture: as an XMP packet, which PNG, JPEG and WebP all can carry.

In a PNG it is the ``iTXt`` chunk that the XMP specification names (part 3, 1.1.5), put in without
encoding the picture anew. What a recipe says is the business of ``recipe_files``.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Hashable
from html import unescape
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

MOST_ESCAPES = 20_000
"""Characters of a recipe that a program wrote as ``&quot;`` or the like; real ones have a few
hundred quotes, and their titles and names together some 5,000 letters."""

_DECLARED = re.compile(
    rb"xmlns:([A-Za-z_][\w.-]{0,63})\s*=\s*([\"'])" + re.escape(NAMESPACE.encode()) + rb"\2"
)
_BEFORE_A_NAMESPACE = 200
"""Bytes in which the prefix of a namespace is looked for."""

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
    """Our property of an XMP packet: an element, or an attribute where a program rewrote it.

    It is looked for as text, not by an XML parser, which whoever sends a picture could have work
    for minutes, or fill the memory: expat copies the address of a namespace, however long, into
    the name of every element.
    """
    if len(xmp) > 2 * MOST_BYTES:  # beyond any recipe
        return None
    begin, named, rest = xmp.partition(NAMESPACE.encode())
    declared = _DECLARED.search(begin[-_BEFORE_A_NAMESPACE:] + named + rest[:1])
    if declared is None:
        return None
    name = declared[1] + b":" + PROPERTY.encode()
    value = _element(xmp, name)
    if value is None:
        value = _attribute(xmp, name)
    if value is None or value.count(b"&") > MOST_ESCAPES:
        return None
    try:
        return unescape(value.decode())
    except ValueError:  # no UTF-8, as ours is, or the number of a character without end
        return None


def _element(xmp: bytes, name: bytes) -> bytes | None:
    """What is in the first element ``name``, where that is text alone; in one look from left to
    right, as a packet may be long."""
    begin = re.search(rb"<%b(?:\s[^<>]{0,500})?>" % re.escape(name), xmp)
    if begin is None:
        return None
    end = xmp.find(b"<", begin.end())
    return xmp[begin.end() : end] if xmp.startswith(b"</" + name, end) else None


def _attribute(xmp: bytes, name: bytes) -> bytes | None:
    """The same of the first attribute ``name``. Where a pattern begins with a word, it is found
    many times faster, so that the space before the name is looked at behind it."""
    pattern = rb"%b(?<=\s%b)\s*=\s*([\"'])" % (re.escape(name), re.escape(name))
    begin = re.search(pattern, xmp)
    if begin is None:
        return None
    end = xmp.find(begin[1], begin.end())
    return None if end < 0 else xmp[begin.end() : end]


__all__ = ["RecipeFileError", "from_picture", "into_png", "packet"]
