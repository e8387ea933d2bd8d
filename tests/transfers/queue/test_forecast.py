"""The forecast, held against the order in which the transfers are then really claimed."""

import random
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Quota, User
from engine.params import Params
from gallery.models import Style
from tests.transfers.queue.rows import set_row
from transfers.models import ContentImage, MachineSpeed, Transfer, WorkerHost
from transfers.queue import (
    estimates,
    fair_share,
    forecast,
    lifecycle,
    own_order,
    play,
    submission,
    turns,
)
from transfers.queue.play import Play, Turn

SubmitAs = Callable[..., Transfer]
State = Transfer.State

SPEED = {"pixel_steps_per_s": 10_000, "overhead_s": 2}


@pytest.fixture
def measured(db: None) -> MachineSpeed:
    return MachineSpeed.objects.create(host="here", **SPEED)


@pytest.fixture
def submit_as(photo: ContentImage, style: Style) -> SubmitAs:
    def submit(owner: User, size_px: int = 64) -> Transfer:
        return submission.submit(owner, photo, [(style, 1.0)], Params(size_px=size_px))

    return submit


def seconds(transfer: Transfer) -> float:
    return transfer.pixel_steps_left / SPEED["pixel_steps_per_s"] + SPEED["overhead_s"]


def turn(transfer: Transfer) -> Turn:
    found = forecast.turn_of(Transfer.objects.get(pk=transfer.pk))
    assert found is not None
    return found


def test_the_wait_is_what_the_running_one_still_needs_and_all_of_those_ahead(
    submit_as: SubmitAs, user: User, measured: MachineSpeed
) -> None:
    running, ahead, mine = submit_as(user), submit_as(user), submit_as(user)
    lifecycle.claim("here")
    Transfer.objects.filter(pk=running.pk).update(seconds_left=7)
    first = 7 + seconds(ahead)
    assert turn(ahead) == Turn(1, pytest.approx(7), pytest.approx(first))
    assert turn(mine) == Turn(2, pytest.approx(first), pytest.approx(first + seconds(mine)))
    assert forecast.turn_of(Transfer.objects.get(pk=running.pk)) is None


def test_two_workers_halve_the_wait(
    submit_as: SubmitAs, user: User, measured: MachineSpeed, settings: Settings
) -> None:
    settings.WORKERS = 2
    first, second, third = submit_as(user), submit_as(user), submit_as(user)
    assert [turn(t).starts_in_s for t in (first, second)] == [0, 0]
    assert turn(third).starts_in_s == pytest.approx(seconds(first))


def test_the_workers_of_all_hosts_share_the_queue(
    submit_as: SubmitAs, user: User, measured: MachineSpeed
) -> None:
    for name, workers in (("a~1", 1), ("b~1", 2)):
        WorkerHost.objects.create(name=name, workers=workers, threads_per_worker=1)
    long_ago = timezone.now() - timedelta(minutes=5)
    WorkerHost.objects.create(name="gone~1", workers=9, threads_per_worker=1, seen_at=long_ago)
    rows = [submit_as(user) for _number in range(4)]
    assert [turn(row).starts_in_s for row in rows[:3]] == [0, 0, 0]
    assert turn(rows[3]).starts_in_s == pytest.approx(seconds(rows[0]))


def test_before_anything_was_measured_there_is_a_place_but_no_time(
    submit_as: SubmitAs, user: User
) -> None:
    submit_as(user)
    assert turn(submit_as(user)) == Turn(2, None, None)


def test_what_was_painted_in_part_takes_only_what_is_left(
    submit_as: SubmitAs, user: User, measured: MachineSpeed
) -> None:
    half_done, mine = submit_as(user), submit_as(user)
    Transfer.objects.filter(pk=half_done.pk).update(pixel_steps_left=5000)
    assert turn(mine).starts_in_s == pytest.approx(2.5)


def test_another_one_is_told_its_turn_before_it_is_submitted(
    submit_as: SubmitAs, user: User, stranger: User, measured: MachineSpeed
) -> None:
    for _number in range(20):
        submit_as(user)
    cost = submit_as(user).pixel_steps_left
    told = {who.pk: forecast.turn_of_another(who, cost) for who in (user, stranger)}
    assert told[user.pk].place == 22
    assert told[stranger.pk].place == 2  # behind the one of equal use that has waited longer
    assert turn(submit_as(stranger)) == told[stranger.pk]


def test_each_of_several_is_told_its_turn_as_if_it_alone_were_submitted(
    submit_as: SubmitAs, user: User, stranger: User, measured: MachineSpeed
) -> None:
    for size_px in (64, 256, 512, 64, 512):
        submit_as(user, size_px), submit_as(stranger, size_px)
    sizes = (512, 64, 256)
    works = []
    for size_px in sizes:
        one = submit_as(user, size_px)
        works.append(one.pixel_steps_left)
        one.delete()
    for size_px, told in zip(sizes, forecast.turns_of_others(user, works), strict=True):
        one = submit_as(user, size_px)
        assert turn(one) == told
        one.delete()


def test_of_what_comes_after_thousands_only_is_told_that_it_is_later(
    submit_as: SubmitAs,
    user: User,
    stranger: User,
    measured: MachineSpeed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _number in range(8):
        waiting = submit_as(user)
    cost, each_s = waiting.pixel_steps_left, seconds(waiting)
    monkeypatch.setattr(forecast, "MOST_PLAYED", 5)
    started: list[int] = []
    start = Play._start

    def counted(self: Play, owner_id: int) -> None:
        started.append(owner_id)
        start(self, owner_id)

    queue = forecast._Queue()
    monkeypatch.setattr(forecast._seen, "queue", lambda: queue)
    monkeypatch.setattr(Play, "_start", counted)
    told = forecast.turns_of_others(user, [16 * cost, cost, 4 * cost])
    assert len(started) <= 5, "the queue is played once, and not to its end"
    assert [each.or_later for each in told if each] == [True, True, True]
    assert told[1] == Turn(6, pytest.approx(4 * each_s), pytest.approx(5 * each_s), or_later=True)
    others = forecast.turn_of_another(stranger, cost)
    assert others is not None
    assert (others.place, others.or_later) == (2, False)


@pytest.mark.parametrize("seed", range(6))
def test_it_foretells_the_order_in_which_workers_claim(
    submit_as: SubmitAs, user: User, measured: MachineSpeed, seed: int
) -> None:
    draw = random.Random(seed)
    people = [user] + [User.objects.create_user(f"p{n}@example.org") for n in range(3)]
    for person in people[:2]:
        done = submit_as(person)
        Transfer.objects.filter(pk=done.pk).update(
            state=State.SUCCEEDED,
            painting_s=draw.uniform(1, 60),
            finished_at=timezone.now() - timedelta(minutes=5),
        )
    waiting = [submit_as(draw.choice(people), draw.choice([64, 256, 512])) for _ in range(25)]
    told = sorted(waiting, key=lambda transfer: turn(transfer).place)
    claimed = []
    while (transfer := lifecycle.claim("here")) is not None:
        claimed.append(transfer.pk)
        Transfer.objects.filter(pk=transfer.pk).update(
            state=State.SUCCEEDED, painting_s=seconds(transfer), finished_at=timezone.now()
        )
    assert claimed == [transfer.pk for transfer in told]


class Site:
    """The real queue, with workers whose seconds pass at once.

    asks_s: how often one that has had its turn asks whether it gives way.
    """

    def __init__(self, workers: int, asks_s: float) -> None:
        self.now_s, self.asks_s = 0.0, asks_s
        self.free = [f"worker {number}" for number in range(workers)]
        self.busy: list[tuple[float, str, Transfer, float, float]] = []
        self.started: dict[UUID, float] = {}
        self.ready: dict[UUID, float] = {}

    def paint_all(self) -> None:
        while self.free or self.busy:
            while self.free and (claimed := lifecycle.claim(self.free[-1])) is not None:
                self.started.setdefault(claimed.pk, self.now_s)
                self._paint(self.free.pop(), claimed, seconds(claimed), turns.TURN_S, 0)
            if not self.busy:
                return
            self.busy.sort(key=lambda one: one[0])
            self.now_s, worker, transfer, left_s, held_s = self.busy.pop(0)
            if left_s <= 0:
                Transfer.objects.filter(pk=transfer.pk).update(
                    state=State.SUCCEEDED, finished_at=timezone.now()
                )
                self.ready[transfer.pk] = self.now_s
                self.free.append(worker)
            elif turns.is_over(transfer, held_s):
                left = left_s * SPEED["pixel_steps_per_s"]
                Transfer.objects.filter(pk=transfer.pk).update(pixel_steps_left=left)
                lifecycle.give_back(transfer)
                self.free.append(worker)
            else:
                self._paint(worker, transfer, left_s, self.asks_s, held_s)

    def _paint(
        self, worker: str, transfer: Transfer, left_s: float, for_s: float, held_s: float
    ) -> None:
        part_s = left_s if left_s <= for_s else for_s
        lifecycle.heartbeat(transfer, part_s)
        Transfer.objects.filter(pk=transfer.pk).update(seconds_left=left_s - part_s)
        ends = (self.now_s + part_s, worker, transfer, left_s - part_s, held_s + part_s)
        self.busy.append(ends)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_it_foretells_how_long_pictures_take_turns(
    submit_as: SubmitAs,
    user: User,
    measured: MachineSpeed,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    workers: int,
) -> None:
    settings.WORKERS = workers
    # All of it is painted in an instant, so nothing is forgotten; nor does the forecast forget.
    monkeypatch.setattr(fair_share, "LATELY_S", 1e9)
    draw = random.Random(seed)
    people = [user] + [User.objects.create_user(f"p{n}@example.org") for n in range(3)]
    sizes = [256, 512, 1024, 2048]
    waiting = [submit_as(draw.choice(people), draw.choice(sizes)) for _ in range(10)]
    told = {row.pk: turn(row) for row in waiting}
    site = Site(workers, asks_s=turns.TURN_S)
    site.paint_all()
    for row in waiting:
        assert told[row.pk].starts_in_s == pytest.approx(site.started[row.pk], abs=1)
        assert told[row.pk].ready_in_s == pytest.approx(site.ready[row.pk], abs=1)


@pytest.mark.parametrize("seed", range(3))
def test_nobody_is_told_much_too_early_a_time(
    submit_as: SubmitAs,
    user: User,
    measured: MachineSpeed,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    """Though a worker asks every few seconds, which is too much to be played."""
    monkeypatch.setattr(fair_share, "LATELY_S", 1e9)
    draw = random.Random(seed)
    people = [user] + [User.objects.create_user(f"p{n}@example.org") for n in range(2)]
    for person in people:
        done = submit_as(person)
        Transfer.objects.filter(pk=done.pk).update(
            state=State.SUCCEEDED, painting_s=draw.uniform(1, 3000), finished_at=timezone.now()
        )
    waiting = [submit_as(draw.choice(people), draw.choice([512, 1024, 2048])) for _ in range(6)]
    told = {row.pk: turn(row) for row in waiting}
    site = Site(1, asks_s=50)
    site.paint_all()
    for row in waiting:
        starts_s, ready_s = told[row.pk].starts_in_s, told[row.pk].ready_in_s
        assert starts_s is not None
        assert ready_s is not None
        assert starts_s > site.started[row.pk] - turns.TURN_S
        assert ready_s > site.ready[row.pk] - turns.TURN_S


@pytest.fixture
def long_one(submit_as: SubmitAs, user: User, measured: MachineSpeed) -> Transfer:
    """A picture of Ada's that a worker has begun, with two and a half hours to go."""
    submit_as(user, 2048)
    claimed = lifecycle.claim("here")
    assert claimed is not None
    set_row(claimed, seconds_left=9000)
    return claimed


@pytest.mark.parametrize(("held_s", "starts_s"), [(60, 540), (3600, 0)])
def test_somebody_new_waits_for_the_rest_of_a_turn_not_of_a_picture(
    submit_as: SubmitAs,
    user: User,
    stranger: User,
    long_one: Transfer,
    held_s: float,
    starts_s: float,
) -> None:
    claimed_at = timezone.now() - timedelta(seconds=held_s)
    set_row(long_one, claimed_at=claimed_at, painting_s=held_s)
    cost = own_order.DRAFT_PIXEL_STEPS
    told = forecast.turn_of_another(stranger, cost)
    assert told is not None
    assert told.starts_in_s == pytest.approx(starts_s, abs=5)
    own = forecast.turn_of_another(user, cost)
    assert own is not None
    assert own.starts_in_s == pytest.approx(9000, abs=5)


def test_one_that_is_being_painted_is_told_when_it_is_ready_with_its_pauses(
    submit_as: SubmitAs, user: User, stranger: User, long_one: Transfer
) -> None:
    theirs = submit_as(stranger, 256)
    again_s = SPEED["overhead_s"]
    ready_s = 9000 + again_s + seconds(theirs)
    assert turn(long_one) == Turn(0, 0, pytest.approx(ready_s, abs=5))
    # Once it has given way to somebody else, the owner's own shorter one comes before it, too.
    own = submit_as(user, 256)
    assert turn(long_one) == Turn(0, 0, pytest.approx(ready_s + seconds(own), abs=5))
    set_row(long_one, seconds_left=turns.NEARLY_S)
    assert forecast.turns_of([long_one]) == {}


def test_a_long_queue_of_long_pictures_is_played_in_longer_turns(
    submit_as: SubmitAs,
    user: User,
    stranger: User,
    measured: MachineSpeed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    painted: list[object] = []
    paint = Play._paint
    monkeypatch.setattr(
        Play, "_paint", lambda self, *args, **more: painted.append(1) or paint(self, *args, **more)
    )
    mine, theirs = submit_as(user, 2048), submit_as(stranger, 2048)
    in_turns = turn(mine).ready_in_s
    assert len(painted) >= 2 * (seconds(mine) // turns.TURN_S)
    painted.clear()
    monkeypatch.setattr(play, "MOST_TURNS", 8)
    monkeypatch.setattr(forecast, "_seen", forecast._Seen())
    told = turn(mine), turn(theirs)
    assert len(painted) <= 2 * (8 + 4)
    assert told[0].ready_in_s == pytest.approx(in_turns, rel=0.2)
    assert told[1].ready_in_s == pytest.approx(seconds(mine) + seconds(theirs), rel=0.01)


def test_a_long_queue_is_not_played_through_at_every_question(
    submit_as: SubmitAs, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(forecast, "monotonic", lambda: clock[0])
    monkeypatch.setattr(forecast, "_seen", forecast._Seen())
    speed = estimates.current_speed

    def slowly() -> MachineSpeed | None:
        clock[0] += 1.0
        return speed()

    monkeypatch.setattr(estimates, "current_speed", slowly)
    first = submit_as(user)
    assert turn(first).place == 1
    second = submit_as(user)
    asked_at = clock[0]
    assert turn(first).place == 1
    # What was submitted since is not known yet, and is when the queue is looked at again.
    assert forecast.turn_of(Transfer.objects.get(pk=second.pk)) is None
    assert clock[0] == asked_at
    clock[0] += 1.0 / forecast.MOST_SHARE
    assert turn(second).place == 2


def test_a_look_that_is_painted_keeps_no_picture_waiting(
    submit_as: SubmitAs, user: User, measured: MachineSpeed, settings: Settings
) -> None:
    settings.WORKERS = 2
    Quota.objects.create(running=1)
    look, picture = submit_as(user), submit_as(user)
    Transfer.objects.filter(pk=look.pk).update(purpose=Transfer.Purpose.LOOK, rank=-1)
    assert turn(picture).starts_in_s == 0
    assert lifecycle.claim("here") == look
    assert turn(picture).starts_in_s == 0
    assert lifecycle.claim("there") == picture
