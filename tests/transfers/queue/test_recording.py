"""Which frames of a run are kept, and that keeping them never costs the picture."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from PIL import Image
from pytest_django import Settings

from engine.pyramid import Level, Plan
from gallery import storage_use, time_lapses
from gallery.files import FilesUnavailableError
from gallery.frames import pack, unpack
from gallery.models import Artwork, TimeLapse
from tests.gallery.films import add_time_lapse, frames_of
from tests.transfers.queue.fake_engine import FakeEngine
from tests.transfers.queue.rows import Submit, row
from transfers.models import Transfer
from transfers.queue import checkpoints, lifecycle, recording, runner, steering, submission
from transfers.queue.recording import Recording


@dataclass
class Step:
    index: int
    level: int = 1
    plan: Plan = field(default_factory=lambda: Plan((Level(64, 43, 13),)))

    def preview(self, max_side_px: int) -> Image.Image:
        return Image.new("RGB", (64, 43), "teal")


def steps_of(*levels: int) -> Iterator[Step]:
    plan = Plan(tuple(Level(64, 43, count) for count in levels))
    index = 0
    for number, count in enumerate(levels, start=1):
        for _step in range(count):
            index += 1
            yield Step(index, number, plan)


def kept(rec: Recording) -> list[int]:
    return [frame.step for frame in rec.frames]


def recorded(*levels: int) -> list[int]:
    rec = Recording()
    last = None
    for step in steps_of(*levels):
        rec.saw(step)
        last = step
    assert last is not None
    rec.finish(last)
    return kept(rec)


@pytest.mark.parametrize("levels", [(13,), (13, 13), (13, 13, 13)])
def test_of_a_usual_run_every_step_is_kept(levels: tuple[int, ...]) -> None:
    assert recorded(*levels) == list(range(1, sum(levels) + 1))


@pytest.mark.parametrize("levels", [(200,), (13,) * 5, (1000, 1000), (2000,), (30, 400)])
def test_of_a_long_run_no_more_than_the_most_are_kept_with_both_ends(
    levels: tuple[int, ...], settings: Settings
) -> None:
    settings.TIMELAPSE_FRAMES = 24
    steps = recorded(*levels)
    assert 16 <= len(steps) <= 24
    assert (steps[0], steps[-1]) == (1, sum(levels))


def test_each_level_is_shown_closely_where_it_begins() -> None:
    steps = recorded(100, 100)
    first, second = [s for s in steps if s <= 100], [s for s in steps if s > 100]
    assert first[:4] == [1, 2, 3, 4]
    assert second[:4] == [101, 102, 103, 104]
    assert first[-1] - first[-2] >= 6
    assert 20 <= len(first) <= 25


def test_distances_grow_evenly() -> None:
    # By hand: 1 + 99 (n/9)² for n from 0 to 9, rounded.
    assert sorted(recording.chosen(100, 10)) == [1, 2, 6, 12, 21, 32, 45, 61, 79, 100]
    assert sorted(recording.chosen(5, 10)) == [1, 2, 3, 4, 5]


def test_a_step_that_is_done_again_replaces_its_frame_and_all_after_it() -> None:
    rec = Recording(frames_of(range(1, 11)))
    rec.saw(Step(7))
    assert kept(rec) == [1, 2, 3, 4, 5, 6, 7]
    assert rec.frames[-1].width == 64
    rec.saw(Step(1))
    assert kept(rec) == [1]


def test_a_picture_that_goes_on_begins_with_the_frames_of_the_earlier_one(
    settings: Settings,
) -> None:
    settings.TIMELAPSE_FRAMES = 30
    rec = Recording(frames_of(range(1, 14)), steps_before=13)
    for step in steps_of(40):
        rec.saw(step)
    steps = kept(rec)
    assert steps[:15] == list(range(1, 16))
    assert len(rec.finish(Step(40))) <= 30
    assert kept(rec)[-1] == 53


def test_where_frames_take_too_long_fewer_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    def slow(*_: Any) -> Any:
        clock[0] += 0.2
        return frames_of([1])[0]

    monkeypatch.setattr(recording, "thread_time", lambda: clock[0])
    monkeypatch.setattr(recording, "monotonic", lambda: 0.0)
    monkeypatch.setattr(recording, "take", slow)
    rec = Recording()
    for step in steps_of(13):
        rec.saw(step)
    assert len(rec.frames) == 2


def test_a_frame_that_cannot_be_made_is_left_out() -> None:
    class Broken(Step):
        def preview(self, max_side_px: int) -> Image.Image:
            raise MemoryError

    rec = Recording()
    rec.saw(Step(1))
    rec.saw(Broken(2))
    rec.saw(Step(3))
    assert kept(rec) == [1, 3]


# With the queue


queue = pytest.mark.django_db(transaction=True)


@queue
def test_a_finished_picture_has_its_time_lapse_and_its_bytes_are_counted(
    submit: Submit, engine: FakeEngine, media_root: Path
) -> None:
    transfer = submit()
    runner.paint_next()
    artwork = row(transfer).artwork
    assert artwork is not None
    lapse = artwork.time_lapse
    assert [place.step for place in lapse.frames] == [1, 2, 3, 4, 5]
    assert (lapse.width, lapse.height, lapse.steps) == (64, 43, 5)
    assert (media_root / lapse.file.name).stat().st_size == lapse.bytes
    photo = transfer.content_image
    assert storage_use.used_bytes(transfer.owner) == (
        photo.stored_bytes + artwork.stored_bytes + lapse.bytes
    )
    assert not [p for p in (media_root / "transfers").rglob("*") if p.is_file()]


@queue
@pytest.mark.parametrize("who", ["the site", "its owner"])
def test_without_a_time_lapse_none_is_kept(
    submit: Submit, engine: FakeEngine, settings: Settings, who: str
) -> None:
    transfer = submit()
    settings.TIMELAPSE = who != "the site"
    Transfer.objects.filter(pk=transfer.pk).update(keeps_time_lapse=who != "its owner")
    runner.paint_next()
    assert row(transfer).artwork is not None
    assert not TimeLapse.objects.exists()


@queue
def test_frames_are_stored_with_the_checkpoint_and_survive_the_worker(
    submit: Submit, engine: FakeEngine, settings: Settings
) -> None:
    settings.TRANSFER_CHECKPOINT_S = 0
    transfer = submit()

    def dies_at_four(index: int) -> None:
        if index == 4:
            raise KeyboardInterrupt

    engine.before = dies_at_four
    with pytest.raises(KeyboardInterrupt):
        runner.paint_next()
    stored = row(transfer)
    with stored.time_lapse.open("rb") as file:
        assert [frame.step for frame in unpack(file.read())[0]] == [1, 2, 3]
    Transfer.objects.filter(pk=transfer.pk).update(worker="")
    assert steering.put_back(stored)
    engine.before = lambda index: None
    runner.paint_next()
    assert engine.resumed == [None, b"after step 3"]
    assert [place.step for place in TimeLapse.objects.get().frames] == [1, 2, 3, 4, 5]


@queue
def test_giving_back_keeps_them_too(
    submit: Submit,
    engine: FakeEngine,
    drained: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("transfers.queue.watch.LOOK_S", 0.02)
    engine.total = 40
    transfer = submit()

    def drains_at_three(index: int) -> None:
        sleep(0.02)
        if index == 3:
            drained()

    engine.before = drains_at_three
    runner.paint_next()
    stored = row(transfer)
    assert stored.state == Transfer.State.QUEUED
    with stored.time_lapse.open("rb") as file:
        frames, _before = unpack(file.read())
    assert frames[-1].step == stored.checkpoint_step


@queue
@pytest.mark.parametrize("end", ["cancelled", "failed"])
def test_nothing_is_left_of_one_that_did_not_finish(
    submit: Submit, engine: FakeEngine, media_root: Path, settings: Settings, end: str
) -> None:
    settings.TRANSFER_CHECKPOINT_S = 0
    transfer = submit()

    def ends_at_four(index: int) -> None:
        if index == 4 and end == "cancelled":
            steering.request_cancel(row(transfer))
        if index == 4 and end == "failed":
            raise KeyError("conv9_9")

    engine.before = ends_at_four
    runner.paint_next()
    assert row(transfer).state == end
    assert row(transfer).time_lapse.name == ""
    assert not list((media_root / "transfers").rglob("*frames-*"))
    assert not TimeLapse.objects.exists()
    assert not list(media_root.rglob("*.zip"))


@queue
def test_frames_that_cannot_be_written_cost_nothing_else(
    submit: Submit, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def disk_full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    settings.TRANSFER_CHECKPOINT_S = 0
    monkeypatch.setattr(lifecycle, "keep_frames", disk_full)
    monkeypatch.setattr(time_lapses, "frame_time_lapse", disk_full)
    transfer = submit()
    runner.paint_next()
    stored = row(transfer)
    assert stored.state == Transfer.State.SUCCEEDED
    assert stored.checkpoint_step == 4
    assert not TimeLapse.objects.exists()


@queue
@pytest.mark.parametrize("data", [b"not frames", pack(frames_of([1, 2]))[0][:50], None])
def test_frames_that_cannot_be_read_are_begun_anew(
    submit: Submit, engine: FakeEngine, media_root: Path, data: bytes | None
) -> None:
    transfer = submit()
    Transfer.objects.filter(pk=transfer.pk).update(time_lapse="transfers/odd.zip")
    if data is not None:
        (media_root / "transfers").mkdir(parents=True)
        (media_root / "transfers" / "odd.zip").write_bytes(data)
    runner.paint_next()
    assert row(transfer).state == Transfer.State.SUCCEEDED
    assert TimeLapse.objects.get().steps == 5


@queue
def test_frames_that_are_only_away_are_waited_for(
    submit: Submit, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(transfer: Transfer) -> bytes:
        raise FilesUnavailableError("The store of files does not answer.")

    transfer = submit()
    monkeypatch.setattr(checkpoints, "read_frames", away)
    with pytest.raises(FilesUnavailableError):
        recording.begin(transfer)


@queue
def test_of_two_workers_that_finish_it_the_loser_leaves_no_frames(
    submit: Submit, engine: FakeEngine, media_root: Path
) -> None:
    submit()
    held = lifecycle.claim("elsewhere")
    assert held is not None
    artwork = Artwork(owner=held.owner, title="Late", recipe={})
    artwork.set_picture(Image.new("RGB", (64, 43)))
    lapse = time_lapses.frame_time_lapse(artwork, frames_of([1]))
    steering.put_back(held)
    with pytest.raises(lifecycle.LeaseLostError):
        lifecycle.succeed(held, artwork, lapse)
    assert not TimeLapse.objects.exists()
    assert not list(media_root.rglob("*.zip"))
    assert not [p for p in (media_root / "artworks").rglob("*") if p.is_file()]


@queue
def test_a_continued_picture_tells_the_whole_way(submit: Submit, engine: FakeEngine) -> None:
    submit()
    runner.paint_next()
    new = submission.continue_artwork(Artwork.objects.get(), size_px=96)
    runner.paint_next()
    artwork = row(new).artwork
    assert artwork is not None
    assert [place.step for place in artwork.time_lapse.frames] == list(range(1, 11))


@queue
def test_one_that_goes_on_from_a_deleted_time_lapse_begins_with_itself(
    submit: Submit, engine: FakeEngine
) -> None:
    submit()
    runner.paint_next()
    earlier = Artwork.objects.get()
    new = submission.continue_artwork(earlier, size_px=96)
    time_lapses.delete(earlier.time_lapse)
    runner.paint_next()
    artwork = row(new).artwork
    assert artwork is not None
    assert artwork.time_lapse.steps == 5


@queue
def test_half_of_the_room_is_for_the_new_steps(
    submit: Submit, engine: FakeEngine, settings: Settings
) -> None:
    settings.TIMELAPSE_FRAMES = 12
    submit()
    runner.paint_next()
    earlier = Artwork.objects.get()
    TimeLapse.objects.all().delete()
    add_time_lapse(earlier, range(1, 31))
    new = submission.continue_artwork(earlier, size_px=96)
    runner.paint_next()
    artwork = row(new).artwork
    assert artwork is not None
    steps = [place.step for place in artwork.time_lapse.frames]
    assert len(steps) == 11
    assert steps[-5:] == [31, 32, 33, 34, 35]
    assert steps[0] == 1
