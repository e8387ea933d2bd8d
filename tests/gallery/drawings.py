"""Pictures drawn by code, as files, uploads and artworks, and a recipe as the runner writes it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from engine.images import Limits, read_picture
from engine.params import Params
from gallery.artworks import frame_artwork, hang
from gallery.embedded_recipes import from_picture
from gallery.models import Artwork
from gallery.recipe_files import RecipeFile

RECIPE: dict[str, Any] = {
    "version": 1,
    "params": {"version": 1, "size_px": 512, "style_strength": 62.0, "style_scale": 1.0},
    "styles": [{"title": "Swirls", "artist": "Ada", "sha256": "ab", "weight": 1.0}],
    "content": {"title": "Old mill", "sha256": "cd", "source": "upload"},
    "seed": 7,
    "steps": 140,
    "seconds": 41.3,
}


def whole_recipe(**changes: Any) -> dict[str, Any]:
    """A recipe that says all that is needed to paint the picture again."""
    style = {"title": "Swirls", "artist": "Ada", "weight": 1.0, "sha256": "a" * 64}
    content = {"title": "Old mill", "source": "upload", "sha256": "c" * 64}
    size = {"width": 96, "height": 64}
    recipe = {
        **RECIPE,
        "params": Params(size_px=96, style_strength=62, seed=7).to_json(),
        "styles": [{**style, **size, "pixels_sha256": "b" * 64}],
        "content": {**content, **size, "pixels_sha256": "d" * 64},
        "planned_steps": 140,
        "losses": {"content": 1.5, "style": 0.25, "tv": 0.5, "total": 2.25},
        "versions": {"torch": "2.0", "engine": 1, "weights": "bundled", "threads": 2},
    }
    return {**recipe, **changes}


def gradient(width: int = 96, height: int = 64, mode: str = "RGB") -> Image.Image:
    """A picture in which no two corners are alike."""
    bands = [
        Image.linear_gradient("L").resize((width, height)),
        Image.linear_gradient("L").rotate(90).resize((width, height)),
        Image.new("L", (width, height), 90),
        Image.linear_gradient("L").rotate(180).resize((width, height)),
    ]
    return Image.merge(mode, bands[: len(mode)])


def hang_artwork(**given: Any) -> Artwork:
    """An artwork on its owner's wall; ``given`` is what ``frame_artwork`` takes."""
    artwork = frame_artwork(**given)
    hang(artwork)
    return artwork


def upload(
    image: Image.Image | None = None, name: str = "old_mill.png", **options: Any
) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    (image or gradient()).save(buffer, options.pop("format", "PNG"), **options)
    return SimpleUploadedFile(name, buffer.getvalue())


def hang_copies(artwork: Artwork, count: int, **values: Any) -> list[Artwork]:
    """Rows that share the files of ``artwork``, each finished a minute before the last.

    ``values`` are of their columns, or functions of the copy's number.
    """
    known = {field.attname: getattr(artwork, field.attname) for field in Artwork._meta.fields}
    rows = []
    for number in range(1, count + 1):
        given = {name: one(number) if callable(one) else one for name, one in values.items()}
        finished = artwork.created_at - timedelta(minutes=number)
        rows.append(Artwork(**{**known, "id": uuid4(), "created_at": finished, **given}))
    return Artwork.objects.bulk_create(rows)


def recipe_inside(data: bytes) -> RecipeFile | None:
    """What a file's picture carries."""
    return from_picture(read_picture(data, Limits()))
