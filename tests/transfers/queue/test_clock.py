"""A clock that is set, beside a steady one that is not."""

import time

import pytest

from transfers.queue import clock
from transfers.queue.clock import JumpGuard, database_time_s


@pytest.mark.django_db
def test_the_databases_clock_is_about_ours_here() -> None:
    assert database_time_s() == pytest.approx(time.time(), abs=2)


@pytest.mark.parametrize("jump_s", [3600, -3600])
def test_a_jump_is_noticed_and_forgotten_after_a_while(
    monkeypatch: pytest.MonkeyPatch, jump_s: float
) -> None:
    steady, wall = [100.0], [1_000_000.0]
    monkeypatch.setattr(clock.time, "monotonic", lambda: steady[0])
    monkeypatch.setattr(clock, "database_time_s", lambda: wall[0])
    guard = JumpGuard(patience_s=30)

    def a_second_later(more_s: float = 0) -> bool:
        steady[0] += 1
        wall[0] += 1 + more_s
        return guard.jumped_lately()

    assert [a_second_later() for _ in range(3)] == [False] * 3
    assert a_second_later(jump_s)
    assert [a_second_later() for _ in range(29)] == [True] * 29
    assert not a_second_later()


def test_a_clock_that_is_nudged_has_not_jumped(monkeypatch: pytest.MonkeyPatch) -> None:
    steady, wall = [0.0], [0.0]
    monkeypatch.setattr(clock.time, "monotonic", lambda: steady[0])
    monkeypatch.setattr(clock, "database_time_s", lambda: wall[0])
    guard = JumpGuard(patience_s=30)
    for _ in range(100):
        steady[0] += 1
        wall[0] += 1.01
        assert not guard.jumped_lately()
