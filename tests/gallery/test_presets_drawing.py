"""The presets: scripts that draw the same picture every time, and a catalog that is complete."""

import io

import numpy as np
import pytest
from PIL import Image

from engine.params import Params
from gallery.presets.catalog import CatalogError, Preset, read_catalog
from gallery.presets.draw.__main__ import (
    IMAGES,
    MAX_BYTES,
    SIDE_PX,
    draw_preset,
    finished,
    jpeg,
    slugs,
)

PRESETS = read_catalog()
MAX_IMAGE_BYTES = 350 * 1024
MAX_EXAMPLE_BYTES = 150 * 1024
# What JPEG adds to a picture: keys of `Image.info` that say how it is coded, not what it shows.
CODING = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


@pytest.mark.parametrize("slug", slugs())
def test_drawing_a_preset_twice_gives_the_same_pixels(slug: str) -> None:
    first, second = (draw_preset(slug, 128) for _ in range(2))
    assert first.size == (128, 128)
    assert first.mode == "RGB"
    assert first.tobytes() == second.tobytes()
    assert np.asarray(first).std() > 20  # something is drawn on it


@pytest.mark.parametrize("slug", ["mosaic", "stained-glass"])
def test_the_committed_picture_is_what_the_script_draws(slug: str) -> None:
    with Image.open(IMAGES / f"{slug}.jpg") as committed:
        stored = np.asarray(committed, float)
    with Image.open(io.BytesIO(jpeg(finished(slug), MAX_BYTES))) as drawn:
        assert np.abs(stored - np.asarray(drawn, float)).mean() < 2


def test_every_script_is_in_the_catalog_and_has_its_picture() -> None:
    assert sorted(preset.slug for preset in PRESETS) == slugs()
    assert sorted(path.stem for path in IMAGES.glob("*")) == slugs()
    assert len(PRESETS) >= 12


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_a_preset_has_all_its_words_and_a_fit_picture(preset: Preset) -> None:
    assert preset.title
    assert len(preset.description) > 40
    assert len(preset.tags) >= 3
    assert preset.example_alt.endswith(".")
    assert Params.from_json(preset.params).style_strength == preset.params["style_strength"]
    assert preset.image_path.stat().st_size <= MAX_IMAGE_BYTES
    with Image.open(preset.image_path) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (SIDE_PX, SIDE_PX))
        assert set(image.info) <= CODING


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_an_example_shows_its_photo_uncropped(preset: Preset) -> None:
    assert preset.example_path.stat().st_size <= MAX_EXAMPLE_BYTES
    with Image.open(preset.example_path) as example, Image.open(preset.photo.path) as photo:
        assert example.format == photo.format == "JPEG"
        assert max(example.size) >= 512
        assert example.width / example.height == pytest.approx(photo.width / photo.height, rel=0.02)
        assert set(example.info) | set(photo.info) <= CODING


def test_jpeg_keeps_within_its_bytes_and_drops_metadata() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (128, 128, 3), np.uint8)
    image = Image.fromarray(noise)
    image.info["comment"] = b"made at home"
    exif = Image.Exif()
    exif[0x010E] = "made at home"
    image.info["exif"] = exif.tobytes()
    data = jpeg(image, 20_000)
    assert len(data) <= 20_000
    assert b"made at home" not in data
    with Image.open(io.BytesIO(data)) as again:
        assert again.size == (128, 128)


def test_jpeg_says_when_a_picture_cannot_be_made_small_enough() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (128, 128, 3), np.uint8)
    with pytest.raises(ValueError, match="does not fit in 500 bytes"):
        jpeg(Image.fromarray(noise), 500)


CATALOG = """
[photo.cat]
title = "A cat"
credit = "Someone"
licence = "CC0-1.0"
source = "https://example.org/cat"

[preset.dots]
title = "Dots"
description = "Only dots."
artist = "Stylesite"
year = "2026"
licence = "CC0-1.0"
source = "Drawn by code"
tags = ["dots"]
order = 10
params = { style_strength = 60 }
photo = "cat"
example_alt = "A cat in dots."
"""


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('title = "Dots"', "", "dots: missing or unknown: title"),
        ('title = "Dots"', 'title = ""', "dots: title must not be empty"),
        ('title = "Dots"', 'title = "Dots"\ncolour = "red"', "dots: missing or unknown: colour"),
        ('tags = ["dots"]', "tags = []", "dots: tags must not be empty"),
        ("style_strength = 60", "style_strength = 600", "dots: style_strength must be a number"),
        ("style_strength = 60", "brush = 1", "dots: There is no parameter called 'brush'"),
        ('photo = "cat"', 'photo = "dog"', "dots: there is no photo called 'dog'"),
        ('credit = "Someone"', "", "cat: missing or unknown: credit"),
    ],
)
def test_a_catalog_with_a_mistake_is_refused(tmp_path, before, after, complaint) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text(CATALOG.replace(before, after))
    with pytest.raises(CatalogError, match=complaint):
        read_catalog(path)


def test_a_whole_catalog_is_read_in_order(tmp_path) -> None:
    second = CATALOG[CATALOG.index("[preset") :].replace("preset.dots", "preset.lines")
    path = tmp_path / "catalog.toml"
    path.write_text(CATALOG + second.replace("order = 10", "order = 5"))
    assert [preset.slug for preset in read_catalog(path)] == ["lines", "dots"]
    path.write_text(CATALOG + second)
    with pytest.raises(CatalogError, match="same order"):
        read_catalog(path)
