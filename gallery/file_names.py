"""Titles as names of files that people take home. Nothing is stored under them."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

NAME_BYTES = 180
"""Of a name without number and extension: no file system takes more than 255 bytes."""

# Windows keeps these for devices, whatever their extension.
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)

# What no name may hold somewhere: separators and wildcards, control characters, halves of
# characters; and the marks that turn the direction of reading, by which names pretend to end
# otherwise than they do.
_IMPOSSIBLE = re.compile(
    r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+'
)


def safe_name(title: str) -> str:
    """``title`` as a file name without extension, for every system."""
    words = _IMPOSSIBLE.sub(" ", unicodedata.normalize("NFC", title))
    name = " ".join(words.split()).encode()[:NAME_BYTES].decode("utf-8", "ignore")
    name = name.strip(" .") or _("picture")
    return f"_{name}" if RESERVED.match(name) else name
