"""Main colours, and the names they are found under."""

from __future__ import annotations

import pytest
from PIL import Image

from gallery import palettes
from gallery.presets.catalog import FOLDER
from tests.gallery.drawings import gradient


def flag(*colors: str, size: int = 90) -> Image.Image:
    """Stripes of equal width."""
    image = Image.new("RGB", (size, size))
    width = size // len(colors)
    for number, color in enumerate(colors):
        image.paste(color, (number * width, 0, (number + 1) * width, size))
    return image


def test_stripes_give_their_colours_with_their_shares() -> None:
    palette = palettes.main_colors(flag("#c81e1e", "#f0f0f0", "#1e1ec8"))
    assert {color["hex"] for color in palette} == {"#c81e1e", "#f0f0f0", "#1e1ec8"}
    assert [color["share"] for color in palette] == pytest.approx([1 / 3] * 3, abs=0.02)
    assert palettes.color_groups(palette) == " red blue white "


def test_the_largest_comes_first_and_a_speck_is_no_colour() -> None:
    image = Image.new("RGB", (100, 100), "#204080")
    image.paste("#e0c040", (0, 0, 30, 100))
    image.putpixel((99, 99), (255, 0, 0))
    assert [color["hex"] for color in palettes.main_colors(image)] == ["#204080", "#e0c040"]


def test_the_same_picture_always_has_the_same_palette() -> None:
    picture = gradient(300, 200)
    assert palettes.main_colors(picture) == palettes.main_colors(picture.copy())


def test_what_is_transparent_counts_as_the_white_it_is_painted_on() -> None:
    image = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    image.paste((200, 30, 30, 255), (0, 0, 30, 60))
    assert palettes.color_groups(palettes.main_colors(image)) == " red white "


@pytest.mark.parametrize(
    ("color", "name"),
    [
        ("#ff0000", "red"),
        ("#dc143c", "red"),
        ("#800000", "red"),
        ("#ffa500", "orange"),
        ("#ffff00", "yellow"),
        ("#ffd700", "yellow"),
        ("#008000", "green"),
        ("#013220", "green"),
        ("#87ceeb", "blue"),
        ("#0000ff", "blue"),
        ("#000080", "blue"),
        ("#800080", "purple"),
        ("#4b0082", "purple"),
        ("#ffc0cb", "pink"),
        ("#ff69b4", "pink"),
        ("#8b4513", "brown"),
        ("#d2b48c", "brown"),
        ("#000000", "black"),
        ("#101014", "black"),
        ("#808080", "grey"),
        ("#ffffff", "white"),
        ("#fbf9f3", "white"),
    ],
)
def test_colours_have_the_names_that_people_give_them(color: str, name: str) -> None:
    assert palettes.group_of(color) == name


def test_cielab_is_as_tables_have_it() -> None:
    """sRGB's primaries under D65, as Bruce Lindbloom's calculator gives them."""
    for color, lab in {
        "#ff0000": (53.24, 80.09, 67.20),
        "#00ff00": (87.73, -86.18, 83.18),
        "#0000ff": (32.30, 79.19, -107.86),
        "#ffffff": (100.0, 0.0, 0.0),
    }.items():
        assert palettes.lab_of(color) == pytest.approx(lab, abs=0.02)


def test_a_palette_is_nearer_to_its_like() -> None:
    def palette_of(slug: str) -> list[palettes.MainColor]:
        with Image.open(FOLDER / "images" / f"{slug}.jpg") as image:
            return palettes.main_colors(image)

    waves, swirls, charcoal = map(palette_of, ("woodblock-waves", "swirling-impasto", "charcoal"))
    assert palettes.difference(waves, waves) == 0
    assert palettes.difference(waves, swirls) < palettes.difference(waves, charcoal)
    assert palettes.difference(waves, []) == 100


def test_bands_fill_the_strip() -> None:
    bands = palettes.bands([{"hex": "#ffffff", "share": 0.6}, {"hex": "#000000", "share": 0.2}])
    assert bands == [("#ffffff", 0, 75), ("#000000", 75, 25)]
    assert palettes.bands([]) == []
