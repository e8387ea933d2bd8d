from __future__ import annotations

import pytest

from gallery import recipes
from tests.gallery.drawings import RECIPE


def test_a_recipe_reads_as_lines() -> None:
    assert recipes.recipe_lines(RECIPE, (512, 384)) == [
        ("Style", "Swirls by Ada"),
        ("Photo", "Old mill"),
        ("Style strength", "62 of 100"),
        ("Size", "512 × 384 px"),
        ("Steps", "140"),
        ("Time taken", "41 seconds"),
        ("Seed", "7"),
    ]


def test_what_a_recipe_does_not_say_is_left_out() -> None:
    assert recipes.recipe_lines({}, (512, 384)) == [("Size", "512 × 384 px")]


def test_unusual_settings_are_named() -> None:
    params = {"style_scale": 0.5, "keep_colors": "luminance", "objective": "classic", "seed": 0}
    lines = dict(recipes.recipe_lines({"params": params}, (64, 64)))
    assert lines["Brush size"] == "0.5 ×"
    assert lines["Colours"] == "the photo’s own, painted in brightness"
    assert lines["Method"] == "classic"
    assert lines["Seed"] == "0"


def test_the_ways_of_keeping_colours_are_told_apart() -> None:
    def colours(way: str) -> str | None:
        return dict(recipes.recipe_lines({"params": {"keep_colors": way}}, (64, 64))).get("Colours")

    named = [colours(way) for way in ("luminance", "histogram", "covariance")]
    assert len(set(named)) == 3
    assert colours("off") is None


def test_alternative_text_says_title_style_and_photo() -> None:
    assert recipes.alt_text("Mill", RECIPE) == "Mill: the photo “Old mill” painted in Swirls"
    assert recipes.alt_text("Mill", {"styles": RECIPE["styles"]}) == "Mill, painted in Swirls"
    assert recipes.alt_text("Mill", {}) == "Mill"


def test_several_styles_are_all_named() -> None:
    styles = [{"title": "Swirls", "artist": "Ada"}, {"title": "Tiles"}, {}]
    assert recipes.style_names({"styles": styles}) == "Swirls + Tiles"
    assert recipes.credits_line({"styles": styles}) == "Swirls by Ada + Tiles"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (1.4, "1 second"),
        (41.3, "41 seconds"),
        (59.6, "1 min 0 s"),
        (125, "2 min 5 s"),
        (4320, "1 h 12 min"),
    ],
)
def test_a_duration_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert recipes.duration(seconds) == words
