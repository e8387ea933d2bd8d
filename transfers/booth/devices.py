"""The device that a booth is open on: a browser that is nobody's, and reaches the booth alone.

A signed cookie says so, not a session: no other page of the site has to look anything up because
of booths, and it outlives whatever empties sessions. It gives no right but to take pictures in this
booth, and as long as it is there, ``guard`` turns the browser away from everything else. A guest
who gets rid of it is a visitor who is not signed in. Ending the booth changes its ``door``, and
cookies with the old one open nothing.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token
from django.utils.crypto import constant_time_compare

from accounts import caches
from transfers.booth.models import Booth

COOKIE: str = settings.BOOTH_COOKIE_NAME
SALT = "transfers.booth.devices"
KEPT_S = 30 * 24 * 3600
"""A device that shows no start page for so long has to be opened anew."""


def open_on(request: HttpRequest, response: HttpResponseBase, booth: Booth) -> None:
    """Make this browser a device of ``booth``: whoever was signed in is so no more.

    What the host looked at leaves the browser's caches, those of its Back button too.
    """
    for _said in messages.get_messages(request):
        pass  # Meant for the host, and not for the next who looks at this screen.
    logout(request)
    rotate_token(request)
    keep_open(response, booth)


def keep_open(response: HttpResponseBase, booth: Booth) -> None:
    value = signing.dumps([str(booth.pk), booth.door], salt=SALT)
    response.set_cookie(
        COOKIE,
        value,
        max_age=KEPT_S,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def close(response: HttpResponseBase) -> None:
    """This browser is a device no more, and nobody is signed in on it."""
    response.delete_cookie(COOKIE, samesite="Lax")
    caches.clear(response)


def is_device(request: HttpRequest) -> bool:
    """Whether this browser calls itself a device of some booth, open or not."""
    return COOKIE in request.COOKIES


def booth_of(request: HttpRequest) -> Booth | None:
    """The booth that is open on this device; None where it has ended, or there never was one."""
    try:
        pk, door = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT_S)
        booth = Booth.objects.open().select_related("owner").filter(pk=pk).first()
    except (signing.BadSignature, ValidationError, ValueError, TypeError):
        return None
    return booth if booth and constant_time_compare(booth.door, str(door)) else None
