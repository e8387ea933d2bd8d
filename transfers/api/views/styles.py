"""Styles: the presets, which are everybody's to paint in, and one's own."""

from __future__ import annotations

from typing import BinaryIO, cast
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from engine.errors import ImageError
from engine.images import read_image
from gallery import styles
from gallery.files import file_response
from gallery.forms import upload_limits
from gallery.models import Style
from transfers.api import orders
from transfers.api.access import Scope
from transfers.api.problems import RefusedError
from transfers.api.serializers.styles import (
    StyleChangeSerializer,
    StyleSerializer,
    StyleUploadSerializer,
)
from transfers.api.views.base import (
    ApiView,
    NewestFirst,
    choices,
    paginated,
    person,
    picture_answers,
    sent_file,
    valid,
)

RENDITIONS = {
    "original": "original",
    "display": "display",
    "thumbnail": "thumbnail",
    "example": "example",
    "example-photo": "example_photo",
}
KINDS = ("usable", "preset", "own", "trash")


class StyleList(ApiView):
    write_scope = Scope.GALLERY
    parser_classes = [MultiPartParser]
    pagination_class = NewestFirst

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "kind",
                str,
                enum=KINDS,
                default="usable",
                description="All that you may paint in, or only presets, your own, or your trash.",
            )
        ],
        responses=StyleSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Styles, newest first."""
        return paginated(
            self,
            request,
            _of_kind(person(request), request.query_params.get("kind", "usable")),
            lambda page: StyleSerializer(page, many=True).data,
        )

    @extend_schema(request=StyleUploadSerializer, responses={201: StyleSerializer})
    def post(self, request: Request) -> Response:
        """Add a picture to your styles."""
        sent_file(request)
        values = valid(StyleUploadSerializer, request)
        try:
            image = read_image(cast(BinaryIO, values.pop("image")), upload_limits())
        except ImageError as error:
            raise orders.named(error, "image") from error
        style = styles.add_style(owner=person(request), image=image, **values)
        return Response(StyleSerializer(style).data, status=201)


class StyleDetail(ApiView):
    write_scope = Scope.GALLERY

    @extend_schema(responses=StyleSerializer)
    def get(self, request: Request, style_id: UUID) -> Response:
        """One style; of yours, also one in the trash."""
        return Response(StyleSerializer(_visible(request, style_id)).data)

    @extend_schema(request=StyleChangeSerializer, responses=StyleSerializer)
    def patch(self, request: Request, style_id: UUID) -> Response:
        """Change what is said about a style of yours."""
        style = _own(request, style_id)
        values = valid(StyleChangeSerializer, request)
        for name, value in values.items():
            setattr(style, name, value)
        style.save(update_fields=list(values))
        return Response(StyleSerializer(style).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, style_id: UUID) -> Response:
        """Put a style of yours in the trash. What was painted in it keeps all it shows."""
        styles.trash(_own(request, style_id))
        return Response(status=204)


class StyleRestore(ApiView):
    write_scope = Scope.GALLERY

    @extend_schema(operation_id="styles_restore", request=None, responses={200: StyleSerializer})
    def post(self, request: Request, style_id: UUID) -> Response:
        """Take a style of yours out of the trash; harmless for one that is not in it."""
        style = _own(request, style_id)
        styles.restore(style)
        return Response(StyleSerializer(style).data)


class StyleFile(ApiView):
    @extend_schema(
        operation_id="styles_file",
        parameters=[choices("rendition", RENDITIONS)],
        responses=picture_answers("image/jpeg", "image/png", "image/webp"),
    )
    def get(self, request: Request, style_id: UUID, rendition: str) -> HttpResponseBase:
        """A file of a style: `original`, `display`, `thumbnail`, and of some presets `example` and
        `example-photo`: what the style made of which photo."""
        if rendition not in RENDITIONS:
            raise Http404
        file = getattr(_visible(request, style_id), RENDITIONS[rendition])
        return file_response(request._request, file, immutable=False)


def _of_kind(user: User, kind: str) -> QuerySet[Style]:
    match kind:
        case "usable":
            return Style.objects.usable_by(user)
        case "preset":
            return Style.objects.usable_by(user).filter(owner=None)
        case "own":
            return Style.objects.owned_by(user)
        case "trash":
            return Style.objects.trashed_by(user)
    said = _("kind is one of: %(kinds)s.") % {"kinds": ", ".join(KINDS)}
    raise RefusedError("invalid", said, errors={"kind": [said]})


def _visible(request: Request, style_id: UUID) -> Style:
    user = person(request)
    mine = Style.objects.usable_by(user) | Style.objects.filter(Q(owner=user))
    return get_object_or_404(mine, pk=style_id)


def _own(request: Request, style_id: UUID) -> Style:
    """In the trash or not. Presets are there for all to see, so they do not pretend otherwise."""
    style = _visible(request, style_id)
    if style.is_preset:
        raise RefusedError(
            "forbidden", _("Presets are the site’s; only your own styles are yours.")
        )
    return style
