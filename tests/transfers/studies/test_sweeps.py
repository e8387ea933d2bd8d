"""Sheets: ordered as one, followed as one, stopped, tried again, painted from and thrown away."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Quota, User
from accounts.quotas import QuotaError
from engine.errors import EngineError, ImageError
from engine.params import Params
from gallery import artworks
from gallery.models import LEAVING, Artwork, Mask, Style
from tests.transfers.drawings import as_file, quadrants
from tests.transfers.queue.fake_engine import FakeEngine
from transfers import housekeeping, quotas
from transfers.models import (
    MachineSpeed,
    Notice,
    NoticeChoices,
    Sweep,
    SweepCell,
    Transfer,
)
from transfers.queue import checkpoints, runner, submission
from transfers.queue.submission import Order
from transfers.studies import keeping, sweeps
from transfers.studies.sweeps import Progress, Wish

Sheet = Callable[..., Sweep]
State = Transfer.State
Purpose = Transfer.Purpose


def transfers_of(sweep: Sweep) -> list[Transfer]:
    return [cell.transfer for cell in sweeps.cells_of(sweep)]


def painted(transfer: Transfer) -> Transfer:
    """As a worker would have left it."""
    picture = as_file(quadrants(256, 171), "PNG")
    transfer.preview.name = checkpoints.write(transfer, "study", picture, "png")
    transfer.state, transfer.finished_at, transfer.preview_step = State.SUCCEEDED, timezone.now(), 5
    transfer.recipe = {"params": transfer.params, "content": {}}
    transfer.save()
    return transfer


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


# Keeping, and throwing away


@pytest.mark.django_db(transaction=True)
def test_a_kept_cell_is_an_artwork_and_stays_on_the_sheet(
    sheet: Sheet, engine: FakeEngine, user: User, media_root: Path
) -> None:
    NoticeChoices.objects.create(owner=user, webhook_url="https://example.org/hook")
    sweep = sheet()
    assert runner.paint_next()
    assert not Artwork.objects.exists()
    transfer = transfers_of(sweep)[0]
    artwork = keeping.keep(transfer)
    assert (artwork.title, artwork.width, artwork.owner) == ("Harbour in Stripes", 64, user)
    assert artwork.recipe["params"] == transfer.params
    assert list(artwork.styles.all()) == [Style.objects.get()]
    stored = Transfer.objects.get(pk=transfer.pk)
    assert (stored.purpose, stored.artwork) == (Purpose.PICTURE, artwork)
    assert stored.cell.sweep == sweep
    assert (media_root / stored.preview.name).exists()
    assert keeping.keep(stored) == artwork
    assert Artwork.objects.count() == 1
    assert not Notice.objects.exists()


def test_what_was_kept_and_put_into_the_trash_is_kept_again(sheet: Sheet) -> None:
    transfer = painted(transfers_of(sheet())[0])
    artwork = keeping.keep(transfer)
    artworks.trash(artwork)
    assert keeping.keep(Transfer.objects.get(pk=transfer.pk)) == artwork
    assert Artwork.objects.get().trashed_at is None
    Artwork.objects.update(trashed_at=LEAVING)  # deleted for good, its files go in a moment
    with pytest.raises(ImageError, match="painted again"):
        keeping.keep(Transfer.objects.get(pk=transfer.pk))
    assert Artwork.objects.get().trashed_at == LEAVING


def test_two_who_keep_it_at_once_get_the_same_artwork(
    sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer = painted(transfers_of(sheet())[0])
    first: list[Artwork] = []
    frame_artwork = keeping.frame_artwork

    def slowly(**values: Any) -> Artwork:
        if not first:
            first.append(Artwork())
            first[0] = keeping.keep(Transfer.objects.get(pk=transfer.pk))
        return frame_artwork(**values)

    monkeypatch.setattr(keeping, "frame_artwork", slowly)
    assert keeping.keep(transfer) == first[0]
    assert Artwork.objects.get() == first[0]


def test_only_what_is_painted_can_be_kept(sheet: Sheet) -> None:
    with pytest.raises(submission.WrongStateError):
        keeping.keep(transfers_of(sheet())[0])
    assert not Artwork.objects.exists()


def test_where_there_is_no_room_nothing_is_kept_and_no_file_left(
    sheet: Sheet, media_root: Path
) -> None:
    transfer = painted(transfers_of(sheet())[0])
    Quota.objects.create(storage_mb=0)
    with pytest.raises(QuotaError, match="no room"):
        keeping.keep(transfer)
    assert not Artwork.objects.exists()
    assert not [path for path in (media_root / "artworks").rglob("*") if path.is_file()]


def test_a_sheet_goes_with_its_pictures_but_not_with_what_was_kept(
    sheet: Sheet, media_root: Path
) -> None:
    sweep = sheet()
    first, second, *_rest = transfers_of(sweep)
    painted(first), painted(second)
    artwork = keeping.keep(first)
    picture = sweeps.paint_in_full(sweeps.cells_of(sweep)[1])
    sweeps.throw_away(sweep)
    assert not Sweep.objects.exists()
    assert not SweepCell.objects.exists()
    housekeeping.tidy()
    assert not (media_root / second.preview.name).exists()
    assert Transfer.objects.get(pk=second.pk).recipe is None
    assert (media_root / artwork.original.name).exists()
    assert Transfer.objects.get(pk=picture.pk).state == State.QUEUED
    assert Transfer.objects.get(artwork=artwork).purpose == Purpose.PICTURE
    assert not Transfer.objects.exclude(purpose=Purpose.PICTURE).unfinished().exists()


def test_a_picture_of_a_sheet_that_was_thrown_away_is_nobodys_to_see(
    sheet: Sheet, signed_in: Client, media_root: Path
) -> None:
    sweep = sheet()
    shown = painted(transfers_of(sweep)[0])
    addresses = [
        reverse("transfers:preview", args=[shown.pk]),
        f"/api/v1/transfers/{shown.pk}/preview/",
    ]
    for address in addresses:
        answer = signed_in.get(address)
        assert answer.status_code == 200, address
        assert answer.getvalue().startswith(b"\x89PNG")  # read to its end, which closes the file
    sweeps.throw_away(sweep)
    assert [signed_in.get(address).status_code for address in addresses] == [404, 404]


def test_a_sheet_is_thrown_away_whole_or_not_at_all(
    sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = sheet()

    def dies(*_args: object, **_more: object) -> None:
        raise SystemExit

    monkeypatch.setattr("django.db.models.deletion.Collector.delete", dies)
    with pytest.raises(SystemExit):
        sweeps.throw_away(sweep)
    assert [transfer.state for transfer in transfers_of(sweep)] == [State.QUEUED] * 6


def test_housekeeping_finds_cells_that_a_death_has_left_behind(
    sheet: Sheet, media_root: Path
) -> None:
    sweep = sheet()
    left = painted(transfers_of(sweep)[0])
    half = transfers_of(sweep)[1]
    half.checkpoint.name = checkpoints.write(half, "checkpoint", b"half", "bin")
    half.save()
    sweeps.throw_away(sweep)
    Transfer.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    Transfer.objects.filter(pk=half.pk).update(checkpoint=half.checkpoint.name)
    (media_root / half.checkpoint.name).touch()
    housekeeping.tidy()
    housekeeping.tidy()
    assert not Transfer.objects.exists()
    assert not [path for path in (media_root / "transfers").rglob("*") if path.is_file()], left


def test_what_a_sheet_took_counts_for_a_day_though_it_was_thrown_away(
    sheet: Sheet, user: User
) -> None:
    sweep = sheet()
    Transfer.objects.filter(cell__sweep=sweep).update(painting_s=10)
    sweeps.throw_away(sweep)
    assert quotas.use_of(user).painting_s == 60
    Transfer.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    housekeeping.tidy()
    assert not Transfer.objects.exists()


def test_a_sheet_that_has_expired_is_gone_before_housekeeping_was_there(
    sheet: Sheet, user: User
) -> None:
    sweep = sheet()
    Sweep.objects.update(created_at=timezone.now() - timedelta(days=29, hours=23))
    assert Sweep.objects.owned_by(user).get() == sweep
    Sweep.objects.update(created_at=timezone.now() - timedelta(days=30, hours=1))
    assert not Sweep.objects.owned_by(user).exists()


def test_housekeeping_deletes_sheets_after_thirty_days(sheet: Sheet, media_root: Path) -> None:
    old, young = sheet(), sheet()
    picture = painted(transfers_of(old)[0])
    Sweep.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    Sweep.objects.filter(pk=young.pk).update(created_at=timezone.now() - timedelta(days=29))
    housekeeping.tidy()
    assert Sweep.objects.get() == young
    assert not (media_root / picture.preview.name).exists()
