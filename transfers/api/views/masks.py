"""Masks: where a style paints, or where the photo stays. The editor of the site sends them here."""

from __future__ import annotations

from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from engine.errors import ImageError
from gallery.files import file_response
from gallery.masks import add_mask
from gallery.models import Mask
from gallery.pictures import delete_for_good
from transfers.api import orders
from transfers.api.problems import RefusedError
from transfers.api.serializers.masks import MaskSerializer, MaskUploadSerializer
from transfers.api.views.base import ApiView, person, picture_answers, sent_file, valid
from transfers.masks import unused
from transfers.models import ContentImage


class PhotoMasks(ApiView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="content_images_masks_create",
        request=MaskUploadSerializer,
        responses={201: MaskSerializer},
    )
    def post(self, request: Request, photo_id: UUID) -> Response:
        """Send a mask for a photo; orders then name it. The same pixels sent again are the same
        mask. One that nothing is painted with goes after a day."""
        owner = person(request)
        photo = get_object_or_404(ContentImage.objects.owned_by(owner), pk=photo_id)
        sent_file(request)
        file = valid(MaskUploadSerializer, request)["image"]
        try:
            mask = add_mask(owner, file, (photo.width, photo.height))
        except ImageError as error:
            raise orders.named(error, "image") from error
        return Response(MaskSerializer(mask).data, status=201)


class MaskDetail(ApiView):
    problem_statuses = {"DELETE": (409,)}

    @extend_schema(responses=MaskSerializer)
    def get(self, request: Request, mask_id: UUID) -> Response:
        """One mask."""
        return Response(MaskSerializer(_own(request, mask_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, mask_id: UUID) -> Response:
        """Delete a mask for good. One that something was painted with stays, and answers 409."""
        mask = _own(request, mask_id)
        if not delete_for_good(unused(Mask.objects.filter(pk=mask.pk))):
            raise RefusedError(
                "in_use", _("Something was painted with this mask, so it stays with it.")
            )
        return Response(status=204)


class MaskFile(ApiView):
    @extend_schema(operation_id="masks_file", responses=picture_answers("image/png"))
    def get(self, request: Request, mask_id: UUID) -> HttpResponseBase:
        """The mask itself, a grey PNG."""
        return file_response(request._request, _own(request, mask_id).original)


def _own(request: Request, mask_id: UUID) -> Mask:
    return get_object_or_404(Mask.objects.owned_by(person(request)), pk=mask_id)
