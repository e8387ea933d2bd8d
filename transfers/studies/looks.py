"""Quick looks: a small picture of the settings as they stand, and the one before it is stopped.

A look begins by itself only where it is soon there. Its row stays for a day, as what was painted
counts against its owner's minutes; its picture goes with the next look, or after an hour.
"""

from __future__ import annotations

import dataclasses
import logging

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from engine.params import QUALITIES
from gallery import leftovers
from transfers.durations import spoken
from transfers.models import Transfer, TransferQuerySet
from transfers.queue import forecast, steering, submission
from transfers.queue.submission import Order
from transfers.studies.models import Purpose
from transfers.studies.scaling import scaled

logger = logging.getLogger(__name__)

SIDE_PX = QUALITIES["draft"]

MOST_S = 20
"""One that would take longer, waiting included, begins only when it is asked for."""

TRIES = 3
"""How often a look is begun when another window of the same person was faster each time."""

LEFT_S = 60
"""How long a page that was left is remembered, for the look that it sent for to arrive."""

NAME_LENGTH = 64
"""Of what a page calls a look that it sends for."""


class NotByItselfError(Exception):
    """A look would take too long to begin by itself; `sentence` says so, fit for its owner."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def look_of(order: Order) -> Order:
    """What is painted to see how `order` will look."""
    small = scaled(order, SIDE_PX)
    return dataclasses.replace(small, purpose=Purpose.LOOK, keeps_time_lapse=False, stop_after=None)


def begin(owner: User, order: Order, *, asked: bool, sent_as: str = "") -> Transfer:
    """Stop the look that `owner` has, and queue one of `order`.

    asked: for it to be painted even if that takes long. sent_as: what its page calls it; where the
    page was left meanwhile (`leave`), it is cancelled at once.

    Raises NotByItselfError where it was not asked for and would; EngineError and QuotaError as
    `submission.submit_all` does. Of two windows that begin one at the same moment, the later one's
    look stays.
    """
    look = look_of(order)
    work = look.pixel_steps()
    for tried in range(TRIES):
        cancel(owner)
        if not asked:
            _check_soon(owner, work)
        try:
            with transaction.atomic():
                begun = submission.submit_all(owner, [look])[0]
        except IntegrityError:
            if tried + 1 == TRIES:
                raise
        else:
            _forget_earlier(owner)
            # Asked only now that others see it: `leave` says so first, and then looks for it.
            if sent_as and cache.get(_left(owner)) == sent_as[:NAME_LENGTH]:
                steering.request_cancel(begun)
            return begun
    raise AssertionError("the last try returns or raises")


def cancel(owner: User) -> int:
    """Stop the looks of `owner` that are unfinished; returns how many were.

    A worker at one stops at its next step.
    """
    unfinished = Transfer.objects.looks().owned_by(owner).unfinished()
    return sum(steering.request_cancel(look) for look in unfinished)


def leave(owner: User, sent_as: str) -> None:
    """The page is left that sent for a look: stop it, whether it is here by now or still to come.

    Sending for it has stopped all others of `owner`, so it is the one that there is.
    """
    cache.set(_left(owner), sent_as[:NAME_LENGTH], LEFT_S)
    cancel(owner)


def _left(owner: User) -> str:
    return f"look-left:{owner.pk}"


def _check_soon(owner: User, pixel_steps: int) -> None:
    turn = forecast.turn_of_another(owner, pixel_steps, is_look=True)
    if turn is None:
        raise NotByItselfError(_("Nothing of yours can be painted right now."))
    if turn.ready_in_s is not None and turn.ready_in_s > MOST_S:
        sentence = _("A quick look would take %(time)s right now, so none begins by itself.")
        raise NotByItselfError(sentence % {"time": spoken(turn.ready_in_s)})
    if turn.ready_in_s is None and turn.place > 1:
        raise NotByItselfError(
            _("Other pictures are being painted right now, so no quick look begins by itself.")
        )


def _forget_earlier(owner: User) -> None:
    """The pictures of looks before the one that has just begun."""
    earlier: TransferQuerySet = Transfer.objects.looks().owned_by(owner).ended()
    for look in earlier.exclude(preview=""):
        with transaction.atomic():
            Transfer.objects.filter(pk=look.pk).update(preview="", recipe=None)
            leftovers.remove([str(look.preview.name)])
