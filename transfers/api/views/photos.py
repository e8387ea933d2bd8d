"""Content images: what is painted. The new-transfer page and the camera upload here too."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _t
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from engine.errors import ImageError
from gallery.files import file_response
from gallery.forms import title_from_file_name
from gallery.pictures import RENDITIONS
from transfers import photo_deletion
from transfers.api import idempotency, orders
from transfers.api.problems import RefusedError
from transfers.api.serializers.photos import (
    ContentImageSerializer,
    ContentImageUploadSerializer,
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
from transfers.models import ContentImage
from transfers.photos import add_photo, delete_photos

COPIES = ("delete", "keep")
COPIES_PARAMETER = OpenApiParameter(
    "copies",
    str,
    enum=COPIES,
    description="Of a photo that was painted: its copies beside pictures, and the time-lapses that "
    "begin with it.",
)
BUSY = _t("A picture of this photo is waiting or being painted. Cancel it, or wait for it.")
PAINTED = _t(
    "This photo has been painted. To delete it with its transfers, say with copies=delete or "
    "copies=keep what becomes of the copies in your pictures."
)


class ContentImageList(ApiView):
    problem_statuses = {"POST": (422,)}
    parser_classes = [MultiPartParser]
    pagination_class = NewestFirst

    @extend_schema(responses=ContentImageSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Your photos, newest first."""
        own = ContentImage.objects.owned_by(person(request))
        return paginated(
            self, request, own, lambda page: ContentImageSerializer(page, many=True).data
        )

    @extend_schema(
        parameters=[idempotency.PARAMETER],
        request=ContentImageUploadSerializer,
        responses={201: ContentImageSerializer},
    )
    def post(self, request: Request) -> Response:
        """Send a photo. The same picture sent again is the same photo. Location and camera are
        removed from the file before it is stored."""
        sent_file(request)
        values = valid(ContentImageUploadSerializer, request)
        file, source = values["image"], values["source"]
        title = values.get("title", "")
        if not title and source == ContentImage.Source.UPLOAD:
            title = title_from_file_name(file.name)
        headers: dict[str, str] = {}

        def once(keep: Callable[[], ContentImage]) -> ContentImage:
            own = ContentImage.objects.owned_by(person(request))
            rows, replayed = idempotency.once(request, lambda: [keep()], own)
            if not rows:
                raise idempotency.gone()
            headers.update({"Idempotent-Replayed": "true"} if replayed else {})
            return rows[0]

        try:
            photo = add_photo(person(request), file, source, title, once=once)
        except ImageError as error:
            raise orders.named(error, "image") from error
        return Response(ContentImageSerializer(photo).data, status=201, headers=headers)


class ContentImageDetail(ApiView):
    problem_statuses = {"DELETE": (409,)}

    @extend_schema(responses=ContentImageSerializer)
    def get(self, request: Request, photo_id: UUID) -> Response:
        """One photo."""
        return Response(ContentImageSerializer(_own(request, photo_id)).data)

    @extend_schema(parameters=[COPIES_PARAMETER], responses={204: None})
    def delete(self, request: Request, photo_id: UUID) -> Response:
        """Delete a photo for good. One that has transfers stays, and answers 409, unless `copies`
        says what becomes of the copies of it that pictures hold: its transfers and sheets go then,
        the pictures stay. What is waiting or being painted keeps its photo in any case."""
        photo = _own(request, photo_id)
        copies = _copies(request)
        own = ContentImage.objects.filter(pk=photo.pk)
        gone = delete_photos(own)
        if copies and not gone:
            gone = photo_deletion.delete(own, keep_copies=copies == "keep")
        if not gone:
            is_busy = photo_deletion.busy(own).exists()
            raise RefusedError("in_use", str(BUSY if is_busy else PAINTED))
        return Response(status=204)


class ContentImageFile(ApiView):
    @extend_schema(
        operation_id="content_images_file",
        parameters=[choices("rendition", RENDITIONS)],
        responses=picture_answers("image/jpeg", "image/png", "image/webp"),
    )
    def get(self, request: Request, photo_id: UUID, rendition: str) -> HttpResponseBase:
        """A file of a photo: `original`, `display` (up to 1600 px) or `thumbnail` (up to 480)."""
        if rendition not in RENDITIONS:
            raise Http404
        return file_response(request._request, getattr(_own(request, photo_id), rendition))


def _copies(request: Request) -> str:
    """ "" where nothing is said of them."""
    said: str = request.query_params.get("copies", "")
    if "copies" in request.query_params and said not in COPIES:
        sentence = _("copies is delete or keep.")
        raise RefusedError("invalid", sentence, errors={"copies": [sentence]})
    return said


def _own(request: Request, photo_id: UUID) -> ContentImage:
    return get_object_or_404(ContentImage.objects.owned_by(person(request)), pk=photo_id)
