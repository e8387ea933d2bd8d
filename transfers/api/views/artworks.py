"""Artworks: finished pictures, their files, and the trash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from gallery import artwork_recipes, artworks, differences
from gallery.access import own_artwork
from gallery.downloads import FORMATS, SIZES, Wish, download_response
from gallery.files import file_response
from gallery.models import Artwork
from gallery.tags import set_tags
from transfers.api.access import Scope
from transfers.api.problems import field_refused
from transfers.api.serializers.artworks import (
    ArtworkChangeSerializer,
    ArtworkSerializer,
    DifferenceSerializer,
)
from transfers.api.serializers.recipes import RecipeFileSerializer
from transfers.api.views.base import (
    ApiView,
    choices,
    flag,
    person,
    picture_answers,
    valid,
)

RENDITIONS = ("original", "display", "thumbnail", "before")

CHANGES: dict[str, Callable[[Artwork, Any], None]] = {
    "tags": set_tags,  # first: it locks the row of the person, and then the picture's
    "title": artworks.rename,
    "notes": artworks.annotate,
    "rating": artworks.rate,
    "is_favourite": artworks.mark_favourite,
}


class ArtworkDetail(ApiView):
    write_scope = Scope.GALLERY

    @extend_schema(responses=ArtworkSerializer)
    def get(self, request: Request, artwork_id: UUID) -> Response:
        """One finished picture, in the trash or not."""
        return Response(ArtworkSerializer(_own(request, artwork_id)).data)

    @extend_schema(request=ArtworkChangeSerializer, responses=ArtworkSerializer)
    def patch(self, request: Request, artwork_id: UUID) -> Response:
        """Change what you say about a picture: title, notes, stars, favourite, tags."""
        artwork = _own(request, artwork_id)
        values = valid(ArtworkChangeSerializer, request)
        with transaction.atomic():
            for name, change in CHANGES.items():
                if name in values:
                    change(artwork, values[name])
        return Response(ArtworkSerializer(artwork).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, artwork_id: UUID) -> Response:
        """Put a picture in the trash. Some days later, as the site says, it is gone for good."""
        artworks.trash(_own(request, artwork_id))
        return Response(status=204)


class ArtworkRestore(ApiView):
    write_scope = Scope.GALLERY

    @extend_schema(
        operation_id="artworks_restore", request=None, responses={200: ArtworkSerializer}
    )
    def post(self, request: Request, artwork_id: UUID) -> Response:
        """Take a picture out of the trash; harmless for one that is not in it."""
        artwork = _own(request, artwork_id)
        artworks.restore(artwork)
        return Response(ArtworkSerializer(artwork).data)


class ArtworkFile(ApiView):
    @extend_schema(
        operation_id="artworks_file",
        parameters=[choices("rendition", RENDITIONS)],
        responses=picture_answers("image/png", "image/webp"),
    )
    def get(self, request: Request, artwork_id: UUID, rendition: str) -> HttpResponseBase:
        """A file of a picture: `original`, `display`, `thumbnail`, or `before`, the photo."""
        if rendition not in RENDITIONS:
            raise Http404
        return file_response(request._request, getattr(_own(request, artwork_id), rendition))


class ArtworkDownload(ApiView):
    problem_statuses = {"GET": (409,)}

    @extend_schema(
        operation_id="artworks_download",
        parameters=[
            choices("file_format", FORMATS),
            OpenApiParameter(
                "size", str, enum=SIZES, description="`web`: up to 1600 pixels, well compressed."
            ),
            OpenApiParameter(
                "recipe", bool, description="Whether the file says how it was made, inside."
            ),
        ],
        responses=picture_answers("image/png", "image/jpeg", "image/webp"),
    )
    def get(self, request: Request, artwork_id: UUID, file_format: str) -> HttpResponseBase:
        """The picture as a file named after its title: `png`, every pixel as painted, `jpg` or
        `webp`."""
        found = own_artwork(person(request), artwork_id)
        size = request.query_params.get("size", "original")
        if size not in SIZES:
            raise field_refused("size", _("size is one of: %(all)s.") % {"all": ", ".join(SIZES)})
        wish = Wish(file_format=file_format, size=size, with_recipe=flag(request, "recipe"))
        return download_response(request._request, found, wish)


class ArtworkRecipe(ApiView):
    problem_statuses = {"GET": (409,)}

    @extend_schema(operation_id="artworks_recipe", responses=RecipeFileSerializer)
    def get(self, request: Request, artwork_id: UUID) -> Response:
        """How a picture was made, as a recipe file: any site like this one can read it."""
        found = own_artwork(person(request), artwork_id)
        return Response(artwork_recipes.of_artwork(found).to_json())


class ArtworkDifference(ApiView):
    @extend_schema(operation_id="artworks_difference", responses=DifferenceSerializer)
    def get(self, request: Request, artwork_id: UUID, other_id: UUID) -> Response:
        """How much two pictures of yours differ, the larger one brought to the size of the
        smaller."""
        one, other = (own_artwork(person(request), pk) for pk in (artwork_id, other_id))
        try:
            found = differences.between(one, other)
        except FileNotFoundError as missing:
            raise Http404 from missing
        return Response(DifferenceSerializer(found).data)


def _own(request: Request, artwork_id: UUID) -> Artwork:
    own = Artwork.objects.filter(owner=person(request)).select_related("transfer", "owner")
    return get_object_or_404(own, pk=artwork_id)
