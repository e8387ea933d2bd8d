"""How much somebody may send from the site's pages in a minute; the API counts for itself.

Counted in the shared cache, so it holds across processes, as allauth counts sign-ins there.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

SAFE = {"GET", "HEAD", "OPTIONS"}
COUNTED_FOR_S = 120


class PageWrites:
    """Refuses what a signed-in person sends beyond PAGE_WRITES_PER_MINUTE."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE or request.path.startswith("/api/"):
            return self.get_response(request)
        if request.user.is_authenticated and not _may_send(request.user.pk):
            response = render(request, "429.html", status=429)
            response["Retry-After"] = str(60 - int(time.time() % 60))
            return response
        return self.get_response(request)


def _may_send(user_id: int) -> bool:
    key = f"accounts.page-writes:{user_id}:{int(time.time() // 60)}"
    cache.add(key, 0, timeout=COUNTED_FOR_S)
    try:
        return bool(cache.incr(key) <= settings.PAGE_WRITES_PER_MINUTE)
    except ValueError:  # forgotten in this very moment
        return True
