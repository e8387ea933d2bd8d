"""Turns a booth's device away from every address but those of its booth.

A middleware, before the first that answers by itself: pages, files, the API, the admin and
addresses that there are not all look alike from a booth. What a guest opens leads back to the
booth; what a script or a form asks for is not found.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from transfers.booth import devices

GUESTS = frozenset(
    f"transfers:booth-{name}"
    for name in ("here", "take", "wall", "wall-file", "style-file", "turn", "turn-file",
                 "turn-qr", "turn-delete", "leave")
)  # fmt: skip
"""The addresses that a device may call, by name."""


class BoothGuard:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not devices.is_device(request) or _is_of_the_booth(request.path_info):
            return self._get_response(request)
        return _turned_away(request)


def _is_of_the_booth(path: str) -> bool:
    try:
        return resolve(path).view_name in GUESTS
    except Resolver404:
        return False


def _turned_away(request: HttpRequest) -> HttpResponseBase:
    if request.method in ("GET", "HEAD") and "text/html" in request.headers.get("Accept", ""):
        response: HttpResponseBase = redirect("transfers:booth-here")
    else:
        response = HttpResponse(status=404, content_type="text/plain")
    response["Cache-Control"] = "no-store"
    return response
