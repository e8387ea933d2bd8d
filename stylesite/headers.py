"""Headers of every answer: what browsers may use and embed, and how they take what they get.

The outermost middleware, so that a refused host name, a redirect to HTTPS and a file carry them,
too. Some are set by middlewares of Django's as well, from the same settings: probes answer before
those are asked. The Content Security Policy is django-csp's.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# What browsers could offer a page, and no page of ours asks for. Names that Chromium does not know
# would fill its console.
OFF = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read",
    "clipboard-write", "display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation",
    "gyroscope", "hid", "idle-detection", "keyboard-map", "local-fonts", "magnetometer",
    "microphone", "midi", "otp-credentials", "payment", "picture-in-picture",
    "publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial",
    "storage-access", "sync-xhr", "usb", "window-management", "xr-spatial-tracking",
)  # fmt: skip

CAMERA = ("camera", "autoplay")
BOOTH = (*CAMERA, "fullscreen", "screen-wake-lock")
PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")

ON = {
    "gallery:share": ("clipboard-write",),
    "gallery:shares": ("clipboard-write",),
    "transfers:booth-here": BOOTH,
    "transfers:camera": CAMERA,
}
"""By the name of the page that needs them."""

ALLAUTHS = ("account_", "mfa_")
"""Passkeys are made and shown on pages whose names begin so."""


class SafeHeaders:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        view = request.resolver_match.view_name if request.resolver_match else ""
        response.headers.setdefault("Permissions-Policy", permissions_of(view))
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        for name, value in (
            ("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY),
            ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
            ("X-Frame-Options", settings.X_FRAME_OPTIONS),
        ):
            response.headers.setdefault(name, value)
        return response


def permissions_of(view: str) -> str:
    """The Permissions-Policy of the page of that name."""
    on = PASSKEYS if view.startswith(ALLAUTHS) else ON.get(view, ())
    return ", ".join(f"{feature}={'(self)' if feature in on else '()'}" for feature in OFF)
