"""Recipe files: what is written is read again, and everything else is refused with a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gallery import artwork_recipes, recipe_files
from gallery.models import Artwork, Style
from gallery.pictures import pixels_sha256
from gallery.recipe_files import RecipeFileError
from tests.gallery.drawings import RECIPE, whole_recipe

Make = Callable[..., Artwork]


@pytest.fixture
def said(make_artwork: Make) -> dict[str, Any]:
    """A recipe file as JSON."""
    return artwork_recipes.of_artwork(make_artwork(recipe=whole_recipe())).to_json()


def refused(said: object) -> str:
    data = said if isinstance(said, bytes) else json.dumps(said).encode()
    with pytest.raises(RecipeFileError) as error:
        recipe_files.read(data)
    return error.value.sentence


def test_a_recipe_that_was_written_is_read_as_it_was(make_artwork: Make) -> None:
    artwork = make_artwork(recipe=whole_recipe())
    written = artwork_recipes.of_artwork(artwork)
    assert recipe_files.read(written.to_bytes()) == written
    assert recipe_files.read(b"\xef\xbb\xbf" + written.to_line().encode()) == written
    assert written.title == "Mill"
    assert written.result.sha256 == artwork.sha256
    assert written.result.pixels_sha256 == artwork.pixels_sha256
    assert (written.photo.sha256, written.styles[0].pixels_sha256) == ("c" * 64, "b" * 64)
    assert (written.params.seed, written.params.style_strength) == (7, 62)
    assert written.made_with == {"torch": "2.0", "engine": 1, "weights": "bundled", "threads": 2}


def test_it_tells_nothing_of_its_owner_or_the_site(make_artwork: Make) -> None:
    recipe = whole_recipe(transfer="secret-id", continues=None)
    artwork = make_artwork(recipe=recipe)
    text = artwork_recipes.of_artwork(artwork).to_line()
    for secret in ("secret-id", str(artwork.pk), str(artwork.owner.pk), artwork.owner.email):
        assert f'"{secret}"' not in text
    assert artwork.owner.email not in text


def test_hashes_of_older_pictures_are_found_out_from_what_is_still_there(
    make_artwork: Make, preset: Style
) -> None:
    Style.objects.update(pixels_sha256="")
    old = {"title": "Swirls", "style_id": str(preset.pk), "sha256": preset.sha256, "weight": 2.0}
    [style] = artwork_recipes.of_artwork(make_artwork(recipe=whole_recipe(styles=[old]))).styles
    stored = pixels_sha256(preset.opened())
    assert (style.pixels_sha256, style.width, style.height) == (stored, 96, 64)
    assert style.weight == 2.0
    preset.refresh_from_db()
    assert preset.pixels_sha256 == stored


@pytest.mark.parametrize(
    "recipe",
    [{}, RECIPE, whole_recipe(params={"size_px": 7}), whole_recipe(frame_of={"step": 3})],
)
def test_of_a_picture_of_which_too_little_is_known_there_is_no_recipe(
    make_artwork: Make, recipe: dict[str, Any]
) -> None:
    with pytest.raises(RecipeFileError, match="Not enough is known"):
        artwork_recipes.of_artwork(make_artwork(recipe=recipe))


def test_names_with_odd_characters_do_not_spoil_it(make_artwork: Make) -> None:
    artwork = make_artwork(recipe=whole_recipe(), title="<é> & “x”")
    artwork.recipe["content"]["title"] = "a\nb\x00 👩‍🎨"  # PostgreSQL would not keep the NUL
    written = artwork_recipes.of_artwork(artwork)
    assert written.photo.title == "a b  👩‍🎨"
    assert recipe_files.read(written.to_bytes()).title == "<é> & “x”"


def test_a_newer_version_is_refused_with_what_to_do(said: dict[str, Any]) -> None:
    sentence = refused({**said, "schema": 3, "something": "new"})
    assert "newer Stylesite (version 3" in sentence
    assert "up to version 2" in sentence


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("format", "other", "not a recipe of Stylesite"),
        ("schema", None, "“schema” must be the version"),
        ("schema", True, "“schema” must be the version"),
        ("schema", 0, "“schema” must be the version"),
        ("extra", 1, "“extra” is nothing that this site knows"),
        ("title", 7, "“title” must be text"),
        ("title", "x" * 201, "“title” must be text of up to 200 letters"),
        ("title", "a\nb", "on one line"),
        ("inputs", [], "“inputs” must be an object"),
        ("inputs.photo", None, "“inputs.photo” must be an object"),
        ("inputs.photo.sha256", "ABC", "“inputs.photo.sha256” must be a SHA-256"),
        ("inputs.photo.sha256", "A" * 64, "“inputs.photo.sha256” must be a SHA-256"),
        ("inputs.photo.pixels_sha256", 5, "“inputs.photo.pixels_sha256” must be a SHA-256"),
        ("inputs.photo.width", 0, "“inputs.photo.width” must be a whole number from 1"),
        ("inputs.photo.width", 9.5, "“inputs.photo.width” must be a whole number"),
        ("inputs.photo.more", 1, "“inputs.photo.more” is nothing that this site knows"),
        ("inputs.styles", [], "“inputs.styles” must be a list of 1 to 8 styles"),
        ("inputs.styles.0.weight", 0, "“inputs.styles.0.weight” must be a number from 0.01"),
        ("inputs.styles.0.weight", "1", "“inputs.styles.0.weight” must be a number"),
        ("inputs.styles.0", "x", "“inputs.styles.0” must be an object"),
        ("inputs.earlier", {}, "“inputs.earlier.sha256” must be a SHA-256"),
        ("params", [], "“params” must be an object"),
        ("params.size_px", 10**9, "size_px must be a whole number from 32 to 4096"),
        ("params.version", 2, "These parameters have version 2"),
        ("params.odd", 1, "There is no parameter called 'odd'"),
        ("params.initial", "earlier", "which earlier picture"),
        ("seed", 8, "“seed” must be the seed"),
        ("result.steps", 0, "“result.steps” must be a whole number"),
        ("made_with.threads", "two", "“made_with.threads” must be a whole number"),
        ("made_with.torch", 2, "“made_with.torch” must be text"),
        ("made_with.path", "/home", "“made_with.path” is nothing that this site knows"),
    ],
)
def test_each_wrong_entry_is_named(
    said: dict[str, Any], path: str, value: object, words: str
) -> None:
    *above, name = path.split(".")
    place: Any = said
    for step in above:
        place = place[int(step)] if step.isdigit() else place[step]
    place[int(name) if name.isdigit() else name] = value
    assert words in refused(said)


def test_the_same_style_twice_is_refused(said: dict[str, Any]) -> None:
    said["inputs"]["styles"] *= 2
    assert "names the same style twice" in refused(said)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b'{"format": "stylesite-recipe", "schema": 1, "title": NaN}',
        b"[" * 10_000,
        b"\xff\xfe{}",
        b'{"format": ',
    ],
)
def test_what_is_no_json_is_refused(data: bytes) -> None:
    assert "cannot be read as JSON" in refused(data)


@pytest.mark.parametrize("said", [[], 5, "x", None, {}])
def test_other_json_is_no_recipe(said: object) -> None:
    assert "not a recipe of Stylesite" in refused(said)


def test_a_file_that_is_too_large_is_not_even_read() -> None:
    assert "never larger than 15 MB" in refused(b" " * (recipe_files.MOST_BYTES + 1))


@pytest.mark.parametrize("piece", [b'{"":0},', b"[],", b"0,", b'"":[[', b'"a":{'])
def test_what_has_entries_without_number_is_refused_before_it_is_parsed(
    piece: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[object] = []
    monkeypatch.setattr(recipe_files.json, "loads", lambda *said, **_more: parsed.append(said))
    assert "never says so much" in refused(b'{"a":[' + piece * 20_001 + b"0]}")
    assert parsed == []
