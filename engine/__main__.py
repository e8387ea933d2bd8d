"""The same run from a terminal: `python -m engine photo.jpg style.jpg -o out.jpg`.

Exit codes: 0 done; 1 a sentence on stderr says what is wrong; 2 wrong usage; 130 interrupted, what
there was of the picture is saved.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from engine.errors import EngineError
from engine.images import encode_jpeg, encode_png, read_image
from engine.params import CHOICES, QUALITIES, RANGES, Params
from engine.pyramid import check_earlier, plan

if TYPE_CHECKING:
    from engine.stylize import Step

INTERRUPTED = 130
_ENCODERS = {".png": encode_png, ".jpg": encode_jpeg, ".jpeg": encode_jpeg}
_DEFAULTS = Params()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; the exit code."""
    console = Console(stderr=True, highlight=False)
    options = _parser().parse_args(arguments)
    try:
        return _paint(options, console)
    except EngineError as error:
        console.print(error.sentence, markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped at once; nothing is saved.")
        return INTERRUPTED


def _paint(options: argparse.Namespace, console: Console) -> int:
    _check_output(options.output)
    params = _params(options)
    content = _read(options.photo)
    styles = [_read(path) for path in options.styles]
    earlier = _read(options.earlier) if options.earlier else None
    weights = _style_weights(options, len(styles))
    check_earlier(*content.size, params, earlier.size if earlier else None)
    plan(*content.size, params)

    # Threads that spin while they wait fight with every other busy process; read at import.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # torch takes two seconds to import: only now that nothing else can be wrong.
    from engine.stylize import StyleImage, stylize

    steps = stylize(
        content,
        [StyleImage(image, weight) for image, weight in zip(styles, weights, strict=True)],
        params,
        earlier=earlier,
        weights=options.weights,
        device=options.device,
        threads=options.threads,
    )
    last, interrupted = _watch(steps, console)
    if last is None:
        console.print("Stopped before the first step; nothing is saved.")
        return INTERRUPTED
    _write(last.image(), options.output)
    how_far = f"after {last.index} of {last.total} steps" if interrupted else "finished"
    console.print(
        f"{options.output}: {last.width} × {last.height} px, {how_far}, "
        f"content loss {last.content_loss:.3f}, style loss {last.style_loss:.4f}",
        markup=False,
        soft_wrap=True,
    )
    return INTERRUPTED if interrupted else 0


def _watch(steps: Iterator["Step"], console: Console) -> tuple["Step | None", bool]:
    """Runs to the end, or to the step after Ctrl-C: the last step, and whether it was that one."""
    last = None
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    quiet = not console.is_terminal
    with (
        Progress(*columns, console=console, transient=True, disable=quiet) as progress,
        _stop_asked() as stop,
    ):
        task = progress.add_task("Loading VGG19", total=None)
        for step in steps:
            last = step
            progress.update(
                task,
                description=f"Painting at {step.width} × {step.height} px",
                completed=step.index,
                total=step.total,
            )
            if stop.is_set():
                return last, not step.is_last
    return last, False


@contextmanager
def _stop_asked() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets; pressed again, it interrupts at once.

    An exception raised by the signal itself can be lost: autograd calls back into Python from
    places where nobody hands one on.
    """
    asked = threading.Event()

    def ask(_signal: int, _frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _params(options: argparse.Namespace) -> Params:
    """The parameters asked for; those left out keep their defaults."""
    given = {name: getattr(options, name, None) for name in Params.__dataclass_fields__}
    if options.earlier and options.initial is None:
        given["initial"] = "earlier"
    return Params.from_json({name: value for name, value in given.items() if value is not None})


def _style_weights(options: argparse.Namespace, count: int) -> list[float]:
    weights: list[float] = options.style_weights or [1.0] * count
    if len(weights) != count:
        raise CommandError("Give as many style weights as style images.")
    return weights


def _read(path: Path) -> Image.Image:
    try:
        with path.open("rb") as file:
            return read_image(file)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except EngineError as error:
        raise CommandError(f"{path}: {error.sentence}") from error


def _check_output(path: Path) -> None:
    if path.suffix.lower() not in _ENCODERS:
        raise CommandError(f"{path}: name the result .png, .jpg or .jpeg.")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise CommandError(f"{path.parent} is not a folder that can be written to.")


def _write(image: Image.Image, path: Path) -> None:
    try:
        path.write_bytes(_ENCODERS[path.suffix.lower()](image))
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m engine",
        description="Paint a photo in the manner of one or more style images, with VGG19 on this "
        "machine, after Gatys, Ecker and Bethge (2016).",
        epilog="Ctrl-C saves the picture as it is after the step under way; twice stops at once.",
    )
    parser.add_argument("photo", type=Path, help="the photo: JPEG, PNG, WebP, HEIC or AVIF")
    parser.add_argument("styles", type=Path, nargs="+", metavar="style", help="style image(s)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="result: .png or .jpg")
    _add_look(parser)
    _add_method(parser)
    _add_machine(parser)
    return parser


def _add_look(parser: argparse.ArgumentParser) -> None:
    look = parser.add_argument_group("what it looks like")
    named = ", ".join(f"{px} is {name}" for name, px in QUALITIES.items())
    look.add_argument(
        "--size", dest="size_px", type=int, metavar="PX",
        help=f"longer side of the result, {_range('size_px')}; {named} ({_DEFAULTS.size_px})",
    )  # fmt: skip
    look.add_argument(
        "--strength", dest="style_strength", type=float, metavar="N",
        help=f"how much style, {_range('style_strength')} ({_DEFAULTS.style_strength:g})",
    )  # fmt: skip
    look.add_argument(
        "--style-scale", type=float, metavar="N",
        help=f"brush size, {_range('style_scale')} ({_DEFAULTS.style_scale:g})",
    )  # fmt: skip
    look.add_argument(
        "--style-weights", type=float, nargs="+", metavar="N", help="a share for each style image"
    )
    look.add_argument(
        "--keep-colors", choices=CHOICES["keep_colors"],
        help="keep the photo's own colours: paint in brightness only, or with styles whose colours "
        "are moved to the photo's first, by histogram or by covariance (off)",
    )  # fmt: skip
    look.add_argument("--tv-weight", type=float, metavar="N", help="smoothness, 1 being the usual")
    look.add_argument(
        "--seed", type=int, metavar="N", help="another seed, a slightly other picture"
    )


def _add_method(parser: argparse.ArgumentParser) -> None:
    method = parser.add_argument_group("how it is computed")
    method.add_argument(
        "--objective", choices=CHOICES["objective"],
        help="balanced: normalised and quick; classic: the paper's, Adam, 2000 steps (balanced)",
    )  # fmt: skip
    method.add_argument("--optimizer", choices=CHOICES["optimizer"], help="the objective's own")
    method.add_argument("--steps", type=int, metavar="N", help="steps in all, over all sizes")
    method.add_argument("--learning-rate", type=float, metavar="N", help="Adam's")
    method.add_argument("--pooling", choices=CHOICES["pooling"], help="the objective's own")
    method.add_argument(
        "--initial", choices=CHOICES["initial"],
        help="first picture: the photo, noise, the photo in the style's colours, or the one that "
        "--earlier names (content)",
    )  # fmt: skip
    method.add_argument(
        "--earlier", type=Path, metavar="PICTURE",
        help="go on from this earlier result: more steps at its size, or the larger sizes only",
    )  # fmt: skip
    method.add_argument(
        "--stop", choices=CHOICES["stop"],
        help="after the usual number of steps, or when the loss has settled (steps)",
    )  # fmt: skip


def _add_machine(parser: argparse.ArgumentParser) -> None:
    machine = parser.add_argument_group("on this machine")
    machine.add_argument(
        "--threads", type=int, choices=range(1, 1025), metavar="N",
        help="processor threads (all cores)",
    )  # fmt: skip
    machine.add_argument("--device", help="cpu or cuda (a GPU where there is one)")
    machine.add_argument(
        "--weights", default=os.environ.get("STYLESITE_VGG19_WEIGHTS", "bundled"),
        help="VGG19 weights: bundled, torchvision (downloaded once), or a file (bundled, or what "
        "STYLESITE_VGG19_WEIGHTS says)",
    )  # fmt: skip


def _range(name: str) -> str:
    low, high = RANGES[name]
    return f"{low:g} to {high:g}"


class CommandError(EngineError):
    """What only a terminal can get wrong: files and their names."""

    code = "command"


if __name__ == "__main__":
    sys.exit(main())
