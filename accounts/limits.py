"""How much somebody may send from the site's pages in a minute; the API counts for itself.

Counted in the shared cache, so it holds across processes, as allauth counts sign-ins there.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access import SAFE, of_api
from accounts.refusing import refused

COUNTED_FOR_S = 120


class PageWrites:
    """Refuses what a signed-in person sends beyond PAGE_WRITES_PER_MINUTE."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE or of_api(request):
            return self.get_response(request)
        if not request.user.is_authenticated:
            return self.get_response(request)
        minute, second = divmod(int(time.time()), 60)
        sent = counted(f"page-writes-{request.user.pk}-{minute}")
        if sent <= settings.PAGE_WRITES_PER_MINUTE:
            return self.get_response(request)
        sentence = _("That was a lot at once. Wait a minute and try again.")
        response = refused(request, 429, sentence, "429.html")
        response["Retry-After"] = str(60 - second)
        return response


def counted(key: str, more: int = 1, kept_s: int = COUNTED_FOR_S) -> int:
    """Add ``more`` to a counter that the cache forgets within ``kept_s``, and return it.

    Exact: Redis adds by itself, the database's cache under a lock (``stylesite.counting_cache``).
    ``key`` holds the person's number between hyphens, so that it is found when they leave.
    """
    try:
        return cache.incr(key, more)
    except ValueError:  # the first, or forgotten since
        return more if cache.add(key, more, timeout=kept_s) else cache.incr(key, more)
