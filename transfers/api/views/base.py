"""What all operations share: who may, how bodies are read, how pages and files are handed out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from gallery import uploads
from transfers.api.access import HasScope, PerMinute, TokenAuthentication
from transfers.api.problems import RefusedError, too_large_file
from transfers.api.schema import ApiSchema

MAX_BODY_BYTES = 2**20
"""Of a JSON body. Files come as forms, under the limit of uploads."""


class Json(JSONParser):
    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse(*args, **kwargs)
        except RecursionError as error:
            raise ParseError("nested too deeply") from error


class OneAnswer(BaseContentNegotiation):
    """Every address has one kind of answer, whatever ``Accept`` says: JSON, or the file itself."""

    def select_parser(self, request: Request, parsers: Sequence[Any]) -> Any:
        content_type = request.content_type.partition(";")[0].strip().lower()
        return next((one for one in parsers if one.media_type == content_type), None)

    def select_renderer(
        self, request: Request, renderers: Sequence[Any], format_suffix: object = None
    ) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """``read_scope`` and ``write_scope`` say what a token needs; see ``access.HasScope``."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [HasScope]
    throttle_classes = [PerMinute]
    parser_classes = [Json]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = OneAnswer
    http_method_names = ["get", "head", "post", "patch", "delete"]
    schema = ApiSchema()

    problem_statuses: Mapping[str, tuple[int, ...]] = {}
    """Statuses of problems that only some operations have, by method, for the schema."""

    takes_files = False

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.takes_files = MultiPartParser in cls.parser_classes

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.takes_files and uploads.is_too_long(request._request):
            raise too_large_file()
        if not self.takes_files and uploads.body_bytes(request._request) > MAX_BODY_BYTES:
            raise RefusedError("too_large", _("The body is larger than 1 MB."))

    def finalize_response(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().finalize_response(*args, **kwargs)
        response.setdefault("Cache-Control", "private, no-cache")
        return response


def valid(serializer: type, request: Request, **options: Any) -> dict[str, Any]:
    """The body, judged by `serializer`; ValidationError where it is wrong."""
    judged = serializer(data=request.data, **options)
    judged.is_valid(raise_exception=True)
    values: dict[str, Any] = judged.validated_data
    return values


def sent_file(request: Request) -> None:
    """Raise RefusedError where the body's file was dropped for its size."""
    if uploads.was_too_large(request._request):
        raise too_large_file()


def flag(request: Request, name: str) -> bool:
    """A yes or no in the query; RefusedError for anything else."""
    said = request.query_params.get(name, "false")
    if said not in ("true", "false"):
        sentence = _("%(name)s is true or false.") % {"name": name}
        raise RefusedError("invalid", sentence, errors={name: [sentence]})
    return bool(said == "true")


class NewestFirst(CursorPagination):
    page_size = 50
    max_page_size = 100
    page_size_query_param = "limit"
    ordering = "-created_at"

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: object = None
    ) -> list[Any]:
        try:
            page: list[Any] = super().paginate_queryset(queryset, request, view)
        except (NotFound, ValidationError, ValueError, OverflowError) as error:
            raise RefusedError(
                "bad_cursor",
                _("There is no page with this cursor."),
                errors={"cursor": [_("There is no page with this cursor.")]},
            ) from error
        self.base_url = request.get_full_path()  # addresses without the site's name, as all are
        return page

    def get_page_size(self, request: Request) -> int:
        limit = request.query_params.get("limit")
        if limit is None:
            return self.page_size
        if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= self.max_page_size):
            sentence = _("limit is a whole number from 1 to %(most)d.")
            said = sentence % {"most": self.max_page_size}
            raise RefusedError("invalid", said, errors={"limit": [said]})
        return int(limit)

    def get_schema_operation_parameters(self, view: object) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": "Leave it out at first, then follow `next`.",
                "schema": {"type": "string"},
            },
            {
                "name": "limit",
                "in": "query",
                "description": "How many at once.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_page_size,
                    "default": self.page_size,
                },
            },
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": "string", "format": "uri-reference", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }


def paginated(
    view: Any, request: Request, queryset: QuerySet[Any], show: Callable[[list[Any]], Any]
) -> Response:
    """A page of `queryset`, newest first; `show` makes JSON of its rows."""
    pages = view.pagination_class()
    page = pages.paginate_queryset(queryset, request, view)
    response: Response = pages.get_paginated_response(show(page))
    return response


def unless_unchanged(request: Request, data: Any) -> HttpResponseBase:
    """`data` as JSON, or 304 where the client has it already: cheap to ask for again and again."""
    body: bytes = JSONRenderer().render(data)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = get_conditional_response(request._request, etag=etag)
    if response is None:
        response = HttpResponse(body, content_type="application/json")
    response["ETag"] = etag
    return response


IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The `ETag` of the last answer: 304 if nothing has changed since.",
)
UNCHANGED = OpenApiResponse(description="Nothing has changed.")


def picture_answers(*types: str) -> dict[Any, Any]:
    """For the schema: a file of one of these media types."""
    return {(200, media_type): OpenApiTypes.BINARY for media_type in types}


def choices(name: str, names: Iterable[str]) -> OpenApiParameter:
    """For the schema: what this part of the address may be."""
    return OpenApiParameter(name, str, OpenApiParameter.PATH, enum=list(names))


def person(request: Request) -> User:
    """Who asks: HasScope has made sure that it is somebody."""
    user: User = request.user
    return user
