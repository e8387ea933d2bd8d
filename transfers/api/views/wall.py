"""Artworks as the wall shows them: filtered, searched and sorted; many at once; as a zip."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from gallery import albums, bulk, paging, tags, trash, zips
from gallery.bulk import BulkError
from gallery.filters import SIZES
from gallery.listing import ORDERS, View
from gallery.models import MOST_STARS, Album, Artwork
from gallery.paging import BadCursorError, Page
from transfers.api.access import Scope
from transfers.api.problems import RefusedError, field_refused
from transfers.api.serializers.artworks import ArtworkSerializer
from transfers.api.serializers.bulk import BulkAnswerSerializer, BulkSerializer, ChosenSerializer
from transfers.api.views.base import ApiView, NewestFirst, flag, person, valid

ZIP_AT_ONCE = 500
IDS = OpenApiParameter(
    "ids", str, description="Only these, with commas between, instead of all that is found."
)


def _text(most: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": most}


FILTERS = [
    OpenApiParameter("q", _text(200), description="Words in title, style, tags and notes."),
    OpenApiParameter("style", OpenApiTypes.UUID, description="Painted in this style."),
    OpenApiParameter("album", OpenApiTypes.UUID, description="In this album of yours."),
    OpenApiParameter("favourite", bool, description="Favourites only."),
    OpenApiParameter(
        "rating",
        {"type": "integer", "minimum": 1, "maximum": MOST_STARS},
        description="At least as many stars.",
    ),
    OpenApiParameter("tag", _text(40), description="With this tag."),
    OpenApiParameter("from", OpenApiTypes.DATE, description="Finished on this day or later."),
    OpenApiParameter("until", OpenApiTypes.DATE, description="Finished on this day or earlier."),
    OpenApiParameter("size", str, enum=list(SIZES), description="By the longer side."),
    OpenApiParameter("camera", bool, description="Of photos taken with the camera."),
    OpenApiParameter("sort", str, enum=list(ORDERS), description="`newest` first if left out."),
]


class InOrder(NewestFirst):
    """Cursor pages in any order of the wall."""

    def page_of(self, rows: QuerySet[Artwork], view: View, request: Request) -> Page[Artwork]:
        cursor = request.query_params.get("cursor", "")
        try:
            return paging.page(rows, view.order, cursor, self.get_page_size(request))
        except BadCursorError as error:
            said = _("There is no page with this cursor.")
            raise RefusedError("bad_cursor", said, errors={"cursor": [said]}) from error


class ArtworkList(ApiView):
    pagination_class = InOrder

    @extend_schema(
        parameters=[
            *FILTERS,
            OpenApiParameter("trash", bool, description="Those in the trash instead."),
        ],
        responses=ArtworkSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Your finished pictures, those that all filters let through, in the order of `sort`."""
        user, view = person(request), _view(request)
        trashed = flag(request, "trash")
        rows = Artwork.objects.trashed_by(user) if trashed else Artwork.objects.visible_to(user)
        found = view.apply(rows).select_related("transfer").prefetch_related("tags")
        page = InOrder().page_of(found, view, request)
        return Response(
            {
                "next": _address(request, page.onward),
                "previous": _address(request, page.back),
                "results": ArtworkSerializer(page.rows, many=True).data,
            }
        )


class ArtworkBulk(ApiView):
    write_scope = Scope.GALLERY

    @extend_schema(
        operation_id="artworks_bulk",
        request=BulkSerializer,
        responses={200: BulkAnswerSerializer},
    )
    def post(self, request: Request) -> Response:
        """Do something with many pictures at once: all of it or nothing."""
        values = valid(BulkSerializer, request)
        return Response({"count": _act(person(request), values)})


class ArtworkZip(ApiView):
    write_scope = Scope.READ

    @extend_schema(
        operation_id="artworks_zip",
        parameters=[*FILTERS, IDS],
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """A zip of all pictures that the filters let through, sent as it is written."""
        ids = request.query_params.getlist("ids")
        try:
            return _zip(person(request), _view(request), bulk.read_ids(ids) if ids else None)
        except BulkError as error:
            raise field_refused("ids", error.sentence) from error

    @extend_schema(
        operation_id="artworks_zip_chosen",
        request=ChosenSerializer,
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def post(self, request: Request) -> HttpResponseBase:
        """A zip of the pictures named, which may be more than an address has room for."""
        return _zip(person(request), View(), valid(ChosenSerializer, request)["ids"])


def _act(user: User, values: dict[str, Any]) -> int:
    ids = values["ids"]
    works = bulk.chosen(user, ids)
    match values["action"]:
        case "favourite":
            return bulk.favour(works, True)
        case "unfavourite":
            return bulk.favour(works, False)
        case "rate":
            return bulk.rate(works, values["rating"])
        case "tag":
            chosen = list(works)
            tags.add_tags(chosen, values["tags"])
            return len(chosen)
        case "album":
            return _into_album(user, works, values)
        case "trash":
            return bulk.trash(works)[0]
        case "restore":
            return bulk.restore(bulk.thrown_away(user, ids))
    return trash.delete(bulk.thrown_away(user, ids))


def _into_album(user: User, works: QuerySet[Artwork], values: dict[str, Any]) -> int:
    chosen = list(works.order_by("-created_at", "id"))
    if title := values.get("new_album"):
        albums.create(user, title, chosen)
        return len(chosen)
    album = Album.objects.filter(owner=user, pk=values["album"]).first()
    if album is None:
        raise field_refused("album", _("This album is gone. Choose another one."))
    return albums.add(album, chosen)


def _zip(user: User, view: View, ids: list[UUID] | None) -> HttpResponseBase:
    own = Artwork.objects.visible_to(user)
    if ids is not None:
        own = own.filter(pk__in=ids)
    found = zips.needed_of(view.apply(own))
    return zips.response(paging.walk(found, view.order, ZIP_AT_ONCE), _("Gallery"))


def _view(request: Request) -> View:
    """What the query asks for; RefusedError for a value that makes no sense."""
    view, errors = View.judge(request.query_params)
    for one in FILTERS:
        if one.name not in ("q", "tag") and request.query_params.get(one.name) == "":
            errors.setdefault(one.name, [_("This is empty: leave it out instead.")])
    if errors:
        name, sentences = next(iter(errors.items()))
        raise RefusedError("invalid", f"{name}: {sentences[0]}", errors=errors)
    return view


def _address(request: Request, cursor: str) -> str | None:
    """This address with another cursor, without the site's name."""
    if not cursor:
        return None
    query = [*request.query_params.lists()]
    others = [(name, value) for name, values in query for value in values if name != "cursor"]
    return f"{request.path}?{urlencode([*others, ('cursor', cursor)])}"
