"""The same run from a terminal: `python -m engine photo.jpg style.jpg -o out.jpg`.

What can be said on the line is `engine.options`, its files are `engine.files`, what is said back is
`engine.reports`. Exit codes: 0 done; 1 a sentence on stderr says what is wrong; 2 wrong usage; 130
interrupted, what there was of the picture is saved.
"""

import argparse
import math
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from engine.errors import CheckpointError, EngineError, ParameterError
from engine.files import (
    CommandError,
    Keeper,
    check_output,
    check_weights,
    read_checkpoint,
    read_mask,
    read_params_file,
    read_picture,
    save_picture,
)
from engine.inputs import StyleImage, pixels_given, protect_photo
from engine.options import UsageError, params_from, read_options
from engine.pace import Pace
from engine.params import Params
from engine.pyramid import Plan, check_earlier, plan
from engine.reports import Forecast, JsonReport, Outcome, Report, TerminalReport
from engine.speed import Setting, calibrate, known_speed, learn, setting_of

if TYPE_CHECKING:
    from engine.stylize import Step

INTERRUPTED = 130


class StoppedError(EngineError):
    """Ctrl-C before painting began, or twice while it goes on."""

    code = "interrupted"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The pictures of a run, read; masks as many as styles."""

    photo: Image.Image
    styles: list[Image.Image]
    weights: list[float]
    masks: list[Image.Image | None]
    protect: Image.Image | None
    earlier: Image.Image | None

    @property
    def style_images(self) -> list[StyleImage]:
        """The styles with their weights and masks."""
        pictures = zip(self.styles, self.weights, self.masks, strict=True)
        return [StyleImage(*picture) for picture in pictures]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; the exit code."""
    line = sys.argv[1:] if arguments is None else list(arguments)
    report: Report = JsonReport() if "--json" in line else TerminalReport()
    try:
        return _run(read_options(line), report)
    except UsageError as error:
        report.refused(error)
        return 2
    except EngineError as error:
        report.refused(error)
        return INTERRUPTED if isinstance(error, StoppedError) else 1
    except KeyboardInterrupt:
        report.refused(StoppedError("Stopped."))
        return INTERRUPTED


def _run(options: argparse.Namespace, report: Report) -> int:
    stored = {} if options.params_file is None else read_params_file(options.params_file)
    params = params_from(options, stored)
    if options.print_params:
        report.params(params)
        return 0
    if options.output is not None:
        goes_on = options.checkpoint is not None and options.checkpoint.exists()
        no_clobber = options.no_clobber and not goes_on  # It was there when it began, too.
        check_output(options.output, _files_to_read(options), no_clobber=no_clobber)
    inputs = _read_inputs(options)
    earlier_size = None if inputs.earlier is None else inputs.earlier.size
    check_earlier(*inputs.photo.size, params, earlier_size)
    planned = plan(
        *inputs.photo.size,
        params,
        earlier_px=earlier_size and max(earlier_size),
        inputs_px=pixels_given(inputs.photo, inputs.style_images, inputs.earlier),
    )
    check_weights(options.weights)
    if options.plan:
        setting = _setting(options, params)
        memory_bytes = _memory_bytes(options, params, planned, inputs)
        speed = known_speed(setting)
        if speed is None:
            report.note("Measuring the speed of this machine ...")
            speed = calibrate(setting, options.weights)
        report.plan(Forecast(planned, memory_bytes, params.stop == "settled", speed))
        return 0
    return _paint(options, params, planned, inputs, report)


def _files_to_read(options: argparse.Namespace) -> list[Path]:
    single = [options.photo, options.protect, options.earlier, options.params_file]
    single.append(Path(options.weights))
    return [path for path in [*single, *options.styles, *(options.masks or [])] if path is not None]


def _read_inputs(options: argparse.Namespace) -> Inputs:
    count = len(options.styles)
    weights: list[float] = options.style_weights or [1.0] * count
    masks: list[Path] = options.masks or [Path("-")] * count
    if len(weights) != count:
        raise CommandError("Give as many style weights as style images.")
    if not all(0 < weight < math.inf for weight in weights):
        raise ParameterError("Every style's weight must be a number above 0.", field="styles")
    if len(masks) != count:
        raise CommandError("Repeat --mask for every style image; - is for none.")
    return Inputs(
        photo=read_picture(options.photo),
        styles=[read_picture(path) for path in options.styles],
        weights=weights,
        masks=[read_mask(path) for path in masks],
        protect=None if options.protect is None else read_mask(options.protect),
        earlier=None if options.earlier is None else read_picture(options.earlier),
    )


def _paint(
    options: argparse.Namespace, params: Params, planned: Plan, inputs: Inputs, report: Report
) -> int:
    keeper = Keeper(options.checkpoint, report.note)
    kept = None
    if options.checkpoint is not None:
        kept = read_checkpoint(options.checkpoint, options.output)
    setting = _setting(options, params)
    memory_bytes = _memory_bytes(options, params, planned, inputs)
    report.begins(Forecast(planned, memory_bytes, params.stop == "settled", known_speed(setting)))
    pace = Pace()
    steps = _steps(options, params, inputs, kept)
    with _stop_asked() as stop:
        try:
            last, interrupted = _watch(steps, report, keeper, pace, stop)
            output = save_picture(last.image(), options.output, no_clobber=options.no_clobber)
        except KeyboardInterrupt as error:
            raise StoppedError("Stopped at once; the picture is not saved.") from error
        if interrupted and keeper.is_kept:
            report.note(f"The same line again goes on from {keeper.path}.")
        if not interrupted:
            keeper.finished()
            learn(setting, pace)
        report.done(Outcome(last, output, pace.seconds, interrupted))
    return INTERRUPTED if interrupted else 0


def _steps(
    options: argparse.Namespace, params: Params, inputs: Inputs, kept: bytes | None
) -> Iterator["Step"]:
    from engine.stylize import stylize

    try:
        yield from stylize(
            inputs.photo,
            *protect_photo(inputs.style_images, params, inputs.protect),
            earlier=inputs.earlier,
            resume=kept,
            weights=options.weights,
            device=options.device,
            threads=options.threads,
        )
    except CheckpointError as error:
        sentence = f"{options.checkpoint}: {error.sentence} Remove the file, or name another."
        raise CheckpointError(sentence) from error


def _watch(
    steps: Iterator["Step"], report: Report, keeper: Keeper, pace: Pace, stop: threading.Event
) -> tuple["Step", bool]:
    """Runs to the end, or to the step after `stop`: the last step, and whether it was that one."""
    last = None
    with report.painting() as painted:
        for step in steps:
            if last is None and step.index > 1:
                report.note(f"Going on after step {step.index - 1}.")
            last = step
            pace.saw(step)
            painted(step, pace.seconds)
            stopping = stop.is_set()
            keeper.saw(step, at_once=stopping)
            if stopping:
                return step, not step.is_last
    if last is None:
        raise CheckpointError(
            f"The picture of {keeper.path} was finished already. Remove it to paint it again."
        )
    return last, False


def _memory_bytes(
    options: argparse.Namespace, params: Params, planned: Plan, inputs: Inputs
) -> int:
    """What the run needs. Raises DeviceError where that is more than there is."""
    from engine.devices import device_called, fitted

    device, styles = device_called(options.device), max(1, len(inputs.styles))
    dtype, area_px = fitted(planned, inputs.photo.size, params, device, styles)
    return planned.memory_bytes(area_px, dtype.itemsize, styles)


def _setting(options: argparse.Namespace, params: Params) -> Setting:
    # Threads that spin while they wait fight with every other busy process; read at import.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # torch takes two seconds to import: only now that nothing else can be wrong.
    return setting_of(options.device, options.threads, params.objective)


@contextmanager
def _stop_asked() -> Iterator[threading.Event]:
    """An event that Ctrl-C, or a TERM signal, sets; the second one interrupts at once.

    An exception raised by the signal itself can be lost: autograd calls back into Python from
    places where nobody hands one on.
    """
    asked = threading.Event()

    def ask(_signal: int, _frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main())
