"""How transfers come into being: submitted, tried once more, or going on from a finished picture.

Each becomes a QUEUED row with a wake-up, within the limits of its owner; what happens to it after
that is in `lifecycle`, `steering` and `rescue`.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from accounts.models import User
from engine import pyramid
from engine.errors import ImageError, ParameterError
from engine.inputs import StyleImage, check_styles, protect_photo
from engine.params import Params
from gallery.models import Artwork, Mask, Style
from transfers import logs, longest, quotas
from transfers.models import (
    Booth,
    BroughtRecipe,
    ContentImage,
    ExampleOrder,
    Sitting,
    Transfer,
    TransferStyle,
)
from transfers.queue import own_order, wakeups
from transfers.studies.models import Purpose

logger = logging.getLogger(__name__)

State = Transfer.State


class WrongStateError(Exception):
    """The transition is not allowed from the state the transfer is in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be painted: a photo in styles, each with its weight.

    masks: where styles paint, by their ids; one without a mask paints what the others leave.
    protect: where the photo stays, whatever the masks say.
    continues: the earlier picture of that photo, where `params.initial` is "earlier". repeats: the
    recipe that is painted again.
    title: what the artwork will be called, unless after photo and styles as usual.
    keeps_time_lapse: whether frames are kept, where the site keeps any. stop_after: the step after
    which it is finished, if not the last. purpose: whether it is a picture or a study. booth: where
    a guest of the owner's wants it.
    """

    content_image: ContentImage
    styles: Sequence[tuple[Style, float]]
    params: Params
    masks: Mapping[Any, Mask] = dataclasses.field(default_factory=dict)
    protect: Mask | None = None
    continues: Artwork | None = None
    retry_of: Transfer | None = None
    title: str = ""
    keeps_time_lapse: bool = True
    stop_after: int | None = None
    repeats: BroughtRecipe | None = None
    purpose: Purpose = Purpose.PICTURE
    booth: Booth | None = None

    def painted_params(self) -> Params:
        """The settings it is painted with: where the photo is protected, it stays outside masks."""
        if self.protect is None:
            return self.params
        return dataclasses.replace(self.params, outside_masks="photo")

    def mask_key(self) -> tuple[Any, ...]:
        """The same for orders of which `check_masks` says the same: the cells of a sheet differ in
        what it does not ask."""
        chosen = (self.masks.get(style.pk) for style, _weight in self.styles)
        masks = (*chosen, self.protect)
        return self.content_image.pk, *(mask.pk if mask else None for mask in masks)

    def check_masks(self) -> None:
        """Raises ParameterError where masks were made for another photo, or leave nothing to
        paint."""
        chosen = [self.masks.get(style.pk) for style, _weight in self.styles]
        masks = [mask for mask in (*chosen, self.protect) if mask is not None]
        if not masks:
            return
        photo = self.content_image
        if not all(mask.fits(photo.width, photo.height) for mask in masks):
            raise ParameterError(
                _("The masks were painted on a photo of other proportions. Paint them anew."),
                field="styles",
            )
        try:
            # Of a style only its mask counts here.
            blank = Image.new("L", (1, 1))
            styles = [StyleImage(blank, mask=m.opened() if m else None) for m in chosen]
            protect = self.protect.opened() if self.protect else None
        except FileNotFoundError as error:
            raise ParameterError(
                _("A mask is no longer there. Paint it anew."), field="styles"
            ) from error
        check_styles(protect_photo(styles, self.params, protect)[0])

    def pixel_steps(self) -> int:
        """The work of it. Raises engine.errors.EngineError where it cannot be painted so."""
        planned = self.plan()
        return planned.pixel_steps_until(self.stop_after or planned.total_steps)

    def plan(self) -> pyramid.Plan:
        """Sizes and steps of it. Raises engine.errors.EngineError where there are none."""
        photo, earlier = self.content_image, self.continues
        size = (earlier.width, earlier.height) if earlier else None
        pyramid.check_earlier(photo.width, photo.height, self.params, size)
        earlier_px = max(size) if size else None
        return pyramid.plan(photo.width, photo.height, self.params, earlier_px=earlier_px)


def submit(
    owner: User,
    content_image: ContentImage,
    styles: Sequence[tuple[Style, float]],
    params: Params,
    *,
    keeps_time_lapse: bool = True,
) -> Transfer:
    """Queue a transfer of `content_image` in `styles`, each with its weight; see `submit_all`."""
    order = Order(
        content_image=content_image,
        styles=styles,
        params=params,
        keeps_time_lapse=keeps_time_lapse,
    )
    return submit_all(owner, [order])[0]


def submit_all(owner: User, orders: Sequence[Order]) -> list[Transfer]:
    """Queue a transfer for each of `orders`, and wake workers: all of them or none.

    Rows and wake-ups are committed together: there is never one without the other. All of them
    serve one purpose, as limits treat pictures and studies differently. Raises
    engine.errors.EngineError where a picture cannot be painted so, transfers.longest.TooLongError
    where that would take too long, and accounts.quotas.QuotaError where a limit of the owner's is
    reached.
    """
    works = [order.pixel_steps() for order in orders]
    longest.check((work, order.params.steps) for order, work in zip(orders, works, strict=True))
    for order in {order.mask_key(): order for order in orders}.values():
        order.check_masks()
    now = timezone.now()
    with transaction.atomic():
        # The owner's row first, then photos, then masks: whoever sends a photo locks in this order.
        for purpose in {order.purpose for order in orders}:
            quotas.check_submission(owner, works, purpose)
        _hold_photos(orders)
        _hold_masks(orders)
        transfers = [
            # A millisecond apart, so that they are painted in the order given: ranks tell no less.
            _queued(owner, order, work, now + timedelta(milliseconds=number))
            for number, (order, work) in enumerate(zip(orders, works, strict=True))
        ]
    for transfer in transfers:
        logger.info("transfer %s: submitted", transfer.pk, extra=logs.about(transfer))
    return transfers


def _hold_photos(orders: Sequence[Order]) -> None:
    """Let nobody delete the photos of `orders` until their rows are committed."""
    wanted = {order.content_image.pk for order in orders}
    held = ContentImage.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    if len(held.values_list("pk")) < len(wanted):
        sentence = _("That photo is no longer here. Please add it again.")
        raise ImageError(sentence, reason="missing")


def _hold_masks(orders: Sequence[Order]) -> None:
    """The same of their masks, which housekeeping deletes when nothing refers to them."""
    masks = [mask for order in orders for mask in (*order.masks.values(), order.protect)]
    wanted = {mask.pk for mask in masks if mask is not None}
    if not wanted:
        return
    held = Mask.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    if len(held.values_list("pk")) < len(wanted):
        raise ParameterError(_("A mask is no longer there. Paint it anew."), field="styles")


def _queued(owner: User, order: Order, pixel_steps: int, created_at: datetime) -> Transfer:
    transfer = Transfer.objects.create(
        owner=owner,
        content_image=order.content_image,
        protect=order.protect,
        params=order.painted_params().to_json(),
        continues=order.continues,
        retry_of=order.retry_of,
        title=order.title,
        keeps_time_lapse=order.keeps_time_lapse,
        stop_after=order.stop_after,
        repeats=order.repeats,
        purpose=order.purpose,
        booth=order.booth,
        created_at=created_at,
        rank=_rank(owner, order, pixel_steps, created_at),
        pixel_steps_left=pixel_steps,
    )
    TransferStyle.objects.bulk_create(
        TransferStyle(transfer=transfer, style=style, weight=weight, mask=order.masks.get(style.pk))
        for style, weight in order.styles
    )
    wakeups.ring(transfer)
    return transfer


def _rank(owner: User, order: Order, pixel_steps: int, created_at: datetime) -> float:
    """Somebody is watching for a look: it comes before all else of its owner's."""
    if order.purpose == Purpose.LOOK:
        return own_order.front_rank(owner.pk)
    return own_order.usual_rank(pixel_steps, created_at)


def retry(transfer: Transfer) -> Transfer:
    """Queue a FAILED or CANCELLED transfer once more, as a new transfer that names the old one.

    Asked twice, it returns the retry that is still unfinished. Raises WrongStateError for one
    that is unfinished or succeeded, for studies, and for a guest's who has the picture already or
    has deleted everything.
    """
    with transaction.atomic():
        sitting = _hold_sitting(transfer)
        old = Transfer.objects.select_for_update().get(pk=transfer.pk)
        if not old.is_picture:
            raise WrongStateError("a study is ordered anew, not retried")
        if old.state not in (State.FAILED, State.CANCELLED):
            raise WrongStateError(f"a {old.state} transfer cannot be retried")
        # All of a sitting are of its photo: of several that failed, one is painted again.
        same = sitting.photo.transfers if sitting else old.retries
        waiting = same.unfinished().first()
        if waiting is not None:
            return waiting
        new = submit_all(old.owner, [_again(old)])[0]
        # What was ordered as an example is so still, and the new transfer is what it waits for.
        ExampleOrder.objects.filter(transfer=old, hung_at=None).update(transfer=new)
        if sitting is not None:
            Sitting.objects.filter(pk=sitting.pk).update(transfer=new)
        return new


def _hold_sitting(transfer: Transfer) -> Sitting | None:
    """The sitting that waits for what ``transfer`` should have painted; None of no guest's.

    Locked first, as everything of it is deleted after it. Whichever of the sitting's transfers it
    names now: another one may have failed since.
    """
    if transfer.booth_id is None:
        return None
    own = Sitting.objects.filter(photo=transfer.content_image_id)
    sitting = own.select_for_update().first()
    # Asked when it is locked: the picture may have been hung while this waited.
    if sitting is None or not own.filter(picture=None).exists():
        raise WrongStateError("this guest has the picture, or wants none any more")
    return sitting


def _again(old: Transfer) -> Order:
    return Order(
        content_image=old.content_image,
        styles=styles_of(old),
        params=Params.from_json(old.params),
        **masks_of(old),
        continues=old.continues,
        retry_of=old,
        title=old.title,
        keeps_time_lapse=old.keeps_time_lapse,
        stop_after=old.stop_after,
        repeats=old.repeats,
        booth=old.booth,
    )


def continue_artwork(artwork: Artwork, *, size_px: int) -> Transfer:
    """Queue a new transfer that goes on from `artwork`, in its photo, styles and settings.

    size_px: its longer side; at that of `artwork` there are more steps, at a larger one only the
    larger levels are painted. Raises WrongStateError where the transfer that painted it is gone,
    and engine.errors.EngineError where the picture cannot be painted so.
    """
    painted_by = Transfer.objects.filter(artwork=artwork).select_related("content_image").first()
    if painted_by is None:
        raise WrongStateError("nothing is known of how this artwork was painted")
    further = Order(
        content_image=painted_by.content_image,
        styles=styles_of(painted_by),
        params=continued_params(painted_by, size_px),
        **masks_of(painted_by),
        continues=artwork,
        keeps_time_lapse=painted_by.keeps_time_lapse,
    )
    return submit_all(artwork.owner, [further])[0]


def paint_up_to(artwork: Artwork, step: int) -> Transfer:
    """Queue the painting of `artwork` anew, to be finished after `step` of its own steps.

    In full size, with the same inputs, settings and seed, which on the same kind of machine give
    the picture as it was then. Raises WrongStateError where the transfer that painted it is gone
    or it has no such step, and engine.errors.EngineError where an input is gone.
    """
    painted_by = Transfer.objects.filter(artwork=artwork).select_related("content_image").first()
    if painted_by is None or not 1 <= step <= int(artwork.recipe.get("steps") or 0):
        raise WrongStateError("this artwork was not painted here, or not so far")
    again = Order(
        content_image=painted_by.content_image,
        styles=styles_of(painted_by),
        params=Params.from_json(painted_by.params),
        **masks_of(painted_by),
        continues=painted_by.continues,
        keeps_time_lapse=painted_by.keeps_time_lapse,
        stop_after=step,
    )
    return submit_all(artwork.owner, [again])[0]


def continued_params(painted_by: Transfer, size_px: int) -> Params:
    """The settings of `painted_by`, for going on from its picture at this size."""
    params = Params.from_json(painted_by.params)
    return dataclasses.replace(params, initial="earlier", size_px=size_px, steps=None)


def styles_of(transfer: Transfer) -> list[tuple[Style, float]]:
    return [(share.style, share.weight) for share in transfer.style_shares.select_related("style")]


def masks_of(transfer: Transfer) -> dict[str, Any]:
    """Of an `Order`: the masks of `transfer`."""
    shares = transfer.style_shares.exclude(mask=None).select_related("mask")
    return {"masks": {share.style_id: share.mask for share in shares}, "protect": transfer.protect}
