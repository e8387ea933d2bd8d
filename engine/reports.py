"""What the terminal command says: to a person at a terminal, or to a program as JSON lines.

Torch-free. What there is to say is decided in `engine.__main__`.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from engine.errors import EngineError, ImageError, ParameterError
from engine.files import CommandError
from engine.memory import gigabytes
from engine.options import USAGE, UsageError
from engine.pace import Speed
from engine.params import Params
from engine.pyramid import Plan

if TYPE_CHECKING:
    from engine.stylize import Step

LOSSES = ("content_loss", "style_loss", "tv_loss", "total_loss")

Painted = Callable[["Step", float], None]
"""Hears of a step, and of the seconds since painting began."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run will be. memory_bytes: the most that it needs here. at_most: it may settle
    earlier. speed: None where it is not known."""

    plan: Plan
    memory_bytes: int
    at_most: bool
    speed: Speed | None

    @property
    def seconds(self) -> float | None:
        """From the first pixel read to the last step."""
        if self.speed is None:
            return None
        return self.plan.seconds(self.speed.pixel_steps_per_s, self.speed.overhead_s)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run whose picture was saved at `output`."""

    last: "Step"
    output: Path
    seconds: float
    interrupted: bool


class Report(Protocol):
    """Where a command says what happens."""

    def params(self, params: Params) -> None:
        """The parameters, which are all that was asked for."""

    def plan(self, forecast: Forecast) -> None:
        """The plan, which is all that was asked for."""

    def begins(self, forecast: Forecast) -> None:
        """The plan of the run that follows."""

    def note(self, sentence: str) -> None:
        """Something to know that ends nothing."""

    def painting(self) -> AbstractContextManager[Painted]:
        """To be entered while the steps are made."""

    def done(self, outcome: Outcome) -> None:
        """The picture is saved."""

    def refused(self, error: EngineError) -> None:
        """The command ends with `error`."""


class TerminalReport:
    """For people: what was asked for on stdout, all else on stderr, a bar where that is a
    terminal."""

    def __init__(self) -> None:
        self._console = _stderr()

    def params(self, params: Params) -> None:
        _print(json.dumps(params.to_json(), indent=2))

    def plan(self, forecast: Forecast) -> None:
        _print("\n".join(plan_lines(forecast)))

    def begins(self, forecast: Forecast) -> None:
        if self._console.is_terminal:
            self.note(f"{plan_in_short(forecast)}.")

    def note(self, sentence: str) -> None:
        self._console.print(sentence, soft_wrap=True)

    @contextmanager
    def painting(self) -> Iterator[Painted]:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[steps]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        quiet = not self._console.is_terminal
        with Progress(*columns, console=self._console, transient=True, disable=quiet) as bar:
            task = bar.add_task("Loading VGG19", total=None, steps="")

            def painted(step: "Step", _seconds: float) -> None:
                # By work, not by steps: those of the coarse levels are far quicker.
                bar.update(
                    task,
                    description=f"Painting at {step.width} × {step.height} px",
                    completed=step.plan.pixel_steps_until(step.index),
                    total=step.plan.pixel_steps,
                    steps=f"{step.index}/{step.total}",
                )

            yield painted

    def done(self, outcome: Outcome) -> None:
        last = outcome.last
        how_far = f"after {last.index} of {last.total} steps" if outcome.interrupted else "finished"
        self.note(
            f"{outcome.output}: {last.plan.width} × {last.plan.height} px, {how_far}, "
            f"content loss {last.content_loss:.3f}, style loss {last.style_loss:.4f}"
        )

    def refused(self, error: EngineError) -> None:
        if isinstance(error, UsageError):
            self.note(f"usage: {USAGE}")
        self.note(error.sentence)


class JsonReport:
    """For programs: one JSON object a line on stdout. Notes go to stderr."""

    def params(self, params: Params) -> None:
        _say("params", params=params.to_json())

    def plan(self, forecast: Forecast) -> None:
        plan, speed = forecast.plan, forecast.speed
        _say(
            "plan",
            width=plan.width,
            height=plan.height,
            levels=[asdict(level) for level in plan.levels],
            steps=plan.total_steps,
            at_most=forecast.at_most,
            memory_bytes=forecast.memory_bytes,
            seconds=forecast.seconds,
            speed_from=None if speed is None else "runs" if speed.runs else "calibration",
        )

    def begins(self, forecast: Forecast) -> None:
        self.plan(forecast)

    def note(self, sentence: str) -> None:
        _stderr().print(sentence, soft_wrap=True)

    @contextmanager
    def painting(self) -> Iterator[Painted]:
        def painted(step: "Step", seconds: float) -> None:
            names = ("index", "total", "level", "levels", "width", "height")
            self._say_if_possible(
                "step",
                **{name: getattr(step, name) for name in names},
                phase=step.phase.value,
                **{name: getattr(step, name) for name in LOSSES},
                seconds=seconds,
            )

        yield painted

    def done(self, outcome: Outcome) -> None:
        last = outcome.last
        self._say_if_possible(
            "done",
            output=str(outcome.output),
            width=last.plan.width,
            height=last.plan.height,
            steps=last.index,
            seconds=outcome.seconds,
            interrupted=outcome.interrupted,
            **{name: getattr(last, name) for name in LOSSES},
        )

    def refused(self, error: EngineError) -> None:
        about: dict[str, str] = {}
        if isinstance(error, ParameterError):
            about = {"field": error.field}
        elif isinstance(error, ImageError):
            about = {"reason": error.reason}
        try:
            _say("error", code=error.code, sentence=error.sentence, **about)
        except CommandError:
            self.note(error.sentence)

    def _say_if_possible(self, event: str, **values: object) -> None:
        """A disk that is full costs the lines from here on, and no picture."""
        try:
            _say(event, **values)
        except CommandError as error:
            self.note(f"{error.sentence} Painting goes on, and nothing more is said there.")


def plan_lines(forecast: Forecast) -> list[str]:
    """The plan in a few lines."""
    plan, speed = forecast.plan, forecast.speed
    most = "at most " if forecast.at_most else ""
    lines = [f"{plan.width} × {plan.height} px in {most}{_counted(plan.total_steps, 'step')}:"]
    sizes = [f"{level.width} × {level.height} px" for level in plan.levels]
    widest = max(len(size) for size in sizes)
    for size, level in zip(sizes, plan.levels, strict=True):
        lines.append(f"  {size:<{widest}}  {_counted(level.steps, 'step')}")
    lines.append(f"memory: up to {gigabytes(forecast.memory_bytes)}")
    if forecast.seconds is None or speed is None:
        return [*lines, "time: unknown, the clock of this machine is too coarse to measure it"]
    source = "measured with a few steps on this machine"
    if speed.runs:
        source = f"learned from {_counted(speed.runs, 'earlier run')} on this machine"
    return [*lines, f"time: {most}about {_duration(forecast.seconds)}, {source}"]


def plan_in_short(forecast: Forecast) -> str:
    """The plan in one line."""
    plan, most = forecast.plan, "at most " if forecast.at_most else ""
    said = f"{plan.width} × {plan.height} px in {most}{_counted(plan.total_steps, 'step')}"
    if len(plan.levels) > 1:
        said += f" at {len(plan.levels)} sizes"
    if forecast.seconds is not None:
        said += f", {most}about {_duration(forecast.seconds)}"
    return f"{said}, up to {gigabytes(forecast.memory_bytes)} of memory"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _duration(seconds: float) -> str:
    if seconds < 99.5:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{seconds / 3600:.1f} h"


class _Console(Console):
    """Where nobody reads stderr any more, the picture is still wanted."""

    def on_broken_pipe(self) -> None:
        """Says nothing from now on."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _stderr() -> Console:
    """Prints names of files as they are, whatever they look like."""
    return _Console(stderr=True, highlight=False, markup=False, emoji=False)


def _say(event: str, **values: object) -> None:
    _print(json.dumps({"event": event, **values}))


def _print(text: str) -> None:
    """Prints to stdout. Where nobody reads that any more, the picture is still wanted; where it
    cannot be written, raises CommandError."""
    try:
        print(text, flush=True)  # noqa: T201
    except OSError as error:
        # What is still to be written, at the latest when Python ends, must not fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise CommandError(f"stdout cannot be written: {error.strerror}.") from error
