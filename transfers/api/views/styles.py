"""Styles: the presets, which are everybody's to paint in, and one's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from PIL import Image
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from engine.errors import ImageError
from gallery import styles
from gallery.cropping import Crop
from gallery.files import file_response
from gallery.models import Style, StyleQuerySet
from gallery.palettes import GROUPS
from gallery.reading import read_image
from gallery.style_listing import SORTS, View
from gallery.styles import ChangedMeanwhileError
from transfers.api import orders
from transfers.api.access import Scope
from transfers.api.problems import RefusedError
from transfers.api.serializers.styles import (
    AddedStyleSerializer,
    CropSerializer,
    StyleChangeSerializer,
    StylePictureSerializer,
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
    "whole": "uncropped",
}
WHOLE = "whole"
KINDS = ("usable", "preset", "own", "trash")


class StylePages(NewestFirst):
    """In the order that the query asks for."""

    def get_ordering(self, request: Request, queryset: object, view: object) -> tuple[str, ...]:
        return SORTS[request.query_params.get("sort", "newest")].columns


class StyleList(ApiView):
    write_scope = Scope.GALLERY
    parser_classes = [MultiPartParser]
    pagination_class = StylePages

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "kind",
                str,
                enum=KINDS,
                default="usable",
                description="All that you may paint in, or only presets, your own, or your trash.",
            ),
            OpenApiParameter("q", str, description="Words of title, artist and tags."),
            OpenApiParameter("collection", str, description="Its `slug`."),
            OpenApiParameter("color", str, enum=GROUPS, description="One it has much of."),
            OpenApiParameter("tag", str),
            OpenApiParameter("sort", str, enum=list(SORTS), default="newest"),
        ],
        responses=StyleSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Styles, newest first unless `sort` says otherwise."""
        query = request.query_params
        _one_of("sort", query.get("sort", "newest"), SORTS)
        _one_of("color", query.get("color", GROUPS[0]), GROUPS)
        names = ("q", "collection", "color", "tag")
        view = View(**{name: query.get(name, "").replace("\x00", "") for name in names})
        kind = query.get("kind", "usable")
        return paginated(
            self,
            request,
            view.apply(_of_kind(person(request), kind)).prefetch_related("collections"),
            lambda page: StyleSerializer(page, many=True).data,
        )

    @extend_schema(request=StyleUploadSerializer, responses={201: AddedStyleSerializer})
    def post(self, request: Request) -> Response:
        """Add a picture to your styles."""
        sent_file(request)
        values = valid(StyleUploadSerializer, request)
        image = _image(values, person(request).pk)
        style = styles.add_style(owner=person(request), image=image, **values)
        return Response(AddedStyleSerializer(style).data, status=201)


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
        styles.describe(style, values)
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


class StyleCrop(ApiView):
    write_scope = Scope.GALLERY
    problem_statuses = {"POST": (409,)}

    @extend_schema(operation_id="styles_crop", request=CropSerializer, responses=StyleSerializer)
    def post(self, request: Request, style_id: UUID) -> Response:
        """Keep a part of a style of yours to paint in; the whole picture can always be had back."""
        style = _own(request, style_id)
        try:
            styles.crop(style, Crop(**valid(CropSerializer, request)))
        except ImageError as error:
            raise orders.named(error, "width") from error
        except ChangedMeanwhileError as error:
            raise RefusedError("wrong_state", error.sentence) from error
        return Response(StyleSerializer(style).data)


class StylePicture(ApiView):
    write_scope = Scope.GALLERY
    problem_statuses = {"POST": (409,)}
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="styles_replace_picture",
        request=StylePictureSerializer,
        responses={200: AddedStyleSerializer},
    )
    def post(self, request: Request, style_id: UUID) -> Response:
        """Give a style of yours another picture; what is said about it stays."""
        style = _own(request, style_id)
        sent_file(request)
        image = _image(valid(StylePictureSerializer, request), person(request).pk)
        try:
            styles.replace_picture(style, image)
        except ChangedMeanwhileError as error:
            raise RefusedError("wrong_state", error.sentence) from error
        return Response(AddedStyleSerializer(style).data)


class StyleFile(ApiView):
    @extend_schema(
        operation_id="styles_file",
        parameters=[choices("rendition", RENDITIONS)],
        responses=picture_answers("image/jpeg", "image/png", "image/webp"),
    )
    def get(self, request: Request, style_id: UUID, rendition: str) -> HttpResponseBase:
        """A file of a style: `original`, `display`, `thumbnail`; of some presets `example` and
        `example-photo`: what the style made of which photo; of your own `whole`, uncropped."""
        if rendition not in RENDITIONS:
            raise Http404
        style = _visible(request, style_id)
        if rendition == WHOLE and style.is_preset:
            raise Http404
        file = getattr(style, RENDITIONS[rendition])
        if rendition == WHOLE:
            file = style.uncropped or style.original
        return file_response(request._request, file, immutable=False)


def _image(values: dict[str, Any], who: int) -> Image.Image:
    try:
        return read_image(
            cast(BinaryIO, values.pop("image")), who, longest_px=styles.ORIGINAL_SIDE_PX
        )
    except ImageError as error:
        raise orders.named(error, "image") from error


def _one_of(name: str, value: str, values: Iterable[str]) -> None:
    if value not in values:
        sentence = _("%(name)s is one of: %(values)s.")
        said = sentence % {"name": name, "values": ", ".join(values)}
        raise RefusedError("invalid", said, errors={name: [said]})


def _of_kind(user: User, kind: str) -> StyleQuerySet:
    _one_of("kind", kind, KINDS)
    match kind:
        case "usable":
            return Style.objects.usable_by(user)
        case "preset":
            return Style.objects.usable_by(user).filter(owner=None)
        case "own":
            return Style.objects.owned_by(user)
        case _:
            return Style.objects.trashed_by(user)


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
