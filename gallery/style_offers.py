"""Offering a style of one's own to everybody, and taking the offer back.

Answering is the admin's (``admin``): accepted, a preset of its own is made of the style.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery.models import Style, StyleOffer

State = StyleOffer.State


class AlreadyOfferedError(Exception):
    """An offer of this style waits for an answer already."""


def offer(style: Style, *, licence: str, credit: str = "", message: str = "") -> StyleOffer:
    """Offer ``style``, with its owner's consent. Raises AlreadyOfferedError."""
    try:
        with transaction.atomic():
            return StyleOffer.objects.create(
                style=style, licence=licence, credit=credit, message=message
            )
    except IntegrityError as error:
        raise AlreadyOfferedError from error


def withdraw(style: Style) -> bool:
    """Take back the offer of ``style`` that waits; False where none does."""
    waiting = StyleOffer.objects.filter(style=style, state=State.OPEN)
    return waiting.update(state=State.WITHDRAWN, decided_at=timezone.now()) > 0
