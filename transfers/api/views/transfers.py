"""Transfers: what is being painted, what waits, and what came of it."""

from __future__ import annotations

from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from gallery.downloads import FORMATS, Wish, download_response
from gallery.files import file_response
from gallery.models import Artwork
from transfers.api.problems import RefusedError
from transfers.api.serializers.transfers import LossesSerializer, TransferSerializer
from transfers.api.showing import own_transfer, own_transfers, shown
from transfers.api.views.base import (
    IF_NONE_MATCH,
    UNCHANGED,
    ApiView,
    NewestFirst,
    choices,
    paginated,
    person,
    picture_answers,
    unless_unchanged,
)
from transfers.api.views.ordering import NewTransfer
from transfers.models import LossCurve, Transfer


class TransferList(NewTransfer):
    pagination_class = NewestFirst

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "state",
                str,
                enum=Transfer.State.values,
                many=True,
                description="Only those in this state; give it several times for several.",
            )
        ],
        responses=TransferSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Your transfers, newest first; the cells of sheets are with those."""
        own = own_transfers(person(request)).pictures()
        if states := request.query_params.getlist("state"):
            if not set(states) <= set(Transfer.State.values):
                said = _("state is one of: %(all)s.") % {"all": ", ".join(Transfer.State.values)}
                raise RefusedError("invalid", said, errors={"state": [said]})
            own = own.filter(state__in=states)
        return paginated(self, request, own, shown)


class TransferDetail(ApiView):
    @extend_schema(parameters=[IF_NONE_MATCH], responses={200: TransferSerializer, 304: UNCHANGED})
    def get(self, request: Request, transfer_id: UUID) -> HttpResponseBase:
        """How far a transfer is. Ask once a second if you like, with `If-None-Match`."""
        return unless_unchanged(request, shown([own_transfer(person(request), transfer_id)])[0])


class TransferLosses(ApiView):
    @extend_schema(
        operation_id="transfers_losses",
        parameters=[IF_NONE_MATCH],
        responses={200: LossesSerializer, 304: UNCHANGED},
    )
    def get(self, request: Request, transfer_id: UUID) -> HttpResponseBase:
        """How a transfer’s losses went so far, or to its end: at most 200 points, renewed every few
        seconds while it is painted. Empty before that."""
        row = own_transfer(person(request), transfer_id)
        kept = LossCurve.objects.filter(transfer=row).first()
        columns = kept.columns if kept else {}
        losses = {name: columns.get(name, []) for name in LossCurve.COLUMNS}
        return unless_unchanged(request, LossesSerializer(losses).data)


class TransferPreview(ApiView):
    @extend_schema(
        operation_id="transfers_preview",
        responses=picture_answers("image/jpeg", "image/png", "image/webp"),
    )
    def get(self, request: Request, transfer_id: UUID) -> HttpResponseBase:
        """The picture so far. 404 until something is painted, and once the result is there; of a
        cell of a sheet it is the result, every pixel as painted."""
        row = get_object_or_404(own_transfers(person(request)).in_sight(), pk=transfer_id)
        is_named = request.query_params.get("v") == str(row.preview_step)
        return file_response(request._request, row.preview, immutable=is_named)


class TransferResult(ApiView):
    @extend_schema(
        operation_id="transfers_result",
        parameters=[choices("file_format", FORMATS)],
        responses=picture_answers("image/png", "image/jpeg", "image/webp"),
    )
    def get(self, request: Request, transfer_id: UUID, file_format: str) -> HttpResponseBase:
        """The finished picture: `png`, every pixel as painted, `jpg` or `webp`. 404 until it is
        there."""
        finished = Artwork.objects.visible_to(person(request))
        artwork = get_object_or_404(finished, transfer=transfer_id)
        return download_response(request._request, artwork, Wish(file_format=file_format))
