"""What is told to come back later, because as many threads of the web server are at such work as
may be (``slow_work``): zips and the like, which keep theirs until the last byte is gone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from accounts import networks
from accounts.limits import counted
from accounts.refusing import refused
from gallery import slow_work
from gallery.busy import BusyError
from gallery.slow_work import Visitor

MOST_PIXELS_A_MINUTE = 160_000_000
"""So many of pictures that are converted for one person: ten of the largest, which keep a processor
busy for half a minute, or 160 of 1,000 by 1,000."""


MOST_PIXELS_BY_LINKS_A_MINUTE = 2 * MOST_PIXELS_A_MINUTE
"""And for all who have links of the same person."""


class ByLink(HttpRequest):
    """Of whoever has a link of ``links_of``, and need not be anybody."""

    links_of: int


def take_place(*, long: bool = True, pixels: int = 0) -> None:
    """Before a download is made or begun, ``pixels`` of it converted. Raises BusyError."""
    slow_work.room.enter(long=long)
    if pixels and (who := slow_work.room.who()) is not None:
        _count(pixels, who)


def comes_by_link(request: HttpRequest, owner_id: int) -> None:
    """Whoever sends ``request`` has a link of this person."""
    cast(ByLink, request).links_of = owner_id


def who_asks(request: HttpRequest) -> Hashable:
    """Who a place counts for: a person, wherever they are and by whatever link; or a visitor."""
    if request.user.is_authenticated:
        return request.user.pk
    return Visitor(networks.counted_as(request), getattr(request, "links_of", None))


def _count(pixels: int, who: Hashable) -> None:
    """For ``who``, and for all who have links of the same person once that is not too much."""
    minute, second = divmod(int(time.time()), 60)
    for whose, most, sentence in _bounds(who):
        sum_of_all = counted(f"converted-{whose}-{minute}", pixels)
        if sum_of_all - pixels >= most:
            raise BusyError(sentence, 60 - second)


def _bounds(who: Hashable) -> Iterator[tuple[str, int, str]]:
    """What counts the pixels of ``who``, how many may be, and what is said beyond."""
    sentence = _("That was a lot at once. Wait a minute and try again.")
    if not isinstance(who, Visitor):
        yield str(who), MOST_PIXELS_A_MINUTE, sentence
    elif who.links_of is None:
        yield who.network, MOST_PIXELS_A_MINUTE, sentence
    else:
        yield f"links-{who.links_of}-{who.network}", MOST_PIXELS_A_MINUTE, sentence
        of_others = _(
            "Others who use links of the same person had a lot made just now. Wait a minute and "
            "try again."
        )
        yield f"links-{who.links_of}", MOST_PIXELS_BY_LINKS_A_MINUTE, of_others


class Later:
    """The page that says to come back later, where a view could only say that with a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        slow_work.room.count_as(partial(who_asks, request))
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, BusyError):
            return None
        answer = refused(request, 503, error.sentence, "later.html")
        answer["Retry-After"] = str(error.wait_s)
        return answer
