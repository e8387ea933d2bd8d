"""Artworks: finished pictures, their files, and the trash."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from gallery import artworks
from gallery.access import own_artwork
from gallery.downloads import FORMATS, download_response
from gallery.files import file_response
from gallery.models import Artwork
from transfers.api.access import Scope
from transfers.api.serializers.artworks import ArtworkChangeSerializer, ArtworkSerializer
from transfers.api.views.base import (
    ApiView,
    choices,
    person,
    picture_answers,
    valid,
)

RENDITIONS = ("original", "display", "thumbnail", "before")


class ArtworkDetail(ApiView):
    write_scope = Scope.GALLERY

    @extend_schema(responses=ArtworkSerializer)
    def get(self, request: Request, artwork_id: UUID) -> Response:
        """One finished picture, in the trash or not."""
        return Response(ArtworkSerializer(_own(request, artwork_id)).data)

    @extend_schema(request=ArtworkChangeSerializer, responses=ArtworkSerializer)
    def patch(self, request: Request, artwork_id: UUID) -> Response:
        """Give a picture another title."""
        artwork = _own(request, artwork_id)
        values = valid(ArtworkChangeSerializer, request)
        if values:
            Artwork.objects.filter(pk=artwork.pk).update(**values)
            artwork.title = values["title"]
        return Response(ArtworkSerializer(artwork).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, artwork_id: UUID) -> Response:
        """Put a picture in the trash; after thirty days there it is gone for good."""
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
    @extend_schema(
        operation_id="artworks_download",
        parameters=[choices("file_format", FORMATS)],
        responses=picture_answers("image/png", "image/jpeg"),
    )
    def get(self, request: Request, artwork_id: UUID, file_format: str) -> HttpResponseBase:
        """The picture as a file named after its title: `png`, every pixel as painted, or `jpg`."""
        found = own_artwork(person(request), artwork_id)
        return download_response(request._request, found, file_format)


def _own(request: Request, artwork_id: UUID) -> Artwork:
    own = Artwork.objects.filter(owner=person(request)).select_related("transfer")
    return get_object_or_404(own, pk=artwork_id)
