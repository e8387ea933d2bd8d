"""What is said to people, and what to programs."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine import reports
from engine.errors import DeviceError, ImageError, ParameterError
from engine.files import CommandError
from engine.options import UsageError
from engine.pace import Speed
from engine.params import Params
from engine.pyramid import Level, Plan
from engine.reports import (
    Forecast,
    JsonReport,
    Outcome,
    TerminalReport,
    plan_in_short,
    plan_lines,
)

SMALL = Plan((Level(128, 96, 45), Level(64, 48, 1)))


class Planned(Plan):
    """Costs in round numbers."""

    pixel_steps = 100_000


def forecast(speed: Speed | None, *, at_most: bool = False) -> Forecast:
    return Forecast(Planned(SMALL.levels), 1_500_000_000, at_most, speed)


def test_a_plan_is_a_line_for_each_size_then_memory_and_time() -> None:
    # 2 s before the first step, and 100,000 at 4,000 a second.
    assert plan_lines(forecast(Speed(4_000.0, 2.0, 3))) == [
        "64 × 48 px in 46 steps:",
        "  128 × 96 px  45 steps",
        "  64 × 48 px   1 step",
        "memory: up to 1.5 GB",
        "time: about 27 s, learned from 3 earlier runs on this machine",
    ]


def test_a_plan_says_what_its_time_was_learned_from() -> None:
    assert plan_lines(forecast(Speed(4_000.0, 2.0, 1)))[-1].endswith("from 1 earlier run on this "
                                                                     "machine")  # fmt: skip
    assert plan_lines(forecast(Speed(4_000.0, 2.0, 0)))[-1].endswith(
        "about 27 s, measured with a few steps on this machine"
    )
    assert plan_lines(forecast(None))[-1].startswith("time: unknown")


def test_a_run_that_may_settle_takes_at_most_so_long() -> None:
    lines = plan_lines(forecast(Speed(4_000.0, 2.0, 0), at_most=True))
    assert lines[0] == "64 × 48 px in at most 46 steps:"
    assert lines[-1].startswith("time: at most about 27 s")


@pytest.mark.parametrize(
    ("per_s", "said"),
    [
        (1e6, "about 1 s"),
        (100_000 / 99.4, "about 99 s"),
        (100_000 / 100, "about 2 min"),
        (100_000 / (99.4 * 60), "about 99 min"),
        (100_000 / (150 * 60), "about 2.5 h"),
    ],
)
def test_times_are_said_as_exactly_as_they_are_known(per_s: float, said: str) -> None:
    assert plan_in_short(forecast(Speed(per_s, 0.0, 1))) == (
        f"64 × 48 px in 46 steps at 2 sizes, {said}, up to 1.5 GB of memory"
    )


def test_a_line_of_a_single_size_and_no_speed_is_shorter() -> None:
    single = Forecast(Planned((Level(64, 48, 1),)), 1_500_000_000, False, None)
    assert plan_in_short(single) == "64 × 48 px in 1 step, up to 1.5 GB of memory"


def step(**other: Any) -> Any:
    values = {
        "index": 2, "total": 46, "level": 1, "levels": 2, "width": 128, "height": 96,
        "phase": SimpleNamespace(value="composing"), "plan": Planned(SMALL.levels),
        "content_loss": 0.5, "style_loss": 0.25, "tv_loss": 0.125, "total_loss": 1.5,
    }  # fmt: skip
    return SimpleNamespace(**{**values, **other})


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_run_is_told_to_programs_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    report = JsonReport()
    report.begins(forecast(Speed(4_000.0, 2.0, 3), at_most=True))
    report.note("A note.")
    with report.painting() as painted:
        painted(step(), 1.5)
    report.done(Outcome(step(), Path("out.png"), 3.0, interrupted=True))
    captured = capsys.readouterr()
    assert captured.err == "A note.\n"
    losses = {"content_loss": 0.5, "style_loss": 0.25, "tv_loss": 0.125, "total_loss": 1.5}
    assert lines(captured.out) == [
        {
            "event": "plan", "width": 64, "height": 48, "steps": 46, "at_most": True,
            "levels": [
                {"width": 128, "height": 96, "steps": 45},
                {"width": 64, "height": 48, "steps": 1},
            ],
            "memory_bytes": 1_500_000_000, "seconds": 27.0, "speed_from": "runs",
        },
        {
            "event": "step", "index": 2, "total": 46, "level": 1, "levels": 2, "width": 128,
            "height": 96, "phase": "composing", **losses, "seconds": 1.5,
        },
        {
            "event": "done", "output": "out.png", "width": 64, "height": 48, "steps": 2,
            "seconds": 3.0, "interrupted": True, **losses,
        },
    ]  # fmt: skip


def test_a_speed_that_is_not_known_is_null_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    JsonReport().plan(forecast(None))
    JsonReport().plan(forecast(Speed(4_000.0, 2.0, 0)))
    unknown, calibrated = lines(capsys.readouterr().out)
    assert (unknown["seconds"], unknown["speed_from"]) == (None, None)
    assert (calibrated["seconds"], calibrated["speed_from"]) == (27.0, "calibration")


def test_errors_are_told_to_programs_with_what_they_know(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for error in (
        DeviceError("None."),
        ImageError("Small.", reason="too_small"),
        ParameterError("Much.", field="steps"),
    ):
        JsonReport().refused(error)
    captured = capsys.readouterr()
    assert captured.err == ""
    assert lines(captured.out) == [
        {"event": "error", "code": "device", "sentence": "None."},
        {"event": "error", "code": "image", "sentence": "Small.", "reason": "too_small"},
        {"event": "error", "code": "parameter", "sentence": "Much.", "field": "steps"},
    ]


def test_settings_are_told_to_people_and_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    TerminalReport().params(Params(seed=3))
    assert json.loads(capsys.readouterr().out) == Params(seed=3).to_json()
    JsonReport().params(Params(seed=3))
    (event,) = lines(capsys.readouterr().out)
    assert event == {"event": "params", "params": Params(seed=3).to_json()}


def test_people_read_the_result_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    report = TerminalReport()
    report.begins(forecast(None))
    with report.painting() as painted:
        painted(step(), 1.5)
    report.done(Outcome(step(), Path("[b]:cat:.png"), 3.0, interrupted=True))
    report.done(Outcome(step(), Path("out.png"), 3.0, interrupted=False))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "[b]:cat:.png: 64 × 48 px, after 2 of 46 steps, content loss 0.500, style loss 0.2500",
        "out.png: 64 × 48 px, finished, content loss 0.500, style loss 0.2500",
    ]


def test_wrong_usage_is_told_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    TerminalReport().refused(UsageError("Please name the photo."))
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("usage: python -m engine PHOTO STYLE")
    assert said[-1] == "Please name the photo."


def test_programs_that_cannot_be_told_cost_no_picture(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_text: str) -> None:
        raise CommandError("stdout cannot be written: No space left on device.")

    monkeypatch.setattr(reports, "_print", full)
    report = JsonReport()
    with report.painting() as painted:
        painted(step(), 1.5)
    report.done(Outcome(step(), Path("out.png"), 3.0, interrupted=False))
    assert capsys.readouterr().err.splitlines()[0] == (
        "stdout cannot be written: No space left on device. "
        "Painting goes on, and nothing more is said there."
    )
