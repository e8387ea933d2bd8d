import json
import pickle
from typing import Any

import pytest

from engine.errors import EngineError, ImageError, ParameterError
from engine.params import CHOICES, LAYERS, PARAMS_VERSION, QUALITIES, RANGES, Params


def test_defaults_are_a_standard_balanced_picture() -> None:
    params = Params()
    assert (params.size_px, params.style_strength, params.style_scale) == (512, 90.0, 1.0)
    assert params.objective == "balanced"
    assert QUALITIES == {"draft": 256, "standard": 512, "fine": 1024}


def test_json_gives_the_same_parameters_back() -> None:
    params = Params(size_px=300, style_strength=61.5, optimizer="adam", steps=7, seed=9)
    assert params.to_json()["version"] == PARAMS_VERSION
    assert Params.from_json(params.to_json()) == params


def test_whole_numbers_are_fine_where_fractions_are() -> None:
    params = Params.from_json({"style_strength": 90, "style_scale": 2})
    assert params == Params(style_scale=2.0)
    assert isinstance(params.to_json()["style_strength"], float)


@pytest.mark.parametrize("name", sorted(RANGES))
def test_both_ends_of_every_range_are_allowed_and_nothing_beyond(name: str) -> None:
    low, high = RANGES[name]
    whole = name in {"size_px", "steps", "seed"}
    for value in (low, high):
        Params.from_json({name: int(value) if whole else value})
    for value in (low - 1, high + 1):
        with pytest.raises(ParameterError) as caught:
            Params.from_json({name: int(value) if whole else value})
        assert caught.value.field == name
        assert f"{low:g} to {high:g}" in caught.value.sentence


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("size_px", 512.0),
        ("size_px", "512"),
        ("size_px", None),
        ("size_px", True),
        ("style_strength", "much"),
        ("style_strength", float("nan")),
        ("style_strength", float("inf")),
        ("style_strength", None),
        ("objective", "clasic"),
        ("objective", None),
        ("objective", ["classic"]),
        ("optimizer", "sgd"),
        ("keep_colors", True),
        ("seed", -1),
        ("seed", 2**32),
        ("version", 2),
        ("version", True),
        ("brush", 3),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_fields_name(field: str, value: Any) -> None:
    with pytest.raises(ParameterError) as caught:
        Params.from_json({field: value})
    assert caught.value.field == field
    assert caught.value.code == "parameter"


def test_parameters_that_are_no_object_are_refused() -> None:
    with pytest.raises(ParameterError):
        Params.from_json([("size_px", 512)])  # type: ignore[arg-type]


def test_the_constructor_checks_as_well() -> None:
    with pytest.raises(ParameterError):
        Params(size_px=31)


def test_classic_has_no_brush_size() -> None:
    with pytest.raises(ParameterError) as caught:
        Params(objective="classic", style_scale=2.0)
    assert caught.value.field == "style_scale"


def test_every_choice_is_accepted() -> None:
    for name, choices in CHOICES.items():
        for choice in choices:
            assert Params.from_json({name: choice}).to_json()[name] == choice


def test_errors_travel_between_processes() -> None:
    errors: list[EngineError] = [
        ImageError("Too small.", reason="too_small"),
        ParameterError("Too much.", field="steps"),
    ]
    for error in errors:
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), vars(copy)) == (type(error), vars(error))


def test_layer_weights_come_back_from_json_and_cannot_be_changed() -> None:
    given = {"relu4_1": 2, "conv1_1": 0.5}
    params = Params.from_json({"style_layers": given, "content_layers": {"relu5_4": 1}})
    given["conv1_1"] = 9
    stored = params.to_json()
    assert stored["style_layers"] == {"conv1_1": 0.5, "relu4_1": 2.0}
    assert json.loads(json.dumps(stored)) == stored
    again = Params.from_json(stored)
    assert again == params
    assert hash(again) == hash(params)
    assert pickle.loads(pickle.dumps(params)) == params
    with pytest.raises(TypeError):
        params.style_layers["conv1_1"] = 3  # type: ignore[index]


def test_the_layers_are_those_that_weights_are_loaded_for() -> None:
    from engine.weights import CONVOLUTIONS

    assert [name for name in LAYERS if name.startswith("conv")] == list(CONVOLUTIONS)
    assert {name.replace("relu", "conv") for name in LAYERS} == set(CONVOLUTIONS)


@pytest.mark.parametrize("field", ["content_layers", "style_layers"])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "1 to 16 layers"),
        (dict.fromkeys(LAYERS[:17], 1.0), "1 to 16 layers"),
        (["relu1_1"], "1 to 16 layers"),
        ("relu1_1", "1 to 16 layers"),
        ({"relu6_1": 1.0}, "conv1_1 to relu5_4"),
        ({3: 1.0}, "conv1_1 to relu5_4"),
        ({"relu1_1": 0}, "above 0"),
        ({"relu1_1": -1.0}, "above 0"),
        ({"relu1_1": float("nan")}, "above 0"),
        ({"relu1_1": float("inf")}, "above 0"),
        ({"relu1_1": 10**400}, "above 0"),
        ({"relu1_1": True}, "above 0"),
        ({"relu1_1": "1"}, "above 0"),
    ],
)
def test_layers_that_cannot_be_meant_are_refused(field: str, value: Any, said: str) -> None:
    with pytest.raises(ParameterError, match=said) as caught:
        Params.from_json({field: value})
    assert caught.value.field == field


def test_sixteen_layers_are_allowed() -> None:
    layers = dict.fromkeys(LAYERS[-16:], 1.0)
    assert Params(style_layers=layers).style_layers == layers
