"""What an owner does with a transfer under way: cancel, keep, reorder."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from transfers.api.problems import RefusedError
from transfers.api.serializers.transfers import (
    CancelledSerializer,
    MoveSerializer,
    TransferSerializer,
)
from transfers.api.showing import own_transfer, shown
from transfers.api.views.base import ApiView, person, valid
from transfers.models import Transfer
from transfers.queue import own_order, steering
from transfers.queue.own_order import Whither


class Steering(ApiView):
    problem_statuses = {"POST": (409,)}


class TransferCancel(Steering):
    @extend_schema(
        operation_id="transfers_cancel", request=None, responses={200: TransferSerializer}
    )
    def post(self, request: Request, transfer_id: UUID) -> Response:
        """Stop a transfer and drop what is painted; harmless for one that is cancelled already."""
        transfer = own_transfer(person(request), transfer_id)
        steering.request_cancel(transfer)
        if transfer.state != Transfer.State.CANCELLED:
            raise RefusedError("wrong_state", _("It had ended before it could be cancelled."))
        return _answer(request, transfer_id)


class TransferKeep(Steering):
    @extend_schema(operation_id="transfers_keep", request=None, responses={200: TransferSerializer})
    def post(self, request: Request, transfer_id: UUID) -> Response:
        """Stop painting now and keep the picture as it is; the result is there within seconds."""
        transfer = own_transfer(person(request), transfer_id)
        if not steering.request_keep(transfer):
            begun = _("It has ended already.")
            not_begun = _("There is nothing to keep yet: painting has not begun.")
            raise RefusedError("wrong_state", not_begun if transfer.is_unfinished else begun)
        return _answer(request, transfer_id)


class TransferMove(Steering):
    @extend_schema(
        operation_id="transfers_move", request=MoveSerializer, responses={200: TransferSerializer}
    )
    def post(self, request: Request, transfer_id: UUID) -> Response:
        """Have a waiting transfer painted sooner or later than your others."""
        transfer = own_transfer(person(request), transfer_id)
        whither = Whither(valid(MoveSerializer, request)["whither"])
        if not own_order.move(transfer, whither):
            raise RefusedError("wrong_state", _("It is no longer waiting, so its place stays."))
        return _answer(request, transfer_id)


class CancelWaiting(ApiView):
    @extend_schema(
        operation_id="transfers_cancel_waiting",
        request=None,
        responses={200: CancelledSerializer},
    )
    def post(self, request: Request) -> Response:
        """Cancel all of yours that wait; what is being painted goes on."""
        return Response({"cancelled": steering.cancel_waiting(person(request))})


def _answer(request: Request, transfer_id: UUID) -> Response:
    """The row as it is now, read anew: a worker may have changed it meanwhile."""
    return Response(shown([own_transfer(person(request), transfer_id)])[0])
