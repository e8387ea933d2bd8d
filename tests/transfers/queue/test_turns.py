"""Giving way: a picture that has had its turn lets others have the worker, and goes on later."""

from collections.abc import Callable
from datetime import timedelta
from time import sleep

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Quota, User
from engine.params import Params
from gallery.models import Artwork, Style, TimeLapse
from tests.transfers.queue.fake_engine import FakeEngine
from tests.transfers.queue.rows import content, row, set_row
from transfers.models import ContentImage, LossCurve, Notice, Transfer, WorkerHost
from transfers.queue import (
    checkpoints,
    fair_share,
    lifecycle,
    rescue,
    runner,
    steering,
    submission,
    turns,
    watch,
)

# The watch beats from a thread, with a connection of its own that sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

SubmitAs = Callable[..., Transfer]
State = Transfer.State


@pytest.fixture
def submit_as(photo: ContentImage, style: Style) -> SubmitAs:
    def submit(owner: User, **params: object) -> Transfer:
        chosen = Params(**({"size_px": 64} | params))
        return submission.submit(owner, photo, [(style, 1.0)], chosen)

    return submit


@pytest.fixture
def running(submit_as: SubmitAs, user: User) -> Transfer:
    """A picture of Ada's with an hour to go."""
    submit_as(user)
    claimed = lifecycle.claim("here")
    assert claimed is not None
    lifecycle.heartbeat(claimed, painted_s=turns.TURN_S)
    set_row(claimed, seconds_left=3600)
    return claimed


@pytest.fixture
def short_turns(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """A turn is over with the first beat, and a beat comes with almost every step."""
    monkeypatch.setattr(turns, "TURN_S", 0.05)
    monkeypatch.setattr(turns, "NEARLY_S", 0)
    monkeypatch.setattr(turns, "LEAST_STEPS", 1)
    monkeypatch.setattr(watch, "LOOK_S", 0.01)
    settings.TRANSFER_HEARTBEAT_S = 0.02


@pytest.fixture
def slow_engine(engine: FakeEngine) -> FakeEngine:
    engine.total = 60
    engine.before = lambda index: sleep(0.02)
    return engine


def finish(transfer: Transfer, *, painting_s: float) -> None:
    ended = {"state": State.SUCCEEDED, "token": None, "finished_at": timezone.now()}
    set_row(transfer, **ended, painting_s=painting_s)


# When a turn is over


def test_it_is_where_somebody_else_waits_who_has_had_less(
    running: Transfer, submit_as: SubmitAs, stranger: User
) -> None:
    submit_as(stranger)
    assert turns.is_over(running, turns.TURN_S)
    assert not turns.is_over(running, turns.TURN_S - 1)


def test_it_is_not_where_nobody_waits_or_only_ones_own(
    running: Transfer, submit_as: SubmitAs, user: User
) -> None:
    assert not turns.is_over(running, turns.TURN_S)
    submit_as(user)
    assert not turns.is_over(running, turns.TURN_S)


def test_it_is_not_for_who_has_had_more_lately(
    running: Transfer, submit_as: SubmitAs, stranger: User
) -> None:
    finish(submit_as(stranger), painting_s=turns.TURN_S + 60)
    submit_as(stranger)
    assert not turns.is_over(running, turns.TURN_S)
    lifecycle.heartbeat(running, painted_s=61)
    assert turns.is_over(running, turns.TURN_S + 61)


def test_what_is_still_to_be_painted_of_it_is_no_reason(
    running: Transfer, submit_as: SubmitAs, stranger: User
) -> None:
    finish(submit_as(stranger), painting_s=turns.TURN_S + 1)
    submit_as(stranger)
    set_row(running, seconds_left=100_000)
    assert not turns.is_over(running, turns.TURN_S)


def test_it_is_not_while_a_worker_is_free_for_whoever_waits(
    running: Transfer, submit_as: SubmitAs, stranger: User
) -> None:
    submit_as(stranger)
    host = WorkerHost.objects.create(name="there~1", workers=2, threads_per_worker=1)
    assert not turns.is_over(running, turns.TURN_S)
    host.seen_at = timezone.now() - timedelta(minutes=1)
    host.save()
    assert turns.is_over(running, turns.TURN_S)


def test_it_is_not_for_who_may_have_no_more_painted(
    running: Transfer, submit_as: SubmitAs, stranger: User, settings: Settings
) -> None:
    Quota.objects.create(user=stranger, running=1)
    submit_as(stranger), submit_as(stranger)
    assert lifecycle.claim("there") is not None
    settings.WORKERS = 2
    assert not turns.is_over(running, turns.TURN_S)


def test_what_is_almost_finished_is_finished(
    running: Transfer, submit_as: SubmitAs, stranger: User
) -> None:
    submit_as(stranger)
    set_row(running, seconds_left=turns.NEARLY_S)
    assert not turns.is_over(running, turns.TURN_S)


def test_a_quick_look_never_gives_way(
    running: Transfer, submit_as: SubmitAs, stranger: User
) -> None:
    submit_as(stranger)
    set_row(running, purpose=Transfer.Purpose.LOOK)
    assert not turns.is_over(running, turns.TURN_S)


def test_it_is_long_before_the_pool_would_end_it_for_time(
    running: Transfer, settings: Settings
) -> None:
    assert turns.is_over(running, settings.Q_CLUSTER["timeout"] / 2 + 1)
    assert settings.Q_CLUSTER["retry"] > settings.Q_CLUSTER["timeout"]
    assert settings.Q_CLUSTER["timeout"] >= 4 * settings.LONGEST_PICTURE_S


def test_whoever_it_gives_way_to_is_claimed_next(
    running: Transfer, submit_as: SubmitAs, user: User, stranger: User
) -> None:
    submit_as(user)
    theirs = submit_as(stranger)
    assert turns.is_over(running, turns.TURN_S)
    lifecycle.give_back(running)
    assert lifecycle.claim("here") == theirs


# A worker gives way


@pytest.mark.usefixtures("short_turns")
def test_it_gives_way_and_goes_on_from_where_it_stopped(
    submit_as: SubmitAs, user: User, stranger: User, slow_engine: FakeEngine
) -> None:
    long_one = submit_as(user)
    theirs: list[Transfer] = []

    def begin(index: int) -> None:
        sleep(0.02)
        if index == 5 and not theirs:
            theirs.append(submit_as(stranger))

    slow_engine.before = begin
    assert runner.paint_next() is True
    paused = row(long_one)
    assert (paused.state, paused.attempts, paused.token) == (State.QUEUED, 0, None)
    assert 5 <= paused.checkpoint_step < 60
    assert content(paused.checkpoint) == b"after step %d" % paused.checkpoint_step
    assert paused.step > 0
    assert paused.preview, "what is painted so far is still shown"
    assert paused.painting_s > 0
    assert LossCurve.objects.get(transfer=long_one).rows()[-1][0] == paused.checkpoint_step
    assert checkpoints.read_frames(paused)
    assert not Notice.objects.exists()

    slow_engine.before = lambda index: None
    runner.paint_next()
    assert row(theirs[0]).state == State.SUCCEEDED
    began: list[int] = []
    slow_engine.before = began.append
    runner.paint_next()
    done = row(long_one)
    assert began[0] == paused.checkpoint_step + 1
    assert (done.state, done.attempts, done.rescues) == (State.SUCCEEDED, 1, 0)
    assert done.painting_s > paused.painting_s
    assert done.artwork.recipe["seconds"] == pytest.approx(done.painting_s, abs=0.5)
    assert TimeLapse.objects.get(pk=done.artwork).steps == 60
    steps = [step for step, *_losses in LossCurve.objects.get(transfer=long_one).rows()]
    assert steps == list(range(1, 61))


@pytest.mark.usefixtures("short_turns")
def test_with_nobody_else_it_is_painted_without_a_pause(
    submit_as: SubmitAs, user: User, slow_engine: FakeEngine
) -> None:
    first, _second = submit_as(user), submit_as(user)
    runner.paint_next()
    assert row(first).state == State.SUCCEEDED
    assert slow_engine.resumed == [None]


@pytest.mark.usefixtures("short_turns")
def test_two_long_ones_take_turns_however_many(
    submit_as: SubmitAs, user: User, stranger: User, slow_engine: FakeEngine, settings: Settings
) -> None:
    both = submit_as(user), submit_as(stranger)
    claims = 0
    while Transfer.objects.unfinished().exists():
        assert runner.paint_next() is True
        claims += 1
    assert claims > settings.TRANSFER_MAX_ATTEMPTS + 2
    assert {(row(one).state, row(one).attempts) for one in both} == {(State.SUCCEEDED, 1)}


def test_giving_way_fifty_times_leaves_all_attempts_for_workers_that_die(
    submit_as: SubmitAs, user: User, settings: Settings
) -> None:
    transfer = submit_as(user)
    for _time in range(50):
        claimed = lifecycle.claim("here")
        assert claimed is not None
        lifecycle.give_back(claimed)
    lifecycle.claim("here")
    set_row(transfer, heartbeat_at=timezone.now() - timedelta(hours=1))
    assert rescue.from_the_dead() == 1
    assert (row(transfer).state, row(transfer).attempts) == (State.QUEUED, 1)


@pytest.mark.usefixtures("short_turns")
def test_a_turn_has_some_steps_however_long_they_take(
    submit_as: SubmitAs,
    user: User,
    stranger: User,
    slow_engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "LEAST_STEPS", 10)
    slow_engine.before = lambda index: sleep(0.1)
    long_one = submit_as(user)
    submit_as(stranger)
    runner.paint_next()
    assert row(long_one).checkpoint_step == 10


@pytest.mark.usefixtures("short_turns")
def test_where_no_checkpoint_can_be_written_it_does_not_give_way(
    submit_as: SubmitAs,
    user: User,
    stranger: User,
    slow_engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_args: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(lifecycle, "checkpoint", full)
    long_one = submit_as(user)
    submit_as(stranger)
    runner.paint_next()
    assert row(long_one).state == State.SUCCEEDED


@pytest.mark.usefixtures("short_turns")
def test_one_that_is_to_be_kept_is_kept_rather_than_put_back(
    submit_as: SubmitAs,
    user: User,
    stranger: User,
    slow_engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "LEAST_STEPS", 1000)
    long_one = submit_as(user)
    submit_as(stranger)

    def keep(index: int) -> None:
        sleep(0.02)
        if index == 20:
            assert steering.request_keep(row(long_one))

    slow_engine.before = keep
    runner.paint_next()
    assert row(long_one).state == State.SUCCEEDED
    assert 20 <= row(long_one).artwork.recipe["steps"] < 60


@pytest.mark.vgg
@pytest.mark.usefixtures("short_turns")
def test_the_picture_is_the_same_as_without_a_pause(
    submit_as: SubmitAs, user: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = {"objective": "classic", "steps": 12}  # whose checkpoints hold every bit of a run
    with monkeypatch.context() as patched:
        patched.setattr(turns, "is_over", lambda *_args: False)
        submit_as(user, **chosen)
        runner.paint_next()
    whole = Artwork.objects.get()
    again, _other = submit_as(user, **chosen), submit_as(stranger, steps=2)
    with monkeypatch.context() as patched:
        patched.setattr(fair_share, "somebody_is_before", lambda transfer: True)
        claims = 0
        while row(again).state != State.SUCCEEDED:
            runner.paint_next()
            claims += 1
    assert claims > 2
    artwork = row(again).artwork
    assert content(artwork.original) == content(whole.original)
