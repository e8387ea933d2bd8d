"""What belongs to a person: which tables lead to them, and which rows and files are theirs.

Found by walking the foreign keys, so that a table that comes tomorrow is found, too.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import CASCADE, Q, QuerySet, Sum

from accounts.models import User
from gallery.models import Artwork, Mask, Style, TimeLapse
from gallery.pictures import WithFiles
from transfers.models import BoothPicture, BroughtRecipe, ContentImage

Model = type[models.Model]

PICTURES: tuple[type[WithFiles], ...] = (
    Artwork,
    BoothPicture,
    BroughtRecipe,
    ContentImage,
    Style,
    Mask,
)
"""All kinds of rows with an owner and files, in an order in which they can go: nothing refers to
one that has not gone before, once transfers are gone."""


@functools.cache
def paths() -> dict[Model, tuple[str, ...]]:
    """Of every table whose rows go with a person: the lookups from a row to them.

    Such as {Artwork: ("owner",), TimeLapse: ("artwork__owner",)}.
    """
    found: dict[Model, set[str]] = {User: set()}
    waiting: list[Model] = [User]
    while waiting:
        owner = waiting.pop()
        for model, field in _belonging_to(owner):
            before = found.get(model, set())
            ways = {f"{field.name}__{way}" for way in found[owner]} or {field.name}
            if not ways <= before and model is not User and not _circles(model, field):
                found[model] = before | ways
                waiting.append(model)
    del found[User]
    return {model: tuple(sorted(ways)) for model, ways in found.items()}


def rows_of(model: Model, user: User) -> QuerySet[Any]:
    """The rows of ``model`` that are gone when ``user`` is."""
    theirs = Q(*((way, user) for way in paths()[model]), _connector=Q.OR)
    return model._base_manager.filter(theirs)


def bytes_of(user: User) -> int:
    """Of all that is stored in full size for ``user``, their guests’ pictures included."""
    kinds: list[Model] = [*PICTURES, TimeLapse]
    return sum(rows_of(one, user).aggregate(sum=Sum("bytes"))["sum"] or 0 for one in kinds)


def _belonging_to(owner: Model) -> Iterator[tuple[Model, models.ForeignKey[Any, Any]]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey) or field.related_model is not owner:
                continue
            if field.remote_field.on_delete is CASCADE:
                yield model, field


def _circles(model: Model, field: models.ForeignKey[Any, Any]) -> bool:
    return field.related_model is model
