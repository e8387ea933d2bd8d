import pytest

from engine.settling import STALLED_STEPS, Settling, Stall


def settled_at(losses: list[float], window_steps: int = 3) -> int | None:
    """After which step, from 1, the level has settled."""
    settling = Settling(window_steps)
    for step, loss in enumerate(losses, start=1):
        if settling.saw(loss):
            return step
    return None


def test_a_level_settles_when_a_window_of_steps_brings_less_than_a_hundredth() -> None:
    # Over the three steps to the sixth: from 0.90 to 0.892, by 0.9 %; to the fifth by 3.9 %.
    assert settled_at([1.0, 0.93, 0.90, 0.895, 0.894, 0.892]) == 6


def test_a_loss_that_falls_by_a_hundredth_in_each_window_never_settles() -> None:
    assert settled_at([0.996**step for step in range(200)]) is None
    assert settled_at([0.998**step for step in range(200)]) == 4


def test_a_window_must_be_full_before_a_level_settles() -> None:
    assert settled_at([1.0, 1.0, 1.0]) is None
    assert settled_at([1.0, 1.0, 1.0, 1.0]) == 4


def test_a_step_upwards_hides_no_fall() -> None:
    # The fourth step is worse than the first, but the lowest so far is far below it.
    assert settled_at([1.0, 0.8, 0.7, 1.1, 0.65]) is None


def test_a_level_does_not_end_on_a_step_upwards() -> None:
    assert settled_at([1.0, 0.999, 0.998, 1.2, 1.1, 0.998]) == 6


def test_steps_without_a_history_are_not_judged() -> None:
    settling = Settling(3, unseen_steps=5)
    assert [settling.saw(1.0) for _ in range(9)] == [False] * 8 + [True]


def stalled_at(losses: list[float]) -> list[int]:
    stall = Stall()
    return [step for step, loss in enumerate(losses, start=1) if stall.saw(loss)]


def test_an_optimiser_whose_steps_are_taken_back_again_and_again_has_stalled() -> None:
    assert stalled_at([2.0, 1.0] + [1.0] * STALLED_STEPS) == [2 + STALLED_STEPS]


def test_an_optimiser_that_only_swings_has_stalled() -> None:
    assert stalled_at([1.0, *[1.3, 1.1] * STALLED_STEPS]) == [1 + STALLED_STEPS]


def test_a_few_steps_upwards_are_no_stall() -> None:
    assert stalled_at([1.0, 1.2, 1.1, 0.9, 1.4, 1.0, 0.8]) == []


@pytest.mark.parametrize("fall", [1e-2, 1e-5])
def test_a_slow_way_down_is_no_stall(fall: float) -> None:
    assert stalled_at([(1 - fall) ** step for step in range(100)]) == []


def test_a_stall_is_told_once() -> None:
    assert stalled_at([1.0] * 50) == [1 + STALLED_STEPS]
