"""The API describes itself: the OpenAPI document, the page that shows it, and what can go wrong.

All three are for everybody: they say what the site can do, and nothing of anybody.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import etag, require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from transfers.api.problem_kinds import KINDS
from transfers.api.problems import RefusedError
from transfers.api.schema import document, document_etag
from transfers.api.views.base import ApiView


@require_safe
@etag(lambda request: document_etag())
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(document(), content_type="application/json")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html")


@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    return render(request, "api/problems.html", {"kinds": KINDS.values()})


@extend_schema(exclude=True)
class NothingHere(ApiView):
    """Every other address below the API’s, so that a mistyped one is told in JSON."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if not request.path.endswith("/"):
            raise RefusedError(
                "not_found", _("There is nothing here: every address ends with a slash.")
            )
        raise Http404
