"""Brings the presets that ship with the site into the database, and follows them from then on.

Each row remembers what was last loaded into it. A field that still holds that value follows the
catalogue; one that differs was changed by an admin and is theirs. Whether a preset is published is
the admin's from the first moment.
"""

from __future__ import annotations

import hashlib
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from PIL import Image

from gallery import leftovers
from gallery.models import Style
from gallery.pictures import about_to_write, shrink
from gallery.presets.catalog import Preset

EXAMPLE_SIDE_PX = 1024
OWN_EXAMPLE = "own_example"
"""Key of a preset's memory: its example was painted here, and is the curator's from then on."""


@dataclass
class Outcome:
    """What loading one preset did. ``kept`` names fields that an admin changed and that so stay."""

    slug: str
    added: bool = False
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def load_preset(preset: Preset) -> Outcome:
    """Add ``preset``, or bring its row up to date; nothing is written when nothing changed.

    New files are written before the row and old ones go after it, so that the row always names
    whole files; a note of either sees to what a process that dies leaves behind.
    """
    found = Style.objects.filter(slug=preset.slug).first()
    style = found or Style(slug=preset.slug)
    outcome = Outcome(preset.slug, added=found is None)
    loaded = deepcopy(style.catalogue)
    old_files = {str(file.name) for file in style.file_fields()}
    with leftovers.removed_on_error(style.file_fields, but=old_files):
        _load_fields(style, preset, loaded, outcome)
        _load_files(style, preset, loaded, outcome)
        if loaded != style.catalogue:
            style.catalogue = loaded
            with transaction.atomic():
                style.save()
                leftovers.remove(old_files - {str(file.name) for file in style.file_fields()})
    return outcome


def _load_fields(style: Style, preset: Preset, loaded: dict[str, Any], outcome: Outcome) -> None:
    last: dict[str, Any] = loaded.setdefault("fields", {})
    for name, value in _values(preset).items():
        current = getattr(style, name)
        default = getattr(Style(), name)
        if current == value:
            last[name] = value
        elif current == last.get(name, default):
            setattr(style, name, value)
            last[name] = value
            outcome.updated.append(name)
        else:
            outcome.kept.append(name)


def _values(preset: Preset) -> dict[str, Any]:
    """The fields of a row as the catalogue has them."""
    return {
        "title": preset.title,
        "description": preset.description,
        "artist": preset.artist,
        "year": preset.year,
        "licence": preset.licence,
        "source": preset.source,
        "tags": list(preset.tags),
        "params": dict(preset.params),
        "example_alt": preset.example_alt,
        "position": preset.order,
    }


def _load_files(style: Style, preset: Preset, loaded: dict[str, Any], outcome: Outcome) -> None:
    """Write the files whose source is not the one that was loaded last."""
    digests: dict[str, str] = loaded.setdefault("files", {})
    digest = _digest(preset.image_path)
    if digests.get("image") != digest:
        if style.sha256 == loaded.get("stored", ""):
            style.set_picture(_opened(preset.image_path))
            loaded["stored"] = style.sha256
            digests["image"] = digest
            outcome.updated.append("image")
        else:
            outcome.kept.append("image")
    for name, path in (("example", preset.example_path), ("example_photo", preset.photo.path)):
        if not path.exists():  # an example is painted after its style is drawn
            continue
        digest = _digest(path)
        if digests.get(name) != digest:
            if loaded.get(OWN_EXAMPLE):
                outcome.kept.append(name)
                continue
            example = shrink(_opened(path), EXAMPLE_SIDE_PX)
            about_to_write(style)
            style.set_rendition(getattr(style, name), example, EXAMPLE_SIDE_PX)
            if name == "example":
                loaded["example_size"] = list(example.size)
            digests[name] = digest
            outcome.updated.append(name)


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
