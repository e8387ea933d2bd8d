"""How many zips are sent at once: each keeps a thread of the web server until its last byte is
gone, which may be long.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from gallery.reading import BusyError

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)

Zip = Callable[Concatenate[R, P], HttpResponseBase]

AT_ONCE = 4
"""Of each process of the site, whose web server has eight threads: half are left for pages."""

TRY_AGAIN_S = 60

places = threading.BoundedSemaphore(AT_ONCE)


class ManyZipsError(BusyError):
    """Not now: as many zips are being sent as may be. The API answers as to other ``BusyError``."""

    def __init__(self) -> None:
        sentence = _("Many downloads are on their way right now. Please try again in a minute.")
        super().__init__(sentence, TRY_AGAIN_S)


def few_at_once(view: Zip[R, P]) -> Zip[R, P]:
    """For pages that send a zip: the sentence of ManyZipsError, where that is raised."""

    @wraps(view)
    def answer(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ManyZipsError as error:
            later = render(request, "later.html", {"sentence": error.sentence}, status=503)
            later["Retry-After"] = str(error.wait_s)
            return later

    return answer


class Pieces(Iterator[bytes], Protocol):
    def close(self) -> None: ...


class Sent:
    """Pieces on their way, and the place they keep: until the end, or nobody wants the rest."""

    def __init__(self, pieces: Pieces) -> None:
        """Raises ManyZipsError."""
        self._pieces = pieces
        self._places = places
        self._has_place = places.acquire(blocking=False)
        if not self._has_place:
            raise ManyZipsError

    def __iter__(self) -> Sent:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        """Called by the web server at the end, whether it came early or not."""
        self._pieces.close()
        if self._has_place:
            self._has_place = False
            self._places.release()

    def __del__(self) -> None:
        """Where an error behind the page dropped the answer before the web server had it."""
        self.close()
