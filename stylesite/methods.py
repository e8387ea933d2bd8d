"""Pages know three methods; whatever else comes is refused before anybody looks at it.

A middleware: so no page, the admin's and allauth's among them, is ever asked to make sense of a
TRACE or an invented word. The API says itself which methods an address has.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from accounts.access import of_api

OF_PAGES = ("GET", "HEAD", "POST")


class KnownMethods:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in OF_PAGES or of_api(request):
            return self._get_response(request)
        return HttpResponseNotAllowed(OF_PAGES)
