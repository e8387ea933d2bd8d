"""A recipe of a photo in two styles, and the picture that came out, as somebody else has them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from accounts.models import User
from engine.params import Params
from gallery import artwork_recipes
from gallery.models import Artwork, Style
from gallery.recipe_files import RecipeFile
from gallery.styles import add_style
from tests.gallery.drawings import hang_artwork, whole_recipe
from tests.transfers.drawings import as_file, quadrants
from transfers.models import ContentImage
from transfers.photos import add_photo
from transfers.repeating import bringing
from transfers.repeating.models import BroughtRecipe

PHOTO = as_file(quadrants(), "PNG")
STYLES = [as_file(quadrants(64, 96), "PNG"), as_file(quadrants(70, 50), "PNG")]

Paint = Callable[..., Artwork]


@pytest.fixture
def their_photo(stranger: User) -> ContentImage:
    return add_photo(stranger, BytesIO(PHOTO), "upload", "Harbour")


@pytest.fixture
def their_styles(stranger: User) -> list[Style]:
    rows = []
    for number, data in enumerate(STYLES):
        with Image.open(BytesIO(data)) as image:
            rows.append(add_style(owner=stranger, image=image, title=f"Tiles {number}"))
    return rows


@pytest.fixture
def paint(stranger: User, their_photo: ContentImage, their_styles: list[Style]) -> Paint:
    """Their picture; ``changes`` go into its recipe."""

    def hang(image: Image.Image | None = None, owner: User = stranger, **changes: Any) -> Artwork:
        photo = their_photo
        recipe = whole_recipe(
            params=Params(size_px=96, seed=3).to_json(),
            styles=[
                {
                    "title": style.title,
                    "style_id": str(style.pk),
                    "weight": 1.0 + number,
                    **artwork_recipes.described(style),
                }
                for number, style in enumerate(their_styles)
            ],
            content={
                "title": photo.title,
                "photo_id": str(photo.pk),
                "source": "upload",
                **artwork_recipes.described(photo),
            },
        )
        picture = image or quadrants(96, 64)
        return hang_artwork(
            owner=owner,
            image=picture,
            before=picture,
            title="Harbour in tiles",
            recipe={**recipe, **changes},
        )

    return hang


@pytest.fixture
def recipe(paint: Paint) -> RecipeFile:
    return artwork_recipes.of_artwork(paint())


@pytest.fixture
def brought(user: User, recipe: RecipeFile) -> BroughtRecipe:
    return bringing.keep(user, recipe)


@pytest.fixture
def own_inputs(user: User) -> tuple[ContentImage, list[Style]]:
    """The same photo and styles, uploaded by the one who brings the recipe."""
    photo = add_photo(user, BytesIO(PHOTO), "upload", "Mine")
    styles = []
    for data in STYLES:
        with Image.open(BytesIO(data)) as image:
            styles.append(add_style(owner=user, image=image, title="Mine"))
    return photo, styles
