"""Requests that may be repeated: the header ``Idempotency-Key``.

A client that lost the answer sends the request again under the same key, and gets the transfers
that the first one made instead of new ones.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from transfers.api.problems import RefusedError, field_refused
from transfers.models import IdempotencyKey, Transfer

HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~]{1,200}")

PARAMETER = OpenApiParameter(
    HEADER,
    {"type": "string", "pattern": "^[!-~]{1,200}$"},
    OpenApiParameter.HEADER,
    description="A word of your own, such as a UUID. The same request under the same key within "
    "24 hours paints nothing anew: it answers with the first one’s transfers, and with the header "
    "`Idempotent-Replayed: true`.",
)


def once(request: Request, submit: Callable[[], list[Transfer]]) -> tuple[list[Transfer], bool]:
    """What `submit` made, and whether an earlier request with the same key made it.

    Key and transfers are one transaction. Of two requests at once, the loser waits at the
    constraint (on SQLite, at the lock) until the winner has committed, and answers with its
    transfers. Raises RefusedError for a key that stands for another request.
    """
    key = request.headers.get(HEADER)
    if key is None:
        with transaction.atomic():
            return submit(), False
    if not KEY.fullmatch(key):
        raise field_refused(
            HEADER, _("A key is 1 to 200 visible ASCII characters, without spaces.")
        )
    asked = _fingerprint(request)
    with transaction.atomic():
        # A key that has expired is free again, whether or not it has been tidied away.
        own = IdempotencyKey.objects.filter(owner=request.user, key=key)
        own.expired(timezone.now()).delete()
        row, is_first = IdempotencyKey.objects.get_or_create(
            owner=request.user, key=key, defaults={"fingerprint": asked}
        )
        if is_first:
            made = submit()
            row.transfer_ids = [str(transfer.pk) for transfer in made]
            row.save(update_fields=["transfer_ids"])
            return made, False
    if row.fingerprint != asked:
        raise RefusedError(
            "key_reused", _("This key was used for another request. Draw a new one.")
        )
    rows = Transfer.objects.owned_by(request.user).in_bulk(row.transfer_ids)
    by_id = {str(pk): transfer for pk, transfer in rows.items()}
    return [by_id[pk] for pk in row.transfer_ids if pk in by_id], True


def _fingerprint(request: Request) -> str:
    asked = json.dumps([request.path, request.data], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()
