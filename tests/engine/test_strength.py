import itertools

import pytest

from engine.strength import STRENGTHS, palette_share, style_weight


def test_the_weight_is_that_of_the_table_and_grows_by_equal_factors_in_between() -> None:
    assert [style_weight(strength) for strength, _ in STRENGTHS] == pytest.approx(
        [weight for _, weight in STRENGTHS]
    )
    # Half way between two entries lies their geometric mean: (9.5 * 60) ** 0.5.
    assert style_weight(95) == pytest.approx(23.875, abs=1e-3)


def test_more_strength_is_always_more_weight() -> None:
    weights = [style_weight(tenths / 10) for tenths in range(1001)]
    assert all(a < b for a, b in itertools.pairwise(weights))


def test_the_first_picture_has_the_styles_colours_as_far_as_the_strength_says() -> None:
    assert [palette_share(s) for s in (0, 45, 90, 100)] == [0, 0.5, 1, 1]
