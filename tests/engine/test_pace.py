"""What a run shows of the speed of a machine."""

from types import SimpleNamespace
from typing import Any

import pytest

from engine import pace, pyramid
from engine.pace import Pace, Speed
from engine.pyramid import Level, Plan

PLAN = Plan((Level(100, 50, 3), Level(200, 100, 2)))


@pytest.fixture(autouse=True)
def _plain_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step's cost that is its pixels, and setting up for free."""
    monkeypatch.setattr(pyramid, "step_cost_px", lambda level: level.width * level.height)
    monkeypatch.setattr(pyramid, "SETUP_STEPS", 0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [10.0]
    monkeypatch.setattr(pace, "monotonic", lambda: now[0])
    return now


def step(index: int, plan: Plan = PLAN) -> Any:
    return SimpleNamespace(index=index, plan=plan)


def pace_of(clock: list[float], *seen: tuple[int, float]) -> Pace:
    """Of a run that began at 10 s, with the steps and their moments."""
    clock[0] = 10.0
    seen_by = Pace()
    for index, moment in seen:
        clock[0] = moment
        seen_by.saw(step(index))
    return seen_by


def test_the_first_step_belongs_to_the_overhead(clock: list[float]) -> None:
    # 50,000 of 55,000 pixels in 10 s; the first 5,000 would have been painted in 1 of its 4 s.
    run = pace_of(clock, (1, 14.0), (3, 16.0), (5, 24.0))
    assert run.painting_s == 10.0
    clock[0] = 24.5
    assert (run.since_last_s, run.seconds) == (0.5, 14.5)
    assert run.speed() == Speed(5_000.0, 3.0, 0)


def test_a_run_that_goes_on_from_its_middle_counts_only_what_it_paints(clock: list[float]) -> None:
    assert pace_of(clock, (4, 12.0), (5, 16.0)).speed() == Speed(5_000.0, 0.0, 0)


def test_setting_up_the_level_that_a_run_goes_on_in_is_no_overhead(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pyramid, "SETUP_STEPS", 2)
    # A step of 20,000 pixels in 4 s; before it one more, and two to set up, and 3 s of overhead.
    assert pace_of(clock, (4, 10.0 + 3 + 12), (5, 10.0 + 3 + 12 + 4)).speed() == Speed(
        5_000.0, 3.0, 0
    )


def test_levels_that_settled_count_with_the_steps_they_took(clock: list[float]) -> None:
    run = Pace()
    for index, moment in ((1, 11.0), (2, 12.0), (3, 16.0)):
        clock[0] = moment
        run.saw(step(index, PLAN.ended(0, 2)))
    # 5,000 and 20,000 pixels in 5 s.
    assert run.speed() == Speed(5_000.0, 0.0, 0)


def test_one_step_shows_no_speed(clock: list[float]) -> None:
    assert Pace().speed() is None
    assert pace_of(clock, (1, 14.0)).speed() is None
    assert pace_of(clock, (1, 14.0), (2, 14.0)).speed() is None
