"""What is told to come back later, because as many threads of the web server are at such work as
may be (``slow_work``): zips and the like, which keep theirs until the last byte is gone.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from accounts.refusing import refused
from gallery import slow_work
from gallery.reading import BusyError

TRY_AGAIN_S = 60


class ManyDownloadsError(BusyError):
    """Not now. The API answers as to other ``BusyError``, and ``Later`` where a page is asked."""

    def __init__(self) -> None:
        sentence = _("Many downloads are on their way right now. Please try again in a minute.")
        super().__init__(sentence, TRY_AGAIN_S)


def take_place(*, long: bool = True) -> None:
    """Before a download is made or begun. Raises ManyDownloadsError."""
    if not slow_work.room.enter(long=long):
        raise ManyDownloadsError


class Later:
    """The page that says to come back later, where a view could only say that with a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, BusyError):
            return None
        answer = refused(request, 503, error.sentence, "later.html")
        answer["Retry-After"] = str(error.wait_s)
        return answer
