"""Sheets that compare two settings: ordered, followed, stopped, and painted from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from engine.params import QUALITIES
from gallery.files import harden
from transfers.api import idempotency, orders
from transfers.api.problems import field_refused
from transfers.api.serializers.sheets import (
    KeptSerializer,
    NewSheetSerializer,
    PaintedAgainSerializer,
    PaintInFullSerializer,
    SheetProgressSerializer,
    SheetSerializer,
    WholeSheetSerializer,
)
from transfers.api.serializers.transfers import CancelledSerializer, TransferSerializer
from transfers.api.showing import own_transfers, shown
from transfers.api.views.base import (
    IF_NONE_MATCH,
    UNCHANGED,
    ApiView,
    NewestFirst,
    paginated,
    person,
    picture_answers,
    unless_unchanged,
    valid,
)
from transfers.api.views.ordering import MAY_FAIL, made
from transfers.models import Sweep, SweepCell
from transfers.studies import axes, keeping, sheet_picture, sweeps
from transfers.studies.axes import Axis, AxisError, Value


class SheetList(ApiView):
    pagination_class = NewestFirst
    problem_statuses = MAY_FAIL

    @extend_schema(responses=SheetSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Your sheets, newest first."""
        own = Sweep.objects.owned_by(person(request))
        return paginated(self, request, own, lambda rows: SheetSerializer(rows, many=True).data)

    @extend_schema(
        parameters=[idempotency.PARAMETER],
        request=NewSheetSerializer,
        responses={201: WholeSheetSerializer},
    )
    def post(self, request: Request) -> Response:
        """Have each value of one setting painted with each value of another: small pictures, to
        choose the settings by. All of them, or none where one cannot be painted."""
        owner, values = person(request), valid(NewSheetSerializer, request)
        order = orders.one(owner, {**values, "time_lapse": False})
        wish = sweeps.Wish(
            order,
            _axis(owner, values, "rows"),
            _axis(owner, values, "columns"),
            QUALITIES[values["cells"]],
        )

        try:
            rows, replayed = idempotency.once(
                request, lambda: [sweeps.begin(owner, wish)], Sweep.objects.owned_by(owner)
            )
        except AxisError as error:
            raise field_refused("columns.setting", error.sentence) from error
        if not rows:
            raise idempotency.gone()
        headers = {"Idempotent-Replayed": "true"} if replayed else {}
        return Response(_whole(rows[0]), status=201, headers=headers)


class SheetDetail(ApiView):
    @extend_schema(
        parameters=[IF_NONE_MATCH], responses={200: WholeSheetSerializer, 304: UNCHANGED}
    )
    def get(self, request: Request, sheet_id: UUID) -> HttpResponseBase:
        """A sheet with all its cells, and how far they are. Their pictures are the transfers’
        `files.preview`, every pixel once they are finished."""
        return unless_unchanged(request, _whole(_own(request, sheet_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, sheet_id: UUID) -> Response:
        """Delete a sheet with its pictures, for good. What was kept or painted in full stays."""
        sweeps.throw_away(_own(request, sheet_id))
        return Response(status=204)


class SheetPicture(ApiView):
    @extend_schema(operation_id="sheets_picture", responses=picture_answers("image/jpeg"))
    def get(self, request: Request, sheet_id: UUID) -> HttpResponseBase:
        """The whole sheet as one picture with its labels, as far as it is painted."""
        sweep = _own(request, sheet_id)
        data = sheet_picture.draw(sweep, sweeps.cells_of(sweep))
        return harden(HttpResponse(data, content_type="image/jpeg"))


class SheetCancel(ApiView):
    @extend_schema(operation_id="sheets_cancel", request=None, responses={200: CancelledSerializer})
    def post(self, request: Request, sheet_id: UUID) -> Response:
        """Stop all cells that are not finished; what is painted stays."""
        count = sweeps.cancel(_own(request, sheet_id))
        return Response(CancelledSerializer({"cancelled": count}).data)


class SheetRetry(ApiView):
    problem_statuses = MAY_FAIL

    @extend_schema(
        operation_id="sheets_retry", request=None, responses={200: PaintedAgainSerializer}
    )
    def post(self, request: Request, sheet_id: UUID) -> Response:
        """Have the cells painted once more that failed or were cancelled."""
        count = sweeps.paint_missing(_own(request, sheet_id))
        return Response(PaintedAgainSerializer({"painted_again": count}).data)


class CellPaint(ApiView):
    problem_statuses = MAY_FAIL

    @extend_schema(
        operation_id="sheets_cells_paint",
        parameters=[idempotency.PARAMETER],
        request=PaintInFullSerializer,
        responses={201: TransferSerializer},
    )
    def post(self, request: Request, sheet_id: UUID, row: int, column: int) -> Response:
        """Paint the full picture that a cell was painted to choose."""
        cell = _cell(_own(request, sheet_id), row, column)
        quality = valid(PaintInFullSerializer, request).get("quality")
        size_px = QUALITIES[quality] if quality else None
        return made(request, lambda: [sweeps.paint_in_full(cell, size_px)])


class CellKeep(ApiView):
    problem_statuses = {"POST": (409, 422)}

    @extend_schema(operation_id="sheets_cells_keep", request=None, responses={200: KeptSerializer})
    def post(self, request: Request, sheet_id: UUID, row: int, column: int) -> Response:
        """Keep the small picture of a cell as an artwork. Asked twice, it is the same one."""
        cell = _cell(_own(request, sheet_id), row, column)
        return Response(KeptSerializer(keeping.keep(cell.transfer)).data)


def _own(request: Request, sheet_id: UUID) -> Sweep:
    return get_object_or_404(Sweep.objects.owned_by(person(request)), pk=sheet_id)


def _cell(sweep: Sweep, row: int, column: int) -> SweepCell:
    cells = sweep.cells.select_related("sweep__owner", "transfer__content_image", "transfer__owner")
    found = cells.filter(row=row, column=column).first()
    if found is None:
        raise Http404
    return found


def _axis(owner: User, values: dict[str, Any], side: str) -> tuple[Axis, list[Value]]:
    axis = axes.named(values[side]["setting"])
    try:
        return axis, axis.judged(values[side]["values"], owner)
    except AxisError as error:
        raise field_refused(f"{side}.values", error.sentence) from error


def _whole(sweep: Sweep) -> dict[str, Any]:
    """A sheet with its cells, as JSON."""
    cells = sweeps.cells_of(sweep)
    progress = sweeps.Progress(cells)
    found = own_transfers(sweep.owner).in_bulk([cell.transfer_id for cell in cells])
    transfers = shown(found[cell.transfer_id] for cell in cells)
    return {
        **SheetSerializer(sweep).data,
        "progress": SheetProgressSerializer(progress).data,
        "cells": [
            {"row": cell.row, "column": cell.column, "transfer": transfer}
            for cell, transfer in zip(cells, transfers, strict=True)
        ],
    }
