"""Sheets: one's own in a list, each as a table that fills in, and what is done with a cell."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, owners_only, signed_in_page
from accounts.quotas import QuotaError
from engine.errors import EngineError
from engine.params import QUALITIES, Params
from gallery.files import bytes_response
from gallery.recipes import setting_lines
from transfers.durations import spoken
from transfers.models import Sweep, SweepCell, Transfer
from transfers.queue.submission import WrongStateError
from transfers.status import Status
from transfers.studies import keeping, sheet_picture, sweeps
from transfers.studies.sweeps import Progress

PAGE_SIZE = 20
SHOWN_CELLS = 6


@require_safe
@signed_in_page
def sheets(request: SignedInRequest) -> HttpResponse:
    """Newest first, each with a few of its pictures."""
    painted = SweepCell.objects.filter(transfer__state=Transfer.State.SUCCEEDED)
    own = (
        Sweep.objects.owned_by(request.user)
        .annotate(count=Count("cells"))
        .prefetch_related(Prefetch("cells", painted.select_related("transfer"), "painted"))
    )
    page = Paginator(own, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = [
        {"sweep": sweep, "compared": compared(sweep), "cells": sweep.painted[:SHOWN_CELLS]}  # type: ignore[attr-defined]
        for sweep in page
    ]
    context = {"page": page, "shown": shown, "kept_days": Sweep.KEPT.days}
    return render(request, "transfers/sweeps.html", context)


@require_safe
@signed_in_page
def sheet(request: SignedInRequest, sweep_id: UUID) -> HttpResponse:
    sweep = own_sweep(request, sweep_id)
    progress = Progress(sweeps.cells_of(sweep))
    grid: list[dict[str, Any]] = [
        {"label": label, "cells": []} for label in sweep.row_axis["labels"]
    ]
    for cell, status in zip(progress.cells, progress.statuses, strict=True):
        grid[cell.row]["cells"].append(_cell_context(sweep, cell, status))
    context = {
        "sweep": sweep,
        "row_axis": sheet_picture.axis_label(sweep.row_axis),
        "column_axis": sheet_picture.axis_label(sweep.column_axis),
        "columns": sweep.column_axis["labels"],
        "grid": grid,
        "progress": progress,
        "words": progress_words(progress),
        "setting_lines": list(setting_lines(sweep.params)),
        "kept_days": Sweep.KEPT.days,
    }
    return render(request, "transfers/sweep.html", context)


@require_safe
@owners_only
def state(request: SignedInRequest, sweep_id: UUID) -> HttpResponse:
    """How far the sheet and each cell are, for the page's script."""
    sweep = own_sweep(request, sweep_id)
    progress = Progress(sweeps.cells_of(sweep))
    cells = [
        {
            "place": f"{cell.row}-{cell.column}",
            "state": status.state,
            "picture": _picture_url(cell.transfer),
            "words": cell_words(status),
        }
        for cell, status in zip(progress.cells, progress.statuses, strict=True)
    ]
    answer = JsonResponse(
        {
            "cells": cells,
            "percent": progress.percent,
            "words": progress_words(progress),
            "unfinished": progress.is_unfinished,
            "missing": progress.missing,
        }
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
@signed_in_page
def cell(request: SignedInRequest, sweep_id: UUID, row: int, column: int) -> HttpResponse:
    """One picture of the sheet, large, with its values and its neighbours; for htmx the part that
    is shown in place."""
    sweep = own_sweep(request, sweep_id)
    shown = _own_cell(sweep, row, column)
    status = Status.of(shown.transfer)
    rows, columns = len(sweep.row_axis["values"]), len(sweep.column_axis["values"])
    around = {
        "left": (row, column - 1),
        "right": (row, column + 1),
        "up": (row - 1, column),
        "down": (row + 1, column),
    }
    context = {
        **_cell_context(sweep, shown, status),
        "sweep": sweep,
        "around": {
            name: reverse("transfers:sweep-cell", args=[sweep.pk, *place])
            for name, place in around.items()
            if 0 <= place[0] < rows and 0 <= place[1] < columns
        },
        "sizes": _sizes(sweep, shown),
        "can_be_kept": status.state == Transfer.State.SUCCEEDED and shown.transfer.preview,
    }
    template = "transfers/_sweep_cell.html" if request.htmx else "transfers/sweep_cell.html"
    return render(request, template, context)


@require_safe
@owners_only
def picture(request: SignedInRequest, sweep_id: UUID) -> HttpResponseBase:
    """The whole sheet as one labelled picture, to be saved."""
    sweep = own_sweep(request, sweep_id)
    data = sheet_picture.draw(sweep, sweeps.cells_of(sweep))
    name = slugify(sweep.title) or "sheet"
    return bytes_response(data, download_as=f"{name}.jpg")


@require_POST
@signed_in_page
def cancel(request: SignedInRequest, sweep_id: UUID) -> HttpResponse:
    sweep = own_sweep(request, sweep_id)
    sweeps.cancel(sweep)
    return redirect("transfers:sweep", sweep.pk)


@require_POST
@signed_in_page
def again(request: SignedInRequest, sweep_id: UUID) -> HttpResponse:
    """Have the cells painted that failed or were cancelled."""
    sweep = own_sweep(request, sweep_id)
    try:
        sweeps.paint_missing(sweep)
    except (EngineError, QuotaError) as error:
        messages.error(request, error.sentence)
    return redirect("transfers:sweep", sweep.pk)


@require_POST
@signed_in_page
def delete(request: SignedInRequest, sweep_id: UUID) -> HttpResponse:
    sweep = own_sweep(request, sweep_id)
    title = sweep.title
    sweeps.throw_away(sweep)
    messages.success(request, _("The sheet “%(title)s” was deleted.") % {"title": title})
    return redirect("transfers:sweeps")


@require_POST
@signed_in_page
def paint(request: SignedInRequest, sweep_id: UUID, row: int, column: int) -> HttpResponse:
    """Paint this in full, in the size ``size`` (a quality), or in that of the sheet's settings."""
    chosen = _own_cell(own_sweep(request, sweep_id), row, column)
    size = request.POST.get("size", "")
    if size and size not in QUALITIES:
        return HttpResponseBadRequest()
    try:
        transfer = sweeps.paint_in_full(chosen, QUALITIES.get(size))
    except (EngineError, QuotaError) as error:
        messages.error(request, error.sentence)
        return redirect("transfers:sweep-cell", sweep_id, row, column)
    return redirect("transfers:detail", transfer.pk)


@require_POST
@signed_in_page
def keep(request: SignedInRequest, sweep_id: UUID, row: int, column: int) -> HttpResponse:
    """Keep the small picture as it is, as an artwork."""
    chosen = _own_cell(own_sweep(request, sweep_id), row, column)
    try:
        artwork = keeping.keep(chosen.transfer)
    except (EngineError, QuotaError) as error:
        messages.error(request, error.sentence)
    except WrongStateError:
        messages.info(request, _("There is nothing to keep: it is not painted yet."))
    else:
        return redirect("gallery:artwork", artwork.pk)
    return redirect("transfers:sweep-cell", sweep_id, row, column)


def own_sweep(request: SignedInRequest, sweep_id: UUID) -> Sweep:
    """The sheet of who asks; Http404 for anybody else's."""
    return get_object_or_404(Sweep.objects.owned_by(request.user), pk=sweep_id)


def compared(sweep: Sweep) -> str:
    """What it compares, in a line."""
    return _("%(rows)s and %(columns)s") % {
        "rows": sheet_picture.axis_label(sweep.row_axis),
        "columns": sheet_picture.axis_label(sweep.column_axis),
    }


def progress_words(progress: Progress) -> str:
    """How far a sheet is, in a line."""
    if progress.is_unfinished:
        words = _("%(done)d of %(total)d painted") % {
            "done": progress.done,
            "total": progress.total,
        }
        if progress.seconds_left is None:
            return words
        left = _("%(time)s left") % {"time": spoken(progress.seconds_left)}
        return f"{words}, {left}"
    if progress.missing:
        return ngettext(
            "Ended, and %(count)d picture is missing",
            "Ended, and %(count)d pictures are missing",
            progress.missing,
        ) % {"count": progress.missing}
    return _("All painted")


def cell_words(status: Status) -> str:
    """What is to be said in the place of a picture, or over one that is not finished."""
    if status.state == Transfer.State.SUCCEEDED:
        return ""
    if status.state == Transfer.State.FAILED:
        return status.transfer.error
    if status.state == Transfer.State.RUNNING:
        return _("%(percent)d %% painted") % {"percent": status.percent}
    return str(status.transfer.get_state_display()).capitalize()


def _own_cell(sweep: Sweep, row: int, column: int) -> SweepCell:
    cells = sweep.cells.select_related("sweep__owner", "transfer__content_image", "transfer__owner")
    found = cells.filter(row=row, column=column).first()
    if found is None:
        raise Http404
    return found


def _picture_url(transfer: Transfer) -> str | None:
    if not transfer.preview:
        return None
    address = reverse("transfers:preview", args=[transfer.pk])
    return f"{address}?v={transfer.preview_step}"


def _cell_context(sweep: Sweep, cell: SweepCell, status: Status) -> dict[str, Any]:
    values = _("%(rows)s: %(row)s, %(columns)s: %(column)s") % {
        "rows": sheet_picture.axis_label(sweep.row_axis),
        "row": sweep.row_axis["labels"][cell.row],
        "columns": sheet_picture.axis_label(sweep.column_axis),
        "column": sweep.column_axis["labels"][cell.column],
    }
    photo = cell.transfer.content_image
    longer_px = Params.from_json(cell.transfer.params).size_px
    scale = longer_px / max(photo.width, photo.height)
    return {
        "cell": cell,
        "status": status,
        "values": values,
        "picture": _picture_url(cell.transfer),
        "words": cell_words(status),
        "alt": _("%(photo)s in %(style)s. %(values)s")
        % {"photo": photo.title, "style": status.style_title, "values": values},
        "width": round(photo.width * scale),
        "height": round(photo.height * scale),
    }


def _sizes(sweep: Sweep, cell: SweepCell) -> list[dict[str, Any]]:
    """Sizes that the full painting can have; the first is what it has unless another is chosen."""
    usual_px = sweeps.full_order(cell).params.size_px
    sizes = [{"name": "", "size_px": usual_px}]
    sizes += [
        {"name": name, "size_px": px} for name, px in QUALITIES.items() if px > longer_px(cell)
    ]
    return [size for size in sizes if size["name"] == "" or size["size_px"] != usual_px]


def longer_px(cell: SweepCell) -> int:
    return Params.from_json(cell.transfer.params).size_px
