"""What becomes of a sheet's pictures: kept, thrown away, expired."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Quota, User
from accounts.quotas import QuotaError
from engine.errors import ImageError
from gallery import artworks
from gallery.models import LEAVING, Artwork, Style
from tests.transfers.queue.fake_engine import FakeEngine
from tests.transfers.studies.conftest import Sheet, painted, transfers_of
from transfers import housekeeping, quotas
from transfers.models import (
    Notice,
    NoticeChoices,
    Sweep,
    SweepCell,
    Transfer,
)
from transfers.queue import checkpoints, runner, submission
from transfers.studies import keeping, sweeps

State = Transfer.State
Purpose = Transfer.Purpose


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
