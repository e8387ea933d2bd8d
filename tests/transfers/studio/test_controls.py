"""The controls against the engine: nothing is missing, and every value finds back."""

import pytest
from django.test import override_settings

from engine.params import CHOICES, QUALITIES, RANGES, Params
from transfers.studio import controls
from transfers.studio.controls import CONTROLS, all_values_of, values_of
from transfers.studio.fields import field_for


def test_every_setting_of_the_engine_has_a_control() -> None:
    assert list(controls.not_asked_for()) == ["initial=earlier"]


@pytest.mark.parametrize("control", CONTROLS, ids=controls.NAMES)
def test_a_control_says_what_it_is(control: controls.Control) -> None:
    assert str(control.label)
    assert str(control.help).endswith(".")
    if control.kind == "choice":
        assert {value for value, _words in control.choices} <= set(CHOICES[control.name])
    elif control.kind != "layers":
        assert control.range == RANGES[control.name]


@pytest.mark.parametrize(
    "params",
    [
        Params(),
        Params(size_px=777, style_strength=12.5, style_scale=0.3, seed=2**32 - 1),
        Params(objective="classic", optimizer="adam", learning_rate=1e-5, steps=20_000),
        Params(style_layers={"relu1_1": 1e-6, "conv5_4": 1e6}, content_layers={"relu3_2": 0.1}),
        Params(
            keep_colors="histogram", initial="noise", stop="settled", pooling="max", tv_weight=0.0
        ),
    ],
)
def test_settings_come_back_from_their_fields(params: Params) -> None:
    values = all_values_of(params)
    quality = values.pop("quality")
    size_px = int(values.pop("size_px", QUALITIES.get(quality, 0)))
    said = {
        control.name: field_for(control).clean(values[control.name])
        for control in CONTROLS
        if control.name in values
    }
    assert Params.from_json({**said, "size_px": size_px}) == params


def test_what_a_picture_went_on_from_is_no_setting_of_a_new_one() -> None:
    assert values_of({"initial": "earlier", "seed": 0}) == {"seed": "0"}


def test_numbers_are_written_as_forms_read_them_in_every_language() -> None:
    with override_settings(LANGUAGE_CODE="de"):
        assert values_of({"style_scale": 0.5}) == {"style_scale": "0.5"}
