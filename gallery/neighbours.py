"""Which picture comes before another and which after it, in any order of any selection."""

from __future__ import annotations

from gallery.models import Artwork, ArtworkQuerySet
from gallery.paging import Order

Pair = tuple[Artwork | None, Artwork | None]


def neighbours(shown: Artwork, works: ArtworkQuerySet, order: Order) -> Pair:
    """The one before ``shown`` and the one after it among ``works``, in this order.

    ``shown`` itself may have left ``works`` since, as when it is no favourite any more: it keeps
    its place.
    """
    placed = order.sort(Artwork.objects.filter(pk=shown.pk)).first() if order.expressions else shown
    if placed is None:
        return None, None
    place = [getattr(placed, name) for name in order.names()]
    before = order.reversed().beyond(works, place).first()
    return before, order.beyond(works, place).first()
