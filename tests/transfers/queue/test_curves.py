"""The curve of a run's losses: small however long it is, and whole after an interruption."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from time import sleep

import pytest

from tests.transfers.queue.fake_engine import FakeEngine
from tests.transfers.queue.rows import Submit, claim
from transfers.models import LossCurve, Transfer
from transfers.queue import draining, lifecycle, runner
from transfers.queue.curves import MOST, Curve
from transfers.queue.lifecycle import LeaseLostError


@dataclass
class Step:
    index: int
    level: int = 1
    content_loss: float = 0.123456789
    style_loss: float = 1e-9


def steps(curve: Curve) -> list[int]:
    return [point[0] for point in curve.points]


def test_a_short_run_is_kept_step_by_step() -> None:
    curve = Curve()
    for index in range(1, 40):
        curve.saw(Step(index))
    assert steps(curve) == list(range(1, 40))
    assert curve.points[0] == (1, 1, 0.1235, 1e-9)


def test_a_long_run_is_no_larger_and_tells_its_whole_way() -> None:
    curve = Curve()
    for index in range(1, 20_001):
        curve.saw(Step(index, level=1 + (index > 77) + (index > 9_999)))
    seen = steps(curve)
    assert MOST / 2 <= len(seen) <= MOST
    assert (seen[0], {78, 10_000} <= set(seen)) == (1, True)
    assert max(later - earlier for earlier, later in pairwise([*seen, 20_000])) <= 20_000 / (
        MOST / 2
    )
    assert len(json.dumps(curve.columns())) < 8_000


def test_steps_that_are_done_again_are_not_told_twice() -> None:
    curve = Curve()
    for index in (1, 2, 3, 4, 3, 4, 5):
        curve.saw(Step(index))
    assert steps(curve) == [1, 2, 3, 4, 5]
    curve.saw(Step(1))  # from the beginning
    assert steps(curve) == [1]


def test_what_is_no_number_is_left_out() -> None:
    curve = Curve()
    curve.saw(Step(1, style_loss=float("inf")))
    curve.saw(Step(2, content_loss=float("nan")))
    curve.saw(Step(3))
    assert steps(curve) == [3]


@pytest.mark.django_db
def test_one_that_is_taken_up_again_goes_on_as_sparsely(submit: Submit) -> None:
    transfer = submit()
    first = Curve()
    for index in range(1, 2_001):
        first.saw(Step(index))
    LossCurve.objects.create(transfer=transfer, columns=first.columns())
    again = Curve.of(transfer)
    assert again.points == first.points
    for index in range(1_995, 2_030):
        again.saw(Step(index))
    assert len(again.points) - len(first.points) < 10


@pytest.mark.django_db(transaction=True)
def test_a_run_that_was_interrupted_has_one_curve_in_the_end(
    submit: Submit,
    engine: FakeEngine,
    drained: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("transfers.queue.watch.LOOK_S", 0.02)
    transfer = submit()
    engine.total = 60

    def stop(index: int) -> None:
        sleep(0.02)
        if index == 5:
            drained()

    engine.before = stop
    runner.paint_next()
    kept = LossCurve.objects.get(transfer=transfer)
    assert kept.columns["step"][0] == 1
    assert kept.columns["step"][-1] < 60
    draining._flag[0] = 0
    engine.before = lambda index: None
    runner.paint_next()
    assert Transfer.objects.get().state == "succeeded"
    assert LossCurve.objects.get(transfer=transfer).columns == {
        "step": list(range(1, 61)),
        "level": [1] * 60,
        "content": [1.5] * 60,
        "style": [2.5] * 60,
    }


@pytest.mark.django_db
def test_a_worker_that_lost_the_transfer_changes_nothing(submit: Submit) -> None:
    transfer = submit()
    claimed = claim()
    lifecycle.keep_curve(claimed, {"step": [1]})
    Transfer.objects.filter(pk=transfer.pk).update(token=None)
    with pytest.raises(LeaseLostError):
        lifecycle.keep_curve(claimed, {"step": [2]})
    assert LossCurve.objects.get().columns == {"step": [1]}
