"""The form of the studio: fields as they are sent, to an order."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.http import QueryDict
from PIL import Image

from accounts.models import User
from engine.params import Params
from gallery.masks import keep_mask
from gallery.models import Mask, Style
from gallery.styles import add_style
from tests.transfers.drawings import quadrants
from transfers.models import ContentImage
from transfers.studio.form import StudioForm


def sent(
    user: User, *styles: Style, photo: ContentImage | None = None, **fields: Any
) -> StudioForm:
    data = QueryDict(mutable=True)
    data.setlist("style", [str(style.pk) for style in styles])
    data.update({"quality": "draft", **({"photo": str(photo.pk)} if photo else {})})
    for name, value in fields.items():
        data[name] = str(value)
    return StudioForm(data, user=user)


@pytest.fixture
def styles(user: User) -> list[Style]:
    return [add_style(owner=user, image=quadrants(), title=f"Tile {n}") for n in range(5)]


def test_little_is_needed(user: User, photo: ContentImage, own_style: Style) -> None:
    form = sent(user, own_style, photo=photo)
    assert form.is_valid(), form.errors
    order = form.order()
    assert order.content_image == photo
    assert order.styles == [(own_style, 1.0)]
    assert order.params == Params(size_px=256)
    assert order.keeps_time_lapse


def test_everything_of_the_engine_can_be_said(
    user: User, photo: ContentImage, own_style: Style
) -> None:
    form = sent(
        user,
        own_style,
        photo=photo,
        quality="own",
        size_px="333",
        style_strength="12.5",
        style_scale="0.5",
        keep_colors="covariance",
        tv_weight="2",
        initial="noise",
        stop="settled",
        steps="40",
        seed="4294967295",
        optimizer="adam",
        learning_rate="0.02",
        pooling="max",
        style_layers="relu1_1 1, relu4_1=0.25; conv5_4",
        content_layers="relu3_2×2",
        time_lapse="no",
    )
    assert form.is_valid(), form.errors
    assert form.order().params == Params(
        size_px=333,
        style_strength=12.5,
        style_scale=0.5,
        keep_colors="covariance",
        tv_weight=2.0,
        initial="noise",
        stop="settled",
        steps=40,
        seed=2**32 - 1,
        optimizer="adam",
        learning_rate=0.02,
        pooling="max",
        style_layers={"relu1_1": 1.0, "relu4_1": 0.25, "conv5_4": 1.0},
        content_layers={"relu3_2": 2.0},
    )
    assert not form.order().keeps_time_lapse


def test_what_is_left_empty_the_first_style_recommends(
    user: User, photo: ContentImage, preset: Style, own_style: Style
) -> None:
    preset.params = {"style_strength": 71, "tv_weight": 3.0, "size_px": 2048}
    preset.save()
    form = sent(user, preset, own_style, photo=photo, style_strength="", tv_weight="1.5")
    assert form.is_valid(), form.errors
    assert form.order().params == Params(size_px=256, style_strength=71.0, tv_weight=1.5)
    other = sent(user, own_style, preset, photo=photo)
    assert other.is_valid()
    assert other.order().params == Params(size_px=256)


def test_complete_settings_take_nothing_from_a_style(
    user: User, photo: ContentImage, preset: Style
) -> None:
    form = sent(user, preset, photo=photo, base="engine", seed="3")
    assert form.is_valid()
    assert form.order().params == Params(size_px=256, seed=3)


def test_the_same_order_can_be_had_smaller(
    user: User, photo: ContentImage, own_style: Style
) -> None:
    form = sent(user, own_style, photo=photo, quality="fine", seed="3")
    assert form.is_valid()
    assert form.order(size_px=128, steps=5).params == Params(size_px=128, steps=5, seed=3)


def test_the_classic_method_brings_its_one_brush(
    user: User, photo: ContentImage, preset: Style
) -> None:
    preset.params = {"style_scale": 1.5}
    preset.save()
    form = sent(user, preset, photo=photo, objective="classic")
    assert form.is_valid(), form.errors
    assert form.order().params.style_scale == 1
    refused = sent(user, preset, photo=photo, objective="classic", style_scale="2")
    assert set(refused.errors) == {"style_scale"}


# Weights


def test_styles_have_equal_shares_unless_it_is_said(
    user: User, photo: ContentImage, styles: list[Style]
) -> None:
    form = sent(user, *styles[:4], photo=photo)
    assert form.is_valid()
    assert form.order().styles == [(style, 1.0) for style in styles[:4]]


def test_a_weight_left_empty_beside_others_is_the_middle_one(
    user: User, photo: ContentImage, styles: list[Style]
) -> None:
    form = sent(user, *styles[:2], photo=photo, **{f"weight-{styles[0].pk}": "12.5"})
    assert form.is_valid()
    assert form.order().styles == [(styles[0], 12.5), (styles[1], 50.0)]


def test_a_style_at_nothing_is_left_out(
    user: User, photo: ContentImage, styles: list[Style]
) -> None:
    styles[1].params = {"seed": 9}
    styles[1].save()
    form = sent(user, *styles[:2], photo=photo, **{f"weight-{styles[0].pk}": "0"})
    assert form.is_valid()
    assert form.order().styles == [(styles[1], 1.0)]
    assert form.order().params.seed == 9  # who is left leads
    nothing = {f"weight-{style.pk}": "0" for style in styles[:2]}
    assert "more than nothing" in str(sent(user, *styles[:2], photo=photo, **nothing).errors)


def test_the_first_style_that_paints_leads_in_what_is_painted_and_in_what_is_saved(
    user: User, photo: ContentImage, styles: list[Style]
) -> None:
    for style, strength in zip(styles, (71, 40, 20), strict=False):
        style.params = {"style_strength": strength}
        style.save()
    silent = {f"weight-{styles[0].pk}": "0", f"weight-{styles[2].pk}": "100"}
    form = sent(user, *styles[:3], photo=photo, **silent)
    assert form.is_valid()
    assert form.leading(styles[:3]) == styles[1]
    assert form.order().params.style_strength == 40
    assert form.all_settings().style_strength == 40


def test_where_no_style_paints_the_first_one_leads(
    user: User, photo: ContentImage, styles: list[Style]
) -> None:
    silent = {f"weight-{style.pk}": "0" for style in styles[:2]}
    assert sent(user, *styles[:2], photo=photo, **silent).leading(styles[:2]) == styles[0]
    alone = sent(user, styles[0], photo=photo, **silent)
    assert alone.leading(styles[:1]) == styles[0]
    assert sent(user, photo=photo).leading([]) is None


@pytest.mark.parametrize("weight", ["-1", "101", "nan", "inf", "much"])
def test_a_weight_out_of_range_is_refused(
    user: User, photo: ContentImage, styles: list[Style], weight: str
) -> None:
    form = sent(user, *styles[:2], photo=photo, **{f"weight-{styles[1].pk}": weight})
    assert set(form.errors) == {"style"}
    assert "How much of “Tile 1”?" in str(form.errors)


def test_of_one_style_alone_the_weight_says_nothing(
    user: User, photo: ContentImage, styles: list[Style]
) -> None:
    form = sent(user, styles[0], photo=photo, **{f"weight-{styles[0].pk}": "3"})
    assert form.is_valid()
    assert form.order().styles == [(styles[0], 1.0)]


# What is refused


def test_five_styles_are_too_many(user: User, photo: ContentImage, styles: list[Style]) -> None:
    assert "at most 4 styles" in str(sent(user, *styles, photo=photo).errors["style"])
    twice = sent(user, *styles[:4], *styles[:4], photo=photo)
    assert twice.is_valid()
    assert len(twice.order().styles) == 4


def test_a_strangers_photo_and_styles_are_not_there(
    stranger: User, photo: ContentImage, own_style: Style, preset: Style
) -> None:
    form = sent(stranger, preset, own_style, photo=photo)
    assert set(form.errors) == {"photo", "style"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("style_scale", "0.2"),
        ("style_scale", "4.1"),
        ("tv_weight", "-1"),
        ("steps", "0"),
        ("steps", "1.5"),
        ("seed", "4294967296"),
        ("seed", "-1"),
        ("learning_rate", "0"),
        ("size_px", "31"),
        ("size_px", "4097"),
        ("initial", "earlier"),
        ("keep_colors", "all"),
        ("pooling", "min"),
        ("style_layers", "relu9_9 1"),
        ("style_layers", "relu1_1 0"),
        ("style_layers", "relu1_1 -1"),
        ("style_layers", "relu1_1 1.1.1"),
        ("content_layers", "🎨"),
        ("base", "elsewhere"),
        ("quality", "before"),
    ],
)
def test_what_the_engine_does_not_know_is_refused_where_it_is_said(
    user: User, photo: ContentImage, own_style: Style, name: str, value: str
) -> None:
    assert set(sent(user, own_style, photo=photo, **{name: value}).errors) == {name}


def test_a_size_of_ones_own_has_to_be_said(
    user: User, photo: ContentImage, own_style: Style
) -> None:
    form = sent(user, own_style, photo=photo, quality="own")
    assert set(form.errors) == {"size_px"}


def test_a_photo_too_long_and_narrow_is_refused_at_the_photo(
    user: User, photo: ContentImage, own_style: Style
) -> None:
    ContentImage.objects.filter(pk=photo.pk).update(width=20_000, height=10)
    assert set(sent(user, own_style, photo=photo).errors) == {"photo"}


# Masks


def test_masks_are_named_by_their_styles_and_the_photo_stays_elsewhere(
    user: User, photo: ContentImage, styles: list[Style], mask: Mask
) -> None:
    named = {f"mask-{styles[1].pk}": mask.pk, f"mask-{styles[3].pk}": mask.pk}
    form = sent(user, *styles[:3], photo=photo, **named)
    assert form.is_valid(), form.errors
    order = form.order()
    assert order.masks == {styles[1].pk: mask}
    assert order.protect is None
    assert order.params.outside_masks == "photo"
    assert form.order(size_px=64).params == dataclasses.replace(order.params, size_px=64)


def test_a_part_of_the_photo_is_protected(
    user: User, photo: ContentImage, own_style: Style, mask: Mask
) -> None:
    form = sent(user, own_style, photo=photo, protect=mask.pk)
    assert form.is_valid(), form.errors
    order = form.order()
    assert (order.masks, order.protect) == ({}, mask)
    assert order.params.outside_masks == "photo"


def test_without_masks_nothing_is_kept(user: User, photo: ContentImage, own_style: Style) -> None:
    form = sent(user, own_style, photo=photo, protect="", **{f"mask-{own_style.pk}": ""})
    assert form.is_valid(), form.errors
    order = form.order()
    assert (order.masks, order.protect, order.params.outside_masks) == ({}, None, "paint")


def test_the_mask_of_a_style_that_is_left_out_is_left_out(
    user: User, photo: ContentImage, styles: list[Style], mask: Mask
) -> None:
    weights = {f"weight-{styles[0].pk}": 0, f"weight-{styles[1].pk}": 9}
    form = sent(user, *styles[:2], photo=photo, **weights, **{f"mask-{styles[0].pk}": mask.pk})
    assert form.is_valid(), form.errors
    assert form.order().masks == {}


def test_masks_that_cannot_be_are_said_beside_them(
    user: User, stranger: User, photo: ContentImage, own_style: Style, mask: Mask
) -> None:
    theirs = keep_mask(stranger, mask.opened())
    upright = keep_mask(user, Image.new("L", (40, 90), 255))
    name = f"mask-{own_style.pk}"
    wrong: list[tuple[dict[str, object], str]] = [
        ({name: theirs.pk}, "no longer here"),
        ({name: "nonsense"}, "no longer here"),
        ({"protect": theirs.pk}, "no longer here"),
        ({"protect": "nonsense"}, "no longer here"),
        ({"protect": upright.pk}, "other proportions"),
        ({name: mask.pk, "protect": mask.pk}, "black everywhere"),
    ]
    for fields, words in wrong:
        form = sent(user, own_style, photo=photo, **fields)
        assert not form.is_valid()
        assert list(form.errors) == ["protect"]
        assert words in form.errors["protect"][0]
