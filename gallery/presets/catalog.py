"""The catalog of presets: what `catalog.toml` says about each, checked.

Reading it needs neither Django nor the drawing scripts. The pictures lie beside it, in `images/`
and `examples/`, named by slug.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from engine.errors import ParameterError
from engine.params import Params

FOLDER = Path(__file__).parent


class CatalogError(ValueError):
    """The catalog says something that cannot be right; the sentence names the entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo that examples are painted from, free for anyone to use."""

    slug: str
    title: str
    credit: str
    licence: str
    source: str

    @property
    def path(self) -> Path:
        """The photo itself."""
        return FOLDER / "examples" / "photos" / f"{self.slug}.jpg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One style that ships with the site. `params` is a subset of `engine.params.Params`."""

    slug: str
    title: str
    description: str
    artist: str
    year: str
    licence: str
    source: str
    tags: tuple[str, ...]
    order: int
    params: Mapping[str, Any]
    photo: Photo
    example_alt: str

    @property
    def image_path(self) -> Path:
        """The style image."""
        return FOLDER / "images" / f"{self.slug}.jpg"

    @property
    def example_path(self) -> Path:
        """What the engine made of `photo` in this style, with `params`."""
        return FOLDER / "examples" / f"{self.slug}.jpg"


Entry = TypeVar("Entry", Photo, Preset)


def read_catalog(path: Path = FOLDER / "catalog.toml") -> tuple[Preset, ...]:
    """Return all presets, in their order.

    Raises CatalogError for a missing, unknown or repeated entry and for parameters that the engine
    would refuse.
    """
    entries = tomllib.loads(path.read_text("utf-8"))
    shared = entries.get("shared", {})
    photos = {slug: _entry(Photo, {"slug": slug, **row}) for slug, row in entries["photo"].items()}
    presets = [
        _preset({"slug": slug, **shared, **row}, photos) for slug, row in entries["preset"].items()
    ]
    orders = [preset.order for preset in presets]
    if len(set(orders)) < len(orders):
        raise CatalogError("Two presets have the same order.")
    return tuple(sorted(presets, key=lambda preset: preset.order))


def _preset(row: dict[str, Any], photos: Mapping[str, Photo]) -> Preset:
    slug = row["slug"]
    try:
        Params.from_json(row.get("params", {}))
    except ParameterError as error:
        raise CatalogError(f"{slug}: {error}") from error
    if row.get("photo") not in photos:
        raise CatalogError(f"{slug}: there is no photo called {row.get('photo')!r}.")
    tags = tuple(row.get("tags", ()))
    return _entry(Preset, {**row, "photo": photos[row["photo"]], "tags": tags})


def _entry(kind: type[Entry], row: dict[str, Any]) -> Entry:
    """Build an entry, refusing fields that are missing, unknown or empty."""
    names = {field.name for field in fields(kind)}
    if wrong := sorted(names ^ row.keys()):
        raise CatalogError(f"{row['slug']}: missing or unknown: {', '.join(wrong)}.")
    if empty := sorted(name for name in names if row[name] in ("", ())):
        raise CatalogError(f"{row['slug']}: {', '.join(empty)} must not be empty.")
    return kind(**row)
