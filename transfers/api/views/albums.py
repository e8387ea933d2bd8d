"""Albums: made, changed, filled and put in order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from gallery import albums
from gallery.models import Album, Artwork
from transfers.api.access import Scope
from transfers.api.problems import field_refused
from transfers.api.serializers.albums import (
    AlbumArtworksSerializer,
    AlbumChangeSerializer,
    AlbumOrderSerializer,
    AlbumSerializer,
    ChangedSerializer,
    NewAlbumSerializer,
)
from transfers.api.views.base import ApiView, NewestFirst, paginated, person, valid


class AlbumList(ApiView):
    write_scope = Scope.GALLERY
    pagination_class = NewestFirst

    @extend_schema(responses=AlbumSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Your albums, newest first."""
        own = albums.with_counts(Album.objects.filter(owner=person(request)))
        return paginated(self, request, own, lambda page: AlbumSerializer(page, many=True).data)

    @extend_schema(request=NewAlbumSerializer, responses={201: AlbumSerializer})
    def post(self, request: Request) -> Response:
        """Make an album, with pictures or without."""
        values = valid(NewAlbumSerializer, request)
        chosen = _own_artworks(request, values.get("artworks", []))
        album = albums.create(
            person(request), values["title"], chosen, description=values["description"]
        )
        return Response(_shown(request, album.pk), status=201)


class AlbumDetail(ApiView):
    write_scope = Scope.GALLERY

    @extend_schema(responses=AlbumSerializer)
    def get(self, request: Request, album_id: UUID) -> Response:
        """One album."""
        return Response(_shown(request, album_id))

    @extend_schema(request=AlbumChangeSerializer, responses=AlbumSerializer)
    def patch(self, request: Request, album_id: UUID) -> Response:
        """Change an album's title, description or cover."""
        album = _own(request, album_id)
        values = valid(AlbumChangeSerializer, request)
        if "cover" in values:
            cover = albums.shown_artworks(album).filter(pk=values["cover"]).first()
            if cover is None:
                raise field_refused("cover", _("The cover is one of the album’s pictures."))
            albums.choose_cover(album, cover)
        title = values.get("title", album.title)
        albums.change(album, title, values.get("description", album.description))
        return Response(_shown(request, album_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, album_id: UUID) -> Response:
        """Delete an album and the links to it. Its pictures stay."""
        albums.delete(_own(request, album_id))
        return Response(status=204)


class AlbumArtworks(ApiView):
    write_scope = Scope.GALLERY

    @extend_schema(
        operation_id="albums_artworks",
        responses=AlbumOrderSerializer,
    )
    def get(self, request: Request, album_id: UUID) -> Response:
        """The ids of an album's pictures, in its order."""
        in_order = albums.shown_artworks(_own(request, album_id)).values_list("pk", flat=True)
        return Response({"artworks": list(in_order)})

    @extend_schema(
        operation_id="albums_add", request=AlbumArtworksSerializer, responses=ChangedSerializer
    )
    def post(self, request: Request, album_id: UUID) -> Response:
        """Hang pictures at the end of an album. What is in it already stays where it is."""
        album, chosen = _named(request, album_id)
        return Response({"count": albums.add(album, chosen)})


class AlbumRemove(ApiView):
    write_scope = Scope.GALLERY

    @extend_schema(
        operation_id="albums_remove", request=AlbumArtworksSerializer, responses=ChangedSerializer
    )
    def post(self, request: Request, album_id: UUID) -> Response:
        """Take pictures out of an album. They stay in your gallery."""
        album, chosen = _named(request, album_id)
        return Response({"count": len(albums.remove(album, chosen))})


class AlbumOrder(ApiView):
    write_scope = Scope.GALLERY

    @extend_schema(
        operation_id="albums_order",
        request=AlbumArtworksSerializer,
        responses=AlbumOrderSerializer,
    )
    def post(self, request: Request, album_id: UUID) -> Response:
        """Put these pictures first, in this order: what is not named follows as it was."""
        album, chosen = _named(request, album_id)
        albums.arrange(album, [artwork.pk for artwork in chosen])
        in_order = albums.shown_artworks(album).values_list("pk", flat=True)
        return Response({"artworks": list(in_order)})


def _own(request: Request, album_id: UUID) -> Album:
    return get_object_or_404(Album, pk=album_id, owner=person(request))


def _shown(request: Request, album_id: UUID) -> Any:
    own = albums.with_counts(Album.objects.filter(owner=person(request)))
    return AlbumSerializer(get_object_or_404(own, pk=album_id)).data


def _named(request: Request, album_id: UUID) -> tuple[Album, list[Artwork]]:
    album = _own(request, album_id)
    return album, _own_artworks(request, valid(AlbumArtworksSerializer, request)["artworks"])


def _own_artworks(request: Request, ids: list[UUID]) -> list[Artwork]:
    """In the order named; the whole is refused where one is not there."""
    found = Artwork.objects.visible_to(person(request)).in_bulk(ids)
    for number, pk in enumerate(ids):
        if pk not in found:
            raise field_refused(f"artworks.{number}", _("There is no such picture of yours."))
    return [found[pk] for pk in dict.fromkeys(ids)]
