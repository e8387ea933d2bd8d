"""How fast this machine paints: what is learned, what is kept, and what is done without it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine import calibration
from engine.errors import DeviceError
from engine.pace import Pace, Speed
from engine.speed import (
    FILE_NAME,
    Setting,
    cache_file,
    calibrate,
    known_speed,
    learn,
    setting_of,
)
from tests.engine.conftest import tiny_network

ROOT = Path(__file__).parents[2]
HERE = Setting("cpu", 2, "balanced")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where speeds are kept."""
    monkeypatch.setenv("STYLESITE_ENGINE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / FILE_NAME


class Seen(Pace):
    """The pace of a run that has shown such a speed, in so many seconds."""

    painting_s = 10.0

    def __init__(self, pixel_steps_per_s: float, overhead_s: float) -> None:
        super().__init__()
        self.shown = Speed(pixel_steps_per_s, overhead_s, 0)

    def speed(self) -> Speed:
        return self.shown


class Short(Seen):
    painting_s = 0.9


def test_what_was_learned_is_known_for_the_same_setting_only() -> None:
    learn(HERE, Seen(5_000.0, 3.0))
    assert known_speed(HERE) == Speed(5_000.0, 3.0, 1)
    for other in (
        Setting("cuda", 2, "balanced"),
        Setting("cpu", 1, "balanced"),
        Setting("cpu", 2, "classic"),
    ):
        assert known_speed(other) is None


def test_the_newest_run_counts_three_tenths() -> None:
    learn(HERE, Seen(5_000.0, 3.0))
    learn(HERE, Seen(10_000.0, 0.5))
    # 0.7 · 5,000 + 0.3 · 10,000, and 0.7 · 3 + 0.3 · 0.5.
    known = known_speed(HERE)
    assert known is not None
    assert known.pixel_steps_per_s == pytest.approx(6_500)
    assert known.overhead_s == pytest.approx(2.25)
    assert known.runs == 2


def test_a_run_counts_for_more_than_a_calibration(cache: Path) -> None:
    cache.parent.mkdir()
    kept = {"pixel_steps_per_s": 9.0, "overhead_s": 9.0, "runs": 0}
    cache.write_text(json.dumps({"version": 1, "speeds": {HERE.key: kept}}))
    assert known_speed(HERE) == Speed(9.0, 9.0, 0)
    learn(HERE, Seen(5_000.0, 3.0))
    assert known_speed(HERE) == Speed(5_000.0, 3.0, 1)


def test_a_run_that_was_too_short_teaches_nothing(cache: Path) -> None:
    learn(HERE, Short(5_000.0, 3.0))
    learn(HERE, Pace())
    assert not cache.exists()


def test_speeds_of_other_settings_and_machines_stay(cache: Path) -> None:
    cache.parent.mkdir()
    theirs = {"elsewhere cpu 2 balanced": {"pixel_steps_per_s": 1.0}}
    cache.write_text(json.dumps({"version": 1, "speeds": theirs}))
    learn(HERE, Seen(5_000.0, 3.0))
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
                entry(pixel_steps_per_s=1e-320),
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
def test_a_damaged_file_is_as_good_as_none(content: bytes, cache: Path) -> None:
    cache.parent.mkdir()
    cache.write_bytes(content)
    assert known_speed(HERE) is None
    learn(HERE, Seen(5_000.0, 3.0))
    assert known_speed(HERE) == Speed(5_000.0, 3.0, 1)


def test_a_place_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("STYLESITE_ENGINE_CACHE", str(tmp_path / "file"))
    learn(HERE, Seen(5_000.0, 3.0))
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
    monkeypatch.setattr(calibration, "CALIBRATION_PX", 64)
    monkeypatch.setattr(calibration, "CALIBRATION_STEPS", 3)
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
        "import sys, engine.__main__, engine.files, engine.options, engine.pace, engine.reports\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=os.environ, check=True, timeout=60)
