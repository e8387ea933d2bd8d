"""What can be said on the command line, and the parameters that come of it.

Torch-free, so that `--help` and wrong usage are answered at once. What is done with it is
`engine.__main__`; what a parameter means for the picture is `engine.params`.
"""

import argparse
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from engine.errors import EngineError, ParameterError
from engine.params import CHOICES, LAYERS, MAX_LAYER_WEIGHT, QUALITIES, RANGES, Params
from engine.pyramid import CLASSIC_STEPS, LEVEL_STEPS

USAGE = """python -m engine PHOTO STYLE [STYLE ...] -o RESULT [options]
       python -m engine --plan PHOTO [STYLE ...] [options]
       python -m engine --print-params [options]"""

DESCRIPTION = """\
Paint a photo in the manner of one or more style images, with VGG19 on this machine, after Gatys,
Ecker and Bethge (2016). What an option is when left out stands in brackets at its end."""

EPILOG = """\
examples:
  paint a photo, 512 pixels on its longer side
      python -m engine photo.jpg style.jpg -o painted.png
  a quick try, then the same in large; more style, larger brush strokes
      python -m engine photo.jpg style.jpg -o try.jpg --size 256
      python -m engine photo.jpg style.jpg -o large.png --size 1024 --strength 70 --style-scale 1.5
  how long will it take, and how much memory?
      python -m engine --plan photo.jpg --size 2048
  two styles, the first counting twice as much
      python -m engine photo.jpg wave.jpg night.jpg -o both.png --style-weights 2,1
  one style for the sky, the other one for the rest
      python -m engine photo.jpg night.jpg wave.jpg -o both.png --mask sky.png --mask -
  everything but a face, which stays as it is in the photo
      python -m engine photo.jpg wave.jpg -o portrait.png --protect face.png
  a long run that survives Ctrl-C and power cuts: the same line again goes on
      python -m engine photo.jpg style.jpg -o huge.png --size 4096 --checkpoint huge.run
  a finished picture, once more and larger
      python -m engine photo.jpg style.jpg -o larger.png --earlier painted.png --size 1024
  keep settings in a file, use them again, change one of them
      python -m engine --print-params --strength 70 --keep-colors luminance > mine.json
      python -m engine photo.jpg style.jpg -o painted.png --params mine.json --seed 2

Ctrl-C (or a TERM signal) saves the picture as it is after the step under way; twice stops at once.

With --json, stdout is one JSON object a line, told apart by "event":
  plan    width, height, levels (each with width, height, steps), steps, at_most (whether the run
          may end earlier), memory_bytes, seconds and speed_from ("runs", "calibration"; both null
          where this machine's speed is not known yet)
  step    index, total, level, levels, width, height, phase, content_loss, style_loss, tv_loss,
          total_loss, seconds (since painting began)
  done    output, width, height, steps, seconds, interrupted, and the four losses
  error   code, sentence; field of a parameter, reason of a picture
  params  params (with --print-params)

exit codes:
  0    done
  1    something is wrong, and one sentence on stderr says what
  2    wrong usage
  130  interrupted; the picture so far is saved, unless stopped at once

The speed of this machine is kept in $STYLESITE_ENGINE_CACHE, else $XDG_CACHE_HOME/stylesite, else
~/.cache/stylesite, and may be deleted."""

_LAYER = r"(?:conv|relu)\d+_\d+(?:=[^,]*)?"
_NUMBER = r"[-+]?[\d.][\d.e+-]*"
_LISTS = {
    "--style-weights": re.compile(f"{_NUMBER}(?:,{_NUMBER})*"),
    "--content-layers": re.compile(f"{_LAYER}(?:,{_LAYER})*"),
    "--style-layers": re.compile(f"{_LAYER}(?:,{_LAYER})*"),
}
"""Options that take a list, and what another value of it looks like."""

_LAYER_FIELDS = ("content_layers", "style_layers")
_DEFAULTS = Params()


class UsageError(EngineError):
    """What was typed is not a command."""

    code = "usage"


def read_options(line: Sequence[str]) -> argparse.Namespace:
    """The options in `line`; what was not said is None. photo and output may be missing with
    `--plan` and `--print-params`, as the usage says. Raises UsageError."""
    end = line.index("--") if "--" in line else len(line)
    options = _parser().parse_intermixed_args(_one_value_each(line[:end]))
    # argparse forgets between its two passes what stood behind "--".
    options.styles += [Path(word) for word in line[end + 1 :]]
    if options.photo is None and options.styles:
        options.photo = options.styles.pop(0)
    missing = []
    if not options.print_params:
        missing = ["the photo"] if options.photo is None else []
    if not options.print_params and not options.plan:
        missing += [] if options.styles else ["a style image"]
        missing += [] if options.output else ["-o RESULT"]
    if missing:
        raise UsageError(f"Please name {' and '.join(missing)}.")
    return options


def params_from(options: argparse.Namespace, stored: object) -> Params:
    """`stored`, the content of a parameter file (or an empty mapping), under the options given.

    Raises ParameterError.
    """
    if not isinstance(stored, dict):
        return Params.from_json(stored)  # type: ignore[arg-type] # It says what is wrong with it.
    given = {name: getattr(options, name) for name in Params.__dataclass_fields__}
    for name in _LAYER_FIELDS:
        if given[name] is not None:
            given[name] = _weights_by_layer(name, given[name])
    if options.earlier and options.initial is None:
        given["initial"] = "earlier"
    said = {name: value for name, value in given.items() if value is not None}
    return Params.from_json({**stored, **said})


def _weights_by_layer(name: str, layers: list[tuple[str, float]]) -> dict[str, float]:
    weights = dict(layers)
    if len(weights) != len(layers):
        raise ParameterError(f"{name} names a layer twice. Name each once.", field=name)
    return weights


def _one_value_each(line: Sequence[str]) -> list[str]:
    """`line` with `--option a b` of the list options as `--option a --option b`.

    argparse would either take b for a picture, or every picture that follows for a value.
    """
    words: list[str] = []
    option, is_value = "", False
    for word in line:
        name, sign, _ = word.partition("=")
        if is_value:
            is_value = False
        elif name in _LISTS:
            option, is_value = name, not sign
        elif option and _LISTS[option].fullmatch(word):
            words.append(option)
        else:
            option = ""
        words.append(word)
    return words


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:200]}.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m engine",
        usage=USAGE,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=False,
    )
    _add_pictures(parser)
    _add_look(parser)
    _add_method(parser)
    _add_going_on(parser)
    _add_settings(parser)
    _add_machine(parser)
    return parser


def _add_pictures(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("pictures")
    group.add_argument(
        "photo", type=Path, nargs="?", metavar="PHOTO",
        help="the photo to repaint: JPEG, PNG, WebP, HEIC or AVIF",
    )  # fmt: skip
    group.add_argument(
        "styles", type=Path, nargs="*", metavar="STYLE",
        help="the picture, or pictures, in whose manner it is painted",
    )  # fmt: skip
    group.add_argument(
        "-o", "--output", type=Path, metavar="RESULT",
        help="where the painted picture goes: .png, .jpg or .webp",
    )  # fmt: skip
    group.add_argument(
        "--no-clobber", action="store_true", help="never write over a RESULT that is already there"
    )
    group.add_argument(
        "--style-weights", type=_numbers, action="extend", metavar="N,N",
        help="a share for each STYLE in turn, above 0 (equal shares)",
    )  # fmt: skip
    group.add_argument(
        "--mask", dest="masks", type=Path, action="append", metavar="FILE",
        help="picture that is white where a STYLE paints, black elsewhere, stretched over the "
        "photo; once for each STYLE in turn, - for one without (none)",
    )  # fmt: skip
    group.add_argument(
        "--protect", type=Path, metavar="FILE",
        help="picture that is white where the photo is kept as it is, whatever the masks say, "
        "stretched over it; what no mask reaches is then kept as well (none)",
    )  # fmt: skip
    group.add_argument(
        "--outside-masks", choices=CHOICES["outside_masks"],
        help="places that no mask reaches: paint them too, or keep the photo there (paint)",
    )  # fmt: skip


def _add_look(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what it looks like")
    named = ", ".join(f"{name} {px}" for name, px in QUALITIES.items())
    group.add_argument(
        "--size", dest="size_px", type=_whole, metavar="PX",
        help=f"longer side of the result, {_range('size_px')}; {named} ({_DEFAULTS.size_px})",
    )  # fmt: skip
    group.add_argument(
        "--strength", dest="style_strength", type=_number, metavar="N",
        help=f"how much style, {_range('style_strength')} ({_DEFAULTS.style_strength:g})",
    )  # fmt: skip
    group.add_argument(
        "--style-scale", type=_number, metavar="N",
        help=f"brush size, {_range('style_scale')} ({_DEFAULTS.style_scale:g})",
    )  # fmt: skip
    group.add_argument(
        "--keep-colors", choices=CHOICES["keep_colors"],
        help="keep the photo's colours: paint in brightness only, or give the styles the photo's "
        "colours first, by histogram or by covariance (off)",
    )  # fmt: skip
    group.add_argument(
        "--tv-weight", type=_number, metavar="N",
        help=f"smoothness, {_range('tv_weight')} (1; classic: 0)",
    )  # fmt: skip
    group.add_argument(
        "--seed", type=_whole, metavar="N",
        help=f"another seed, a slightly other picture, 0 to {RANGES['seed'][1]} ({_DEFAULTS.seed})",
    )  # fmt: skip


def _add_method(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it is computed")
    group.add_argument(
        "--objective", choices=CHOICES["objective"],
        help="balanced: quick, in several sizes; classic: the paper's, slow, in one (balanced)",
    )  # fmt: skip
    group.add_argument(
        "--optimizer", choices=CHOICES["optimizer"],
        help="how the picture moves downhill (lbfgs; classic: adam)",
    )  # fmt: skip
    group.add_argument(
        "--steps", type=_whole, metavar="N",
        help=f"steps in all, {_range('steps')}, shared out over the sizes ("
        f"{LEVEL_STEPS['lbfgs']} at each, {LEVEL_STEPS['adam']} of adam; classic: {CLASSIC_STEPS})",
    )  # fmt: skip
    group.add_argument(
        "--stop", choices=CHOICES["stop"],
        help="when the steps are done, or earlier, when the loss has settled (steps)",
    )  # fmt: skip
    group.add_argument(
        "--learning-rate", type=_number, metavar="N",
        help=f"of adam, {_range('learning_rate')} (0.03; classic: 0.003)",
    )  # fmt: skip
    group.add_argument(
        "--pooling", choices=CHOICES["pooling"], help="in VGG19 (average; classic: max)"
    )
    for name, dest in zip(("content", "style"), _LAYER_FIELDS, strict=True):
        group.add_argument(
            f"--{name}-layers", dest=dest, type=_layers, action="extend", metavar="NAME=N,NAME=N",
            help=f"layers of VGG19 to judge {name} by, {LAYERS[0]} to {LAYERS[-1]}, with weights "
            f"above 0, at most {MAX_LAYER_WEIGHT:g}, or 1 without =N (the objective's own)",
        )  # fmt: skip
    group.add_argument(
        "--initial", choices=CHOICES["initial"],
        help="what to start from: the photo, noise, the photo in the style's colours, or the "
        "picture that --earlier names (the style's colours; classic: the photo)",
    )  # fmt: skip


def _add_going_on(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("going on")
    group.add_argument(
        "--earlier", type=Path, metavar="PICTURE",
        help="go on from this earlier result: more steps at its size, or the larger sizes only",
    )  # fmt: skip
    group.add_argument(
        "--checkpoint", type=Path, metavar="FILE",
        help="keep the unfinished run in FILE every few seconds, and go on from it if it is there; "
        "removed when the picture is finished",
    )  # fmt: skip


def _add_settings(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("settings, plans and scripts")
    group.add_argument(
        "--plan", action="store_true",
        help="do not paint: say which sizes and steps it would be, how much memory, and how long; "
        "on a machine that has never painted this takes some seconds to measure",
    )  # fmt: skip
    group.add_argument(
        "--print-params", action="store_true",
        help="do not paint: print the settings as JSON, as --params reads them",
    )  # fmt: skip
    group.add_argument(
        "--params", dest="params_file", type=Path, metavar="FILE",
        help="read settings from this JSON file, or stdin (-); other options override them",
    )  # fmt: skip
    group.add_argument(
        "--json", action="store_true",
        help="one JSON object a line on stdout instead of a progress bar (see below)",
    )  # fmt: skip
    group.add_argument("-h", "--help", action="help", help="show this and exit")


def _add_machine(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("on this machine")
    group.add_argument(
        "--threads", type=_threads, metavar="N", help="processor threads, 1 to 1024 (all cores)"
    )
    group.add_argument("--device", metavar="NAME", help="cpu or cuda (a GPU where there is one)")
    group.add_argument(
        "--weights", default=os.environ.get("STYLESITE_VGG19_WEIGHTS", "bundled"), metavar="NAME",
        help="VGG19's: bundled, torchvision (downloaded once), or a file ("
        "$STYLESITE_VGG19_WEIGHTS, else bundled)",
    )  # fmt: skip


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number") from None


def _numbers(text: str) -> list[float]:
    return [_number(part) for part in text.split(",")]


def _threads(text: str) -> int:
    number = _whole(text)
    if not 1 <= number <= 1024:
        raise argparse.ArgumentTypeError("must be from 1 to 1024")
    return number


def _layers(text: str) -> list[tuple[str, float]]:
    """Layers and their weights; whether there are such layers is for Params to say."""
    layers = []
    for part in text.split(","):
        name, sign, weight = part.partition("=")
        layers.append((name, _number(weight) if sign else 1.0))
    return layers


def _range(name: str) -> str:
    low, high = RANGES[name]
    return f"{low:g} to {high:g}"
