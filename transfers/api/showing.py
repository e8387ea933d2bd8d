"""Transfers as the API shows them: fetched through their owner, with their turn in the queue."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404

from accounts.models import User
from transfers.api.serializers.transfers import TransferSerializer
from transfers.models import Transfer, TransferQuerySet, TransferStyle
from transfers.status import Status


def own_transfers(user: User) -> TransferQuerySet:
    """Those of `user`, with what is needed to show them."""
    shares = TransferStyle.objects.select_related("style").only(
        "transfer", "weight", "mask", "style__title"
    )
    own = Transfer.objects.owned_by(user).select_related("artwork")
    return own.prefetch_related(Prefetch("style_shares", shares))


def own_transfer(user: User, transfer_id: UUID) -> Transfer:
    """Http404 for anybody else's."""
    return get_object_or_404(own_transfers(user), pk=transfer_id)


def shown(transfers: Iterable[Transfer]) -> list[dict[str, object]]:
    """As JSON, in the order given."""
    return [TransferSerializer(status).data for status in Status.of_all(transfers)]
