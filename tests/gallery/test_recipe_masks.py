"""Masks inside recipe files: written whole, and judged like any upload when somebody brings one."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from accounts.models import User
from gallery import artwork_recipes, reading, recipe_differences, recipe_files, recipes
from gallery.busy import BusyError
from gallery.downloads import Wish, file_bytes
from gallery.masks import keep_mask
from gallery.models import Artwork, Mask
from gallery.pictures import pixels_sha256
from gallery.recipe_files import RecipeFileError
from tests.gallery.drawings import recipe_inside, whole_recipe
from tests.transfers.drawings import BAD_FILES, as_file, left_half
from transfers.repeating import bringing

Make = Callable[..., Artwork]
Said = dict[str, Any]


def named(mask: Mask) -> dict[str, object]:
    return {"sha256": mask.sha256, "percent": mask.percent}


def masked_recipe(mask: Mask, protect: Mask | None = None) -> dict[str, Any]:
    recipe = whole_recipe()
    recipe["styles"][0]["mask"] = named(mask)
    return recipe if protect is None else {**recipe, "protect": named(protect)}


@pytest.fixture
def mask(user: User) -> Mask:
    return keep_mask(user, left_half(96, 64))


@pytest.fixture
def protect(user: User) -> Mask:
    return keep_mask(user, Image.linear_gradient("L").resize((48, 32)))


@pytest.fixture
def masked(make_artwork: Make, mask: Mask, protect: Mask) -> Artwork:
    return make_artwork(recipe=masked_recipe(mask, protect))


@pytest.fixture
def said(masked: Artwork) -> Said:
    return artwork_recipes.of_artwork(masked).to_json()


def refused(said: Said) -> str:
    with pytest.raises(RecipeFileError) as error:
        recipe_files.read(json.dumps(said).encode())
    return error.value.sentence


def test_the_masks_are_inside_whole(masked: Artwork, mask: Mask, protect: Mask) -> None:
    written = artwork_recipes.of_artwork(masked)
    read = recipe_files.read(written.to_bytes())
    assert read == written
    assert recipe_files.read(written.to_line().encode()) == written
    style, kept = read.styles[0].mask, read.protect
    assert style is not None
    assert kept is not None
    assert style.image().tobytes() == left_half(96, 64).tobytes()
    assert kept.image().tobytes() == protect.opened().tobytes()
    assert written.to_json()["schema"] == 2


def test_without_masks_a_recipe_is_one_that_older_sites_read(make_artwork: Make) -> None:
    said = artwork_recipes.of_artwork(make_artwork(recipe=whole_recipe())).to_json()
    assert said["schema"] == 1
    assert "protect" not in said["inputs"]
    assert "mask" not in said["inputs"]["styles"][0]


@pytest.mark.parametrize("file_format", ["png", "jpg", "webp"])
def test_pictures_carry_them(masked: Artwork, file_format: str) -> None:
    data = file_bytes(masked, Wish(file_format=file_format, with_recipe=True))
    assert recipe_inside(data) == artwork_recipes.of_artwork(masked)


def test_what_is_too_large_for_a_jpeg_is_said_and_others_carry_it(
    make_artwork: Make, user: User
) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (600, 900), dtype=np.uint8)
    artwork = make_artwork(recipe=masked_recipe(keep_mask(user, Image.fromarray(noise))))
    with pytest.raises(RecipeFileError, match="too large to be put inside a JPEG"):
        file_bytes(artwork, Wish(file_format="jpg", with_recipe=True))
    for file_format in ("png", "webp"):
        data = file_bytes(artwork, Wish(file_format=file_format, with_recipe=True))
        assert recipe_inside(data) == artwork_recipes.of_artwork(artwork)


def test_a_row_names_them_only(said: Said) -> None:
    named = recipe_files.RecipeFile.from_json(said).to_json(whole=False)
    assert set(named["inputs"]["protect"]) == {"pixels_sha256", "width", "height"}
    again = recipe_files.RecipeFile.from_json(named)
    assert [mask.pixels_sha256 for mask in again.masks] == [
        said["inputs"]["styles"][0]["mask"]["pixels_sha256"],
        said["inputs"]["protect"]["pixels_sha256"],
    ]


def test_a_recipe_whose_mask_is_gone_cannot_be_written(masked: Artwork) -> None:
    masked.masks.clear()
    with pytest.raises(RecipeFileError, match="Not enough is known"):
        artwork_recipes.of_artwork(masked)


def entry(data: bytes, width: int = 96, height: int = 64, pixels: str = "a" * 64) -> Said:
    png = base64.b64encode(data).decode()
    return {"pixels_sha256": pixels, "width": width, "height": height, "png": png}


GREY = left_half(96, 64)
WRONG: dict[str, tuple[Said, str]] = {
    "bomb": (entry(BAD_FILES["bomb"].data), "damaged, or no PNG, or too large"),
    "cut off": (entry(as_file(GREY, "PNG")[:60]), "damaged, or no PNG"),
    "no picture": (entry(b"Dear diary"), "damaged, or no PNG"),
    "a JPEG": (entry(as_file(GREY, "JPEG")), "damaged, or no PNG"),
    "larger than masks are": (entry(as_file(left_half(2000, 900), "PNG"), 96, 64), "too large"),
    "in colour": (entry(as_file(GREY.convert("RGB"), "PNG")), "grey picture of the size"),
    "another size": (entry(as_file(GREY, "PNG"), 97), "grey picture of the size"),
    "another mask": (entry(as_file(GREY, "PNG")), "another mask than the recipe’s hash"),
    "no base64": ({**entry(b""), "png": "§§"}, "must be a small PNG in base64"),
    "no text": ({**entry(b""), "png": 7}, "must be a small PNG in base64"),
    "too much": ({**entry(b""), "png": "A" * 2_000_000}, "must be a small PNG in base64"),
    "a size beyond": (entry(as_file(GREY, "PNG"), 5000), "from 1 to 1024"),
    "an unknown entry": (
        {**entry(as_file(GREY, "PNG")), "colour": "red"},
        "nothing that this site",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_mask_is_refused(said: Said, name: str) -> None:
    wrong, words = WRONG[name]
    assert words in refused({**said, "inputs": {**said["inputs"], "protect": wrong}})
    style = {**said["inputs"]["styles"][0], "mask": wrong}
    sentence = refused({**said, "inputs": {**said["inputs"], "styles": [style]}})
    assert words in sentence
    assert "inputs.styles.0.mask" in sentence


def test_masks_take_the_turns_of_whoever_brings_them(
    said: Said, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = reading.Turns(at_once=3, each=1, waiting=1, waiting_each=1, patience_s=0)
    monkeypatch.setattr(reading, "turns", turns)
    data = json.dumps(said).encode()
    with turns.turn(user.pk):
        with pytest.raises(BusyError):
            recipe_files.read(data, user.pk)
        with pytest.raises(BusyError):
            bringing.bring(user, io.BytesIO(data))
    assert bringing.bring(user, io.BytesIO(data)).masks.count() == 2


def test_metadata_of_a_mask_is_not_kept(said: Said, user: User) -> None:
    buffer = io.BytesIO()
    info = PngInfo()
    info.add_text("secret", "home")
    GREY.save(buffer, "PNG", pnginfo=info)
    said["inputs"]["protect"] = entry(buffer.getvalue(), pixels=pixels_sha256(GREY))
    protect = recipe_files.read(json.dumps(said).encode()).protect
    assert protect is not None
    kept = keep_mask(user, protect.image())
    with kept.original.open("rb") as file:
        assert b"home" not in file.read()


# In words


def test_comparing_names_where_styles_painted_and_where_the_photo_stayed(
    make_artwork: Make, masked: Artwork, mask: Mask, protect: Mask
) -> None:
    rows = recipe_differences.rows([masked, make_artwork(recipe=whole_recipe())])
    told = {row.label: row.values for row in rows if row.differs}
    assert told["Where styles paint"] == (f"Swirls: 50 % (mask {mask.sha256[:6]})", "")
    assert told["Photo kept"] == (f"{protect.percent} % (mask {protect.sha256[:6]})", "")


def test_the_places_of_a_recipe_are_those_whose_masks_are_here(
    masked: Artwork, mask: Mask, protect: Mask
) -> None:
    masks = {mask.sha256: mask, protect.sha256: protect}
    found = recipes.places(masked.recipe, masks)
    assert [(place.title, place.mask) for place in found] == [
        ("Swirls", mask),
        ("The photo, kept", protect),
    ]
    assert recipes.places(masked.recipe, {}) == []
    assert recipes.places(whole_recipe(), masks) == []
