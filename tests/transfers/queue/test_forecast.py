"""The forecast, held against the order in which the transfers are then really claimed."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Quota, User
from engine.params import Params
from gallery.models import Style
from transfers.models import ContentImage, MachineSpeed, Transfer, WorkerHost
from transfers.queue import estimates, forecast, lifecycle, submission
from transfers.queue.forecast import Turn

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
    painted: list[float] = []
    paint = forecast._Painters.paint

    def counted(self: forecast._Painters, owner_id: int, work_s: float, **more: bool) -> None:
        painted.append(work_s)
        paint(self, owner_id, work_s, **more)

    queue = forecast._Queue()
    monkeypatch.setattr(forecast._seen, "queue", lambda: queue)
    monkeypatch.setattr(forecast._Painters, "paint", counted)
    told = forecast.turns_of_others(user, [16 * cost, cost, 4 * cost])
    assert len(painted) <= 5, "the queue is played once, and not to its end"
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
