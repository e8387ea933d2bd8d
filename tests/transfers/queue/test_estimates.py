from collections.abc import Callable

import pytest

from engine import pyramid
from engine.pace import Pace, Speed
from engine.params import Params
from transfers.models import MachineSpeed, Transfer
from transfers.queue import estimates

Submit = Callable[..., Transfer]
PARAMS = Params(size_px=64)


class Seen(Pace):
    """The pace of a run that has shown such a speed."""

    def __init__(self, pixel_steps_per_s: float, overhead_s: float = 0.0) -> None:
        super().__init__()
        self.shown = Speed(pixel_steps_per_s, overhead_s, 0)

    def speed(self) -> Speed:
        return self.shown


@pytest.mark.django_db
def test_nothing_is_promised_before_anything_was_measured() -> None:
    assert estimates.seconds_for(96, 64, PARAMS) is None
    assert not estimates.is_measured()


@pytest.mark.django_db
def test_the_estimate_is_the_plan_at_the_measured_speed_plus_the_overhead() -> None:
    cost = pyramid.plan(96, 64, PARAMS).pixel_steps
    estimates.learn(Seen(500, overhead_s=2), saving_s=1)
    assert estimates.seconds_for(96, 64, PARAMS) == pytest.approx(cost / 500 + 3)


@pytest.mark.django_db
def test_a_new_run_shifts_the_speed_by_three_tenths() -> None:
    estimates.learn(Seen(1000, overhead_s=3), saving_s=1)
    estimates.learn(Seen(2000), saving_s=2)
    speed = MachineSpeed.objects.get()
    assert speed.pixel_steps_per_s == pytest.approx(1300)
    assert speed.overhead_s == pytest.approx(3.4)


@pytest.mark.django_db
def test_a_run_of_one_step_teaches_nothing() -> None:
    estimates.learn(Pace(), saving_s=1)
    assert not estimates.is_measured()


@pytest.mark.django_db
def test_a_host_that_never_painted_uses_the_speed_of_one_that_did() -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=100, overhead_s=0)
    assert estimates.seconds_for(96, 64, PARAMS) is not None
    assert not estimates.is_measured()


def test_the_time_left_follows_the_runs_own_pace() -> None:
    plan = pyramid.Plan((pyramid.Level(10, 10, 100),))
    left = estimates.TimeLeft(None)
    assert left.after(plan, 1, 50.0) is None
    assert left.after(plan, 11, 60.0) == pytest.approx(89)  # ten steps in ten seconds


def test_the_usual_speed_steadies_the_first_answers() -> None:
    plan = pyramid.Plan((pyramid.Level(10, 10, 100),))
    step = pyramid.step_cost_px(plan.levels[0])
    usual = MachineSpeed(
        host="here", pixel_steps_per_s=step / 2, overhead_s=0
    )  # two seconds a step
    left = estimates.TimeLeft(usual)
    assert left.after(plan, 1, 50.0) == pytest.approx(99 * 2)
    # One step in 7 s, and 1.5 steps in the 3 s that the usual speed counts for: 4 s a step.
    assert left.after(plan, 2, 57.0) == pytest.approx(98 * 4)
