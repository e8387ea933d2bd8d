"""The runner with the real VGG19 once, and with steps made here where only the queue matters."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from engine.errors import CheckpointError, NumericalError
from engine.params import Params
from engine.pyramid import Level, Plan
from gallery.files import FilesUnavailableError
from gallery.models import Artwork
from transfers.logs import Subject
from transfers.models import MachineSpeed, Transfer
from transfers.queue import draining, lifecycle, patience, rescue, runner, steering, submission

# The watch beats from a thread, with a connection of its own that sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

Submit = Callable[..., Transfer]
State = Transfer.State

AWAY = [OperationalError("gone"), InterfaceError("closed"), FilesUnavailableError(5, "silent")]


@dataclass(frozen=True)
class FakeStep:
    index: int
    total: int
    level: int = 1
    levels: int = 1
    width: int = 64
    height: int = 43
    content_loss: float = 1.5
    style_loss: float = 2.5
    tv_loss: float = 0.5
    total_loss: float = 4.5

    @property
    def plan(self) -> Plan:
        return Plan((Level(self.width, self.height, self.total),))

    @property
    def is_last(self) -> bool:
        return self.index == self.total

    def preview(self, max_side_px: int) -> Image.Image:
        return Image.new("RGB", (64, 43), "teal")

    def image(self) -> Image.Image:
        return Image.new("RGB", (64, 43), "teal")

    def checkpoint(self) -> bytes:
        return b"after step %d" % self.index


class FakeEngine:
    """Stands in for engine.stylize: `total` steps, calling `before` ahead of each."""

    def __init__(self, total: int = 5) -> None:
        self.total = total
        self.resumed: list[bytes | None] = []
        self.before: Callable[[int], None] = lambda index: None
        self.levels: dict[int, int] = {}

    def __call__(
        self, content: Any, styles: Any, params: Any, *, resume: bytes | None = None, **_: Any
    ) -> Iterator[FakeStep]:
        self.resumed.append(resume)
        if resume == b"unreadable":
            raise CheckpointError("The checkpoint is damaged.")
        done = int(resume.split()[-1]) if resume else 0
        for index in range(done + 1, self.total + 1):
            self.before(index)
            yield FakeStep(index, self.total, level=self.levels.get(index, 1))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(runner, "stylize", fake)
    return fake


@pytest.fixture
def drained() -> Iterator[Callable[[], None]]:
    yield draining.begin
    draining._flag[0] = 0


def row(transfer: Transfer) -> Transfer:
    return Transfer.objects.get(pk=transfer.pk)


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


def test_a_cancelled_transfer_stops_and_leaves_no_artwork(
    submit: Submit, engine: FakeEngine, media_root: Path
) -> None:
    transfer = submit()
    engine.total = 1000
    steps: list[int] = []

    def cancel_at_three(index: int) -> None:
        steps.append(index)
        if index == 3:
            steering.request_cancel(row(transfer))
        if index > 3:
            sleep(0.05)  # what a step takes; the watch looks once a second

    engine.before = cancel_at_three
    assert runner.paint_next() is True
    assert row(transfer).state == State.CANCELLED
    assert not Artwork.objects.exists()
    assert 3 < len(steps) < 60
    assert not list((media_root / "transfers").rglob("*checkpoint-*"))


def test_draining_gives_the_transfer_back_with_a_fresh_checkpoint(
    submit: Submit,
    engine: FakeEngine,
    drained: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("transfers.queue.watch.LOOK_S", 0.05)
    engine.total = 1000

    def slow(index: int) -> None:
        sleep(0.02)
        if index == 3:
            drained()

    engine.before = slow
    transfer = submit()
    runner.paint_next()
    stored = row(transfer)
    assert (stored.state, stored.attempts) == (State.QUEUED, 0)
    with stored.checkpoint.open("rb") as file:
        assert file.read() == b"after step %d" % stored.checkpoint_step
    assert stored.checkpoint_step >= 3
    assert stored.painting_s > 0
    assert runner.paint_next() is False


def test_a_transfer_to_be_kept_ends_early_as_an_artwork_that_says_so(
    submit: Submit, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transfers.queue.watch.LOOK_S", 0.05)
    engine.total = 1000
    transfer = submit()

    def keep_at_three(index: int) -> None:
        sleep(0.02)
        if index == 3:
            assert steering.request_keep(row(transfer))

    engine.before = keep_at_three
    runner.paint_next()
    stored = row(transfer)
    assert stored.state == State.SUCCEEDED
    recipe = stored.artwork.recipe
    assert 3 <= recipe["steps"] < 60
    assert recipe["planned_steps"] == 1000


def test_one_to_be_kept_that_waited_is_saved_after_its_first_step(
    submit: Submit, engine: FakeEngine
) -> None:
    engine.total = 1000
    transfer = submit()
    first = lifecycle.claim("elsewhere")
    assert first is not None
    lifecycle.checkpoint(first, b"after step 3", 3, 9)
    lifecycle.give_back(first)
    steering.request_keep(transfer)
    runner.paint_next()
    assert row(transfer).artwork.recipe["steps"] == 4


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


def test_the_next_attempt_goes_on_from_the_checkpoint(submit: Submit, engine: FakeEngine) -> None:
    transfer = submit()
    first = lifecycle.claim("elsewhere")
    assert first is not None
    lifecycle.checkpoint(first, b"after step 3", 3, 9)
    lifecycle.give_back(first)
    began: list[int] = []
    engine.before = began.append
    runner.paint_next()
    assert began == [4, 5]
    assert row(transfer).state == State.SUCCEEDED


def test_a_checkpoint_that_cannot_be_used_means_starting_again(
    submit: Submit, engine: FakeEngine
) -> None:
    transfer = submit()
    first = lifecycle.claim("elsewhere")
    assert first is not None
    lifecycle.checkpoint(first, b"unreadable", 3, 9)
    lifecycle.give_back(first)
    runner.paint_next()
    assert engine.resumed == [b"unreadable", None]
    assert row(transfer).state == State.SUCCEEDED


def test_a_checkpoint_file_that_is_gone_means_starting_again(
    submit: Submit, engine: FakeEngine
) -> None:
    transfer = submit()
    Transfer.objects.filter(pk=transfer.pk).update(checkpoint="transfers/gone.bin")
    runner.paint_next()
    assert engine.resumed == [None]
    assert row(transfer).state == State.SUCCEEDED


def test_a_full_disk_costs_the_checkpoint_but_not_the_picture(
    submit: Submit, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lifecycle, "checkpoint", disk_full)
    monkeypatch.setattr(lifecycle, "show_preview", disk_full)
    transfer = submit()
    runner.paint_next()
    assert row(transfer).state == State.SUCCEEDED


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("write", ["report", "checkpoint", "show_preview"])
def test_stores_away_while_painting_cost_a_report_but_not_the_picture(
    submit: Submit,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    write: str,
    error: Exception,
) -> None:
    def away(*_: Any) -> None:
        raise error

    monkeypatch.setattr(lifecycle, write, away)
    transfer = submit()
    runner.paint_next()
    assert row(transfer).state == State.SUCCEEDED


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "what",
    [
        "_opened",
        "frame_artwork",
        "lifecycle.succeed",
        "checkpoints.read_checkpoint",
        "estimates.TimeLeft",
    ],
)
def test_stores_away_at_the_beginning_or_the_end_are_waited_for(
    submit: Submit,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    error: Exception,
) -> None:
    module, _dot, name = f"runner.{what}".rpartition(".")
    where: Any = import_module(f"transfers.queue.{module.removeprefix('runner.')}")
    act, failures = getattr(where, name), [error, error]

    def stumbling(*given: Any, **named: Any) -> Any:
        if failures:
            raise failures.pop()
        return act(*given, **named)

    monkeypatch.setattr(where, name, stumbling)
    monkeypatch.setattr(patience, "PAUSE_S", 0.0)
    transfer = submit()
    runner.paint_next()
    assert not failures
    assert row(transfer).state == State.SUCCEEDED
    assert Artwork.objects.count() == 1


def test_stores_away_for_too_long_fail_the_transfer_with_a_sentence(
    submit: Submit, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise FilesUnavailableError(5, "silent")

    monkeypatch.setattr(runner, "_opened", away)
    monkeypatch.setattr(patience, "LONGEST_S", 0.0)
    transfer = submit()
    runner.paint_next()
    assert row(transfer).state == State.FAILED
    assert row(transfer).error.endswith("Please try again later.")


def test_a_worker_stopped_while_stores_are_away_gives_the_transfer_back(
    submit: Submit,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    drained: Callable[[], None],
) -> None:
    def away(*_: Any) -> None:
        drained()
        raise FilesUnavailableError(5, "silent")

    monkeypatch.setattr(runner, "_opened", away)
    monkeypatch.setattr(patience, "PAUSE_S", 0.1)
    transfer = submit()
    runner.paint_next()
    assert (row(transfer).state, row(transfer).attempts) == (State.QUEUED, 0)


def test_a_worker_whose_transfer_was_finished_by_another_makes_no_second_artwork(
    submit: Submit, engine: FakeEngine
) -> None:
    transfer = submit()

    def frozen_for_longer_than_the_lease(index: int) -> None:
        if index == engine.total and len(engine.resumed) == 1:
            Transfer.objects.filter(pk=transfer.pk).update(
                heartbeat_at=timezone.now() - timedelta(seconds=31)
            )
            assert rescue.from_the_dead() == 1
            assert runner.paint_next() is True  # the other worker

    engine.before = frozen_for_longer_than_the_lease
    runner.paint_next()
    assert row(transfer).state == State.SUCCEEDED
    assert Artwork.objects.count() == 1
