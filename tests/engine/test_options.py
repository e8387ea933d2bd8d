"""What can be said on the line, in which order, and what comes of it."""

import json
from typing import Any

import pytest

from engine.errors import ParameterError
from engine.options import UsageError, params_from, read_options
from engine.params import CHOICES, RANGES, Params

FILES = ("photo.jpg", "a.png", "b.png")

FIELDS: dict[str, tuple[list[str], object]] = {
    "size_px": (["--size", "300"], 300),
    "style_strength": (["--strength", "62.5"], 62.5),
    "style_scale": (["--style-scale", "2"], 2.0),
    "objective": (["--objective", "classic"], "classic"),
    "optimizer": (["--optimizer", "adam"], "adam"),
    "steps": (["--steps", "7"], 7),
    "learning_rate": (["--learning-rate", "0.5"], 0.5),
    "tv_weight": (["--tv-weight", "0"], 0.0),
    "pooling": (["--pooling", "max"], "max"),
    "initial": (["--initial", "noise"], "noise"),
    "keep_colors": (["--keep-colors", "covariance"], "covariance"),
    "outside_masks": (["--outside-masks", "photo"], "photo"),
    "stop": (["--stop", "settled"], "settled"),
    "content_layers": (["--content-layers", "relu4_2"], {"relu4_2": 1.0}),
    "style_layers": (["--style-layers", "relu1_1=2,relu3_1"], {"relu1_1": 2.0, "relu3_1": 1.0}),
    "seed": (["--seed", "9"], 9),
}
"""Every parameter, an option that sets it to something unusual, and what that is."""


def params(*line: str, stored: object = None) -> Params:
    return params_from(read_options(["--print-params", *line]), {} if stored is None else stored)


def paint(*line: str) -> Any:
    return read_options([*line, "-o", "out.png"])


def test_every_parameter_has_an_option() -> None:
    assert set(FIELDS) == set(Params.__dataclass_fields__)


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_an_option_sets_its_parameter_and_no_other(field: str) -> None:
    line, value = FIELDS[field]
    assert params(*line) == Params.from_json({field: value})
    assert params(*line) != Params()


@pytest.mark.parametrize("name", sorted(CHOICES))
def test_every_choice_can_be_said(name: str) -> None:
    option = FIELDS[name][0][0]
    for choice in CHOICES[name]:
        assert getattr(params(option, choice), name) == choice


@pytest.mark.parametrize(
    "line",
    [
        [*FILES, "--style-weights", "1", "2"],
        [*FILES, "--style-weights", "1,2"],
        [*FILES, "--style-weights=1,2"],
        ["--style-weights", "1", "2", *FILES],
        ["--style-weights", "1,2", *FILES],
        ["--style-weights", "1", "--style-weights", "2", *FILES],
        ["photo.jpg", "--style-weights", "1", "2e0", "a.png", "b.png"],
        ["photo.jpg", "a.png", "--style-weights=1", "2", "b.png"],
        ["--style-weights", "1", "photo.jpg", "--style-weights", "2", "a.png", "b.png"],
    ],
)
def test_weights_can_stand_anywhere_and_swallow_no_picture(line: list[str]) -> None:
    options = paint(*line)
    assert [str(options.photo), *map(str, options.styles)] == list(FILES)
    assert options.style_weights == [1.0, 2.0]


@pytest.mark.parametrize(
    "line",
    [
        [*FILES, "--style-layers", "relu1_1=2", "conv3_1"],
        ["--style-layers", "relu1_1=2", "conv3_1", *FILES],
        ["--style-layers", "relu1_1=2,conv3_1=1", *FILES],
        ["photo.jpg", "--style-layers=relu1_1=2", "conv3_1", "a.png", "b.png"],
        ["photo.jpg", "a.png", "--style-layers", "conv3_1", "--style-layers", "relu1_1=2", "b.png"],
    ],
)
def test_layers_can_stand_anywhere_and_swallow_no_picture(line: list[str]) -> None:
    options = paint(*line)
    assert [str(options.photo), *map(str, options.styles)] == list(FILES)
    assert params_from(options, {}).style_layers == {"relu1_1": 2.0, "conv3_1": 1.0}


@pytest.mark.parametrize(
    "line",
    [
        [*FILES, "--mask", "m.png", "--mask", "-"],
        ["--mask", "m.png", "--mask", "-", *FILES],
        ["photo.jpg", "--mask", "m.png", "a.png", "--mask", "-", "b.png"],
        ["photo.jpg", "--mask=m.png", "a.png", "--mask=-", "b.png"],
    ],
)
def test_masks_can_stand_anywhere_and_swallow_no_picture(line: list[str]) -> None:
    options = paint(*line)
    assert [str(options.photo), *map(str, options.styles)] == list(FILES)
    assert [str(mask) for mask in options.masks] == ["m.png", "-"]


def test_pictures_can_stand_on_both_sides_of_an_option() -> None:
    options = read_options(["photo.jpg", "a.png", "-o", "out.png", "b.png"])
    assert [str(options.photo), *map(str, options.styles)] == list(FILES)


def test_after_two_dashes_everything_is_a_picture() -> None:
    line = ["photo.jpg", "-o", "out.png", "--style-weights", "1", "--", "2", "-odd.png"]
    options = read_options(line)
    assert [str(style) for style in options.styles] == ["2", "-odd.png"]
    assert (options.style_weights, str(options.output)) == ([1.0], "out.png")


def test_a_plan_needs_a_photo_only_and_settings_nothing_at_all() -> None:
    assert read_options(["--plan", "photo.jpg"]).styles == []
    assert read_options(["--print-params"]).photo is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ([], "Please name the photo and a style image and -o RESULT."),
        (["photo.jpg"], "Please name a style image and -o RESULT."),
        ([*FILES], "Please name -o RESULT."),
        (["--plan"], "Please name the photo."),
        ([*FILES, "-o"], "Argument -o/--output: expected one argument."),
        ([*FILES, "--size"], "Argument --size: expected one argument."),
        ([*FILES, "--size", "big"], "Argument --size: 'big' is not a whole number."),
        ([*FILES, "--size", "512.0"], "Argument --size: '512.0' is not a whole number."),
        ([*FILES, "--size", "9" * 5000], f"Argument --size: '{'9' * 40}' is not a whole number."),
        ([*FILES, "--strength", "1,5"], "Argument --strength: '1,5' is not a number."),
        ([*FILES, "--style-weights", "heavy"], "Argument --style-weights: 'heavy' is not a number"),
        ([*FILES, "--style-weights", "1,"], "Argument --style-weights: '' is not a number."),
        ([*FILES, "--style-layers", "relu1_1=x"], "Argument --style-layers: 'x' is not a number."),
        ([*FILES, "--style-layers", "relu1_1="], "Argument --style-layers: '' is not a number."),
        ([*FILES, "--threads", "0"], "Argument --threads: must be from 1 to 1024."),
        ([*FILES, "--pooling", "median"], "Argument --pooling: invalid choice: 'median'"),
        ([*FILES, "--sise", "300"], "Unrecognized arguments: --sise"),
        ([*FILES, "--siz", "300"], "Unrecognized arguments: --siz"),
    ],
)
def test_wrong_usage_is_answered_with_what_is_wrong(line: list[str], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_options(line)
    assert caught.value.sentence.startswith(said)
    assert "\n" not in caught.value.sentence


def test_the_line_comes_before_the_file_and_the_file_before_the_defaults() -> None:
    stored = Params(size_px=300, seed=4).to_json()
    assert params("--seed", "5", stored=stored) == Params(size_px=300, seed=5)


def test_an_earlier_picture_is_started_from_unless_the_line_says_otherwise() -> None:
    stored = Params(initial="noise").to_json()
    assert params("--earlier", "done.png", stored=stored).initial == "earlier"
    line = ("--earlier", "done.png", "--initial", "content")
    assert params(*line, stored=stored).initial == "content"


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ([1, 2], "an object of names"),
        (None, "an object of names"),
        ("size", "an object of names"),
        ({"brush": 3}, "no parameter called 'brush'"),
        ({"size_px": "300"}, "size_px must be a whole number"),
        ({"version": 99}, "version 99"),
        ({"style_layers": {"relu9_1": 1}}, "no layer"),
    ],
)
def test_a_file_of_other_things_is_refused(stored: object, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        params_from(read_options(["--print-params"]), stored)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["--style-layers", "relu9_1=1"], "'relu9_1', which is no layer"),
        (["--style-layers", "grass"], "'grass', which is no layer"),
        (["--content-layers", "relu1_1=0"], "above 0"),
        (["--content-layers", "relu1_1=nan"], "above 0"),
        (["--content-layers", "relu1_1=1,relu1_1=2"], "names a layer twice"),
        (["--content-layers", "relu1_1", "--content-layers", "relu1_1"], "names a layer twice"),
        (["--strength", "nan"], "0 to 100"),
        (["--strength", "-1"], "0 to 100"),
        (["--objective", "classic", "--style-scale", "2"], "leave style_scale at 1"),
    ],
)
def test_a_value_that_no_picture_can_have_is_refused(line: list[str], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        params(*line)


def test_settings_that_are_printed_are_those_that_are_read() -> None:
    line = [word for name in ("size_px", "style_layers", "stop") for word in FIELDS[name][0]]
    printed = json.dumps(params(*line).to_json())
    assert params(stored=json.loads(printed)) == params(*line)


def test_help_names_every_option_with_its_range_and_its_default(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.stylize import BALANCED_LEARNING_RATE, CLASSIC_LEARNING_RATE

    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as caught:
        read_options(["--help"])
    assert caught.value.code == 0
    said = capsys.readouterr().out
    for line, _ in FIELDS.values():
        assert f"  {line[0]} " in said
    for name, (low, high) in RANGES.items():
        assert (f"{low:g} to {high:g}" in said) != (name == "seed")
    assert "0 to 4294967295 (0)" in said
    assert f"({BALANCED_LEARNING_RATE:g}; classic: {CLASSIC_LEARNING_RATE:g})" in said
    assert "(lbfgs; classic: adam)" in said
    for code in ("0    done", "1    ", "2    wrong usage", "130  interrupted"):
        assert f"\n  {code}" in said
