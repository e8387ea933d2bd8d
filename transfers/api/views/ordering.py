"""Having something painted: one picture, many at once, again, or further; and how long it takes."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from engine import pyramid
from transfers.api import idempotency, orders
from transfers.api.access import Scope
from transfers.api.problems import RefusedError, field_refused
from transfers.api.serializers.transfers import (
    ContinueSerializer,
    EstimateSerializer,
    NewBatchSerializer,
    NewTransferSerializer,
    TransferListedSerializer,
    TransferSerializer,
    UpToSerializer,
)
from transfers.api.showing import own_transfer, own_transfers, shown
from transfers.api.views.base import ApiView, person, valid
from transfers.longest import TooLongError
from transfers.models import Transfer
from transfers.queue import estimates, forecast, submission

MAY_FAIL = {"POST": (409, 422)}


class NewTransfer(ApiView):
    problem_statuses = MAY_FAIL

    @extend_schema(
        parameters=[idempotency.PARAMETER],
        request=NewTransferSerializer,
        responses={201: TransferSerializer},
    )
    def post(self, request: Request) -> Response:
        """Have a photo painted in one or more styles. Settings that are left out are those the
        first style recommends, then the engine’s defaults."""
        values = valid(NewTransferSerializer, request)
        owner = person(request)
        return made(request, lambda: submission.submit_all(owner, [orders.one(owner, values)]))


class NewBatch(ApiView):
    problem_statuses = MAY_FAIL

    @extend_schema(
        operation_id="transfers_batch",
        parameters=[idempotency.PARAMETER],
        request=NewBatchSerializer,
        responses={201: TransferListedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Have many photos painted, each in each of many styles: all of them, or none where one
        cannot be painted."""
        owner, values = person(request), valid(NewBatchSerializer, request)
        return made(
            request,
            lambda: submission.submit_all(owner, orders.many(owner, values)),
            as_list=True,
        )


class Estimate(ApiView):
    write_scope = Scope.READ
    problem_statuses = {"POST": (422,)}

    @extend_schema(
        operation_id="transfers_estimate",
        request=NewTransferSerializer,
        responses={200: EstimateSerializer},
    )
    def post(self, request: Request) -> Response:
        """How large a picture would become, and when it would be ready if it were ordered now.
        Nothing is ordered."""
        owner = person(request)
        order = orders.one(owner, valid(NewTransferSerializer, request))
        photo = order.content_image
        planned = pyramid.plan(photo.width, photo.height, order.params)
        speed = estimates.current_speed()
        turn = forecast.turn_of_another(owner, planned.pixel_steps)
        if turn is not None and turn.or_later:
            turn = None
        answer = {
            "width": planned.width,
            "height": planned.height,
            "total_steps": planned.total_steps,
            "painting_s": speed and estimates.work_s(planned.pixel_steps, speed),
            "place": turn and turn.place,
            "starts_in_s": turn and turn.starts_in_s,
            "ready_in_s": turn and turn.ready_in_s,
        }
        return Response(EstimateSerializer(answer).data)


class TransferRetry(ApiView):
    problem_statuses = MAY_FAIL

    @extend_schema(
        operation_id="transfers_retry", request=None, responses={201: TransferSerializer}
    )
    def post(self, request: Request, transfer_id: UUID) -> Response:
        """Have a failed or cancelled transfer painted anew, as a new transfer. Asked twice, it
        answers with the one that is under way."""
        transfer = own_transfer(person(request), transfer_id)
        if transfer.state not in (Transfer.State.FAILED, Transfer.State.CANCELLED):
            raise RefusedError(
                "wrong_state", _("Only what failed or was cancelled can be retried.")
            )
        return _answer([submission.retry(transfer)])


class TransferContinue(ApiView):
    problem_statuses = MAY_FAIL

    @extend_schema(
        operation_id="transfers_continue",
        parameters=[idempotency.PARAMETER],
        request=ContinueSerializer,
        responses={201: TransferSerializer},
    )
    def post(self, request: Request, transfer_id: UUID) -> Response:
        """Go on from a finished transfer, as a new one: with more steps at its size, or larger."""
        transfer = own_transfer(person(request), transfer_id)
        size_px = valid(ContinueSerializer, request)["size_px"]
        return made(request, lambda: [_continued(transfer, size_px)])


class TransferUpTo(ApiView):
    problem_statuses = MAY_FAIL

    @extend_schema(
        operation_id="transfers_up_to",
        parameters=[idempotency.PARAMETER],
        request=UpToSerializer,
        responses={201: TransferSerializer},
    )
    def post(self, request: Request, transfer_id: UUID) -> Response:
        """Paint a finished transfer again in full size, up to one of its steps: the same settings
        and seed."""
        transfer = own_transfer(person(request), transfer_id)
        step = valid(UpToSerializer, request)["step"]
        return made(request, lambda: [_painted_up_to(transfer, step)])


def _painted_up_to(transfer: Transfer, step: int) -> Transfer:
    artwork = transfer.artwork
    if artwork is None or artwork.trashed_at is not None:
        raise RefusedError("wrong_state", _("There is no finished picture of it."))
    return submission.paint_up_to(artwork, step)


def _continued(transfer: Transfer, size_px: int) -> Transfer:
    artwork = transfer.artwork
    if artwork is None or artwork.trashed_at is not None:
        raise RefusedError("wrong_state", _("There is no finished picture to go on from."))
    own_px = max(artwork.width, artwork.height)
    if size_px < own_px:
        sentence = _("Choose a size of %(own_px)d pixels, which the picture has, or more.")
        raise field_refused("size_px", sentence % {"own_px": own_px})
    try:
        return submission.continue_artwork(artwork, size_px=size_px)
    except TooLongError as error:
        errors = {"size_px": [error.sentence]}
        raise RefusedError("too_long", error.sentence, errors=errors) from error


def made(
    request: Request, submit: Callable[[], list[Transfer]], *, as_list: bool = False
) -> Response:
    """201 with what `submit` made, now or when the same request came before."""
    own = Transfer.objects.owned_by(person(request))
    rows, replayed = idempotency.once(request, submit, own)
    if not rows:
        raise idempotency.gone()
    return _answer(rows, as_list=as_list, replayed=replayed)


def _answer(made: list[Transfer], *, as_list: bool = False, replayed: bool = False) -> Response:
    found = own_transfers(made[0].owner).in_bulk([transfer.pk for transfer in made])
    data = shown(found[transfer.pk] for transfer in made)
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    return Response({"transfers": data} if as_list else data[0], status=201, headers=headers)
