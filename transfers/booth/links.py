"""The link by which a guest takes a picture home: its code, its address and its QR code.

The code is drawn from the key that the device sends with a photo, so that a photo sent twice has
one code, and kept nowhere: the row holds its SHA-256, so that whoever reads the database cannot
build a link. It is short enough to be typed from a screen: fifteen of thirty-one characters, none
of which looks like another, are 74 bits.
"""

from __future__ import annotations

import hashlib
import ipaddress
from io import BytesIO
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac

from transfers.models import Booth

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
GROUPS, GROUP = 3, 5


def code_for(booth: Booth, key: str) -> str:
    """``"k3m9x-2pq7r-tdv8w"``: always the same of a booth and a key, which nobody else knows."""
    drawn = salted_hmac("transfers.booth.links", f"{booth.pk} {key}", algorithm="sha256")
    number = int.from_bytes(drawn.digest())
    code = ""
    while len(code) < GROUPS * GROUP:
        number, char = divmod(number, len(ALPHABET))
        code += ALPHABET[char]
    return "-".join(code[begin : begin + GROUP] for begin in range(0, len(code), GROUP))


def sha256_of(code: str) -> str:
    """What the row keeps of ``code``, however it was typed: capitals and spaces do not matter."""
    plain = "".join(char for char in code.lower() if char.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def address(request: HttpRequest, code: str) -> str:
    """The whole address of the guest's page, as a phone has to call it."""
    path = reverse("transfers:guest-picture", args=[code])
    if settings.PUBLIC_URL_IS_SET:
        return f"{settings.PUBLIC_URL}{path}"
    return request.build_absolute_uri(path)


def is_for_phones(request: HttpRequest) -> bool:
    """Whether that address leads anywhere from another machine than this one."""
    host = urlsplit(address(request, "-")).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


def qr_svg(text: str) -> bytes:
    """``text`` as a QR code: black on white with its quiet zone, readable with a smudge on it."""
    drawn = BytesIO()
    segno.make_qr(text, error="m").save(
        drawn,
        kind="svg",
        border=4,
        light="#fff",
        dark="#000",
        svgclass=None,
        lineclass=None,
        omitsize=True,
    )
    return drawn.getvalue()
