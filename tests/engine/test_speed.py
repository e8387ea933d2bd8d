"""How fast this machine paints: what is learned, what is kept, and what is done without it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine import pyramid, speed
from engine.errors import DeviceError
from engine.pyramid import Level, Plan
from engine.speed import (
    FILE_NAME,
    Pace,
    Setting,
    Speed,
    cache_file,
    calibrate,
    known_speed,
    learn,
    setting_of,
)
from tests.engine.conftest import tiny_network

ROOT = Path(__file__).parents[2]
HERE = Setting("cpu", 2, "balanced")
PLAN = Plan((Level(100, 50, 3), Level(200, 100, 2)))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where speeds are kept, with a step's cost that is its pixels, and setting up for free."""
    monkeypatch.setenv("STYLESITE_ENGINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(pyramid, "step_cost_px", lambda level: level.width * level.height)
    monkeypatch.setattr(pyramid, "SETUP_STEPS", 0)
    return tmp_path / "cache" / FILE_NAME


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [10.0]
    monkeypatch.setattr(speed, "monotonic", lambda: now[0])
    return now


def step(index: int, plan: Plan = PLAN) -> Any:
    return SimpleNamespace(index=index, plan=plan)


def pace_of(clock: list[float], *seen: tuple[int, float]) -> Pace:
    """Of a run that began at 10 s, with the steps and their moments."""
    clock[0] = 10.0
    pace = Pace()
    for index, moment in seen:
        clock[0] = moment
        pace.saw(step(index))
    return pace


def test_the_first_step_belongs_to_the_overhead(clock: list[float]) -> None:
    # 50,000 of 55,000 pixels in 10 s; the first 5,000 would have been painted in 1 of its 4 s.
    pace = pace_of(clock, (1, 14.0), (3, 16.0), (5, 24.0))
    assert pace.painting_s == 10.0
    assert pace.speed() == Speed(5_000.0, 3.0, 0)


def test_a_run_that_goes_on_from_its_middle_counts_only_what_it_paints(clock: list[float]) -> None:
    assert pace_of(clock, (4, 12.0), (5, 16.0)).speed() == Speed(5_000.0, 0.0, 0)


def test_levels_that_settled_count_with_the_steps_they_took(clock: list[float]) -> None:
    pace = Pace()
    for index, moment in ((1, 11.0), (2, 12.0), (3, 16.0)):
        clock[0] = moment
        pace.saw(step(index, PLAN.ended(0, 2)))
    # 5,000 and 20,000 pixels in 5 s.
    assert pace.speed() == Speed(5_000.0, 0.0, 0)


def test_one_step_shows_no_speed(clock: list[float]) -> None:
    assert Pace().speed() is None
    assert pace_of(clock, (1, 14.0)).speed() is None
    assert pace_of(clock, (1, 14.0), (2, 14.0)).speed() is None


def test_what_was_learned_is_known_for_the_same_setting_only(clock: list[float]) -> None:
    learn(HERE, pace_of(clock, (1, 14.0), (5, 24.0)))
    assert known_speed(HERE) == Speed(5_000.0, 3.0, 1)
    for other in (
        Setting("cuda", 2, "balanced"),
        Setting("cpu", 1, "balanced"),
        Setting("cpu", 2, "classic"),
    ):
        assert known_speed(other) is None


def test_the_newest_run_counts_three_tenths(clock: list[float]) -> None:
    learn(HERE, pace_of(clock, (1, 14.0), (5, 24.0)))
    learn(HERE, pace_of(clock, (1, 11.0), (5, 16.0)))
    # 0.7 · 5,000 + 0.3 · 10,000, and 0.7 · 3 + 0.3 · 0.5.
    known = known_speed(HERE)
    assert known is not None
    assert known.pixel_steps_per_s == pytest.approx(6_500)
    assert known.overhead_s == pytest.approx(2.25)
    assert known.runs == 2


def test_a_run_counts_for_more_than_a_calibration(clock: list[float], cache: Path) -> None:
    cache.parent.mkdir()
    kept = {"pixel_steps_per_s": 9.0, "overhead_s": 9.0, "runs": 0}
    cache.write_text(json.dumps({"version": 1, "speeds": {HERE.key: kept}}))
    assert known_speed(HERE) == Speed(9.0, 9.0, 0)
    learn(HERE, pace_of(clock, (1, 14.0), (5, 24.0)))
    assert known_speed(HERE) == Speed(5_000.0, 3.0, 1)


def test_a_run_that_was_too_short_teaches_nothing(clock: list[float], cache: Path) -> None:
    learn(HERE, pace_of(clock, (1, 14.0), (5, 14.9)))
    learn(HERE, pace_of(clock, (1, 14.0)))
    assert not cache.exists()


def test_speeds_of_other_settings_and_machines_stay(clock: list[float], cache: Path) -> None:
    cache.parent.mkdir()
    theirs = {"elsewhere cpu 2 balanced": {"pixel_steps_per_s": 1.0}}
    cache.write_text(json.dumps({"version": 1, "speeds": theirs}))
    learn(HERE, pace_of(clock, (1, 14.0), (5, 24.0)))
    assert set(json.loads(cache.read_text())["speeds"]) == {*theirs, HERE.key}


def entry(**other: object) -> dict[str, object]:
    return {"pixel_steps_per_s": 1, "overhead_s": 1, "runs": 1, **other}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b"[1]",
        json.dumps({"version": 1}).encode(),
        json.dumps({"version": 1, "speeds": [1]}).encode(),
        json.dumps({"version": 2, "speeds": {HERE.key: entry()}}).encode(),
        *(
            json.dumps({"version": 1, "speeds": {HERE.key: kept}}).encode()
            for kept in (
                None,
                3,
                {"pixel_steps_per_s": 1},
                entry(place="here"),
                entry(pixel_steps_per_s=0),
                entry(overhead_s=-1),
                entry(pixel_steps_per_s="1"),
                entry(pixel_steps_per_s=float("nan")),
                entry(overhead_s=float("inf")),
                entry(pixel_steps_per_s=10**400),
                entry(runs=True),
            )
        ),
    ],
)
def test_a_damaged_file_is_as_good_as_none(content: bytes, cache: Path, clock: list[float]) -> None:
    cache.parent.mkdir()
    cache.write_bytes(content)
    assert known_speed(HERE) is None
    learn(HERE, pace_of(clock, (1, 14.0), (5, 24.0)))
    assert known_speed(HERE) == Speed(5_000.0, 3.0, 1)


def test_a_place_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("STYLESITE_ENGINE_CACHE", str(tmp_path / "file"))
    learn(HERE, pace_of(clock, (1, 14.0), (5, 24.0)))
    assert known_speed(HERE) is None


def test_the_file_is_where_caches_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_file() == tmp_path / "cache" / FILE_NAME
    monkeypatch.delenv("STYLESITE_ENGINE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/tmp/mine")
    assert cache_file() == Path("/var/tmp/mine/stylesite") / FILE_NAME
    monkeypatch.setenv("HOME", "/home/ada")
    for nothing in ("", "not/absolute"):
        monkeypatch.setenv("XDG_CACHE_HOME", nothing)
        assert cache_file() == Path("/home/ada/.cache/stylesite") / FILE_NAME


def test_a_calibration_measures_a_few_steps_and_is_kept(
    monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    loaded = []

    def load(source: str, pooling: Any, _device: str, **_: object) -> object:
        loaded.append((source, pooling))
        return tiny_network(pooling)

    monkeypatch.setattr("engine.stylize.load_network", load)
    monkeypatch.setattr(speed, "CALIBRATION_PX", 64)
    monkeypatch.setattr(speed, "CALIBRATION_STEPS", 3)
    for objective, pooling in (("balanced", "average"), ("classic", "max")):
        setting = Setting("cpu", 1, objective)  # type: ignore[arg-type]
        measured = calibrate(setting, "mine.pth")
        assert measured is not None
        assert measured.runs == 0
        assert measured.pixel_steps_per_s > 0
        assert known_speed(setting) == measured
        assert loaded.pop() == ("mine.pth", pooling)


def test_a_setting_is_what_the_run_would_take(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 7)
    assert setting_of(None, None, "classic") == Setting("cpu", 7, "classic")
    assert setting_of("cpu", 3, "balanced") == Setting("cpu", 3, "balanced")
    with pytest.raises(DeviceError):
        setting_of("abacus", None, "balanced")


def test_no_part_of_the_command_loads_torch_by_itself() -> None:
    script = (
        "import sys, engine.__main__, engine.files, engine.options, engine.reports, engine.speed\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=os.environ, check=True, timeout=60)
