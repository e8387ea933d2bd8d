"""What is said to a body that the site does not read: too long, no length, files that are stray.

How large files may be, and how they are dropped while they arrive, is in ``gallery.uploads``.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from accounts import refusing
from accounts.access import of_api
from gallery import uploads
from transfers.api.problems import MEDIA_TYPE, Problem

View = Callable[..., Any]

WITHOUT_BODY = ("GET", "HEAD", "OPTIONS", "TRACE")


class BodyLimits:
    """Refuses bodies of unknown length, too long, broken, or with files that nobody takes.

    It reads a form before the check of its token does, which has no sentence for a broken one.
    Where files are taken, the view itself says that one is too large, so that no field is lost.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
            sentence = _("Please say how long the body is: Content-Length is missing.")
            return refused(request, HTTPStatus.LENGTH_REQUIRED, "malformed", sentence)
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        most = int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
        takes_files = uploads.view_takes_files(view)
        if not takes_files and uploads.body_bytes(request) > most:
            return _too_much(request)
        if request.method in WITHOUT_BODY or getattr(view, "csrf_exempt", False):
            return None  # the API reads its bodies itself
        try:
            unasked = uploads.came_unasked(request)
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
            return _too_much(request)
        except (MultiPartParserError, UnreadablePostError, BadRequest):
            uploads.let_go(request)
            sentence = _("What was sent cannot be read. Please reload the page and try again.")
            return refused(request, HTTPStatus.BAD_REQUEST, "malformed", sentence)
        if not unasked or not request.user.is_authenticated:
            return None  # whoever is not signed in may be asked to
        sentence = _("This page takes no files. Please send the form without one.")
        return refused(request, HTTPStatus.BAD_REQUEST, "malformed", sentence)


def _too_much(request: HttpRequest) -> HttpResponse:
    sentence = _("That is more than this page takes. Please send less at once.")
    return refused(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", sentence)


def refused(request: HttpRequest, status: HTTPStatus, reason: str, sentence: str) -> HttpResponse:
    """A problem document for programs, a sentence for our own scripts, a page for people."""
    if of_api(request):
        said = Problem(reason=reason, sentence=sentence, status=status).body()
        return JsonResponse(said, status=status, content_type=MEDIA_TYPE)
    return refusing.refused(request, status, sentence)
