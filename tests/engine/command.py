"""`python -m engine`, called in this process, and what it says."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from engine.__main__ import main
from engine.pace import Pace
from engine.stylize import Step

ROOT = Path(__file__).parents[2]


Files = tuple[str, str, str]


def line(files: Files, *options: str) -> list[str]:
    photo, style, out = files
    return [photo, style, "-o", out, "--size", "64", *options]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    return captured.err


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(event) for event in text.splitlines()]


def interrupting(monkeypatch: pytest.MonkeyPatch, index: int, *, times: int = 1) -> None:
    """Ctrl-C while step `index` is being made."""
    saw = Pace.saw

    def interrupted(pace: Pace, step: Step) -> None:
        if step.index == index:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
        saw(pace, step)

    monkeypatch.setattr(Pace, "saw", interrupted)
