"""From the ids and settings of a request to what `submission.submit_all` takes.

Photos and styles are fetched through whoever asks, so that somebody else's are not found.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from engine.errors import EngineError, ImageError, ParameterError
from engine.params import QUALITIES, Params
from gallery.busy import BusyError
from gallery.models import Mask, Style
from transfers.api.problems import RefusedError, field_refused
from transfers.models import ContentImage
from transfers.queue.submission import Order


def one(owner: User, values: dict[str, Any]) -> Order:
    """The order of a validated NewTransferSerializer."""
    photo = photos(owner, [values["content_image"]], "content_image")[0]
    shares = values["styles"]
    chosen = styles(owner, [share["style"] for share in shares], "styles.{}.style")
    if len(set(chosen)) < len(chosen):
        raise field_refused("styles", _("Name each style once; its weight says how much of it."))
    weighted = [(style, share["weight"]) for style, share in zip(chosen, shares, strict=True)]
    order = Order(
        content_image=photo,
        styles=weighted,
        params=_params(chosen[0], values),
        masks=_masks(owner, shares),
        protect=_protect(owner, values),
        keeps_time_lapse=values["time_lapse"],
    )
    return _checked(order, "content_image")


def many(owner: User, values: dict[str, Any]) -> list[Order]:
    """Those of a validated NewBatchSerializer: every photo in every style."""
    wanted = photos(owner, _once_each(values["content_images"]), "content_images.{}")
    manners = styles(owner, _once_each(values["styles"]), "styles.{}")
    chosen = [(style, _params(style, values)) for style in manners]
    return [
        _checked(
            Order(
                content_image=photo,
                styles=[(style, 1.0)],
                params=params,
                keeps_time_lapse=values["time_lapse"],
            ),
            f"content_images.{number}",
        )
        for number, photo in enumerate(wanted)
        for style, params in chosen
    ]


def _masks(owner: User, shares: list[dict[str, Any]]) -> dict[UUID, Mask]:
    """The masks of the styles that have one, by the styles' ids."""
    return {
        share["style"]: _mask(owner, share["mask"], f"styles.{number}.mask")
        for number, share in enumerate(shares)
        if share.get("mask")
    }


def _protect(owner: User, values: dict[str, Any]) -> Mask | None:
    if not values.get("protect"):
        return None
    if values.get("params", {}).get("outside_masks") == "paint":
        sentence = _("Where the photo is protected, it stays outside the masks as well: “photo”.")
        raise field_refused("params.outside_masks", sentence)
    return _mask(owner, values["protect"], "protect")


def _mask(owner: User, pk: UUID, path: str) -> Mask:
    found = Mask.objects.owned_by(owner).filter(pk=pk).first()
    if found is None:
        raise field_refused(path, _("You have no mask with this id. Send it anew."))
    return found


def _checked(order: Order, photo_field: str) -> Order:
    """Raises RefusedError, naming the field, where the photo cannot be painted so."""
    try:
        order.pixel_steps()
    except EngineError as error:
        raise named(error, photo_field) from error
    try:
        order.check_masks()
    except ParameterError as error:
        raise field_refused("styles", error.sentence) from error
    return order


def named(error: EngineError, photo_field: str) -> EngineError | RefusedError:
    """`error` with the field it belongs to; those that say it themselves stay as they are."""
    said_by_itself = isinstance(error, ParameterError | BusyError)
    if said_by_itself or not isinstance(error, ImageError):
        return error
    return RefusedError(error.reason, error.sentence, errors={photo_field: [error.sentence]})


def _params(style: Style, values: dict[str, Any]) -> Params:
    """The style's recommendation, then the quality's size, then what was asked for."""
    size = {"size_px": QUALITIES[values["quality"]]} if "quality" in values else {}
    return Params.from_json({**style.params, **size, **values.get("params", {})})


def photos(owner: User, ids: list[UUID], path: str) -> list[ContentImage]:
    """Photos of `owner` in this order; RefusedError names the one that is missing."""
    found = ContentImage.objects.owned_by(owner).in_bulk(ids)
    return [
        found.get(pk) or _missing(path, number, _("You have no photo with this id."))
        for number, pk in enumerate(ids)
    ]


def styles(owner: User, ids: list[UUID], path: str) -> list[Style]:
    """The same of styles that `owner` may use."""
    found = Style.objects.usable_by(owner).in_bulk(ids)
    return [
        found.get(pk) or _missing(path, number, _("There is no style with this id for you."))
        for number, pk in enumerate(ids)
    ]


def _missing(path: str, number: int, sentence: str) -> Any:
    raise field_refused(path.format(number), sentence)


def _once_each(ids: list[UUID]) -> list[UUID]:
    return list(dict.fromkeys(ids))
