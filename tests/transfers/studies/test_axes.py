"""What a sheet can compare: values read, judged, named, and what they do to an order."""

import pytest

from accounts.models import User
from engine.params import Params
from gallery.models import Style
from transfers.models import ContentImage
from transfers.queue.submission import Order
from transfers.studies import axes
from transfers.studies.axes import AXES, AxisError


def test_every_suggestion_of_every_axis_is_good(user: User) -> None:
    for axis in AXES.values():
        values = axis.read(axis.suggested)
        if values:
            assert len(axis.judged(values, user)) == len(axis.suggested)


def test_numbers_are_read_however_they_are_parted() -> None:
    assert AXES["style_strength"].read(["10, 20;30  40\n50"]) == [10, 20, 30, 40, 50]


def test_a_value_changes_the_order_and_says_its_name(user: User, order: Order) -> None:
    broad = AXES["style_scale"].judged([2], user)[0]
    assert (broad.value, broad.label) == (2.0, "2 ×")
    assert broad.applied(order).params == Params(size_px=512, seed=7, style_scale=2.0)
    (colours,) = AXES["keep_colors"].judged(["luminance"], user)
    assert colours.applied(order).params.keep_colors == "luminance"
    (fine,) = AXES["quality"].judged(["fine"], user)
    assert fine.applied(order).params.size_px == 1024
    assert fine.label == "Fine (1024 px)"
    (seed,) = AXES["seed"].judged([4294967295], user)
    assert (seed.label, seed.applied(order).params.seed) == ("4294967295", 4294967295)


def test_a_style_or_a_photo_takes_the_place_of_the_one_before(
    user: User, order: Order, own_style: Style
) -> None:
    (style,) = AXES["style"].judged([str(own_style.pk)], user)
    assert style.label == "My tiles"
    assert style.applied(order).styles == [(own_style, 1.0)]
    assert style.applied(order).params == order.params
    (photo,) = AXES["photo"].judged([str(order.content_image.pk)], user)
    assert (photo.label, photo.photo) == ("Harbour", order.content_image)


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("style_strength", [], "at least one value"),
        ("style_strength", [1, 2, 3, 4, 5, 6, 7], "at most 6 values"),
        ("style_strength", [40, 40.0], "each value only once"),
        ("style_strength", [101], "How much style is a number from 0 to 100."),
        ("style_strength", [True], "is a number"),
        ("style_strength", ["40"], "is a number"),
        ("seed", [1.5], "Seed is a whole number from 0 to 4294967295."),
        ("keep_colors", ["none"], "Colours is one of: off, luminance, histogram, covariance."),
        ("keep_colors", [None], "is one of"),
        ("style", ["no id"], "styles is no longer here"),
        ("style", ["5e3dc5ba-8e5b-4a57-9f4a-4e0b3a2a9d8c"], "styles is no longer here"),
        ("photo", [7], "photos is no longer here"),
    ],
)
def test_values_that_cannot_be_are_refused_in_a_sentence(
    user: User, name: str, values: list[object], sentence: str
) -> None:
    with pytest.raises(AxisError, match=sentence):
        AXES[name].judged(values, user)


def test_words_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(AxisError, match="from 0 to 100"):
        AXES["style_strength"].read(["a lot"])


def test_what_is_somebody_elses_is_refused(
    stranger: User, photo: ContentImage, own_style: Style
) -> None:
    for name, row in (("photo", photo), ("style", own_style)):
        with pytest.raises(AxisError, match="no longer here"):
            AXES[name].judged([str(row.pk)], stranger)


@pytest.mark.parametrize("name", ["", "size_px", None, ["seed"]])
def test_what_is_no_setting_is_refused(name: object) -> None:
    with pytest.raises(AxisError, match="Please choose what to compare"):
        axes.named(name)
