"""The runner with the real VGG19 once, and with steps made here where only the queue matters."""

import logging
from pathlib import Path

import pytest
from pytest_django import Settings

from engine.errors import NumericalError
from engine.params import Params
from gallery.models import Artwork
from tests.transfers.queue.fake_engine import FakeEngine
from tests.transfers.queue.rows import Submit, row
from transfers.logs import Subject
from transfers.models import MachineSpeed, Transfer
from transfers.queue import lifecycle, runner, submission

# The watch beats from a thread, with a connection of its own that sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

State = Transfer.State


@pytest.mark.vgg
def test_a_transfer_is_painted_to_its_artwork(
    submit: Submit, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.pace.LEAST_WATCHED_S", 0.0)
    transfer = submit(size_px=96, steps=6, seed=3)
    assert runner.paint_next() is True
    stored = row(transfer)
    assert stored.state == State.SUCCEEDED, stored.error
    artwork = stored.artwork
    assert artwork is not None
    assert (artwork.width, artwork.height) == (96, 64)
    assert artwork.title == "Harbour in Stripes"
    assert artwork.owner == transfer.owner
    recipe = artwork.recipe
    assert Params.from_json(recipe["params"]) == Params(size_px=96, steps=6, seed=3)
    assert recipe["styles"][0]["title"] == "Stripes"
    assert recipe["content"]["sha256"] == transfer.content_image.sha256
    assert (recipe["steps"], recipe["width"], recipe["height"]) == (6, 96, 64)
    assert recipe["losses"]["style"] > 0
    assert recipe["seconds"] == pytest.approx(stored.painting_s, abs=1)
    assert (stored.step, stored.total_steps) == (6, 6)
    assert not [p for p in (media_root / "transfers").rglob("*") if p.is_file()]
    assert MachineSpeed.objects.get().pixel_steps_per_s > 0


@pytest.mark.vgg
def test_calibration_measures_this_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.calibration.CALIBRATION_S", 0.1)
    runner.calibrate()
    assert MachineSpeed.objects.get().pixel_steps_per_s > 0


@pytest.mark.vgg
def test_calibration_gives_way_to_a_waiting_transfer(submit: Submit) -> None:
    submit()
    runner.calibrate()
    assert not MachineSpeed.objects.exists()


def test_nothing_to_do_is_said() -> None:
    assert runner.paint_next() is False


def test_an_engine_error_fails_the_transfer_with_its_sentence(
    submit: Submit, engine: FakeEngine
) -> None:
    def overflow(index: int) -> None:
        raise NumericalError("The picture left the range of numbers. Choose less style strength.")

    engine.before = overflow
    transfer = submit()
    assert runner.paint_next() is True
    stored = row(transfer)
    assert stored.state == State.FAILED
    assert stored.error.endswith("Choose less style strength.")
    assert (stored.failure, stored.error_reference) == ("numerical", "")


def test_an_unknown_error_is_logged_whole_under_the_reference_that_its_owner_sees(
    submit: Submit, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(index: int) -> None:
        raise KeyError("conv9_9")

    engine.before = stumble
    broken, next_one = submit(), submit()
    runner.paint_next()
    stored = row(broken)
    assert (stored.state, stored.failure) == (State.FAILED, "crash")
    assert len(stored.error_reference) == 8
    assert stored.error_reference in stored.error
    assert "conv9_9" not in stored.error
    entry = next(record for record in caplog.records if record.levelno == logging.ERROR)
    assert stored.error_reference in entry.getMessage()
    assert str(broken.pk) in entry.getMessage()
    assert entry.exc_info is not None
    engine.before = lambda index: None
    runner.paint_next()
    assert row(next_one).state == State.SUCCEEDED


def test_whatever_is_logged_while_painting_names_the_transfer(
    submit: Submit, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(Subject())
    engine.before = lambda index: logging.getLogger("somebody.else").warning("step %d", index)
    transfer = submit()
    runner.paint_next()
    logging.getLogger("somebody.else").warning("afterwards")
    said = [record for record in caplog.records if record.name == "somebody.else"]
    assert [record.transfer for record in said] == [*[str(transfer.pk)] * engine.total, ""]


def test_a_photo_that_is_gone_is_said_in_a_sentence(submit: Submit, engine: FakeEngine) -> None:
    transfer = submit()
    photo = transfer.content_image.original
    photo.storage.delete(photo.name)
    runner.paint_next()
    assert row(transfer).state == State.FAILED
    assert "choose it again" in row(transfer).error
    assert row(transfer).failure == "missing"


def test_progress_reaches_the_row(submit: Submit, engine: FakeEngine) -> None:
    transfer = submit()
    seen: list[Transfer] = []
    engine.before = lambda index: seen.append(row(transfer))
    runner.paint_next()
    before_first, after_first = seen[0], seen[1]
    assert before_first.activity == Transfer.Activity.LOADING
    assert after_first.activity == Transfer.Activity.PAINTING
    assert (after_first.step, after_first.total_steps) == (1, 5)
    assert (after_first.content_loss, after_first.style_loss) == (1.5, 2.5)
    assert (row(transfer).step, row(transfer).activity) == (5, Transfer.Activity.SAVING)


@pytest.mark.parametrize(
    ("step_s", "showing_s", "previews"),
    [
        pytest.param(2.0, 0.01, [1, 2, 3, 4], id="every slow step"),
        pytest.param(0.25, 0.01, [1, 5, 9, 13], id="every second of quick ones"),
        pytest.param(0.5, 0.03, [1, 7, 13, 19], id="so seldom that it takes a hundredth"),
        pytest.param(1.0, 4.0, [1, 7, 13, 19], id="every ten seconds at least"),
    ],
)
def test_a_preview_comes_every_second_and_more_seldom_where_it_takes_long(
    submit: Submit,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    step_s: float,
    showing_s: float,
    previews: list[int],
) -> None:
    now = [100.0]
    shown: list[int] = []
    engine.total = 40

    def tick(index: int) -> None:
        now[0] += step_s

    def show(transfer: Transfer, data: bytes, step: int) -> None:
        shown.append(step)
        transfer.preview_step = step
        now[0] += showing_s

    engine.before = tick
    monkeypatch.setattr(runner, "monotonic", lambda: round(now[0], 3))
    monkeypatch.setattr(lifecycle, "show_preview", show)
    submit()
    runner.paint_next()
    assert shown[:4] == previews


def test_a_checkpoint_is_kept_every_few_seconds_and_at_each_level(
    submit: Submit, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.TRANSFER_CHECKPOINT_S = 5
    now = [100.0]
    kept: list[int] = []
    engine.total = 12
    engine.levels = dict.fromkeys(range(8, 13), 2)

    def tick(index: int) -> None:
        now[0] += 1

    engine.before = tick
    monkeypatch.setattr(runner, "monotonic", lambda: now[0])
    monkeypatch.setattr(
        lifecycle, "checkpoint", lambda transfer, data, step, left: kept.append(step)
    )
    submit()
    runner.paint_next()
    assert kept == [1, 6, 8]


@pytest.mark.vgg
def test_a_continued_transfer_paints_on_from_the_earlier_picture(submit: Submit) -> None:
    submit(size_px=64, steps=6)
    runner.paint_next()
    earlier = Artwork.objects.get()
    new = submission.continue_artwork(earlier, size_px=96)
    runner.paint_next()
    stored = row(new)
    assert stored.state == State.SUCCEEDED, stored.error
    assert (stored.artwork.width, stored.artwork.height) == (96, 64)
    assert stored.artwork.recipe["continues"] == str(earlier.pk)
    assert Artwork.objects.count() == 2


def test_going_on_from_a_picture_that_was_deleted_fails_with_a_sentence(
    submit: Submit,
) -> None:
    submit(size_px=64, steps=2)
    runner.paint_next()
    earlier = Artwork.objects.get()
    new = submission.continue_artwork(earlier, size_px=96)
    earlier.delete()
    runner.paint_next()
    stored = row(new)
    assert stored.state == State.FAILED
    assert "choose that picture" in stored.error
