"""What a browser, or a proxy in front of the site, may keep of what somebody saw.

An answer that depends on who asks is not for anybody else, and is asked for again each time. When
somebody signs out, the browser also forgets the pictures, which it may keep for a year otherwise,
and the pages that its Back button would show to whoever sits down next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import has_vary_header


class PrivateAnswers:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if has_vary_header(response, "Cookie"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        if getattr(request, "has_signed_out", False):
            clear(response)
        return response


def clear(response: HttpResponseBase) -> None:
    """Have the browser forget all answers of the site, over HTTPS and on localhost."""
    response["Clear-Site-Data"] = '"cache"'


def listen() -> None:
    """For ``AccountsConfig.ready``."""
    user_logged_out.connect(_note, dispatch_uid="clear the browser's caches")


def _note(request: HttpRequest, **_given: Any) -> None:
    request.has_signed_out = True  # type: ignore[attr-defined]
