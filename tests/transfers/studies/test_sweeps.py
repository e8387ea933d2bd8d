"""Sheets: ordered as one, followed as one, stopped, tried again, painted from."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Quota, User
from accounts.quotas import QuotaError
from engine.errors import EngineError
from engine.params import Params
from gallery.models import Mask, Style
from tests.transfers.studies.conftest import Sheet, painted, transfers_of
from transfers import quotas
from transfers.models import (
    MachineSpeed,
    Sweep,
    Transfer,
)
from transfers.queue import checkpoints, submission
from transfers.queue.submission import Order
from transfers.studies import sweeps
from transfers.studies.sweeps import Progress, Wish

State = Transfer.State
Purpose = Transfer.Purpose


# Ordering


def test_each_value_meets_each_other_value_row_by_row(sheet: Sheet, user: User) -> None:
    sweep = sheet()
    cells = sweeps.cells_of(sweep)
    found = [
        (cell.row, cell.column, params["style_strength"], params["style_scale"])
        for cell in cells
        for params in [cell.transfer.params]
    ]
    assert found == [
        (0, 0, 40.0, 0.5),
        (0, 1, 40.0, 1.0),
        (0, 2, 40.0, 2.0),
        (1, 0, 90.0, 0.5),
        (1, 1, 90.0, 1.0),
        (1, 2, 90.0, 2.0),
    ]
    assert sweep.title == "Harbour in Stripes"
    assert sweep.column_axis == {
        "name": "style_scale",
        "values": [0.5, 1.0, 2.0],
        "labels": ["0.5 ×", "1 ×", "2 ×"],
    }


def test_cells_are_drafts_with_all_other_settings_of_the_full_painting(
    sheet: Sheet, order: Order
) -> None:
    for transfer in transfers_of(sheet()):
        params = Params.from_json(transfer.params)
        assert (params.size_px, params.seed) == (256, order.params.seed)
        assert (transfer.purpose, transfer.keeps_time_lapse) == (Purpose.SWEEP, False)


def test_cells_may_be_larger(sheet: Sheet) -> None:
    sweep = sheet(cell_px=512)
    assert sweep.cell_px == 512
    assert {transfer.params["size_px"] for transfer in transfers_of(sweep)} == {512}


def test_a_sheet_of_sizes_has_cells_of_those_sizes(sheet: Sheet) -> None:
    sweep = sheet(columns="quality", column_values=("draft", "standard"))
    assert sweep.cell_px is None
    assert [transfer.params["size_px"] for transfer in transfers_of(sweep)] == [256, 512, 256, 512]


def test_styles_and_photos_are_compared_too(sheet: Sheet, preset: Style, own_style: Style) -> None:
    sweep = sheet(rows="style", row_values=(str(preset.pk), str(own_style.pk)))
    shares = [transfer.style_shares.get().style for transfer in transfers_of(sweep)]
    assert shares == [preset] * 3 + [own_style] * 3
    assert sweep.title == "Harbour in several styles"
    assert sweep.row_axis["labels"] == ["Stripes", "My tiles"]


def test_the_same_setting_twice_is_refused(wish: Callable[..., Wish], user: User) -> None:
    twice = wish(columns="style_strength", column_values=(1, 2))
    with pytest.raises(EngineError, match="two different settings"):
        sweeps.begin(user, twice)
    assert not Transfer.objects.exists()


def test_what_does_not_go_together_is_refused_and_nothing_is_queued(
    user: User, photo: object, preset: Style, wish: Callable[..., Wish]
) -> None:
    classic = Params(size_px=512, objective="classic")
    chosen = wish()
    with pytest.raises(EngineError, match="classic objective"):
        sweeps.begin(
            user,
            Wish(
                Order(
                    content_image=chosen.base.content_image, styles=[(preset, 1.0)], params=classic
                ),
                chosen.rows,
                chosen.columns,
                256,
            ),
        )
    assert not Sweep.objects.exists()


# Limits


def test_a_sheet_waits_as_one_whatever_its_cells(sheet: Sheet, user: User, order: Order) -> None:
    Quota.objects.create(waiting=2)
    sheet()
    assert quotas.use_of(user).waiting == 1
    submission.submit_all(user, [order])
    with pytest.raises(QuotaError, match="2 are waiting"):
        sheet()
    assert Sweep.objects.count() == 1
    assert Transfer.objects.count() == 7


def test_a_sheet_is_among_what_may_wait_where_no_limit_is_set(
    sheet: Sheet, settings: Settings
) -> None:
    settings.WAITING_PER_PERSON = 1
    sheet()
    with pytest.raises(QuotaError, match="You may have 1 picture waiting"):
        sheet()


def test_a_person_has_twenty_sheets_at_most(
    sheet: Sheet, user: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sweeps.MOST == 20
    monkeypatch.setattr(sweeps, "MOST", 2)
    first, _second = sheet(), sheet()
    with pytest.raises(QuotaError, match="You have 2 sheets"):
        sheet()
    assert (Sweep.objects.count(), Transfer.objects.count()) == (2, 12)
    Sweep.objects.filter(pk=first.pk).update(owner=stranger)
    sheet()


def test_masks_are_looked_at_once_for_all_cells(
    user: User, wish: Callable[..., Wish], mask: Mask, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = wish(columns="quality", column_values=("draft", "standard"))
    masked = dataclasses.replace(chosen.base, protect=mask)
    checked: list[Order] = []
    check_masks = Order.check_masks
    monkeypatch.setattr(
        Order, "check_masks", lambda order: (checked.append(order), check_masks(order))
    )
    sweeps.begin(user, dataclasses.replace(chosen, base=masked))
    assert len(checked) == 1
    sweeps.begin(user, dataclasses.replace(chosen, base=masked))
    assert len(checked) == 2


# How far it is


def test_progress_is_that_of_all_cells_together(sheet: Sheet) -> None:
    sweep = sheet()
    first, second, third, *_rest = transfers_of(sweep)
    painted(first)
    Transfer.objects.filter(pk=second.pk).update(state=State.FAILED, error="No.")
    Transfer.objects.filter(pk=third.pk).update(state=State.RUNNING, step=5, total_steps=10)
    progress = Progress(sweeps.cells_of(sweep))
    assert (progress.done, progress.total, progress.missing) == (2, 6, 1)
    assert progress.percent == (100 + 100 + 50) // 6
    assert progress.is_unfinished


def test_the_sheet_is_ready_when_its_last_cell_is(sheet: Sheet) -> None:
    sweep = sheet()
    assert Progress(sweeps.cells_of(sweep)).seconds_left is None  # nothing is measured yet
    work = transfers_of(sweep)[0].pixel_steps_left
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=work / 9, overhead_s=1)
    assert Progress(sweeps.cells_of(sweep)).seconds_left == pytest.approx(60)


# Stopping, and trying again


def test_cancelling_keeps_what_is_painted(sheet: Sheet, media_root: Path) -> None:
    sweep = sheet()
    done = painted(transfers_of(sweep)[0])
    assert sweeps.cancel(sweep) == 5
    states = [transfer.state for transfer in transfers_of(sweep)]
    assert states == [State.SUCCEEDED] + [State.CANCELLED] * 5
    assert (media_root / done.preview.name).exists()


def test_cancelling_a_large_sheet_asks_the_database_and_the_store_little(
    sheet: Sheet, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    sweep = sheet()
    monkeypatch.setattr(checkpoints, "sweep", lambda *_args, **_more: pytest.fail("listed"))
    with django_assert_max_num_queries(5):
        assert sweeps.cancel(sweep) == 6


@pytest.mark.django_db(transaction=True)
def test_cancelling_drops_what_a_cell_was_painted_so_far(sheet: Sheet, media_root: Path) -> None:
    sweep = sheet()
    begun = transfers_of(sweep)[0]
    begun.checkpoint.name = checkpoints.write(begun, "checkpoint", b"half", "bin")
    begun.preview.name = checkpoints.write(begun, "preview", b"half", "jpg")
    begun.save()
    assert sweeps.cancel(sweep) == 6
    assert not (media_root / begun.checkpoint.name).exists()
    assert (media_root / begun.preview.name).exists()


def test_cancelling_leaves_other_pictures_alone(sheet: Sheet, user: User, order: Order) -> None:
    picture = submission.submit_all(user, [order])[0]
    sweeps.cancel(sheet())
    assert Transfer.objects.get(pk=picture.pk).state == State.QUEUED


def test_what_is_missing_is_painted_once_more_in_its_place(sheet: Sheet) -> None:
    sweep = sheet()
    painted(transfers_of(sweep)[0])
    sweeps.cancel(sweep)
    assert sweeps.paint_missing(sweep) == 5
    cells = sweeps.cells_of(sweep)
    assert [cell.transfer.state for cell in cells] == [State.SUCCEEDED] + [State.QUEUED] * 5
    assert cells[4].transfer.params["style_strength"] == 90.0
    assert {cell.transfer.purpose for cell in cells} == {Purpose.SWEEP}
    assert sweeps.paint_missing(sweep) == 0


def test_nothing_is_painted_for_a_sheet_that_was_thrown_away_meanwhile(sheet: Sheet) -> None:
    sweep = sheet()
    sweeps.cancel(sweep)
    seen_before = Sweep.objects.get(pk=sweep.pk)
    sweeps.throw_away(sweep)
    assert sweeps.paint_missing(seen_before) == 0
    assert sweeps.cancel(seen_before) == 0
    sweeps.throw_away(seen_before)
    assert not Transfer.objects.unfinished().exists()


# Painting in full


def test_a_cell_is_painted_in_full_in_the_size_of_the_settings(sheet: Sheet) -> None:
    cell = sweeps.cells_of(sheet())[5]
    picture = sweeps.paint_in_full(cell)
    assert Params.from_json(picture.params) == Params(
        size_px=512, seed=7, style_strength=90, style_scale=2
    )
    assert (picture.purpose, picture.keeps_time_lapse) == (Purpose.PICTURE, True)


def test_or_in_another_size_with_the_steps_of_the_whole_pyramid(
    user: User, order: Order, wish: Callable[..., Wish]
) -> None:
    chosen = wish()
    base = Order(
        content_image=order.content_image,
        styles=order.styles,
        params=Params(size_px=1024, steps=90),
    )
    sweep = sweeps.begin(user, Wish(base, chosen.rows, chosen.columns, 256))
    cell = sweeps.cells_of(sweep)[0]
    assert cell.transfer.params["steps"] == 30
    picture = sweeps.paint_in_full(cell, 512)
    assert (picture.params["size_px"], picture.params["steps"]) == (512, 90)
