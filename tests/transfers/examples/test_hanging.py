"""An ordered picture becomes the preset's example: once, whole, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import OperationalError
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from accounts.quotas import QuotaError
from engine.errors import ParameterError
from gallery.artworks import frame_artwork
from gallery.catalogue import load_preset
from gallery.models import Artwork, Style
from gallery.presets.catalog import read_catalog
from transfers.examples import hanging, ordering
from transfers.examples.models import ExampleOrder
from transfers.models import ContentImage, Notice, Transfer
from transfers.queue import lifecycle, runner, steering, submission

State = Transfer.State


@pytest.fixture(autouse=True)
def small(settings: Settings) -> None:
    settings.EXAMPLE_SIZE_PX = 64


def framed(transfer: Transfer, color: str = "teal") -> Artwork:
    picture = Image.new("RGB", (64, 43), color)
    return frame_artwork(
        owner=transfer.owner, image=picture, before=picture, title="Example", recipe={}
    )


def painted(order: ExampleOrder, color: str = "teal") -> Style:
    """The preset after a worker has finished its order."""
    transfer = lifecycle.claim("test")
    assert transfer is not None
    assert transfer.pk == order.transfer_id
    lifecycle.succeed(transfer, framed(transfer, color))
    return Style.objects.get(pk=order.style_id)


def files(media_root: Path) -> set[str]:
    return {str(path.relative_to(media_root)) for path in media_root.rglob("*.*")}


def named(style: Style) -> set[str]:
    photos = [file for photo in ContentImage.objects.all() for file in photo.file_fields()]
    return {str(file.name) for file in [*style.file_fields(), *photos]}


def test_the_picture_is_the_example_and_no_artwork(
    user: User, preset: Style, media_root: Path
) -> None:
    order, is_new = ordering.order(user, preset, "coffee")
    assert is_new
    assert order.transfer.owner == user
    assert order.transfer.params["size_px"] == 64
    assert order.transfer.params["style_strength"] == 71
    style = painted(order)
    with Image.open(style.example.path) as example:
        assert example.size == (64, 43) == style.example_size
    with Image.open(style.example_photo.path) as photo:
        assert max(photo.size) > 64
    assert style.example_alt == "A cup of coffee, painted in Stripes"
    assert style.times_used == 0
    stored = Transfer.objects.get()
    assert (stored.state, stored.artwork) == (State.SUCCEEDED, None)
    assert not Artwork.objects.exists()
    assert not Notice.objects.exists()
    assert files(media_root) == named(style)
    order.refresh_from_db()
    assert order.hung_at is not None
    entry = LogEntry.objects.get(object_id=str(style.pk))
    assert entry.user == user
    assert entry.change_message.startswith("The example was painted.\nWhat the example shows: – → ")


def test_a_newer_example_replaces_the_older_one_and_its_files(
    user: User, preset: Style, media_root: Path
) -> None:
    painted(ordering.order(user, preset, "chelsea")[0])
    Style.objects.update(example_alt="A tabby in stripes.")
    first = Style.objects.get().example.name
    style = painted(ordering.order(user, preset, "chelsea")[0], "maroon")
    assert style.example.name != first
    assert style.example_alt == "A tabby in stripes.", "it shows the same photo still"
    assert files(media_root) == named(style)
    style = painted(ordering.order(user, preset, "coffee")[0])
    assert style.example_alt == "A cup of coffee, painted in Stripes"


def test_succeeding_again_changes_nothing(user: User, preset: Style, media_root: Path) -> None:
    ordering.order(user, preset, "chelsea")
    transfer = lifecycle.claim("test")
    assert transfer is not None
    artwork = framed(transfer)
    lifecycle.succeed(transfer, artwork)
    before, kept = Style.objects.values().get(), files(media_root)
    lifecycle.succeed(transfer, artwork)
    assert Style.objects.values().get() == before
    assert files(media_root) == kept
    assert LogEntry.objects.count() == 1


def test_a_worker_that_lost_it_hangs_nothing_and_leaves_no_file(
    user: User, preset: Style, media_root: Path
) -> None:
    ordering.order(user, preset, "chelsea")
    transfer = lifecycle.claim("test")
    assert transfer is not None
    kept = files(media_root)
    assert steering.put_back(Transfer.objects.get())
    with pytest.raises(lifecycle.LeaseLostError):
        lifecycle.succeed(transfer, framed(transfer))
    assert not Style.objects.get().example
    assert files(media_root) == kept


def test_a_row_that_cannot_be_written_leaves_it_running_and_the_old_example(
    user: User, preset: Style, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    style = painted(ordering.order(user, preset, "chelsea")[0])
    kept = files(media_root)
    ordering.order(user, preset, "chelsea")
    transfer = lifecycle.claim("test")
    assert transfer is not None

    def fail(*args: Any) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(hanging.history, "note_changes", fail)
    with pytest.raises(RuntimeError):
        lifecycle.succeed(transfer, framed(transfer, "maroon"))
    assert Transfer.objects.get(pk=transfer.pk).state == State.RUNNING
    assert Style.objects.get().example.name == style.example.name
    assert files(media_root) == kept


def test_a_database_that_was_away_is_asked_again(
    user: User, preset: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordering.order(user, preset, "chelsea")
    transfer = lifecycle.claim("test")
    assert transfer is not None
    artwork = framed(transfer)
    real = hanging.Example.hang
    answers = iter([OperationalError("gone"), None])

    def hang(example: hanging.Example) -> None:
        if error := next(answers):
            raise error
        real(example)

    monkeypatch.setattr(hanging.Example, "hang", hang)
    with pytest.raises(OperationalError):
        lifecycle.succeed(transfer, artwork)
    lifecycle.succeed(transfer, artwork)
    assert Style.objects.get().example_size == (64, 43)


def test_a_retry_takes_the_place_of_what_failed(user: User, preset: Style) -> None:
    order, _new = ordering.order(user, preset, "chelsea")
    transfer = lifecycle.claim("test")
    assert transfer is not None
    lifecycle.fail(transfer, "Something went wrong.", "ab12", kind="crash")
    again = submission.retry(transfer)
    order.refresh_from_db()
    assert order.transfer == again
    assert painted(order).example_size == (64, 43)


def test_an_unfinished_order_is_not_doubled(user: User, stranger: User, preset: Style) -> None:
    order, _new = ordering.order(user, preset, "chelsea")
    assert ordering.order(stranger, preset, "coffee") == (order, False)
    assert Transfer.objects.count() == 1


def test_limits_and_settings_that_cannot_be_painted_are_said_and_nothing_is_queued(
    user: User, preset: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> None:
        raise QuotaError("You may have no picture waiting.", reason="waiting")

    Style.objects.update(params={"style_strength": 700})
    with pytest.raises(ParameterError):
        ordering.order(user, Style.objects.get(), "chelsea")
    monkeypatch.setattr("transfers.quotas.check_submission", full)
    with pytest.raises(QuotaError):
        ordering.order(user, preset, "chelsea")
    with pytest.raises(KeyError):
        ordering.order(user, preset, "mona-lisa")
    assert not Transfer.objects.exists()
    assert not ExampleOrder.objects.exists()


def test_the_photo_is_that_of_the_present_example(user: User, preset: Style) -> None:
    assert ordering.photo_of(preset) == "chelsea"
    assert ordering.photo_of(Style(slug="woodblock-waves")) == "coffee"
    painted(ordering.order(user, preset, "coffee")[0])
    assert ordering.photo_of(preset) == "coffee"


def test_an_update_of_the_catalogue_keeps_the_example_that_was_painted_here(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = read_catalog()[0]
    load_preset(shipped)
    style = painted(ordering.order(user, Style.objects.get(), "coffee")[0])
    monkeypatch.setattr("gallery.catalogue._digest", lambda path: "new" * 10)
    outcome = load_preset(shipped)
    assert {"example", "example_photo"} <= set(outcome.kept)
    assert Style.objects.get().example.name == style.example.name


def test_ordinary_transfers_are_hung_as_ever(transfer: Transfer) -> None:
    held = lifecycle.claim("test")
    assert held is not None
    lifecycle.succeed(held, framed(held))
    assert Artwork.objects.get().transfer == transfer


@pytest.mark.vgg
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_paints_it(user: User, preset: Style, settings: Settings) -> None:
    settings.EXAMPLE_SIZE_PX = 48
    preset.params = {"style_strength": 71, "steps": 4}
    preset.save()
    ordering.order(user, preset, "chelsea")
    assert runner.paint_next()
    assert Transfer.objects.get().state == State.SUCCEEDED, Transfer.objects.get().error
    assert Style.objects.get().example_size == (48, 32)
