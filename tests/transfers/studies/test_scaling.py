"""A smaller painting of the same: what stays and what has to change."""

import dataclasses

import pytest

from engine.params import Params
from transfers.queue.submission import Order
from transfers.studies.scaling import scaled


def test_everything_but_the_size_stays(order: Order) -> None:
    chosen = Params(
        size_px=1024, style_strength=42, style_scale=0.5, keep_colors="luminance", seed=9
    )
    small = scaled(dataclasses.replace(order, params=chosen), 256)
    assert small.params == dataclasses.replace(chosen, size_px=256)
    assert (small.content_image, small.styles) == (order.content_image, order.styles)


def test_what_is_small_already_stays_as_it_is(order: Order) -> None:
    small = dataclasses.replace(order, params=Params(size_px=200, steps=5))
    assert scaled(small, 256) == small


@pytest.mark.parametrize(
    ("side_px", "steps"),
    # 90 steps of a pyramid of 256, 512 and 1024 px are 30 at each.
    [(256, 30), (512, 60)],
)
def test_steps_that_were_asked_for_are_those_of_the_levels_that_are_left(
    order: Order, side_px: int, steps: int
) -> None:
    large = dataclasses.replace(order, params=Params(size_px=1024, steps=90))
    assert scaled(large, side_px).params.steps == steps


def test_the_classic_objective_keeps_its_steps(order: Order) -> None:
    classic = dataclasses.replace(order, params=Params(size_px=512, objective="classic", steps=300))
    assert scaled(classic, 256).params.steps == 300
