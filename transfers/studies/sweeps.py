"""Sheets that compare two settings: ordered as one, followed as one, painted from, thrown away.

Their cells are ordinary transfers, so a sheet survives whatever a transfer does. Nothing about how
far it is stands on its own row.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.quotas import QuotaError
from engine.params import Params
from transfers.models import Sweep, SweepCell, Transfer
from transfers.queue import forecast, submission
from transfers.queue.submission import Order
from transfers.queue.transitions import cancellation, drop_files
from transfers.status import Status
from transfers.studies.axes import Axis, AxisError, Value
from transfers.studies.models import Purpose
from transfers.studies.scaling import scaled

logger = logging.getLogger(__name__)

MOST = 20
"""Sheets of one person: their pictures are beside the limit of storage (``gallery.storage_use``).
At three bytes a pixel, six by six drafts are 7 MB at most, and 28 MB at 512 px."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be compared. base: the full painting; cell_px: longer side of the cells."""

    base: Order
    rows: tuple[Axis, Sequence[Value]]
    columns: tuple[Axis, Sequence[Value]]
    cell_px: int

    @property
    def compares_sizes(self) -> bool:
        return "quality" in (self.rows[0].name, self.columns[0].name)

    def orders(self) -> list[Order]:
        """Those of the cells, row by row. Raises engine.errors.EngineError."""
        if self.rows[0].name == self.columns[0].name:
            raise AxisError(_("Please compare two different settings."))
        return [self._cell(row, column) for row in self.rows[1] for column in self.columns[1]]

    def _cell(self, row: Value, column: Value) -> Order:
        order = column.applied(row.applied(self.base))
        if not self.compares_sizes:
            order = scaled(order, self.cell_px)
        return dataclasses.replace(order, purpose=Purpose.SWEEP, keeps_time_lapse=False)


def begin(owner: User, wish: Wish) -> Sweep:
    """Queue all cells of a sheet at once, or nothing.

    Raises engine.errors.EngineError where a cell cannot be painted so, and QuotaError; so for who
    has as many sheets as there is room for.
    """
    orders = wish.orders()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)  # so that nobody counts at the same time
        _check_count(owner)
        transfers = submission.submit_all(owner, orders)
        sweep = Sweep.objects.create(
            owner=owner,
            title=_title(wish),
            params=wish.base.params.to_json(),
            row_axis=_axis_json(*wish.rows),
            column_axis=_axis_json(*wish.columns),
            cell_px=None if wish.compares_sizes else min(wish.cell_px, wish.base.params.size_px),
        )
        width = len(wish.columns[1])
        SweepCell.objects.bulk_create(
            SweepCell(sweep=sweep, row=number // width, column=number % width, transfer=transfer)
            for number, transfer in enumerate(transfers)
        )
    logger.info("sheet %s: %d cells submitted", sweep.pk, len(transfers))
    return sweep


def _check_count(owner: User) -> None:
    if Sweep.objects.owned_by(owner).count() < MOST:
        return
    sentence = _("You have %(most)d sheets, which is all there is room for. Delete one first.")
    raise QuotaError(sentence % {"most": MOST}, reason="storage")


def _title(wish: Wish) -> str:
    """What is compared on it, beside the settings: the photo and the styles of all cells."""
    compared = {wish.rows[0].name, wish.columns[0].name}
    photo = wish.base.content_image.title
    styles = " + ".join(style.title for style, _weight in wish.base.styles)
    if {"photo", "style"} <= compared:
        title = _("Photos in styles")
    elif "photo" in compared:
        title = _("Photos in %(style)s") % {"style": styles}
    elif "style" in compared:
        title = _("%(photo)s in several styles") % {"photo": photo}
    else:
        title = _("%(photo)s in %(style)s") % {"photo": photo, "style": styles}
    return title[: Sweep._meta.get_field("title").max_length]


def _axis_json(axis: Axis, values: Sequence[Value]) -> dict[str, Any]:
    return {
        "name": axis.name,
        "values": [value.value for value in values],
        "labels": [value.label for value in values],
    }


class Progress:
    """How far a sheet is, all cells together."""

    def __init__(self, cells: Sequence[SweepCell]) -> None:
        self.cells = cells
        self.statuses = Status.of_all(cell.transfer for cell in cells)

    @property
    def total(self) -> int:
        return len(self.cells)

    @property
    def done(self) -> int:
        return sum(not status.transfer.is_unfinished for status in self.statuses)

    @property
    def missing(self) -> int:
        """Cells that failed or were cancelled: they can be painted once more."""
        gone = (Transfer.State.FAILED, Transfer.State.CANCELLED)
        return sum(status.state in gone for status in self.statuses)

    @property
    def is_unfinished(self) -> bool:
        return self.done < self.total

    @property
    def percent(self) -> int:
        """Whole per cent, rounded down; cells count alike, finished or in part."""
        if not self.total:
            return 100
        parts = sum(
            status.percent if status.transfer.is_unfinished else 100 for status in self.statuses
        )
        return parts // self.total

    @cached_property
    def seconds_left(self) -> float | None:
        """Until the last cell is there; None where nobody can tell."""
        left: list[float | None] = []
        for status in self.statuses:
            if status.state == Transfer.State.RUNNING:
                left.append(status.seconds_left)
            elif status.state == Transfer.State.QUEUED:
                left.append(status.turn.ready_in_s if status.turn else None)
        known = [seconds for seconds in left if seconds is not None]
        return max(known) if known and len(known) == len(left) else None


def cells_of(sweep: Sweep) -> list[SweepCell]:
    """In reading order, with all that is needed to show them."""
    cells = sweep.cells.select_related("transfer__content_image", "transfer__artwork")
    return list(cells.prefetch_related("transfer__styles"))


def seconds_for(owner: User, orders: Sequence[Order]) -> float | None:
    """Until a sheet of these would be ready if it were ordered now; None where nobody can tell."""
    work = sum(order.pixel_steps() for order in orders)
    turn = forecast.turn_of_another(owner, work)
    return turn.ready_in_s if turn and not turn.or_later else None


def cancel(sweep: Sweep) -> int:
    """Stop all cells that are unfinished; what is painted stays. Returns how many were: 0 where the
    sheet is gone meanwhile."""
    with transaction.atomic():
        return _cancel(sweep) if _held(sweep) else 0


def _held(sweep: Sweep) -> bool:
    """Let nobody else queue, stop or delete cells of `sweep` in this transaction."""
    return Sweep.objects.select_for_update().filter(pk=sweep.pk).first() is not None


def _cancel(sweep: Sweep) -> int:
    cells = Transfer.objects.filter(pk__in=sweep.cells.values("transfer"))
    # In the order in which they are moved among their owner's: who locks several does so alike.
    unfinished = list(cells.unfinished().in_own_order().select_for_update())
    rows = Transfer.objects.unfinished().filter(pk__in=[transfer.pk for transfer in unfinished])
    cancelled = rows.update(**cancellation())
    for transfer in unfinished:
        if transfer.state == Transfer.State.RUNNING or transfer.checkpoint:
            # Only then does nobody hold the token any more, so no newer checkpoint can appear.
            transaction.on_commit(partial(drop_files, transfer, preview=False))
    logger.info("sheet %s: %d cells cancelled", sweep.pk, cancelled)
    return cancelled


def paint_missing(sweep: Sweep) -> int:
    """Queue once more the cells that failed or were cancelled; returns how many.

    Of two who ask at once, one queues them; none are where the sheet is gone meanwhile. The files
    of those before go with housekeeping. Raises EngineError and QuotaError.
    """
    with transaction.atomic():
        # First of all locks, as in `begin` and wherever limits are asked.
        User.objects.select_for_update().get(pk=sweep.owner_id)
        if not _held(sweep):
            return 0
        gone = (Transfer.State.FAILED, Transfer.State.CANCELLED)
        cells = list(sweep.cells.filter(transfer__state__in=gone).select_related("transfer"))
        if not cells:
            return 0
        old = [cell.transfer for cell in cells]
        new = submission.submit_all(sweep.owner, [_order_of(transfer) for transfer in old])
        for cell, transfer in zip(cells, new, strict=True):
            cell.transfer = transfer
        SweepCell.objects.bulk_update(cells, ["transfer"])
    return len(cells)


def _order_of(transfer: Transfer) -> Order:
    return Order(
        content_image=transfer.content_image,
        styles=submission.styles_of(transfer),
        params=Params.from_json(transfer.params),
        **submission.masks_of(transfer),
        keeps_time_lapse=False,
        purpose=Purpose(transfer.purpose),
    )


def paint_in_full(cell: SweepCell, size_px: int | None = None) -> Transfer:
    """Queue the picture that `cell` was painted to choose, in the size of the sheet's settings or
    in another one. Raises EngineError and QuotaError."""
    return submission.submit_all(cell.sweep.owner, [full_order(cell, size_px)])[0]


def full_order(cell: SweepCell, size_px: int | None = None) -> Order:
    """The order of the full painting of `cell`; one of a sheet of sizes has its own size."""
    small, base = _order_of(cell.transfer), Params.from_json(cell.sweep.params)
    params = small.params
    if cell.sweep.cell_px is not None:
        params = dataclasses.replace(params, size_px=base.size_px, steps=base.steps)
    if size_px is not None:
        params = dataclasses.replace(params, size_px=size_px)
    return dataclasses.replace(small, params=params, purpose=Purpose.PICTURE, keeps_time_lapse=True)


def throw_away(sweep: Sweep) -> None:
    """Delete `sweep` with its pictures, but those that were kept or painted in full.

    Nobody sees them from then on; housekeeping deletes their files (`keeping.forget_pictures`). The
    rows of its cells stay for a day, as what was painted counts against its owner's minutes.
    """
    with transaction.atomic():
        if _held(sweep):
            _cancel(sweep)
            Sweep.objects.filter(pk=sweep.pk).delete()
    logger.info("sheet %s: thrown away", sweep.pk)
