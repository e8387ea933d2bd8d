"""Ordering examples: which photo each is painted from, and one order at a time for each preset."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.models import User
from engine.params import Params
from gallery.models import Style
from gallery.presets.catalog import Photo, read_catalog
from transfers.examples.models import ExampleOrder
from transfers.models import ContentImage
from transfers.photos import add_photo
from transfers.queue import submission


@cache
def photos() -> dict[str, Photo]:
    """The catalogue's sample photos by their slugs, the first being the usual one."""
    found = {preset.photo.slug: preset.photo for preset in read_catalog()}
    return {slug: photo for slug, photo in found.items() if photo.path.exists()}


@cache
def _photos_of_the_catalogue() -> dict[str, str]:
    return {preset.slug: preset.photo.slug for preset in read_catalog()}


def photo_of(style: Style) -> str:
    """The photo that the present example of ``style`` shows; without one, the usual photo."""
    return photos_of([style])[style.pk]


def photos_of(styles: Sequence[Style]) -> dict[UUID, str]:
    """The same for many, by the style's key."""
    hung = ExampleOrder.objects.filter(style__in=styles, hung_at__isnull=False).order_by("hung_at")
    ordered = dict(hung.values_list("style_id", "photo"))
    usual = next(iter(photos()))
    shown = {
        style.pk: ordered.get(style.pk) or _photos_of_the_catalogue().get(style.slug or "")
        for style in styles
    }
    return {pk: photo if photo in photos() else usual for pk, photo in shown.items()}


def order(by: User, style: Style, photo: str) -> tuple[ExampleOrder, bool]:
    """Queue the example of ``style``; an order that is not finished is returned as it is.

    Returns the order and whether it is new. Raises KeyError for a photo that is not in the
    catalogue, engine.errors.EngineError where the preset's settings cannot be painted, and
    accounts.quotas.QuotaError where a limit of ``by`` is reached.
    """
    params = dataclasses.replace(Params.from_json(style.params), size_px=settings.EXAMPLE_SIZE_PX)
    content = _stored(by, photos()[photo])
    with transaction.atomic():
        # Two curators at once wait for each other here.
        Style.objects.select_for_update().get(pk=style.pk)
        waiting = ExampleOrder.objects.unfinished().filter(style=style).first()
        if waiting is not None:
            return waiting, False
        transfer = submission.submit(by, content, [(style, 1.0)], params, keeps_time_lapse=False)
        return (
            ExampleOrder.objects.create(style=style, transfer=transfer, photo=photo, ordered_by=by),
            True,
        )


def latest(styles: Sequence[Style]) -> dict[UUID, ExampleOrder]:
    """The latest order of each of ``styles`` that has any, by the style's key."""
    orders = (
        ExampleOrder.objects.filter(style__in=styles)
        .select_related("transfer")
        .order_by("ordered_at", "pk")
    )
    return {order.style_id: order for order in orders}


def _stored(by: User, photo: Photo) -> ContentImage:
    """The sample photo among the curator's own: every transfer's photo belongs to its owner."""
    with photo.path.open("rb") as file:
        return add_photo(by, file, ContentImage.Source.UPLOAD, photo.title)
