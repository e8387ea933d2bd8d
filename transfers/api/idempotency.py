"""Requests that may be repeated: the header ``Idempotency-Key``.

A client that lost the answer sends the request again under the same key, and gets what the first
one made, transfers or a photo, instead of new ones.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from transfers.api.problems import RefusedError, field_refused
from transfers.models import IdempotencyKey

HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~]{1,200}")

PARAMETER = OpenApiParameter(
    HEADER,
    {"type": "string", "pattern": "^[!-~]{1,200}$"},
    OpenApiParameter.HEADER,
    description="A word of your own, such as a UUID. The same request under the same key within "
    "24 hours makes nothing anew: it answers with what the first one made, and with the header "
    "`Idempotent-Replayed: true`.",
)


Row = TypeVar("Row", bound=models.Model)


def once(
    request: Request, submit: Callable[[], list[Row]], own: models.QuerySet[Row]
) -> tuple[list[Row], bool]:
    """What `submit` made, and whether an earlier request with the same key made it.

    Key and rows are one transaction. Of two requests at once, the loser waits at the constraint
    (on SQLite, at the lock) until the winner has committed, and answers with its rows; `own` is
    where to find them, and those that are gone are left out. Raises RefusedError for a key that
    stands for another request.
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
        same = IdempotencyKey.objects.filter(owner=request.user, key=key)
        same.expired(timezone.now()).delete()
        row, is_first = IdempotencyKey.objects.get_or_create(
            owner=request.user, key=key, defaults={"fingerprint": asked}
        )
        if is_first:
            made = submit()
            row.transfer_ids = [str(one.pk) for one in made]
            row.save(update_fields=["transfer_ids"])
            return made, False
    if row.fingerprint != asked:
        raise RefusedError(
            "key_reused", _("This key was used for another request. Draw a new one.")
        )
    by_id = {str(pk): one for pk, one in own.in_bulk(row.transfer_ids).items()}
    return [by_id[pk] for pk in row.transfer_ids if pk in by_id], True


def gone() -> RefusedError:
    """For a key whose rows have been deleted since."""
    return RefusedError("key_reused", _("What this key made is gone. Draw a new one."))


def _fingerprint(request: Request) -> str:
    asked = json.dumps([request.path, request.data], sort_keys=True, default=_digest)
    return hashlib.sha256(asked.encode()).hexdigest()


def _digest(value: object) -> str:
    """A file of the request, by its name and content."""
    if not isinstance(value, UploadedFile):
        raise TypeError(f"{value!r} cannot be compared")
    digest = hashlib.sha256(str(value.name).encode())
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.hexdigest()
